"""The machine: traces against the interpreter, random programs, errors by line, and runs that have no proof."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from l2zk_machine import MachineRun, Ran, assemble, program, run

import l2zk
from l2zk.cli import main
from l2zk.testing import Case, check_program

FAST = l2zk.TraceZkVm(
    l2zk.ProofOptions(rate=1 / 2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True), redact=False
)

SUM = """
; the sum of the squares of the words on the tape, the first of which says how many follow
        input  r1
loop:   jz     r1, done
        input  r2
        mul    r2, r2, r2
        add    r3, r3, r2
        sub    r1, r1, 1
        jump   loop
done:   output r3
        halt
"""

SORT = """
; reads 4 words into the cells 0 to 3, and puts out the least first
        set    r1, 0
read:   input  r2
        store  r2, [r1]
        add    r1, r1, 1
        jne    r1, 4, read
next:   set    r3, 0xffffffff       ; the least so far, and where it stands
        set    r1, 0
scan:   load   r2, [r1 + 0]
        lt     r5, r2, r3
        jz     r5, skip
        move   r3, r2
        move   r4, r1
skip:   add    r1, r1, 1
        jne    r1, 4, scan
        output r3
        set    r2, -1
        store  r2, [r4]
        add    r6, r6, 1
        jne    r6, 4, next
        halt
"""

WIDE = """
        input r1
        input r2
        add r3, r1, r2
        sub r4, r1, r2
        mul r5, r1, r2
        mulh r6, r1, r2
        lt r7, r1, r2
        eq r8, r1, r2
        output r3
        output r4
        output r5
        output r6
        output r7
        output r8
        halt
