"""Reporting: the report on several statements, of the machine's own layout or of a proof's groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from l2zk.air.stacking import stackable
from l2zk.base.arguments import items, kind_of
from l2zk.errors import ArgumentError
from l2zk.language.definition import Definition
from l2zk.proof.groups import Group, Groups, by_group, groups_of
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import Proof
from l2zk.proof.security import ONE
from l2zk.proof.shape import shape_of
from l2zk.proof.statement import check_program
from l2zk.vm import cost
from l2zk.vm.cost import ProofProfile
from l2zk.vm.together.costs import estimate
from l2zk.vm.together.layout import ANY_GROUP, Way, layout, ways, work
from l2zk.vm.together.report import AggregationReport, Layout, Run, reason
from l2zk.vm.together.told import of_statement

Made = Proof | ProofProfile


def report(
    options: ProofOptions, definitions: Sequence[Definition], threads: int, made: Made | None, apart: Any
) -> AggregationReport:
    """The report on these statements: as they would be proved, or of the proof `made`; apart: proofs of them apart."""
    proof = made.proof if isinstance(made, ProofProfile) else _proof("together", made)
    if isinstance(made, ProofProfile):
        threads = made.threads
    options = options if proof is None else proof.options
    groups = layout(options, definitions) if proof is None else _groups_of(proof, definitions)
    joint, alone = estimate(options, groups, threads), Counter(definitions)
    single = {one: cost.estimate(one, options, threads) for one in alone}
    others = None if apart is None else _listed(apart, definitions, options)
    size_apart = sum(count * single[one].size for one, count in alone.items())
    return AggregationReport(
        runs=tuple(_runs(options, definitions, groups)),
        statements=len(definitions),
        groups=len(groups),
        is_measured=proof is not None,
        bytes=joint.size if proof is None else proof.size,
        bytes_apart=size_apart if others is None else sum(_proof("apart", one).size for one in others),
        work=_work(options, groups),
        work_apart=sum(count * _work(options, ((one, 1),)) for one, count in alone.items()),
        memory=joint.memory,
        memory_apart=max(one.memory for one in single.values()),
        proven_bits=shape_of(options, groups_of(groups)).sizes.bits // ONE,
        threads=threads,
        seconds=made.total if isinstance(made, ProofProfile) else None,
        seconds_apart=_seconds(others),
        bytes_sorted=_sorted(options, definitions, alone, threads),
    )


def _sorted(
    options: ProofOptions, definitions: Sequence[Definition], alone: Counter[Definition], threads: int
) -> int | None:
    """The expected bytes with equal programs next to each other; None if they are so."""
    if sum(1 for _ in groupby(definitions)) == len(alone):
        return None
    return estimate(options, layout(options, list(alone.elements())), threads).size


def _runs(options: ProofOptions, definitions: Sequence[Definition], groups: Groups) -> Iterator[Run]:
    """The runs of equal programs, with their layouts, of which that of these groups is the chosen one."""
    counts, first = iter(groups), 0
    for definition, ones in groupby(definitions):
        statements = sum(1 for _ in ones)
        own: list[int] = []
        while sum(own) < statements:
            own.append(next(counts)[1])
        known = [_layout(way, tuple(own)) for way in ways(options, definition, statements)]
        refusal = stackable(definition.air)
        yield Run(
            program=definition.air.id,
            first=first,
            statements=statements,
            layouts=tuple(known),
            why=reason(known, refusal, statements),
        )
        first += statements


def _layout(way: Way, chosen: tuple[int, ...]) -> Layout:
    known = way.size is not None
    return Layout(
        groups=way.groups,
        bytes=round(way.size) if way.size is not None else None,
        work=way.work if known else None,
        refused=way.refused,
        is_chosen=way.groups == chosen,
    )


def _work(options: ProofOptions, groups: Groups) -> int:
    shape = shape_of(options, [Group(definition.air, count) for definition, count in groups])
    return work(shape) + ANY_GROUP * len(groups)


def _groups_of(proof: Proof, definitions: Sequence[Definition]) -> Groups:
    """The groups of a proof of these statements; ProofError for a proof of others."""
    if len(proof.statements) != len(definitions):
        raise ArgumentError(
            f"the proof holds {len(proof.statements)} x statement, and {len(definitions)} x program came"
        )
    at = 0
    for group in proof.header.groups:
        for definition in {*definitions[at : at + group.count]}:
            check_program(definition, group.program)
        at += group.count
    return by_group(proof.header, definitions)


def _proof(name: str, made: Any) -> Any:
    """The proof of one that is given; None where none is."""
    if isinstance(made, ProofProfile):
        return made.proof
    if made is not None and not isinstance(made, Proof):
        raise ArgumentError(f"{name} takes a Proof or a ProofProfile, not {kind_of(made)}")
    return made


def _listed(apart: Any, definitions: Sequence[Definition], options: ProofOptions) -> list[Made]:
    """The proofs apart, of these statements each alone and with these options, as else figures are compared that do not
    belong together."""
    found, count = items(apart), len(definitions)
    if found is None:
        raise ArgumentError(f"apart is a list with a Proof or a ProofProfile of each statement, not {kind_of(apart)}")
    if len(found) != count or any(_proof("apart", one) is None for one in found):
        raise ArgumentError(f"apart has {len(found)} x proof, and there are {count} x statement")
    for index, (one, definition) in enumerate(zip(found, definitions)):
        proof = _proof("apart", one)
        if len(proof.statements) != 1 or proof.options != options:
            raise ArgumentError(f"apart: proof {index} is not of one statement with the options of the proof of all")
        with of_statement(index):
            check_program(definition, proof.header.groups[0].program)
    return found


def _seconds(apart: list[Made] | None) -> float | None:
    """The seconds of proofs apart, if they were measured."""
    if apart is None or not all(isinstance(one, ProofProfile) for one in apart):
        return None
    return sum(one.total for one in apart if isinstance(one, ProofProfile))
