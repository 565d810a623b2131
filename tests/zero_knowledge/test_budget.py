"""Each mask is needed, and there are as many as are needed and no more (PROTOCOL 4.3, 6.1, 11)."""

from __future__ import annotations

import pytest
from reference.algebra import ONE, ZERO, K
from reference.forger import Forger
from reference.linear import rank
from reference.small import small
from reference.systems import calls, calls_trace, cases, one
from reference.transcript import Transcript

from .pairs import forger
from .swaps import Swap, are_values, messages, seen, short

# Masks of the argument


@pytest.mark.parametrize("name", ["2 rows", "tables of 2 rows"])
def test_each_mask_hides_its_own_element(name: str) -> None:
    """The map from masks to what is said is one to one: each coefficient has its own, and so has each value."""
    tiny = one("tables of 2 rows", calls(2, 2), calls_trace(2, 2, [3, 5]))
    groups, traces = {case: rest for case, *rest in (*cases(), tiny)}[name]
    forger = Forger(groups, traces, coins=b"coins")
    masks, values = forger.masks["argument"], are_values(forger.lengths)
    before = messages(forger, traces, masks)
    assert len(before) == len(masks) == len(values)
    for e, value in enumerate(values):
        moved = [messages(forger, traces, [m + d * (i == e) for i, m in enumerate(masks)]) for d in (1, 2)]
        once, twice = ([a - b for a, b in zip(said, before)] for said in moved)
        assert once[e] != 0 and twice[e] == once[e] + once[e]
        others = [x for i, x in enumerate(once) if i != e and x != 0 and (values[i] or not value)]
        assert not others and (value or once[e] == 1)


class Unlucky(Transcript):
    """Coins that make every coordinate 0, where that is not refused."""

    def draw(self, name: str, refused=lambda x: False) -> K:  # type: ignore[no-untyped-def]
        return ZERO if name == "r" and not refused(ZERO) else super().draw(name, refused)


@pytest.mark.parametrize("guard", [True, False], ids=["drawn again", "taken"])
def test_a_last_coordinate_of_0_would_show_values(guard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = forger("posted")
    made.transcript = lambda: Unlucky(b"coins")
    if not guard:
        monkeypatch.setattr("reference.by_rows.is_bit", lambda x: False)
    values = are_values(made.lengths)
    said = [messages(made, made.traces, [mask] * len(values)) for mask in (ZERO, ONE)]
    for value, a, b in zip(values, *said):
        assert (a == b) == (value and not guard)


# Cells and tails

CUTS = [(7, 2, 1, 0), (6, 3, 1, 0), (5, 5, 1, 3), (4, 10, 3, 3)]
"""log m, columns, by how many rows a tail is longer than it must be, the first cell that must be."""


@pytest.mark.parametrize(("log_m", "columns", "slack", "first"), CUTS)
def test_sumcheck_cells(log_m: int, columns: int, slack: int, first: int) -> None:
    """Six cells a column say all that the commitment's first rounds can say; with five, few columns cannot."""
    made, other = forger("posted", small(log_m, log_m + 2))
    assert made.shape.columns == columns
    swap = Swap(made, other)
    rows = {q: [swap.cell_effect(i, q) for i in range(columns)] for q in range(6)}
    said = 3 * (1 + 2 * made.shape.kappa)
    assert rank([row for q in range(6) for row in rows[q]]) == said
    for left_out in range(first, 6):
        assert rank([row for q in range(6) if q != left_out for row in rows[q]]) < said


@pytest.mark.parametrize(("log_m", "columns", "slack", "first"), CUTS)
def test_tails_at_their_least_length(log_m: int, columns: int, slack: int, first: int) -> None:
    """Six cells are more than must be: shorter tails are noticed only where the slack ends."""
    for cut in (slack, slack + 1):
        shape_of = small(log_m, log_m + 2)
        made, other = forger("posted", lambda lengths, shape_of=shape_of, cut=cut: short(shape_of(lengths), cut))
        swap = Swap(made, other)
        tails = swap.tails_together()
        assert (tails is not None) == (cut == slack)
        if tails:
            assert seen(made, swap.proof(tails, swap.R(tails))) == seen(made, swap.first)
