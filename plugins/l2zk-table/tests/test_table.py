"""Statements on a CSV file, against NumPy, pandas where it is there, and fractions; what is no number has a place."""

from __future__ import annotations

import csv
import io
import random
import statistics
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec

import commands
import numpy as np
import pytest
from l2zk_table import TableProgram, figures
from l2zk_table.conditions import conditions
from l2zk_table.figures import decimal
from l2zk_table.sheet import sheet_of
from l2zk_table.squares import sum_of_squares
from quick import QUICK

import l2zk

WHOLE = dict.fromkeys(("sum", "mean", "variance", "max", "min"), "salary")


def text(rows, seed=1):
    """A file of so many rows: a name, an age, a salary with two decimals, negative now and then, a team."""
    random_ = random.Random(seed)
    lines = [["name", "age", "salary", "team"]]
    for k in range(rows):
        salary = f"{random_.randint(-9999, 99999) / 100}"
        lines.append(
            [f"Somebody, number {k}", random_.randint(18, 70), salary, random_.choice(["red", "blue", "green"])]
        )
    written = io.StringIO()
    csv.writer(written).writerows(lines)
    return written.getvalue()


def stated(data, **statement):
    """The outputs of a statement on a text, and those of NumPy."""
    program = TableProgram.of(sheet_of(data), **statement)
    proof = QUICK.prove(program, data)
    assert QUICK.verify(program, proof, outputs={"commitment": sheet_of(data).commitment})
    outputs = {name: l2zk.signed(int(one)) for name, one in proof.public_outputs.items() if name != "commitment"}
    return outputs, proof


@pytest.mark.parametrize("rows", [1, 21])
def test_all_figures_of_a_column(rows):
    outputs, proof = stated(text(rows), **WHOLE, count=True)
    salary = np.array([round(float(row["salary"]) * 100) for row in csv.DictReader(io.StringIO(text(rows)))])
    assert sum_of_squares(outputs, int(salary.sum()), rows, 40) == (salary**2).sum()
    assert {name: one for name, one in outputs.items() if "squares" not in name} == {
        "count": rows,
        "sum": salary.sum(),
        "max": salary.max(),
        "min": salary.min(),
    }
    told = figures(proof)
    exact = [Fraction(int(one), 100) for one in salary]
    assert told["mean of salary"] == decimal(statistics.mean(exact))
    assert told["variance of salary"] == decimal(statistics.pvariance(exact))
    assert rows == 1 or told["variance of salary as of a sample"] == decimal(statistics.variance(exact))


def test_a_choice_of_rows():
    """As NumPy makes it, and pandas where it is installed."""
    data = text(21)
    outputs, _ = stated(data, sum="salary", max="salary", where="age between 20 and 55 and team!=red")
    rows = list(csv.DictReader(io.StringIO(data)))
    age, salary = (np.array([float(row[name]) for row in rows]) for name in ("age", "salary"))
    chosen = (age >= 20) & (age <= 55) & np.array([row["team"] != "red" for row in rows])
    expected = {
        "count": chosen.sum(),
        "sum": round(100 * salary[chosen].sum()),
        "max": round(100 * salary[chosen].max()),
    }
    assert outputs == expected
    if find_spec("pandas") is not None:
        frame = import_module("pandas").read_csv(io.StringIO(data))
        chosen = frame[frame.age.between(20, 55) & (frame.team != "red")]
        assert outputs["count"] == len(chosen) and outputs["sum"] == round(100 * chosen.salary.sum())


@pytest.mark.parametrize("sign, bound", [("<=", 0), ("==", 0)])
def test_each_comparison_counts(sign, bound):
    """In one of five rows, whose trace ends in places that hold 0."""
    data = "x\n-3.5\n0\n2\n2\n7.25\n"
    program = TableProgram.of(sheet_of(data), count=True, where=f"x {sign} {bound / 100}")
    trace = QUICK.trace(program, data)
    expected = sum(eval(f"{value} {sign} {bound}") for value in (-350, 0, 200, 200, 725))
    assert trace["count"][-1] == expected and QUICK.check(program, data, trace=trace)


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "==", "!="])
def test_conditions_hold_as_in_python(sign):
    (one,) = conditions(f"x {sign} 2.5")
    assert [one.holds(value, 2) for value in (249, 250, 251)] == [eval(f"{k} {sign} 250") for k in (249, 250, 251)]
    assert [one.sign for one in conditions("a b<=3 and c between 4 and 5 AND d = 'x and y'")] == ["<=", "between", "=="]


def test_all_statements_on_a_file_state_one_commitment(tmp_path):
    place = tmp_path / "data.csv"
    place.write_text(text(5))
    first, given = TableProgram.from_file(place, max="age")
    other, same = TableProgram.from_file(place, count=True, where="team==red")
    assert first.places == (1,) and other.places == (3,) and other.decimals == (-1,)
    assert given["blocks"] == same["blocks"] and given["salt0"] == same["salt0"]
    commitments = {QUICK.prove(one, own).public_outputs["commitment"] for one, own in ((first, given), (other, same))}
    assert len(commitments) == 1


def test_another_cell_name_scale_or_order_is_another_commitment():
    plain = sheet_of("a,b\n1,2\n3,4\n")
    changed = [
        "a,b\n1,2\n3,5\n",
        "a,c\n1,2\n3,4\n",
        "a,b\n1,2.0\n3,4.0\n",
        "b,a\n2,1\n4,3\n",
        "a,b\n3,4\n1,2\n",
        "a,b\n1,x\n3,4\n",
    ]
    found = {type(plain)(sheet_of(one).columns, plain.salt).commitment for one in changed}
    assert len(found | {plain.commitment}) == 1 + len(changed)


