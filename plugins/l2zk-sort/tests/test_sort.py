"""Orders and sets, against Python's sorted and in; duplicates, values out of range, other lists, places without one."""

from __future__ import annotations

import json

import numpy as np
import pytest
from l2zk_sort import MemberProgram, SortProgram
from quick import QUICK

import l2zk
from l2zk import poseidon2
from l2zk.gadgets import files
from l2zk.testing import Case, check_program

P = l2zk.MODULUS
SALT, OTHER = [2**50, P - 1, 0, 7], [1, 2, 3, 4]
VALUES = [5, 3, 2**32 - 1, 3, 0, 8, 13, 1, 3, 9]


def sorting(values, hidden=False):
    order = {f"order_salt{k}": one for k, one in enumerate(OTHER)} if hidden else {}
    return {"values": l2zk.field(list(values)), **files.named(SALT), **order}


def member(element, values, hidden=False):
    salt = {f"set_salt{k}": one for k, one in enumerate(OTHER)} if hidden else {}
    return {"element": l2zk.field([element]), "values": l2zk.field(list(values)), **files.named(SALT), **salt}


def names(report):
    return {getattr(one, "constraint", None) or str(one) for one in report.violations}


def changed(program, witness, changes):
    """What a report says of a trace with some cells changed; a change is a table, a column, a row and a value."""
    trace = QUICK.trace(program, witness)
    for table, column, row, value in changes:
        (trace.tables[table] if table else trace)[column][row] = value % P
    return names(QUICK.check(program, witness, trace=trace))


def test_they_are_found_by_name():
    assert l2zk.get_program("sort") is SortProgram and l2zk.get_program("member") is MemberProgram


@pytest.mark.parametrize("values", [VALUES, [7]])
def test_the_order_is_that_of_python(values):
    program = SortProgram(len(values))
    proof = QUICK.prove(program, sorting(values))
    commitment = poseidon2.hash(values, SALT)
    result = np.array(sorted(values), np.uint64)
    assert QUICK.verify(program, proof, outputs={"result": result, "commitment": commitment})
    assert not QUICK.verify(program, proof, outputs={"result": result, "commitment": poseidon2.hash(values, OTHER)})


def test_an_order_that_is_committed_to():
    program = SortProgram(len(VALUES), hidden=True)
    proof = QUICK.prove(program, sorting(VALUES, hidden=True))
    outputs = {"commitment": poseidon2.hash(VALUES, SALT), "order": poseidon2.hash(sorted(VALUES), OTHER)}
    assert QUICK.verify(program, proof, outputs=outputs)


@pytest.mark.parametrize("wrong", [2**32, P - 1, P - 2**32])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_value_out_of_range_is_refused(wrong, hidden):
    found = names(SortProgram(len(VALUES), hidden=hidden).check(sorting([wrong, *VALUES[1:]], hidden)))
    assert any("the greatest" in one for one in found), found


@pytest.mark.parametrize(
    "changes, name",
    [
        ([("", "ordered", 3, 5), ("", "ordered", 5, 3)], "rise"),  # two that have changed places
        ([("", "ordered", 3, 4)], "bus 'values'"),
        ([("", "ordered", 0, -1)], "the least"),
        ([("given", "given4", 0, 3), ("given", "given5", 0, 5)], "given.hash.s0"),  # another order of what is given
        ([("given", "given7", 1, 9)], "given.nothing behind the last in lane 7"),
        ([("given", "given0", 0, 9)], "given.nothing before the first in lane 0"),
        ([("", "digest0", 9, 1)], "bus 'digest'"),
    ],
)
def test_a_forged_order_is_refused(changes, name):
    found = changed(SortProgram(len(VALUES)), sorting(VALUES), changes)
    assert any(name in one for one in found), found


