"""Cost: the memory, bytes, queries and proven bits of a proof, before anything is run; and its seconds by stage, after.

memory = what the core lays out + the arrays beside it,   bytes of the proof = their mean over all queries
seconds of the proof = seconds of "python" + those of the core's stages
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from l2zk import _core
from l2zk.air.measure import Degrees
from l2zk.base.caches import cached
from l2zk.base.wording import counted
from l2zk.errors import ProgramError
from l2zk.language.core_tables import compiled
from l2zk.language.definition import Definition
from l2zk.language.run import has_tables, tables
from l2zk.proof.body_size import expected, proof_size
from l2zk.proof.degree_report import degrees
from l2zk.proof.groups import Group
from l2zk.proof.header import length_of, stated
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import MAX_BYTES, Proof
from l2zk.proof.security import ONE
from l2zk.proof.shape import Shape, shape_of
from l2zk.show import html

WORD = 8  # bytes

STATED = 5
"""How often the values of output columns are there: in the header with its parts and the core's copy, in the proof."""


@dataclass(frozen=True)
class TableSize:
    """The size of a further table of a program; length counts the padding."""

    name: str
    columns: int
    rows: int
    length: int

    def __str__(self) -> str:
        return f"{self.name!r}: {self.columns:,} x {self.rows:,} cells, {self.length:,} rows with padding"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The expected figures of a program's proofs. The time depends on the machine, and is not among them.

    program: its id. columns, rows, length: of the trace; length counts the padding. tables: those of further tables.
    memory: the peak of the proof's bytes, within a tenth, but where the trace is short, whose threads leave a part of
    theirs unused; `committed` of them are the codewords that are committed to, and the kept levels of their trees.
    size: the bytes of the proof, on average: proofs of one program differ by two per cent or so, as their queries do.
    rate: of the code that commits to the trace: that of the options, up to a quarter more for what hides the trace, and
    less where the trace is short. queries, proven_bits: the number of points that are opened of that code, and the
    proven bits.
    degrees: the highest degree of a constraint, and the limit.
    doubled_by: the one row or look-ahead that makes the trace twice as long as without it, if there is one.
    """

    program: str
    columns: int
    rows: int
    length: int
    memory: int
    committed: int
    size: int
    rate: float
    queries: int
    proven_bits: int
    degrees: Degrees
    doubled_by: str | None = None
    tables: tuple[TableSize, ...] = ()

    def _repr_html_(self) -> str:
        tables = [TableSize(self.program, self.columns, self.rows, self.length), *self.tables]
        sizes = [(one.name, f"{one.columns:,}", f"{one.rows:,}", f"{one.length:,}") for one in tables]
        figures = [
            ("memory to prove", html.bytes_text(self.memory)),
            ("of which are committed to", html.bytes_text(self.committed)),
            ("proof, on average", html.bytes_text(self.size)),
            ("rate", f"1/{1 / self.rate:.2g}"),
            ("queries", f"{self.queries}"),
            ("proven bits", f"{self.proven_bits}"),
        ]
        return html.block(
            html.heading(f"Estimate of {self.program}"),
            html.table(("table", "columns", "rows", "with padding"), sizes),
            html.facts(figures),
            html.sentences(str(self.degrees), *([self.doubled_by] if self.doubled_by else [])),
        )

    def __str__(self) -> str:
        main = f"{self.columns:,} x {self.rows:,} cells, {self.length:,} rows with padding"
        lines = [
            f"{self.program}: {main}",
            *(f"table {one}" for one in self.tables),
            f"{self.degrees}; {self.memory:,} bytes of memory to prove, of which {self.committed:,} are committed to",
            f"about {self.size:,} bytes of proof: rate 1/{1 / self.rate:.2g}, {self.queries} queries,"
            f" {self.proven_bits} proven bits",
            *([self.doubled_by] if self.doubled_by else []),
        ]
        return "\n".join(lines)


@dataclass(frozen=True, kw_only=True)
class ProofProfile:
    """A proof, the number of threads that made it, and the seconds of each stage, in order.

    seconds: by stage; "python" is all that is not the core's: the definition, the witness, columns that are filled as
    arrays. Threads that work at the same time are not counted twice.
    """

    proof: Proof
    threads: int
    seconds: Mapping[str, float]

    @property
    def total(self) -> float:
        """The seconds of the whole proof."""
        return sum(self.seconds.values())

    def share(self, stage: str) -> float:
        """The fraction of the time that a stage took, 0 to 1."""
        return self.seconds[stage] / self.total

    def _repr_html_(self) -> str:
        times = [
            (stage, time, f"{1e3 * time:,.3f} ms, {time / self.total:.1%}") for stage, time in self.seconds.items()
        ]
        said = f"{1e3 * self.total:,.3f} ms by {counted(self.threads, 'thread')}: {self.proof.claim}"
        return html.block(html.heading(said), html.bars(times, ("stage", "time", "")))

    def __str__(self) -> str:
        times = {**self.seconds, "total": self.total}
        lines = [f"{stage:16}{1e3 * time:12.3f} ms{time / self.total:8.1%}" for stage, time in times.items()]
        return "\n".join([f"by {counted(self.threads, 'thread')}", *lines])


@cached(128)
def estimate(definition: Definition, options: ProofOptions, threads: int) -> Estimate:
    """The estimate for proofs with these options, whatever their public values."""
    air, shape = definition.air, shape_of(options, [Group(definition.air)])
    return Estimate(
        program=air.id,
        columns=len(air.columns),
        rows=air.rows,
        length=air.length,
        memory=proof_memory(definition, shape, threads),
        committed=committed(shape),
        size=round(_mean_size(definition, options, shape)),
        rate=shape.rate,
        queries=shape.queries,
        proven_bits=shape.sizes.bits // ONE,
        degrees=degrees(definition),
        doubled_by=definition.doubled_by,
        tables=tuple(TableSize(one.name, len(one.columns), one.rows, one.length) for one in air.tables[1:]),
    )


def proof_memory(definition: Definition, shape: Shape, threads: int) -> int:
    """The peak of a proof's bytes; cells that are filled beforehand are freed once the core has them, long before."""
    return filling_memory(definition) + compiled(((definition, 1),), shape).memory(threads) + beside(definition)