"""


def proved(source, tape=(), memory=16):
    """What a proof says, and what the interpreter says."""
    made, witness = MachineRun.of(source, tape, memory=memory)
    proof = FAST.prove(made, witness)
    wanted = run(assemble(source), tape, memory).outputs
    assert FAST.verify(made, proof, outputs={"output": wanted} if wanted else {})
    return proof.public_outputs["output"].tolist() if wanted else []


def test_it_is_found_by_name():
    assert l2zk.get_program("machine") is MachineRun


def test_programs():
    assert proved(SUM, [3, 1, 4, 2]) == [21]
    assert proved(SUM, [0]) == [0]
    assert proved(SORT, [7, 3, 2**32 - 2, 5]) == [3, 5, 7, 2**32 - 2]
    assert proved("set r1, 5\nassert r1\nhalt") == []


@pytest.mark.parametrize(
    ("x", "y"), [(0, 0), (5, 7), (7, 5), (2**32 - 1, 2**32 - 1), (2**32 - 1, 1), (1, 2**32 - 1), (2**31, 2**31)]
)
def test_words_come_round_at_two_to_the_32(x, y):
    word = 2**32
    assert proved(WIDE, [x, y]) == [(x + y) % word, (x - y) % word, x * y % word, x * y // word, x < y, x == y]


NAMES = st.sampled_from(["add", "sub", "mul", "mulh", "lt", "eq"])
REGISTER = st.integers(1, 4).map("r{}".format)
WORD = st.one_of(st.integers(0, 5), st.integers(2**32 - 5, 2**32 - 1), st.integers(0, 2**32 - 1))


@st.composite
def sources(draw):
    """Random programs: what jumps goes on below, so that they end, and addresses stand in the code."""
    lines = [f"L{k}: input r{k + 1}" for k in range(4)]
    count = draw(st.integers(4, 20))
    for k in range(4, count):
        target = draw(st.integers(k + 1, count))
        lines.append(
            f"L{k}: "
            + draw(
                st.one_of(
                    st.builds("{} {}, {}, {}".format, NAMES, REGISTER, REGISTER, st.one_of(REGISTER, WORD)),
                    st.builds("load {}, [{}]".format, REGISTER, st.integers(0, 7)),
                    st.builds("store {}, [r0 + {}]".format, REGISTER, st.integers(0, 7)),
                    st.builds("jeq {}, {}, L{}".format, REGISTER, st.one_of(REGISTER, WORD), st.just(target)),
                    st.builds("jne {}, {}, L{}".format, REGISTER, st.one_of(REGISTER, WORD), st.just(target)),
                    st.builds("output {}".format, REGISTER),
                )
            )
        )
    return "\n".join([*lines, f"L{count}: output r1", "output r2", "output r3", "output r4", "halt"])


@given(sources(), st.lists(WORD, min_size=4, max_size=4))
@settings(max_examples=10, derandomize=True)
def test_random_programs_give_what_the_interpreter_gives(source, tape):
    made, witness = MachineRun.of(source, tape, memory=8)
    assert made.check(witness, redact=False)


def test_the_kit_finds_nothing():
    source = "input r1\nstore r1, [2]\nload r2, [r1 + 1]\nmulh r3, r2, r2\njne r3, r2, on\non: output r3\nhalt"
    made, witness = MachineRun.of(source, [1], memory=4)
    assert all(check_program(MachineRun, [Case(asdict(made), witness, {"output": [0]})], seconds=3).runs)


@pytest.mark.parametrize(
    ("source", "ran", "what"),
    [
        ("assert r1\nhalt", Ran(2, [], {}), "assert"),
        ("input r1\nhalt", Ran(2, [], {0: 2**32}), "a word is taken"),
        ("set r1, 5\nhalt", Ran(2, [], {0: 5}), "nothing is taken elsewhere"),
        ("loop: jump loop\nhalt", Ran(2, [], {}), "halted"),
        ("set r1, 5\noutput r1\nhalt", Ran(3, [6], {}), "outputs"),
        ("set r1, 5\noutput r1\nhalt", Ran(3, [5, 5], {}), "outputs"),
        ("output r1\noutput r1\nhalt", Ran(3, [0], {}), "outputs"),
        ("output r1\nhalt", Ran(2, [], {}), "nothing is put out"),
        ("set r1, 5\nset r2, 1", Ran(2, [], {}), "halted"),
        ("set r1, 5\nset r2, 1\nset r3, 1", Ran(4, [], {}), "hint 'is"),
        ("load r1, [4]\nhalt", Ran(2, [], {}), "memory"),
        ("set r2, 0xffffffff\nstore r1, [r2 + 5]\nhalt", Ran(3, [], {}), "memory"),
    ],
)
def test_what_the_interpreter_refuses_has_no_proof(monkeypatch, source, ran, what):
    """With an interpreter that lies the trace is filled all the same, and is refused."""
    monkeypatch.setattr(program, "run", lambda *_: ran)
    made = MachineRun(source, 1 << (max(ran.steps, 2) - 1).bit_length(), len(ran.outputs), memory=4)
    with pytest.raises(l2zk.L2zkError, match=what):
        FAST.prove(made, {"tape": []})


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"low": 1, "high": 2**32 - 1}, "high is not the last word"),  # 12 + p = 13 + 2^32 * (2^32 - 1)
        ({"low": -(2**32), "high": 1}, "low"),
        ({"high": -1, "low": 2**32}, "low"),
        ({"registers_value0": 1}, "registers"),
        ({"same": 1}, "same"),
        ({"pc": 1}, "pc"),
        ({"pc": 3}, "instruction"),
    ],
)
def test_another_word_than_the_machine_computes_is_refused(cells, what):
    """On the row of the product 12 each forged cell by a difference."""
    made, witness = MachineRun.of("set r1, 3\nmul r2, r1, 4\noutput r2\nhalt")
    trace = FAST.trace(made, witness)
    for name, change in cells.items():
        trace[name][1] = l2zk.field(int(trace[name][1]) + change)
    report = FAST.check(made, witness, trace=trace)
    assert any(what in violation.within(400) for violation in report.violations)


@pytest.mark.parametrize(
    ("source", "tape", "sentence"),
    [
        ("halt\nassert r0", (), None),
        ("\nassert r0\nhalt", (), "line 2, step 0: the assertion fails"),
        ("load r1, [16]\nhalt", (), "line 1, step 0: the address is beyond the memory, which has 16 cells"),
        ("input r1\nhalt", (), "line 1, step 0: the tape has come to its end"),
        ("input r1\nhalt", (2**32,), "is no word"),
        ("set r1, 1", (), "step 1: the run went on behind the last instruction"),
    ],
)
def test_a_run_without_a_proof_is_refused_before_it(source, tape, sentence):
    if sentence is None:
        assert MachineRun.of(source, tape, memory=16)
        return
    with pytest.raises(l2zk.WitnessError, match=sentence):
        MachineRun.of(source, tape, memory=16)


def test_a_run_that_does_not_end_is_given_up():
    with pytest.raises(l2zk.WitnessError, match="after 100 steps"):
        run(assemble("here: jump here"), [], 16, most=100)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("halt\nad r1, r2, 3", "line 2: there is no instruction 'ad'; did you mean 'add'?"),
        ("add r1, r2", "line 1: add takes register to write, register, register or integer, and here are 2 operands"),
        ("add r1, r16, 3", "'r16' is no register: these are r0 to r15"),
        ("set r0, 3", "line 1: r0 is always 0"),
        ("set r1, 4294967296", "beyond a word"),
        ("set r1, -2147483649", "beyond a word"),
        ("set r1, five", "neither a register nor an integer"),
        ("load r1, r2", "'r2' is no address"),
        ("load r1, [r2 - 1]", "is no address"),
        ("jump lop\nloop: halt", "line 1: there is no label 'lop'; did you mean 'loop'?"),
        ("a: halt\na: halt", "line 2: the label 'a' is there twice"),
        ("r1: halt", "'r1' is no label"),
        ("2nd: halt", "'2nd' is no label"),
        ("; nothing\x0bhalt", "line 1: there is a character that cannot be seen"),
        ("halt\n; what follows \u202e is turned", "line 2: there is a character that cannot be seen"),
        ("halt\rhalt", "line 1: there is a character that cannot be seen"),
        ("; nothing", "1 to 4096 instructions, and this one has 0"),
    ],
)
def test_a_text_that_is_no_program_is_refused_by_its_line(source, sentence):
    with pytest.raises(l2zk.ProgramError) as error:
        assemble(source)
    assert sentence in str(error.value)


@pytest.mark.parametrize(("steps", "outputs", "memory"), [(1, 0, 1), (2, 3, 1), (2, 0, 0), (2**21, 0, 1)])
def test_parameters_that_are_none_are_refused(steps, outputs, memory):
    with pytest.raises(l2zk.ProgramError, match="is right"):
        assert MachineRun("halt", steps, outputs, memory).definition


def test_a_file_is_run_proved_and_verified_from_a_shell(tmp_path, monkeypatch):
    (tmp_path / "sum.asm").write_text(SUM)
    (tmp_path / "other.asm").write_text(SUM.replace("mul", "add"))
    commands = (
        "machine run sum.asm --tape 3,1,4,2",
        "prove machine --file sum.asm --input tape=3,1,4,2 -o sum.l2zk",
        "machine verify sum.l2zk sum.asm --output 21",
        "machine verify sum.l2zk sum.asm --output 22",
        "machine verify sum.l2zk other.asm",
        "prove machine --file sum.asm --input tap=3,1,4,2",
        "prove machine --file sum.asm --input tape=0 -o none.l2zk",
        "prove machine --file sum.asm --input tape=0 --memory 9999999999999",
        "machine run binary.asm",
    )
    (tmp_path / "binary.asm").write_bytes(b"\xff")
    monkeypatch.chdir(tmp_path)
    done = [CliRunner().invoke(main, command.split()) for command in commands]
    assert [one.exit_code for one in done] == [0, 0, 0, 1, 1, 2, 0, 2, 2], [one.output for one in done]
    assert done[0].stdout == done[2].stdout == "21\n"


def test_tabs_and_the_lines_of_other_systems_are_read():
    assert assemble("set\tr1,\t5\r\nhalt\r\n") == assemble("set r1, 5\nhalt")


@pytest.mark.parametrize("name", ["pc", "count"])
def test_a_run_that_begins_elsewhere_is_refused(name):
    made, witness = MachineRun.of("set r1, 3\noutput r1\nhalt")
    trace = FAST.trace(made, witness)
    trace[name][0] += 1
    report = FAST.check(made, witness, trace=trace)
    assert any(f"start {name}" in violation.within(400) for violation in report.violations)