@pytest.mark.parametrize("lanes, name", [(("4", "5"), "rise from lane 4"), (("7", "0"), "rise to the next row")])
def test_a_forged_order_that_is_committed_to_is_refused(lanes, name):
    one, other = lanes
    changes = [("", f"order{one}", 0, 2**31), ("", f"order{other}", int(other == "0"), 0)]
    found = changed(SortProgram(len(VALUES), hidden=True), sorting(VALUES, hidden=True), changes)
    assert any(name in one for one in found) and any("bus 'values'" in one for one in found), found


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("absent", [False, True])
def test_a_member_is_in_the_set_and_no_other_is(hidden, absent):
    """0 is in the first set alone, though places without a value hold it; the last set has an element twice."""
    program = MemberProgram(5, hidden=hidden, absent=absent)
    for element, values in ((0, [3, 0, P - 1, 2**40, 9]), (0, [3, 5, P - 1, 2**40, 9]), (-1, [3, P - 1, 5, P - 1, 9])):
        given = member(element, values, hidden)
        report = program.check(given)
        assert bool(report) == ((element % P in values) != absent)
        if not report:
            assert any(("not in lane" if absent else "in one place") in one for one in names(report))


def test_what_a_proof_of_a_member_states():
    for hidden, shown in ((False, {}), (True, {"set": poseidon2.hash([3, 5, 7, 5, 9], OTHER)})):
        program, given = MemberProgram(5, hidden=hidden), member(5, [3, 5, 7, 5, 9], hidden)
        proof = QUICK.prove(program, given)
        hint = {} if hidden else {"values": given["values"]}
        assert QUICK.verify(program, proof, hint, outputs={"commitment": poseidon2.hash([5], SALT), **shown})
        assert hidden or not QUICK.verify(program, proof, {"values": given["values"][::-1]})


@pytest.mark.parametrize(
    "changes, name",
    [
        ([("set", "here0", 0, 1)], "here in lane 0 is no place before"),
        ([("set", "here4", 1, 1)], "here in lane 4 is no place behind"),
        ([("set", "here5", 0, 0), ("set", "here6", 0, 1)], "here in lane 6 is the element"),
        ([("set", "here5", 0, 2)], "here in lane 5 is a bit"),
        ([("", "element4", 0, 9)], "bus 'element'"),
    ],
)
def test_a_forged_place_is_refused(changes, name):
    found = changed(MemberProgram(6, hidden=True), member(5, [3, 5, 7, 8, 9, 4], hidden=True), changes)
    assert any(name in one for one in found), found


def test_no_fault_is_found():
    assert all(check_program(SortProgram, [Case({"count": 2}, sorting([4, 1]))], vm=QUICK).runs)
    assert all(check_program(MemberProgram, [Case({"count": 1}, member(4, [4]))], vm=QUICK).runs)


def test_files(tmp_path):
    (tmp_path / "set.txt").write_text("5\n3\n")
    (tmp_path / "who.json").write_text(json.dumps({"element": -3, "set": "set.txt"}))
    program, given = MemberProgram.from_file(tmp_path / "who.json", hidden=True, absent=True)
    assert program.count == 2 and given["element"] == [P - 3]
    order, of_set = SortProgram.from_file(tmp_path / "set.txt", hidden=True)
    assert order.count == 2 and files.salt_in(of_set) == [given[f"set_salt{k}"] for k in range(4)]
    (tmp_path / "who.json").write_text(json.dumps({"element": 3, "set": [5, 3]}))
    program, given = MemberProgram.from_file(tmp_path / "who.json")
    assert program == MemberProgram(2) and given["values"].tolist() == [5, 3]
    for wrong in (
        "[" * 10**5,
        "{}",
        '{"element": 1, "set": 1}',
        '{"element": "x", "set": [1]}',
        '{"element": 1, "set": [1.5]}',
    ):
        (tmp_path / "who.json").write_text(wrong)
        with pytest.raises(l2zk.WitnessError, match=r"JSON|no integer"):
            MemberProgram.from_file(tmp_path / "who.json")
    for wrong in (".", "none", "\0", "a" * 5000):
        (tmp_path / "who.json").write_text(json.dumps({"element": 3, "set": wrong}))
        with pytest.raises(l2zk.WitnessError, match="the file of the set cannot be read"):
            MemberProgram.from_file(tmp_path / "who.json")
    with pytest.raises(l2zk.WitnessError, match="line 1 is not from 0 to 3"):
        SortProgram.from_file(tmp_path / "set.txt", bits=2)
    with pytest.raises(l2zk.ProgramError, match="could come round"):
        assert SortProgram(2**23, bits=40).definition
