"""What a notebook shows of the kit's findings: the verdict with its mark, and a list of all that is said below it."""

from __future__ import annotations

from dataclasses import dataclass

from pages import HOSTILE, Elements

import l2zk
from l2zk.show.html import BAD, GOOD, verdict
from l2zk.testing import Case, examine_program


@dataclass(frozen=True)
class Half(l2zk.TraceProgram):
    """Half of a private number; nothing says where `half` begins."""

    id = "half.v0"
    pinned: bool

    def define(self, m):
        m.rows(4)
        number, half = m.private_column("number"), m.column("half")
        m.constrain("twice", 2 * half == number if self.pinned else half * (half - number) == 0)
        m.output("end", half, row=3)

    def generate_trace(self, witness):
        return {"half": [1, 2, 3, 4] if self.pinned else [2, 4, 6, 8]}


def found(pinned):
    return examine_program(Half, [Case({"pinned": pinned}, {"number": [2, 4, 6, 8]})])


def test_findings_are_shown_with_their_mark():
    for pinned in (True, False):
        conformance = found(pinned)
        assert conformance.ok == pinned
        for one in (conformance, *conformance.runs):
            page, texts = one._repr_html_(), Elements(one._repr_html_()).texts
            assert (GOOD in page, BAD in page) == (one.ok, not one.ok)
            assert texts[0] == ("✓" if one.ok else "✗") and any("half.v0: " in text for text in texts)
            for line in str(conformance).splitlines()[1:] if one is conformance else ():
                assert line.strip().removeprefix("- ") in texts


def test_a_verdict_is_escaped():
    shown = Elements(verdict(f"{HOSTILE}\n  - {HOSTILE}\n", ok=False))
    assert shown.texts[-2:] == [HOSTILE, HOSTILE] and "script" not in shown.seen and "li" in shown.seen
