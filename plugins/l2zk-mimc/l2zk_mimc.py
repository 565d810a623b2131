"""A keyed chain of cubes in the manner of MiMC [AGRRT16: eprint 2016/492].

x[i+1] = (x[i] + key + c[i mod 64])^3 modulo p = 2^64 - 2^32 + 1, where c[i] is the first 8 bytes of
SHA-256("l2zk mimc " followed by i in decimal), as a little-endian integer modulo p.
3 divides p - 1, so cubing is not one-to-one here: this is a computation to prove, and no cipher to use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

import l2zk

P = 2**64 - 2**32 + 1
PERIOD = 64


@dataclass(frozen=True)
class MimcProgram(l2zk.TraceProgram):
    """The end of a chain of cubes with a private key, a public start x and 64 round constants."""

    id = "mimc.v0"
    rounds: int = field(metadata={"help": "Rounds of the chain."})

    def define(self, m: l2zk.Machine) -> None:
        x, key = m.columns("x", "key")
        constant = m.periodic(round_constants(), name="constant")
        m.start({x: m.public_input("x", default=0), key: m.private_input("key", default=0)})
        m.step({x: (x + key + constant) ** 3, key: key})
        m.output("result", x, row=self.rounds)


def round_constants() -> list[int]:
    """c[0], … c[63]."""
    digests = [sha256(f"l2zk mimc {i}".encode()).digest() for i in range(PERIOD)]
    return [int.from_bytes(digest[:8], "little") % P for digest in digests]


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    register(MimcProgram)
