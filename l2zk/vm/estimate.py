"""What a proof will take, told before anything is run: memory, bytes, queries, proven bits.

memory = what the core lays out + the arrays beside it,   bytes of the proof = their mean over all queries
"""

from __future__ import annotations

from dataclasses import dataclass

from l2zk._core import tree_memory
from l2zk.air.air import Air
from l2zk.air.measure import Degrees
from l2zk.proof.anatomy import expected, proof_size
from l2zk.proof.header import Header
from l2zk.proof.security import rounds
from l2zk.proof.shape import Shape

WORD = 8  # bytes


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a proof of a program will take. The time depends on the machine, and is not told.

    program: its id. columns, rows, length: of the trace, and how many rows it has with the padding.
    memory: the most bytes that the proof takes while it is made, within a tenth; `committed` of them are the words that it
    commits to, and what it keeps of their trees.
    size: the bytes of the proof, on average: proofs of one program differ by two per cent or so, as their queries do.
    queries, proven_bits: how many positions are opened, and what the proof is worth.
    degrees: the highest degree of a constraint, and what a trace of 2^20 rows allows.
    doubled_by: what makes the trace twice as long as it would be without it, if one row or one look-ahead does.
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
    """The estimate for proofs with this header but for its public values."""
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
    """Trace, pieces and mask, the words of FRI, and what is kept of the trees."""
    words = shape.domain_size * (shape.columns + 3 * shape.pieces) + 3 * shape.leaves * shape.zero_knowledge
    size, trees = shape.leaves, 2 * tree_memory(shape.leaves, shape.blowup)
    for arity in shape.arities:
        words += 3 * size
        size //= arity
        trees += tree_memory(size, shape.blowup)
    return WORD * words + trees