def filling_memory(definition: Definition) -> int:
    """The bytes of the block in which a table steps, where that is not the proof's own; its cells are not in it."""
    stepped = definition.filled_late or has_tables(definition)
    return max(one.memory() for one in tables(definition)) if stepped else 0


def beside(definition: Definition) -> int:
    """The bytes of a statement's arrays beside the core's memory."""
    outputs = WORD * sum(one.length for one in definition.air.sequences if one.is_output)
    return definition.array_bytes + _kept_cells(definition) + STATED * outputs


def _kept_cells(definition: Definition) -> int:
    """The bytes of cells that are filled before the proof, where they are too few to be freed."""
    before = definition.filled_late or has_tables(definition)
    cells = sum(len(one.columns) * one.length for one in definition.air.tables) if before else 0
    return WORD * cells if cells < _core.MANY_WORDS else 0


@cached(128)
def require_room(definition: Definition, options: ProofOptions) -> None:
    """Refuse a proof that would have more bytes than any reader accepts (PROTOCOL 9.3)."""
    size = _mean_size(definition, options, shape_of(options, [Group(definition.air)]))
    if size > MAX_BYTES:
        raise ProgramError(
            f"a proof of {definition.air.id} would have about {size:,.0f} bytes, and {MAX_BYTES:,} are the most: take"
            " fewer columns, fewer public values or shorter names of them, or a smaller rate, which takes fewer"
            " queries"
        )


def _mean_size(definition: Definition, options: ProofOptions, shape: Shape) -> float:
    """The bytes of a proof, the mean over all queries."""
    return proof_size(length_of([(stated(definition.air), 1)]), shape, expected)


def committed(shape: Shape) -> int:
    """The bytes of the codewords of the vector, its blinding R and the later words, and of the kept levels of their
    trees."""
    words, trees = (shape.columns + 3 * shape.hiding) << shape.log_n0, _tree(shape.log_n0, shape.log_m)
    log_m = shape.log_m
    for k, log_n, _ in shape.words:
        log_m -= k
        words += 3 << (k + log_n)
        trees += _tree(log_n, log_m)
    return WORD * words + trees


def _tree(log_leaves: int, log_message: int) -> int:
    return _core.tree_memory(1 << log_leaves, 1 << (log_leaves - log_message))
