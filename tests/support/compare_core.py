"""Core and twin side by side on groups of the twin: the first message or challenge in which they differ.

    python tests/support/compare_core.py                      all systems, hiding and not
    python tests/support/compare_core.py "3 stacked"          one system, by its name
    python tests/support/compare_core.py random SEED          a random program with interactions
    python tests/support/compare_core.py plain SEED           one without
    python tests/support/compare_core.py random SEED COUNT    so many of them, from SEED on

--verify: the verifiers alone, on the twin's proof. --threads N. --hiding, --plain: one of the two kinds of proof.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import numpy as np
from core_tables import Compiled, block_of, values_of
from reference.by_rows import Trace
from reference.header import group_bytes, stated_group
from reference.lengths import Lengths
from reference.options import Options
from reference.proof import ANY_OPTIONS, check, header, prove, seed, verify
from reference.random_programs import random_case
from reference.randomness import masks_of
from reference.reading import Reading
from reference.shape import Shape
from reference.small import SHAPES, ShapeOf
from reference.statement import Group, Program, physical_tables
from reference.systems import cases
from reference.transcript import Refused, Transcript

from l2zk import _core
from l2zk.errors import ProofError

KEY = bytes(range(32))
"""The seed of all randomness."""


def completed(groups: Sequence[Group], traces: Sequence[Trace]) -> list[Trace]:
    """The traces with copies of the last statement's rows where a statement is missing, as the core has them."""
    result, given = list[Trace](), iter(traces)
    for program, statements in groups:
        count, blocks = len(statements), 1 << (len(statements) - 1).bit_length()
        for table in program.tables:
            end = count * table.rows
            repeated = blocks - count
            result.append([[*c[:end], *list(c[end - table.rows : end]) * repeated] for c in next(given)])
    return result


class Sides:
    """Groups with traces in a shape, as both sides take them."""

    def __init__(
        self, groups: list[Group], traces: Sequence[Trace], shape_of: ShapeOf | None = None, *, hiding: bool = True
    ) -> None:
        self.groups, self.traces, self.hiding = groups, completed(groups, traces), hiding
        self.shape_of = shape_of or SHAPES["one later word"]
        self.lengths = Lengths(physical_tables(groups), hiding)
        self.shape: Shape = self.shape_of(self.lengths)
        self.header = header(groups)
        self.compiled = Compiled(groups, self.lengths, self.shape)

    def instances(self) -> list[Any]:
        """Each statement with its traces, and the places of its outputs in the header."""
        made, given, at = [], iter(self.traces), len(self.header) - len(self.of_groups())
        for (program, statements), runs in zip(self.groups, self.compiled.runs):
            of_group = group_bytes(stated_group(program, statements))
            at += len(of_group)
            columns = [next(given) for _ in program.tables]
            places = places_of(program, at, len(statements))
            for number, public in enumerate(statements):
                starts = [([], {}, block_of(c, number, t.rows)) for c, t in zip(columns, program.tables)]
                inputs = list(public.scalars[: len(program.inputs)])
                given_sequences = values_of(program, public, output=False)
                scalars, sequences = places[number]
                how = {"output_places": scalars, "sequences": given_sequences, "sequence_places": sequences}
                made.append(_core.Instance(inputs, starts, **how))
            assert len(runs) == len(columns)
        return made

    def of_groups(self) -> bytes:
        return b"".join(group_bytes(stated_group(*group)) for group in self.groups)

    def statements(self) -> list[Any]:
        """For the verifier: the inputs, the outputs and the sequences of each statement."""
        return [
            (
                list(public.scalars[: len(program.inputs)]),
                list(public.scalars[len(program.inputs) :]),
                [np.array(values, dtype=np.uint64) for values in public.sequences],
            )
            for program, statements in self.groups
            for public in statements
        ]

    def by_core(self, threads: int = 1, *, check: bool = False) -> bytes:
        how = {"check": check, "threads": threads, "seed": KEY if self.hiding else None}
        head, body = _core.prove_bytes(self.compiled.core, self.header, self.instances(), **how)
        if bytes(head) != self.header:
            raise AssertionError("the outputs in the header are others")
        return bytes(body)

    def by_twin(self) -> bytes:
        masks = masks_of(KEY, self.lengths, self.shape)
        return prove(self.groups, self.traces, self.shape_of, masks=masks, hiding=self.hiding)

    def core_section(self, body: bytes) -> str:
        """The section of the check that refuses it, or nothing."""
        try:
            _core.verify_bytes(self.compiled.core, self.header, body, self.statements())
        except ProofError as refusal:
            return str(refusal.section)
        return ""

    def twin_refusal(self, body: bytes) -> str | None:
        return verify(self.groups, body, self.shape_of, hiding=self.hiding)

    def core_accepts(self, body: bytes) -> bool:
        return not self.core_section(body)

    def twin_accepts(self, body: bytes) -> bool:
        return self.twin_refusal(body) is None

    @property
    def options(self) -> Options:
        return ANY_OPTIONS

    # What is heard and drawn

    def heard_by_core(self, body: bytes) -> list[tuple[str, Any]]:
        """Challenges and drawn points, in order, up to the refusal."""
        acts, _ = _core.dissect(self.compiled.core, self.header, body, self.statements())
        return [
            (act[0], act[1] if act[0] == "challenge" else act[2]) for act in acts if act[0] in ("challenge", "points")
        ]

    def heard_by_twin(self, body: bytes) -> list[tuple[str, Any]]:
        """The same with the names of the challenges."""
        transcript = Transcript()
        with contextlib.suppress(Refused):
            check(self.groups, body, self.lengths, self.shape, transcript, ANY_OPTIONS)
        drawn = [(name, x) for name, x in transcript.log if isinstance(name, str)]
        return [(name, x if name == "queries" else tuple(x.c)) for name, x in drawn]

    def places(self, body: bytes) -> list[tuple[int, int, Any]]:
        start = seed(self.groups, self.lengths, self.shape)
        return Reading(self.lengths, self.shape, start, bytearray(body)).places


