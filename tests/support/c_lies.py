"""Proofs that lie with an honest transcript: false traces, a message bent before it is said, another word."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from c_corpus import Case, Judged, judged_of
from reference.algebra import K
from reference.forger import Forger, changed
from reference.header import header_of
from reference.options import Options
from reference.sizes import by_options
from reference.statement import Group
from reference.systems import Traces, fibonacci, fibonacci_trace
from reference.transcript import ELEMENTS, OF_LOOKUPS

Cheat = Mapping[Any, Callable[..., Any]]

WEAK = Options("fast", 1, 1, 0, True, 3, True)
PLAIN = Options("fast", 1, 1, 0, False, 3, True)
"""Few queries, next to no work."""


def false(case: Case, rng: random.Random) -> Judged:
    """The core's proof of a trace with a cell or two changed; they may be free."""
    sides, honest = case.sides, case.sides.traces
    sides.traces = changed(honest, rng)
    body = sides.by_core()
    sides.traces = honest
    made = judged_of(f"{case.judged.name}, changed", case.groups, sides.header + body)
    return Judged(made.name, made.keys, made.proof, made.fixed, sides.core_accepts(body))


def bumped(values: list[K]) -> list[K]:
    """The last one is another."""
    return [*values[:-1], values[-1] + 1] if values else values


def raised(columns: list[list[Any]]) -> list[list[Any]]:
    return [[columns[0][0] + 1, *columns[0][1:]], *columns[1:]]


MESSAGES: dict[str, Cheat] = {kind.name: {kind: bumped} for kind in (*OF_LOOKUPS, *ELEMENTS)}
"""A message of each kind, or all of them, with its last element changed; what follows is honest."""
WORDS: dict[str, Cheat] = {
    "the columns": {"columns": raised},
    "R": {"R": bumped},
    "a later word": {"word": lambda word, columns: raised(columns)},
}
"""What is committed is not what is claimed."""
ALONE = {name: cheat for name, cheat in {**MESSAGES, **WORDS}.items() if name not in ("ANSWER", "a later word")}
"""Those of a proof without later words."""
OF_HIDING = ("SIGMA", "MU", "TAIL", "R")


def forged(
    name: str, groups: list[Group], traces: Traces, options: Options, cheat: Cheat | None, *, fitted: bool = False
) -> Judged:
    """The twin's proof with a lie, and its verdict; `fitted` bends the values, too, so that each sumcheck ends well."""
    forger = Forger(groups, traces, by_options(groups, options), hiding=options.zero_knowledge, options=options)
    body = forger.prove(forger.fitted() if fitted else cheat)
    made = judged_of(name, groups, header_of(groups, options).to_bytes() + body)
    return Judged(made.name, made.keys, made.proof, made.fixed, forger.verify(body) is None)


def each_message(groups: list[Group], traces: Traces) -> Iterator[Judged]:
    """One lie each, hiding and not; and false traces whose sumchecks all end well."""
    for options in (WEAK, PLAIN):
        for name, cheat in ALONE.items():
            if not options.zero_knowledge and name in OF_HIDING:
                continue
            yield forged(f"{name}, {options.zero_knowledge}", groups, traces, options, cheat)
        for seed in range(2):
            bent = changed(traces, random.Random(seed))
            yield forged(f"fitted {seed}", groups, bent, options, None, fitted=True)


def with_words(names: Sequence[str] = ("ANSWER", "FOLD_ROUND", "FINAL", "a later word")) -> Iterator[Judged]:
    """Lies about a later word; tables are as tall as that takes."""
    public, traces = fibonacci_trace(1024, 1, 1)
    cheats = {**MESSAGES, **WORDS}
    for name in names:
        yield forged(f"{name}, one word", [(fibonacci(1024), (public,))], traces, PLAIN, cheats[name])
