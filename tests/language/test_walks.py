"""Machines whose steps read what their memories hold: filled row by row, against an interpreter in plain Python."""

from __future__ import annotations

import random

import numpy as np
import pytest
from defining import defined, program

from l2zk.errors import ProgramError, WitnessError
from l2zk.language.fillings import MemoryPass, Walk
from l2zk.language.run import report_of, trace_of

P = 2**64 - 2**32 + 1
WORDS = 64
ADD, LOAD, STORE, JUMP = range(4)


def machine(rows, code):
    """A machine of two registers: an instruction is op + 4*register + 8*address, fetched from a memory of its own."""

    def define(m):
        m.rows(rows)
        pc, a, b = m.columns("pc", "a", "b")
        rom = m.memory("rom", size=len(code), initial=code)
        ram = m.memory("ram", size=WORDS, initial="words")
        word = rom.read(pc)
        bits = m.bits("word_", word, 9)
        op = m.let("op", bits[0] + 2 * bits[1])
        address = sum(2**k * bit for k, bit in enumerate(bits[3:]))
        is_load, is_store = (1 - bits[1]) * bits[0], bits[1] * (1 - bits[0])
        is_add, is_jump = (1 - bits[1]) * (1 - bits[0]), bits[1] * bits[0]
        register = m.let("register", bits[2] * b + (1 - bits[2]) * a)
        loaded = ram.read(address, when=m.let("loads", is_load))
        ram.write(address, register, when=m.let("stores", is_store))
        low = m.bits("pc_", pc, 6)
        total = m.let("total", register + address)
        new = m.let("new", is_add * total + is_load * loaded + (is_store + is_jump) * register)
        m.start({pc: 0, a: m.public_input("first"), b: 0})
        m.step(
            {
                pc: m.let("next", is_jump * address + (1 - is_jump) * (pc + 1)),
                a: (1 - bits[2]) * new + bits[2] * a,
                b: bits[2] * new + (1 - bits[2]) * b + 0 * low[0] * op,
            }
        )

    return define


def interpreted(rows, code, words, first):
    """pc, a and b on each row, and the words in the end of these rows."""
    pc, registers, seen, memory = 0, [first, 0], [], list(words)
    for _ in range(rows):
        seen.append((pc, *registers))
        op, register, address = code[pc] & 3, code[pc] >> 2 & 1, code[pc] >> 3 & 63
        if op == ADD:
            registers[register] = (registers[register] + address) % P
        elif op == LOAD:
            registers[register] = memory[address]
        elif op == STORE:
            memory[address] = registers[register]
        pc = address if op == JUMP else pc + 1
    return seen, memory


def drawn(rng, size):
    """Random code that ends with a jump, and does not leave itself."""
    code = [
        rng.choice([ADD, LOAD, STORE, STORE]) + 4 * rng.randrange(2) + 8 * rng.randrange(WORDS) for _ in range(size)
    ]
    code[-1] = JUMP + 8 * rng.randrange(size)
    return code


@pytest.mark.parametrize("seed", range(6))
def test_a_machine_runs_as_its_interpreter(seed):
    rng = random.Random(seed)
    rows = rng.choice([50, 64, 200])
    code, words = drawn(rng, rng.choice([4, 16])), [rng.randrange(P) for _ in range(WORDS)]
    definition = defined(machine(rows, code))
    assert isinstance(definition.fillings[0], Walk)
    assert not any(isinstance(one, MemoryPass) for one in definition.fillings)
    witness = {"first": rng.randrange(P), "ram.words": words}
    trace = trace_of(definition, witness)
    seen, memory = interpreted(rows, code, words, witness["first"])
    assert list(zip(*(trace[name].tolist() for name in ("pc", "a", "b")))) == seen
    assert trace.tables["ram"]["last"].tolist() == memory
    report = report_of(definition, witness, redact=False)
    assert report, report


def test_what_is_given_stays_in_a_walk():
    code = drawn(random.Random(3), 8)
    words = [5] * WORDS
    plain = program(machine(32, code))
    witness = {"first": 7, "ram.words": words}
    trace = trace_of(plain.definition, witness)
    value = next(name for name in trace if name.startswith("rom_value"))
    given = program(machine(32, code), lambda witness: {value: trace[value]})
    assert trace_of(given.definition, witness) == trace
    assert report_of(given.definition, witness)
    wrong = trace.copy()
    wrong[value][4] = 8
    assert "memory 'rom': the read at row 4 of address " in str(
        report_of(plain.definition, {"first": 7}, trace=wrong, redact=False)
    )


def chase(m, ahead=1, offset=0, size=8):
    """A pointer that is followed, filled some rows ahead."""
    m.rows(8)
    at = m.column("at")
    ram = m.memory("ram", size=size, initial=[3, 4, 5, 6, 7, 1, 2, 0])
    found = ram.read(at)
    m.start({at[k]: k for k in range(ahead)})
    m.step({at[ahead]: found[offset] if offset else found})


def test_a_step_that_looks_further_ahead():
    trace = trace_of(defined(lambda m: chase(m, 2)))
    assert trace["at"].tolist() == [0, 1, 3, 4, 6, 7, 2, 0]
    trace = trace_of(defined(lambda m: chase(m, 2, 1)))
    assert trace["at"].tolist() == [0, 1, 4, 7, 0, 3, 6, 2]
    with pytest.raises(ProgramError, match="reads the future: it fills at"):
        defined(lambda m: chase(m, 1, 1))


def test_an_address_that_is_reached_beyond_the_memory():
    def define(m):
        m.rows(8)
        at = m.column("at")
        found = m.memory("ram", size=4, initial=[1, 2, 9]).read(at)
        m.start({at: 0})
        m.step({at: found})

    with pytest.raises(WitnessError, match="^memory 'ram' of test.v0 has 4 cells, and the read at row 3 is to"):
        trace_of(defined(define))


def test_a_further_table_walks():
    def define(m):
        m.rows(8)
        a = m.private_column("a")
        m.lookup("visited", a, in_=_orbit(m)["at"])

    trace = trace_of(defined(define), {"a": [3, 6, 2]})
    assert trace.tables["orbit"]["at"].tolist() == [0, 3, 6, 2, 5, 1, 4, 7]
    assert report_of(defined(define), {"a": [3, 6, 2]})
    assert not report_of(defined(define), {"a": [3, 8, 2]})


def _orbit(m):
    table = m.table("orbit", rows=8)
    at = table.column("at")
    ram = table.memory("ram", size=8, initial=[3, 4, 5, 6, 7, 1, 2, 0])
    found = ram.read(at)
    table.start({at: 0})
    table.step({at: found})
    return table


def test_a_large_machine_is_quick_enough_to_try():
    rows = 1 << 14
    code, words = drawn(random.Random(8), 16), [1] * WORDS
    trace = trace_of(defined(machine(rows, code)), {"first": 1, "ram.words": words})
    seen, _ = interpreted(rows, code, words, 1)
    assert np.array_equal(trace["a"], np.array([a for _, a, _ in seen], dtype=np.uint64))


def test_a_step_may_read_bits_of_its_own_column_where_nothing_else_fills_itself():
    def define(m):
        m.rows(8)
        x = m.column("x")
        bits = m.bits("bit", x, 8)
        m.start({x: 5})
        m.step({x: x + bits[0] + 2 * bits[1]})

    assert trace_of(defined(define))["x"].tolist() == [5, 6, 8, 8, 8, 8, 8, 8]
    assert report_of(defined(define))
