"""The kernels one by one, with each instruction set of this machine, through the probes (l2zk/_probes.pyx).

A probe copies its arrays and makes its tables anew: compare its times with its own on another commit or set.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from time import process_time
from typing import Any

import numpy as np

import l2zk
from l2zk import MODULUS

from .probes import kernel

POINT = (3, 5, 7)
NONCES = 1 << 16
ISAS = ["portable", "avx2", "avx512", "neon"]

Arrays = dict[str, Any]

KERNELS: dict[str, Callable[[Any, Arrays, int], object]] = {
    "ntt": lambda probe, of, log_n: probe(of["column"], log_n, 7),
    "fold_pairs": lambda probe, of, _: probe(of["columns"][:3], POINT),
    "round_products": lambda probe, of, _: probe(of["columns"][:3], of["columns"][3:6]),
    "layer": lambda probe, of, _: probe([of["columns"][i : i + 3] for i in range(4)], of["columns"][4:7, ::2]),
    "hash_columns": lambda probe, of, _: probe(of["columns"]),
    "hash_parents": lambda probe, of, _: probe(*of["digests"]),
}
"""Each by the first part of its probe's name."""


class Kernels:
    """Each kernel on 2^log_n elements."""

    param_names = ["name", "isa", "log_n"]
    params = [list(KERNELS), ISAS, [12, 16]]
    number = 20
    timer = process_time

    def setup(self, name: str, isa: str, log_n: int) -> None:
        self.probe, self.arrays, self.run = kernel(f"{name}_probe", isa), arrays(log_n), KERNELS[name]

    def time_kernel(self, name: str, isa: str, log_n: int) -> None:
        self.run(self.probe, self.arrays, log_n)


class Elements:
    """What programs fill columns with: 2^20 elements at once."""

    param_names = ["name"]
    params = [["field", "signed", "inverse", "power"]]
    timer = process_time

    def setup(self, name: str) -> None:
        self.call = getattr(l2zk, name, None)
        if self.call is None:
            raise NotImplementedError
        self.arguments = (arrays(20)["column"], *((MODULUS - 2,) if name == "power" else ()))

    def time_elements(self, name: str) -> None:
        self.call(*self.arguments)


class Grinding:
    """A search that finds nothing."""

    param_names = ["isa"]
    params = [ISAS]
    timer = process_time

    def setup(self, isa: str) -> None:
        self.probe = kernel("grind_probe", isa)

    def time_grind(self, isa: str) -> None:
        assert self.probe(bytes(48), 0, NONCES, 64) is None


@lru_cache(maxsize=1)
def arrays(log_n: int) -> Arrays:
    """Columns of elements and pairs of digests."""
    random = np.random.default_rng(1)
    return {
        "column": random.integers(0, MODULUS, 1 << log_n, dtype=np.uint64),
        "columns": random.integers(0, MODULUS, (8, 1 << log_n), dtype=np.uint64),
        "digests": random.integers(0, 256, (2, 1 << log_n, 32), dtype=np.uint8),
    }