@pytest.mark.parametrize(
    "data, said",
    [
        ("a,b\n1,2\n,3\n", "line 3, column 'a': the cell is empty"),
        ("a,b\n1,2\nx,3\n", "line 3, column 'a': the cell is no number"),
        ("a,b\n1,2\n1e3,3\n", "line 3, column 'a': the cell is no number"),
        ("a,b\n1,2\n3\n", "line 3 has 1 cells, and the first line names 2 columns"),
        ("a,b\n", "no row below"),
        ("", "the file is empty"),
        ("a,a\n1,2\n", "names two columns 'a'"),
        ("a,\n1,2\n", "line 1, cell 2 is empty"),
        ('a,b\n"1,2\n', "line 3 is no CSV|line 2 is no CSV"),
        (b"a,b\n1,\xff\n", "line 2 is not in UTF-8"),
        ("b\n1\n", "the file has no column 'a'; it has 'b'"),
        (
            "a\n9999999999999\n",
            r"line 2, column 'a': as an integer with 0 decimals the number has more than 40 bits, one",
        ),
        ('a,b\n"1\n",2\n"x",3\n', "line 4, column 'a': the cell is no number"),
    ],
)
def test_what_is_no_number_is_told_by_line_and_column(data, said):
    with pytest.raises(l2zk.WitnessError, match=said):
        sheet = sheet_of(data)
        TableProgram.of(sheet, sum="a").witness(sheet)


@pytest.mark.parametrize(
    "statement, said",
    [
        ({"sum": "a", "max": "b"}, "a statement is on one column, not on a and b"),
        ({}, "nothing is stated"),
        ({"sum": "a", "where": "b"}, "is not as 'age>40'"),
        ({"sum": "a", "where": "b>4 or a<3"}, "is not as 'age>40'"),
        ({"sum": "a", "where": "b>1.5"}, "column 'b' has 0 decimals, and 1.5 has more"),
        ({"sum": "a", "where": "b==x"}, "'b' is compared with a number"),
        ({"count": True, "where": "t>x"}, "column 't' holds texts, which == and != compare"),
        ({"count": True, "where": "t==longer than 7"}, "is not as"),
        ({"count": True, "where": "t=='longer than 7'"}, "no cell of column 't' has more than 7 bytes"),
        ({"sum": "a", "where": "b<999999999999"}, "more than 40 bits"),
        ({"sum": "a", "bits": 41}, "bits is from 1 to 40"),
        ({"sum": "a", "bits": 10**5000}, "bits is from 1 to 40"),
        ({"sum": "a", "decimals": (-2,)}, "decimals are 0 to 18"),
        ({"sum": "a", "decimals": (10**9,)}, "decimals are 0 to 18"),
        ({"count": True, "where": " and ".join(["a>1"] * 16)}, "15 conditions at most"),
        ({"count": True, "where": " " * 5000}, "is not as 'age>40'"),
        ({"count": True, "where": "a" + " " * 5000 + "b"}, "is not as 'age>40'"),
    ],
)
def test_a_statement_that_is_none_is_refused(statement, said):
    sheet = sheet_of("a,b,t\n1,2,x\n3,4,y\n")
    with pytest.raises(l2zk.ProgramError, match=said):
        assert TableProgram.of(sheet, **statement).definition


def test_quotation_marks_within_others_are_part_of_the_text():
    assert [one.values for one in conditions("""t=="'x'" and t=='x"' and t=="" and t==x""")] == [
        ("'x'",),
        ('x"',),
        ("",),
        ("x",),
    ]


@pytest.mark.parametrize("bits", [0, -1])
def test_bits_that_are_none_are_refused_before_the_cells_are_looked_at(bits):
    sheet = sheet_of("a\n1\n")
    with pytest.raises(l2zk.ProgramError, match="bits is from 1 to 40"):
        TableProgram.of(sheet, sum="a", bits=bits).witness(sheet)


def test_a_name_of_several_lines_is_shown_on_one(tmp_path):
    sheet = sheet_of('"a\nmax of b: 9\x1b[1m"\n1\n')
    program = TableProgram.of(sheet, sum=sheet.columns[0].name)
    l2zk.TraceZkVm().prove(program, program.witness(sheet)).save(tmp_path / "x.l2zk")
    lines = commands.l2zk("table", "show", tmp_path / "x.l2zk").output.splitlines()
    assert lines[-1].startswith("sum of a max of b: 9") and "\x1b" not in lines[-1] and len(lines) == 3


def test_a_program_without_a_file_is_refused():
    with pytest.raises(l2zk.ProgramError, match="rows and columns are those of a file"):
        assert TableProgram(sum="a").definition


def test_no_row_that_is_chosen_has_no_greatest_value():
    program = TableProgram.of(sheet_of("a,b\n1,2\n3,4\n"), max="a", where="b>5")
    with pytest.raises(l2zk.WitnessError, match="no row is chosen"):
        program.witness(sheet_of("a,b\n1,2\n3,4\n"))


def test_a_file_of_other_rows_is_refused():
    program = TableProgram.of(sheet_of("a,b\n1,2\n3,4\n"), sum="a")
    for other in ("a,b\n1,2\n", "b,a\n1,2\n3,4\n", "a,b,c\n1,2,3\n3,4,5\n", "a,b\n1,2\n3.5,4\n"):
        with pytest.raises(l2zk.WitnessError, match="other rows, columns or decimals"):
            program.witness(sheet_of(other))
