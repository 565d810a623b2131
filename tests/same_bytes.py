"""Prints the digests of 200 proofs of random programs and options at fixed seeds: the same on both sides of a move.

    python tests/same_bytes.py > before; python tests/same_bytes.py > after; diff before after

The randomness of hiding proofs is a counter here, so that their bytes are fixed too. It speaks through the public
interface alone.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import l2zk

PROOFS = 200


@dataclass(frozen=True)
class Drawn(l2zk.TraceProgram):
    """Steps, domains, periodic columns, private and public inputs, bits and look-aheads, as a seed draws them."""

    id = "drawn.v0"
    seed: int

    def define(self, m):
        draw = random.Random(self.seed)
        rows, width = draw.choice([2, 5, 8, 20, 33, 100, 300, 1000, 5000]), draw.choice([1, 2, 2, 3, 6, 20])
        m.rows(rows)
        columns = [m.column(f"c{i}") for i in range(width)]
        counter = m.column("counter")
        key = m.periodic([draw.randrange(l2zk.MODULUS) for _ in range(draw.choice([1, 2, 4]))], name="key")
        given = m.public_input("given", default=draw.randrange(100))
        starts = {column: draw.randrange(l2zk.MODULUS) for column in columns}
        starts[columns[0]] = m.private_input("secret", default=draw.randrange(l2zk.MODULUS))
        m.start({**starts, counter: 3})
        degree = draw.choice([1, 1, 2, 3, 5])
        steps = {
            column: column ** draw.choice([1, degree]) + draw.choice([key, given, columns[i - 1], draw.randrange(9)])
            for i, column in enumerate(columns)
        }
        m.step({**steps, counter: counter + 1})
        ahead = draw.choice([1, 2, 3])
        m.constrain("far", counter[ahead] == counter + ahead)
        m.constrain("pairs", counter.next == counter + 1, on=m.every(2))
        if draw.random() < 0.5:
            m.bits("low", counter, 12)
        if rows > 5:
            m.constrain("row", counter == 8, on=5)
        m.output("last", columns[-1], row="last")
        m.output("sum", sum(columns[1:], columns[0] * given), row=draw.randrange(rows))


def options(draw: random.Random) -> dict[str, object]:
    """Options of a proof, most of which suit most programs."""
    return {
        "preset": draw.choice(["default", "default", "compact", "fast"]),
        "rate": draw.choice([None, None, 1 / 2, 1 / 4, 1 / 8, 1 / 16]),
        "queries": draw.choice([0, 0, 1, 3, 40, 130]),
        "grinding": draw.choice([0, 4, 8]),
        "zero_knowledge": draw.random() < 0.6,
        "security": draw.choice([10, 60, 100]),
        "allow_insecure": True,
    }


def lines() -> Iterator[str]:
    """A line for each proof: the number of the draw, its length, its digest. A draw without a proof has none."""
    counter = itertools.count()
    os.urandom = lambda size: hashlib.shake_256(next(counter).to_bytes(8, "little")).digest(size)
    for seed in itertools.count():
        draw = random.Random(seed)
        machine = l2zk.TraceZkVm(l2zk.ProofOptions(**options(draw)), threads=draw.choice([1, 2]))
        try:
            proof = machine.prove(Drawn(seed))
        except l2zk.L2zkError:
            continue
        machine.check_proof(Drawn(seed), proof)
        yield f"{seed} {proof.size} {hashlib.sha256(bytes(proof)).hexdigest()}"


def main() -> None:
    """Print the first lines."""
    for line in itertools.islice(lines(), PROOFS):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
