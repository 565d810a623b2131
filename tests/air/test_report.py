"""Reports: what is said of a trace that violates its constraints."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

import pytest
from code_interpreter import P, as_array, solve, violations
from defining import program as program_of
from example_programs import Fibonacci

from l2zk.air.report import report
from l2zk.errors import ConstraintError
from l2zk.language.program import TraceProgram
from l2zk.vm.zkvm import TraceZkVm


@dataclass(frozen=True)
class Mixed(TraceProgram):
    """A periodic column, a power, an expression that is no difference."""

    id = "mixed.v0"

    def define(self, m):
        x = m.column("x")
        c = m.periodic([1, 2], name="c")
        m.start({x: 2})
        m.step({x: (x + c) ** 3})
        m.constrain("odd", c * (x - 2) * (x - 27), on=m.every(4, start=1))
        m.constrain("sum", x[2] + x, on=0)
        m.output("y", x * c, row=1)


def report_of(program, changes=(), outputs=None, witness=(), **settings):
    """The report after changing some cells (row, column, value)."""
    definition, rows, inputs, honest = solve(program, witness)
    for row, column, value in changes:
        rows[row][column] = value
    outputs = honest if outputs is None else outputs
    found = violations(definition.air, rows, inputs, outputs)
    return report(definition.air, as_array(rows), inputs, outputs, found, **settings)


def test_an_honest_trace():
    honest = report_of(Fibonacci(5))
    assert honest.ok and bool(honest) and honest.violations == ()
    assert str(honest) == "example-fibonacci.v0: all 5 constraints are satisfied (6 rows, 8 with padding)"
    honest.raise_if_violated()


def test_one_constraint_is_one():
    def define(m):
        x = m.private_column("x")
        m.constrain("bits", x * x == x)
        m.rows(4)

    assert str(report_of(program_of(define), witness={"x": [0, 1, 1, 0]})).startswith(
        "test.v0: its constraint is satisfied (4 rows"
    )


def test_a_changed_cell():
    found = report_of(Fibonacci(5), [(3, 1, 100)])
    assert not found
    first, second = found.violations
    assert (first.constraint, first.row, first.count, first.padding) == ("a", 3, 1, False)
    assert (first.expression, first.filled, first.values) == ("a[1] == b", "3 == 100", "3 == 100")
    assert (second.constraint, second.row, second.count) == ("b", 2, 2)
    assert (second.expression, second.filled, second.values) == ("b[1] == a + b", "100 == 1 + 2", "100 == 3")
    cells = [(cell.column, cell.row, cell.value) for cell in second.cells]
    assert cells == [("a", 2, 1), ("a", 3, 2), ("b", 2, 2), ("b", 3, 100)]


def test_the_text():
    assert str(report_of(Fibonacci(5), [(3, 1, 100)])) == "\n".join(
        [
            "example-fibonacci.v0: 2 of 5 constraints fail (6 rows, 8 with padding)",
            "",
            "constraint 'a' fails at row 3",
            "    a[1] == b",
            "    3 == 100",
            "    on every row but the last",
            "       row 3  row 4",
            "    a      2      3",
            "    b    100      5",
            "",
            "constraint 'b' fails at row 2 and 1 more row",
            "    b[1] == a + b",
            "    100 == 1 + 2",
            "    100 == 3",
            "    on every row but the last",
            "       row 2  row 3",
            "    a      1      2",
            "    b      2    100",
        ]
    )


def test_a_wrong_output():
    found = report_of(Fibonacci(5), outputs=[6])
    (violation,) = found.violations
    assert violation.constraint == "output result" and violation.row == 5
    assert (violation.expression, violation.filled) == ("a == result", "5 == 6")
    assert [(k.kind, k.name, k.value) for k in violation.known] == [("output", "result", 6)]
    assert str(found).endswith("    on row 5\n       row 5\n    a      5\n    output result = 6")


def test_a_row_of_the_padding():
    found = report_of(Fibonacci(4), [(7, 0, 0)])
    (violation,) = found.violations
    assert violation.row == 6 and violation.padding
    assert "constraint 'a' fails at row 6 (in the padding)" in str(found)


def test_a_constraint_that_reads_into_the_padding():
    found = report_of(Fibonacci(5), [(5, 0, 6)], filled=5)
    assert [(v.constraint, v.row, v.padding) for v in found.violations][:2] == [
        ("a", 4, True),
        ("b", 5, True),
    ]
    assert "constraints are claimed of the padding too: choose a pad= of the columns that" in str(found)
    assert "a pad= of the columns" in found._repr_html_()


@dataclass(frozen=True)
class Secret(TraceProgram):
    """A public column, a private one, one of both, and a false claim of each."""

    id = "secret.v0"

    def define(self, m):
        n, key, x, given = *m.columns("n", "key", "x"), m.private_column("given", pad=0)
        m.start({n: 0, key: m.private_input("key"), x: m.public_input("x0")})
        m.step({n: n + 1, key: key, x: x * key})
        m.constrain("public", n == n + m.public_input("one", default=1))
        m.constrain("private", key == n)
        m.constrain("mixed", x * n == given)
        m.output("end", x, row=5)


def test_private_values_are_left_out():
    program, witness = Secret(), {"key": 7919, "x0": 3, "given": [104729]}
    found = program.check(witness)
    assert [v.filled for v in found.violations] == ["0 == 0 + 1", "private == 0", "private * 0 == private"]
    assert [v.values for v in found.violations] == ["0 == 1", "private == 0", "private == private"]
    assert [cell.value for cell in found.violations[1].cells] == [0, None]
    for rendered in (str(found), found.to_json(), found._repr_html_()):
        assert "7919" not in rendered and "104729" not in rendered and "private" in rendered
    assert json.loads(found.to_json())["redacted"] is True
    assert found.summary.endswith("(6 rows, 8 with padding, private values left out)")
    assert "key  private" in str(found) and "private == private" not in str(found)
    plain = program.check(witness, redact=False)
    assert "7919" in str(plain) and "104729" in str(plain) and not plain.redacted
    for machine, redact in ((False, True), (True, False), (True, None), (False, None)):
        told = TraceZkVm(redact=machine).check(program, witness, redact=redact)
        assert dataclasses.replace(told, degrees=None) == (found if (machine if redact is None else redact) else plain)


def test_periodic_values_powers_and_rows_that_wrap():
    found = report_of(Mixed(), [(0, 0, 5)])
    by_name = {v.constraint: v for v in found.violations}
    assert by_name["start x"].filled == "5 == 2"
    assert (by_name["x"].expression, by_name["x"].filled) == ("x[1] == (x + c)**3", "27 == (5 + 1)**3")
    assert by_name["x"].values == "27 == 216"
    assert [(k.kind, k.name, k.value) for k in by_name["x"].known] == [("periodic", "c", 1)]
    assert (by_name["sum"].expression, by_name["sum"].filled) == ("x[2] + x == 0", "24389 + 5 == 0")
    assert "row 0  row 2" in str(found)
    changed = report_of(Mixed(), [(1, 0, P - 1)]).violations
    odd = next(v for v in changed if v.constraint == "odd")
    assert odd.expression == "c * (x - 2) * (x - 27) == 0" and odd.domain == "rows 1, 5, 9, …"
    assert odd.values == f"{2 * 3 * 28} == 0"


def test_json_and_html():
    found = report_of(Fibonacci(5), [(3, 1, 100)])
    read = json.loads(found.to_json())
    assert read == json.loads(json.dumps(found.to_dict()))
    assert read["ok"] is False and read["program"] == "example-fibonacci.v0"
    assert read["violations"][1]["cells"][3] == {"column": "b", "row": 3, "value": 100}
    page = found._repr_html_()
    assert ">row 2</th>" in page and ">100</td>" in page and "constraint &#x27;a&#x27;" in page
    assert json.loads(report_of(Fibonacci(5)).to_json())["violations"] == []


def test_the_error():
    with pytest.raises(ConstraintError) as caught:
        report_of(Fibonacci(5), [(3, 1, 100)]).raise_if_violated()
    sentence = "constraint 'a' fails at row 3: a[1] == b is 3 == 100 (1 more constraint fails)"
    assert str(caught.value) == f"example-fibonacci.v0: {sentence}"
    assert caught.value.report.violations[1].constraint == "b"


def test_every_changed_cell_of_fibonacci_is_found():
    _, rows, _, _ = solve(Fibonacci(5))
    for row in range(len(rows)):
        for column in range(2):
            assert not report_of(Fibonacci(5), [(row, column, rows[row][column] + 1)])


def test_a_wide_constraint_is_cut():
    @dataclass(frozen=True)
    class Wide(TraceProgram):
        id = "wide.v0"

        def define(self, m):
            bits = m.columns(*(f"bit{i}" for i in range(64)))
            m.start(dict.fromkeys(bits, 1))
            m.step({bit: bit for bit in bits})
            m.constrain("word", sum(2**i * bit for i, bit in enumerate(bits)) == 2**32 - 2)

    found = report_of(Wide(), [(0, 63, 0)])
    word = next(v for v in found.violations if v.constraint == "word")
    assert len(word.expression) < 400 and "…" in word.expression
    assert "… and 32 more columns" in str(found)
    assert len(word.cells) == 64


@pytest.mark.parametrize("redact", [True, False])
@pytest.mark.parametrize("width", [1, 5, 40, 400])
def test_the_error_of_a_wide_constraint_is_short(width, redact):
    """However wide a constraint and however long its name, its columns' and its program's are."""

    def define(self, m):
        columns = m.private_columns(*(f"{'c' * 200}{i}" for i in range(width)))
        m.rows(8)
        total = sum((2**63 - 1) * column for column in columns)
        m.constrain("k" * 250, total + 3 * columns[0] == total * total - m.public_input("p" * 250))

    body = {"id": f"{'w' * 200}.v0", "define": define}
    wide = dataclass(frozen=True)(type("Wide", (TraceProgram,), body))()
    witness = {"p" * 250: 2**63} | {f"{'c' * 200}{i}": [2**62] for i in range(width)}
    with pytest.raises(ConstraintError) as caught:
        TraceZkVm(redact=redact).prove(wide, witness)
    sentence = str(caught.value)
    assert 20 <= len(sentence) <= 400 and "\n" not in sentence
    assert sentence.startswith("w" * 31 + "…: constraint '" + "k" * 31 + "…' fails at row 0")
    assert len(str(caught.value.report.violations[0])) <= 400
    assert ("`l2zk check` shows what is private" in sentence) == redact


def test_a_short_side_leaves_its_room_to_the_other():
    found = report_of(Fibonacci(5), [(3, 1, 100)]).violations[0]
    long = dataclasses.replace(found, expression="e" * 1000)
    assert str(long).endswith("… is 3 == 100") and len(str(long)) == 400
    assert str(dataclasses.replace(found, filled="f" * 1000)).startswith(f"{found.place}: a[1] == b is fff")
