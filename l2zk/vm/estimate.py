"""Estimate: the memory, bytes, queries and proven bits of a proof, before anything is run.

memory = the core's arrays + the arrays beside it,   bytes of the proof = their mean over all queries
"""

from __future__ import annotations

from dataclasses import dataclass

from l2zk._core import tree_memory
from l2zk.air.air import Air
from l2zk.air.measure import Degrees
from l2zk.proof.anatomy import expected, proof_size
from l2zk.proof.header import Header
from l2zk.proof.security_report import rounds
from l2zk.proof.shape import Shape

WORD = 8  # bytes


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The expected figures of a program's proofs. The time depends on the machine, and is not among them.

    program: its id. columns, rows, length: of the trace; length counts the padding.
    memory: the peak of the proof's bytes, within a tenth; `committed` of them are the committed columns and codewords,
    and the kept levels of their Merkle trees.
    size: the bytes of the proof, on average: proofs of one program differ by two per cent or so, as their queries do.
    queries, proven_bits: the number of opened positions, and the proven bits.
    degrees: the highest degree of a constraint, and the limit on a trace of 2^20 rows.
    doubled_by: the one row or look-ahead that makes the trace twice as long as without it, if there is one.
    """

    program: str
    columns: int
    rows: int
    length: int
    memory: int
    committed: int
    size: int
    queries: int
    proven_bits: int
    degrees: Degrees
    doubled_by: str | None = None

    def __str__(self) -> str:
        return (
            f"{self.program}: {self.columns:,} x {self.rows:,} cells, {self.length:,} rows with padding\n"
            f"{self.degrees}; {self.memory:,} bytes of memory to prove, of which {self.committed:,} are committed to\n"
            f"about {self.size:,} bytes of proof: {self.queries} queries, {self.proven_bits} proven bits"
            + (f"\n{self.doubled_by}" if self.doubled_by else "")
        )


def estimated(header: Header, air: Air, shape: Shape, memory: int, degrees: Degrees) -> Estimate:
    """The estimate for proofs of this shape; the header lacks only the public values."""
    return Estimate(
        program=air.id,
        columns=shape.columns,
        rows=header.rows,
        length=shape.length,
        memory=memory,
        committed=_committed(shape),
        size=round(proof_size(len(header.to_bytes()), air, shape, expected(shape.queries))),
        queries=shape.queries,
        proven_bits=rounds(header.options, air.profile, shape).whole_bits,
        degrees=degrees,
    )


def _committed(shape: Shape) -> int:
    """The bytes of trace, pieces, batch mask and FRI codewords, and of the kept levels of their trees."""
    words = shape.domain_size * (shape.columns + 3 * shape.pieces) + 3 * shape.leaves * shape.zero_knowledge
    size, trees = shape.leaves, 2 * tree_memory(shape.leaves, shape.blowup)
    for arity in shape.arities:
        words += 3 * size
        size //= arity
        trees += tree_memory(size, shape.blowup)
    return WORD * words + trees