def places_of(program: Program, end: int, count: int) -> list[tuple[list[int], list[int]]]:
    """Where the outputs of each statement stand in a header whose group ends here, and its output sequences."""
    inputs, scalars = len(program.inputs), len(program.inputs) + len(program.outputs)
    sizes = [8 * said.length if said.output else 32 for said in program.sequences]
    size = 8 * scalars + sum(sizes)
    result = []
    for start in range(end - count * size, end, size) if size else [end] * count:
        series = [start + 8 * scalars + sum(sizes[:i]) for i, said in enumerate(program.sequences) if said.output]
        result.append(([start + 8 * i for i in range(inputs, scalars)], series))
    return result


def first_difference(ours: bytes, theirs: bytes, places: Sequence[tuple[int, int, Any]]) -> str | None:
    """The first message in which the core's body is not the twin's."""
    if ours == theirs:
        return None
    counts: dict[Any, int] = {}
    for at, size, what in places:
        number = counts[what] = counts.get(what, -1) + 1
        mine, other = ours[at : at + size], theirs[at : at + size]
        if mine != other:
            byte = next((i for i, (a, b) in enumerate(zip(mine, other)) if a != b), len(mine))
            name = getattr(what, "name", what)
            return (
                f"{name} number {number}, at {at}, byte {byte} of {size}; core {elements(mine)}, twin {elements(other)}"
            )
    return f"the core's body has {len(ours)} bytes, the twin's {len(theirs)}"


def elements(data: bytes) -> str:
    words = [int.from_bytes(data[i : i + 8], "little") for i in range(0, min(len(data), 48), 8)]
    return f"{words}{' …' if len(data) > 48 else ''}"


def compare_provers(sides: Sides, threads: int = 1) -> str | None:
    """None, or the first message in which the two proofs differ."""
    theirs = sides.by_twin()
    return first_difference(sides.by_core(threads), theirs, sides.places(theirs))


def compare_verifiers(sides: Sides, body: bytes | None = None) -> str | None:
    """None, or the first challenge that the two verifiers of the twin's proof draw differently, or who refuses it."""
    body = sides.by_twin() if body is None else body
    pairs = zip(sides.heard_by_core(body), sides.heard_by_twin(body))
    for number, ((_, ours), (name, theirs)) in enumerate(pairs):
        if ours != theirs:
            return f"challenge {number}, {name}: core {ours}, twin {theirs}"
    refusals = sides.core_section(body), sides.twin_refusal(body)
    return None if refusals == ("", None) else f"core and twin say: {refusals}"


def agreed(groups: list[Group], traces: Sequence[Trace], shape_of: ShapeOf | None = None, *, hiding: bool) -> Sides:
    """Both sides, which make one proof, with each instruction set and by one thread and two, and accept it."""
    sides = Sides(groups, traces, shape_of, hiding=hiding)
    theirs, before = sides.by_twin(), _core.isa()
    assert compare_verifiers(sides, theirs) is None
    try:
        for isa in _core.isas():
            _core.use_isa(isa)
            for threads in (1, 2):
                found = first_difference(sides.by_core(threads), theirs, sides.places(theirs))
                assert found is None, f"{isa}, {threads} threads: {found}"
    finally:
        _core.use_isa(before)
    return sides


def compare(
    groups: list[Group], traces: Sequence[Trace], shape_of: ShapeOf | None = None, *, hiding: bool, threads: int = 1
) -> str | None:
    """None, or the first thing in which core and twin differ."""
    sides = Sides(groups, traces, shape_of, hiding=hiding)
    return compare_verifiers(sides) or compare_provers(sides, threads)


def chosen(which: Sequence[str]) -> Iterator[tuple[str, list[Group], Any]]:
    if which[:1] in (["random"], ["plain"]):
        name = which[1] if len(which) > 1 else "1"
        for number in range(int(which[2]) if len(which) > 2 else 1):
            seed = f"{name} {number}" if number else name
            yield f"{which[0]} {seed}", *random_case(seed, interactions=which[0] == "random")
    else:
        yield from (case for case in cases() if case[0] in which or not which)


def told(name: str, groups: list[Group], traces: Any, hiding: bool, arguments: argparse.Namespace) -> bool:
    """Say how core and twin compare; whether they agree."""
    begun = time.monotonic()
    try:
        sides = Sides(groups, traces, hiding=hiding)
        found = compare_verifiers(sides) if arguments.verify else compare_provers(sides, arguments.threads)
    except Exception:
        found = traceback.format_exc(limit=-3)
    sort = "hiding" if hiding else "plain"
    print(f"{name}, {sort}, {time.monotonic() - begun:.1f} s: {found or 'the same'}", flush=True)
    return found is None


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("which", nargs="*")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--hiding", dest="hiding", action="store_const", const=[True], default=[False, True])
    parser.add_argument("--plain", dest="hiding", action="store_const", const=[False])
    arguments = parser.parse_args()
    same = [told(*case, hiding, arguments) for case in chosen(arguments.which) for hiding in arguments.hiding]
    print(f"{sum(same)} of {len(same)} are the same")
    return 0 if all(same) else 1


if __name__ == "__main__":
    raise SystemExit(main())
