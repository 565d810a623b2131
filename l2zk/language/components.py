"""Components: what functions that build a part of a program share, so that each can stand in it twice.

Names in scopes, selectors of rows, conditions on what is claimed. A component is a plain function that takes the
builder and expressions, and gives expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from l2zk.air.nodes import PERIODIC, ROW_NUMBER
from l2zk.base.arguments import items
from l2zk.base.field import field_integer, is_power_of_two
from l2zk.base.names import plain
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.blocks import Blocks, known_column, rows_where
from l2zk.language.draft import Draft, Every
from l2zk.language.expression import Expression
from l2zk.language.rules.call import check_identifier, cycle, new_name
from l2zk.language.when import under


class Components:
    """Scopes, selectors and periodic columns of one table."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._graph = draft.graph

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Put `NAME.` before the names that are made inside, so that a component can be used twice.

        Scopes may stand in one another. Fixed tables are shared, and periodic columns of the same values.

            with m.scope("left"):
                left = component(m, x)
        """
        check_identifier("a scope", name)
        common, outer = self._draft.common, self._draft.common.prefix
        common.prefix = f"{outer}{plain(name)}."
        try:
            yield
        finally:
            common.prefix = outer

    @contextmanager
    def when(self, selector: Any) -> Iterator[None]:
        """Claim what is claimed inside only where the selector is 1; selectors inside one another are multiplied.

        selector: an expression that is 0 or 1 on every row: a periodic column, or one that the program claims to be.
        Constraints are multiplied by it, which costs a degree; ranges, lookups, sends, receives and accesses to
        memories are said where it is 1, and claim that it is 0 or 1; of `bits` the value is claimed there. Said on
        every row all the same are start, step, let, outputs, and that bits are bits.

            with m.when(m.blocks(64).within):
                m.constrain("counts", x.next == x + 1)
        """
        with under(self._draft, selector):
            yield

    def blocks(self, size: int) -> Blocks:
        """The rows in blocks of `size`, a power of two from 2, the first of which begins on row 0; see `Blocks`.

        `m.constrain("starts", x == 0, on=m.blocks(64).every(0))`
        """
        return Blocks(self._draft, size)

    def rows_where(self, period: int, chosen: Callable[[int], Any]) -> Expression:
        """A periodic column that is 1 on each row i for which `chosen(i % period)` is true, and 0 on the others.

        period: a power of two. One that selects the same rows is the same column, however often it is asked for.

            busy = m.rows_where(64, lambda k: k < 48)
        """
        return rows_where(self._draft, period, chosen)

    def periodic(self, values: Iterable[Any], name: str | None = None) -> Expression:
        """A column of public constants, entry i mod P on row i; the number P of values is a power of two.

        With `first = m.periodic([1, 0, 0, 0])` a factor `first` says a constraint on rows 0, 4, 8, … alone. Of the same
        values there is one column, under the name that it has first.
        """
        listed = items(values)
        if listed is None:
            raise ProgramError(f"m.periodic({short(values)}): a sequence of integers is needed")
        entries, draft = tuple(map(field_integer, listed)), self._draft
        number = draft.periodic.index(entries) if entries in draft.periodic else len(draft.periodic)
        if number < len(draft.periodic) and number not in draft.turned:
            known = self._graph.leaf(PERIODIC, number)
            if name is None or self._has(name, known):
                return known
        name = new_name(draft, "a periodic column", name if name is not None else f"periodic{number}")
        if not is_power_of_two(len(entries)):
            raise ProgramError(f"periodic column {name!r} has {len(entries)} values; the number must be a power of two")
        column = known_column(draft, entries, name)
        draft.names.setdefault(name, {})["a periodic column"] = self._graph.nodes[column.index]
        return column

    def _has(self, name: Any, leaf: Expression) -> bool:
        """True if a periodic column has this name."""
        whole = self._draft.common.prefix + name if isinstance(name, str) else ""
        return self._draft.names.get(whole, {}).get("a periodic column") == self._graph.nodes[leaf.index]

    def row_number(self) -> Expression:
        """The number of the row, 0 on the first one: a column that everybody knows, and that costs nothing.

        `m.constrain("x counts", x == m.row_number())`
        """
        return self._graph.leaf(ROW_NUMBER, 0)

    def every(self, k: int, start: int = 0) -> Every:
        """Every k-th row from `start` on, as `on=m.every(64)`; k is a power of two from 2, 0 <= start < k."""
        return cycle(k, start)

    def where(self, selector: Any, then: Any, otherwise: Any) -> Expression:
        """`then` where the selector is 1, `otherwise` where it is 0; constrain the selector to be 0 or 1.

        `m.step({x: m.where(bit, 3 * x + 1, y)})`
        """
        chosen = self._graph.lift(selector)
        answer: Expression = chosen * then + (1 - chosen) * otherwise
        return answer

    def constant(self, value: Any) -> Expression:
        """An integer -p < value < p as an expression, as in `sum([x, y], m.constant(0))`."""
        return self._graph.lift(value)
