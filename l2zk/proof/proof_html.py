"""A proof in a notebook: what it claims, its figures, and the public values that it states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from l2zk.base.wording import Verbatim, counted, printable
from l2zk.proof.claims import Statement, shown_outputs
from l2zk.show import html
from l2zk.show.grid import shortened

MOST_VALUES, MOST_STATEMENTS = 20, 5
"""Public values, and statements, that are shown."""

MOST_ENTRIES = 6
"""Of an array."""

LONGEST, LONGEST_WORD = 60, 128
"""Characters of a value, and of an output word: a digest of 64 bytes is shown whole."""


def proof_html(claim: str, size: int, options: object, statements: Sequence[Statement]) -> str:
    """The claim of a proof, its size and options, and what its first statements state."""
    shown = statements[:MOST_STATEMENTS]
    tables = [html.table(("kind", "name", "value"), _values(one), words=2) for one in shown if any(_values(one))]
    what = f"{statements[0].steps:,} steps" if len(statements) == 1 else counted(len(statements), "statement")
    more = len(statements) - len(shown)
    rest = [f"and {counted(more, 'more statement')}"] if more else []
    told = [f"{what}, {size:,} bytes", str(options), "Whether it is right, TraceZkVm.verify says."]
    return html.block(html.heading(claim), html.sentences(*told), *tables, html.sentences(*rest))


def _values(statement: Statement) -> list[tuple[str, str, str]]:
    """The first public values, by their kind and name."""
    found = list(islice(_all_values(statement), MOST_VALUES + 1))
    return [*found[:MOST_VALUES], ("…", "", "")] if len(found) > MOST_VALUES else found


def _all_values(statement: Statement) -> Iterator[tuple[str, str, str]]:
    named = (
        ("parameter", statement.parameters),
        ("public input", statement.public_inputs),
        ("hash of a public column", statement.public_digests),
        ("public output", shown_outputs(statement)),
    )
    yield from ((kind, printable(name), _text(value)) for kind, values in named for name, value in values.items())


def _text(value: Any) -> str:
    """A value; of an array the first entries, and how many there are."""
    if hasattr(value, "tolist"):
        first = ", ".join(map(str, value[:MOST_ENTRIES].tolist()))
        return first if len(value) <= MOST_ENTRIES else f"{first}, … ({len(value):,} values)"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Verbatim):
        return shortened(str(value), LONGEST_WORD)
    return shortened(str(value) if isinstance(value, int) and value.bit_length() < 256 else repr(value), LONGEST)
