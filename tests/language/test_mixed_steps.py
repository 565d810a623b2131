"""Steps that fill cells at different distances: each column has its own first rows and its own transitions."""

from __future__ import annotations

import random

import pytest
from code_interpreter import P, solve, violations
from defining import defined, program

from l2zk.errors import ProgramError
from l2zk.proof.options import ProofOptions
from l2zk.vm.zkvm import TraceZkVm

VM = TraceZkVm(ProofOptions(grinding=0, security=100))


def mixed(m):
    """A recurrence over three rows, a counter, and a sum over two rows of both with a periodic column."""
    t, s, u = m.columns("t", "s", "u")
    k = m.periodic([1, 10, 100, 1000], name="k")
    start = m.public_input("start")
    m.start({t: 1, t[1]: 2, t[2]: 3, s: start, u: 5, u[1]: 7})
    m.step({t[3]: t + t[2] * s[2], s: s + k, u[2]: u + t + s[1] + k})
    for name, column in (("t", t), ("s", s), ("u", u)):
        m.output(name, column, row=13)


def expected(start, rows):
    """The same in plain Python."""
    k = [1, 10, 100, 1000]
    t, s, u = [1, 2, 3], [start], [5, 7]
    for i in range(rows + 2):
        s.append((s[i] + k[i % 4]) % P)
    for i in range(rows):
        t.append((t[i] + t[i + 2] * s[i + 2]) % P)
        u.append((u[i] + t[i] + s[i + 1] + k[i % 4]) % P)
    return {"t": t[:rows], "s": s[:rows], "u": u[:rows]}


def test_each_column_by_its_own():
    made = program(mixed)
    trace = VM.trace(made, [9])
    assert {name: column.tolist() for name, column in trace.items()} == expected(9, 14)
    assert made.check([9])
    proof = VM.prove(made, [9])
    assert VM.verify(made, proof, [9], outputs={name: column[13] for name, column in expected(9, 14).items()})
    exempt = {c.name: c.domain.x for c in made.definition.air.constraints if c.name in "tsu"}
    assert exempt == {"t": 3, "s": 1, "u": 2}


def test_the_code_says_what_it_fills():
    text = program(mixed).disassemble()
    for cell in ("  t[3] = ", "  s[3] = ", " = s[2]\n", " = k[1]\n", " = k[2]\n"):
        assert cell in text


def test_the_interpreter_agrees():
    definition, rows, inputs, outputs = solve(program(mixed), [9])
    assert violations(definition.air, rows, inputs, outputs) == []
    assert [row[:3] for row in rows] == [list(row) for row in zip(*expected(9, 16).values())]


def test_random_distances():
    numbers = random.Random(6)
    for _ in range(30):
        reaches = [numbers.randrange(1, 6) for _ in range(4)]
        reads = [[(numbers.randrange(4), numbers.randrange(reach)) for _ in range(3)] for reach in reaches]

        def define(m, reaches=reaches, reads=reads):
            columns = m.columns(*"abcd")
            k = m.periodic([3, 1, 4, 1, 5, 9, 2, 6])
            m.start({columns[c][row]: 7 * c + row for c, reach in enumerate(reaches) for row in range(reach)})
            for c, (reach, read) in enumerate(zip(reaches, reads)):
                x, y, z = (columns[other][row] for other, row in read)
                m.step({columns[c][reach]: x * y + z + k})
            m.rows(11)

        columns = [[7 * c + row for row in range(reach)] for c, reach in enumerate(reaches)]
        for row in range(1, 16):
            for c, (reach, read) in enumerate(zip(reaches, reads)):
                if row >= reach:
                    x, y, z = (columns[other][row - reach + at] for other, at in read)
                    columns[c].append((x * y + z + [3, 1, 4, 1, 5, 9, 2, 6][(row - reach) % 8]) % P)
        assert VM.trace(program(define)).padded.tolist() == columns
        assert program(define).check()


def test_each_column_needs_its_own_first_rows():
    def define(m):
        t, s = m.columns("t", "s")
        m.start({t: 1, t[1]: 2, s: 0})
        m.step({t[3]: t, s: s})

    with pytest.raises(ProgramError, match="column 't' has no start for row 2"):
        defined(define)


def test_started_beyond_its_own_first_rows():
    def define(m):
        t, s = m.columns("t", "s")
        m.start({t: 1, t[1]: 2, t[2]: 2, s: 0, s[1]: 0})
        m.step({t[3]: t, s: s})

    with pytest.raises(ProgramError, match="row 1 of column 's' is started, but its step fills it"):
        defined(define)
