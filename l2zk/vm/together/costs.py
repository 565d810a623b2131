"""Costs of a proof of several statements, before anything is run: memory, bytes, queries, proven bits."""

from __future__ import annotations

from dataclasses import dataclass

from l2zk.base.wording import counted
from l2zk.errors import ProgramError
from l2zk.language.core_tables import compiled
from l2zk.proof.body_size import expected, proof_size
from l2zk.proof.groups import Groups, groups_of
from l2zk.proof.header import length_of
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import MAX_BYTES
from l2zk.proof.security import ONE
from l2zk.proof.shape import Shape, shape_of
from l2zk.proof.stated import stated
from l2zk.show import html
from l2zk.vm.cost import beside, committed, filling_memory

SHOWN = 5
"""The groups that an estimate shows."""


@dataclass(frozen=True, kw_only=True)
class JointEstimate:
    """The expected figures of one proof of several statements. The time depends on the machine, and is not among them.

    groups: in order the id of each group's program and the number of its statements, which are stacked; a run of equal
    programs may be several groups, as is cheapest. The others are those of `Estimate`.
    """

    groups: tuple[tuple[str, int], ...]
    memory: int
    committed: int
    size: int
    rate: float
    queries: int
    proven_bits: int

    @property
    def statements(self) -> int:
        """The number of statements."""
        return sum(count for _, count in self.groups)

    def _repr_html_(self) -> str:
        groups = [(program, f"{count:,}") for program, count in self.groups[:SHOWN]]
        _, *figures = str(self).splitlines()
        stand = f"{counted(self.statements, 'statement')} in {counted(len(self.groups), 'group')}"
        more = [f"and {len(self.groups) - SHOWN:,} more groups"] if self.groups[SHOWN:] else []
        table = html.table(("program", "statements"), groups)
        return html.block(html.heading(stand), table, html.sentences(*more, *figures))

    def __str__(self) -> str:
        shown = [f"{program} x {count:,}" for program, count in self.groups[:SHOWN]]
        more = [f"{len(self.groups) - SHOWN:,} more"] if self.groups[SHOWN:] else []
        stand = f"{counted(self.statements, 'statement')} in {counted(len(self.groups), 'group')}"
        return (
            f"{stand}: {', '.join(shown + more)}\n"
            f"{self.memory:,} bytes of memory to prove, of which {self.committed:,} are committed to\n"
            f"about {self.size:,} bytes of proof: rate 1/{1 / self.rate:.2g}, {self.queries} queries,"
            f" {self.proven_bits} proven bits"
        )


def estimate(options: ProofOptions, groups: Groups, threads: int) -> JointEstimate:
    """The estimate for proofs of these groups with these options, whatever their public values."""
    shape = shape_of(options, groups_of(groups))
    return JointEstimate(
        groups=tuple((definition.air.id, count) for definition, count in groups),
        memory=memory(groups, shape, threads),
        committed=committed(shape),
        size=round(_size(groups, shape)),
        rate=shape.rate,
        queries=shape.queries,
        proven_bits=shape.sizes.bits // ONE,
    )


def memory(groups: Groups, shape: Shape, threads: int) -> int:
    """The peak of a proof's bytes: what the core lays out, and of every statement the arrays beside it."""
    first = max(filling_memory(definition) for definition, _ in groups)
    arrays = sum(count * beside(definition) for definition, count in groups)
    return first + compiled(groups, shape).memory(threads) + arrays


def require_joint_room(groups: Groups, shape: Shape) -> None:
    """Refuse a proof that would have more bytes than any reader accepts (PROTOCOL 9.3)."""
    size = _size(groups, shape)
    if size > MAX_BYTES:
        statements = counted(sum(count for _, count in groups), "statement")
        raise ProgramError(
            f"a proof of these {statements} would have about {size:,.0f} bytes, and {MAX_BYTES:,} are the most: prove"
            " fewer of them together"
        )


def _size(groups: Groups, shape: Shape) -> float:
    """The bytes of a proof, the mean over all queries."""
    known = {definition: stated(definition.air) for definition, _ in groups}
    return proof_size(length_of([(known[definition], count) for definition, count in groups]), shape, expected)
