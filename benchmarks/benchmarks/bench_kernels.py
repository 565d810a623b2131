"""The kernels one by one, with each instruction set of this machine, through the probes (l2zk/_probes.pyx).

A probe copies its arrays and makes its tables anew: compare its times with its own on another commit or set.
"""

from __future__ import annotations

import numpy as np

from l2zk import MODULUS, _core

from .probes import probes

POINT = (3, 5, 7)
NONCES = 1 << 16


class Kernels:
    """Each kernel on 2^log_n elements."""

    param_names = ["isa", "log_n"]
    params = [list(_core.isas()), [12, 16]]

    def setup(self, isa: str, log_n: int) -> None:
        probes.use_isa(isa)
        random = np.random.default_rng(1)
        self.column = random.integers(0, MODULUS, 1 << log_n, dtype=np.uint64)
        self.columns = random.integers(0, MODULUS, (8, 1 << log_n), dtype=np.uint64)
        self.digests = random.integers(0, 256, (2, 1 << log_n, 32), dtype=np.uint8)

    def time_ntt(self, isa: str, log_n: int) -> None:
        probes.ntt_probe(self.column, log_n, 7)

    def time_interpolate(self, isa: str, log_n: int) -> None:
        probes.interpolate_probe(self.column)

    def time_fold(self, isa: str, log_n: int) -> None:
        probes.fold_probe(self.columns[:3], 3, POINT)

    def time_evaluate(self, isa: str, log_n: int) -> None:
        probes.value_probe(self.column, POINT)

    def time_hash_leaves(self, isa: str, log_n: int) -> None:
        probes.hash_columns_probe(self.columns)

    def time_hash_parents(self, isa: str, log_n: int) -> None:
        probes.hash_parents_probe(*self.digests)


class Grinding:
    """A search that finds nothing."""

    param_names = ["isa"]
    params = [list(_core.isas())]

    def setup(self, isa: str) -> None:
        probes.use_isa(isa)

    def time_grind(self, isa: str) -> None:
        assert probes.grind_probe(bytes(48), 0, NONCES, 64) is None
