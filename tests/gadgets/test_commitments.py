"""Commitments: the digest is that of l2zk.poseidon2.hash, whatever the length; no place without a value has one."""

from dataclasses import dataclass

import numpy as np
import pytest
from quick import QUICK

import l2zk
from l2zk import poseidon2
from l2zk.gadgets import commitments
from l2zk.testing import Case, check_program

SALT = {f"salt{k}": l2zk.MODULUS - 7 + k for k in range(4)}


@dataclass(frozen=True)
class Committed(l2zk.TraceProgram):
    """So many values, with a salt or without, and their digest."""

    id = "committed.v0"
    count: int
    salted: bool = True

    def define(self, m):
        m.rows(commitments.layout(self.count, self.salted).rows)
        m.private_array("values", self.count)
        bound = commitments.commit(m, "v", self.count, commitments.salt(m) if self.salted else ())
        m.output_word("digest", bound.digest, row="last", bits=64)

    def generate_trace(self, witness):
        return commitments.layout(self.count, self.salted).arranged("v", witness["values"])


def witness(count, salted=True):
    return {"values": [l2zk.MODULUS - 1 - k for k in range(count)], **(SALT if salted else {})}


@pytest.mark.parametrize("count, salted", [(1, True), (5, True), (12, True), (9, False)])
def test_the_digest_is_that_of_the_library(count, salted):
    given = witness(count, salted)
    proof = QUICK.prove(Committed(count, salted), given)
    digest = poseidon2.hash(given["values"], list(SALT.values()) if salted else ())
    assert QUICK.verify(Committed(count, salted), proof, outputs={"digest": digest})
    assert not QUICK.verify(Committed(count, salted), proof, outputs={"digest": digest[::-1]})


@pytest.mark.parametrize("count", range(1, 30))
@pytest.mark.parametrize("salted", [False, True])
def test_each_value_has_one_place(count, salted):
    places = commitments.layout(count, salted)
    lanes = places.arranged("v", np.arange(1, count + 1))
    found = sorted((8 * row + k, int(lanes[f"v{k}"][row])) for k in range(8) for row in places.on(k))
    assert [value for _, value in found] == list(range(1, count + 1))
    assert sum(int(lane.sum()) for lane in lanes.values()) == count * (count + 1) // 2
    assert places.zeros == 8 * places.rows - count


@dataclass(frozen=True)
class Forged(Committed):
    """The same rows, with a value before the first and one behind the last, which the digest is of as well."""

    id = "forged.v0"

    def generate_trace(self, witness):
        lanes = super().generate_trace(witness)
        lanes["v2"][0], lanes["v5"][1] = 9, 9
        return lanes


def test_values_beside_those_that_are_counted_are_refused():
    report = QUICK.check(Committed(5), witness(5), trace=QUICK.trace(Forged(5), witness(5)))
    expected = ["v.nothing before the first in lane 2", "v.nothing behind the last in lane 5"]
    assert [one.constraint for one in report.violations] == expected


def test_values_that_are_not_hashed_are_refused():
    program, given = Committed(5), witness(5)
    trace = QUICK.trace(program, given)
    trace["v4"][0], trace["v5"][0] = int(trace["v5"][0]), int(trace["v4"][0])
    report = QUICK.check(program, given, trace=trace)
    assert not report and {one.constraint.split(".")[1] for one in report.violations} == {"hash"}


@dataclass(frozen=True)
class ByRows(l2zk.TraceProgram):
    """A private value a row, their digest, and a running sum."""

    id = "by-rows.v0"
    count: int

    def define(self, m):
        m.rows(self.count)
        value, total = m.private_column("value"), m.column("total")
        m.start({total: 0})
        m.step({total: total + value})
        digest = commitments.commit_column(m, "bound", value, self.count, commitments.salt(m), self.count)
        m.output_word("digest", digest, row="last", bits=64)
        m.output("sum", total + value, row="last")

    def generate_trace(self, witness):
        values = witness["value"][: self.count]
        digest = poseidon2.hash(values, np.array([witness[f"salt{k}"] for k in range(4)], dtype=np.uint64))
        return commitments.filled_column("bound", values, digest, self.count)


def test_a_value_a_row_has_the_same_digest():
    values, program = [9, 8, 7, 6, 5, 4, 3], ByRows(7)
    given = {"value": values, **SALT}
    proof = QUICK.prove(program, given)
    assert QUICK.verify(program, proof, outputs={"digest": poseidon2.hash(values, list(SALT.values())), "sum": 42})
    trace = QUICK.trace(program, given)
    trace.tables["bound"]["value4"][0], trace.tables["bound"]["value5"][0] = 8, 9
    found = str(QUICK.check(program, given, trace=trace))
    assert "bus 'bound_values'" in found


def test_the_kit_finds_no_fault():
    assert all(check_program(Committed, [Case({"count": 1}, witness(1))], vm=QUICK).runs)
    assert all(check_program(Committed, [Case({"count": 1}, witness(1))], vm=QUICK).runs)


@pytest.mark.parametrize("count", [0, -1, 1.5])
def test_no_values_are_refused(count):
    with pytest.raises(l2zk.ProgramError, match="1 value or more"):
        commitments.layout(count)
