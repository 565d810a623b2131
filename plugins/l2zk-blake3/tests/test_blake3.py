"""BLAKE3 of private messages against the blake3 package, and traces of other messages, flags and trees, refused."""

from __future__ import annotations

from dataclasses import dataclass

import blake3
import l2zk_blake3
import numpy as np
import pytest
from l2zk_blake3 import Blake3, parents, results

import l2zk
from l2zk import gadgets as g

QUICK = l2zk.TraceZkVm(l2zk.ProofOptions(security=100))


def message(length: int) -> bytes:
    return bytes((k * k + k // 256) % 251 for k in range(length))


def digest(content: bytes) -> str:
    return blake3.blake3(content).hexdigest()


def outputs(length: int, content: bytes | str) -> str:
    """The digest that the trace of a message gives, all constraints being satisfied."""
    program = Blake3(length)
    trace = QUICK.trace(program, content)
    assert QUICK.check(program, trace=trace)
    last = 16 * len(program.slots) - 1
    return bytes(
        int(trace[f"blake.{which}_{lane}_{k}"][last]) for which in "hs" for lane in range(4) for k in range(4)
    ).hex()


def test_it_is_found_by_name():
    assert l2zk.get_program("blake3") is Blake3


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 1023, 1024, 1025, 2049])
def test_the_digest_is_that_of_the_package(length):
    assert outputs(length, message(length)) == digest(message(length))


@pytest.mark.parametrize("length", [3, 3073])
def test_a_digest_is_proved(length):
    program, content = Blake3(length), message(length)
    proof = QUICK.prove(program, content)
    assert QUICK.verify(program, proof, outputs={"digest": digest(content)})
    assert not QUICK.verify(program, proof, outputs={"digest": digest(content[1:])})
    assert not QUICK.verify(Blake3(length + 1), proof)


def test_a_text_a_file_and_what_is_neither(tmp_path):
    assert outputs(5, "h\u00e9ll") == digest("h\u00e9ll".encode())
    (tmp_path / "message").write_bytes(message(70))
    program, content = Blake3.from_file(str(tmp_path / "message"))
    assert program == Blake3(70) and content == message(70)
    with pytest.raises(l2zk.WitnessError, match=r"the message has 3 bytes, and the program is for 4"):
        Blake3(4).check(b"abc", redact=False)
    with pytest.raises(l2zk.WitnessError, match="the message is bytes or a text, not int"):
        Blake3(4).check(4, redact=False)  # which is no message of 4 zeros
    with pytest.raises(l2zk.ProgramError, match="0 to 2\\^34 bytes, not length=-1"):
        Blake3(-1).check(b"")


def test_trees_of_the_package():
    """Parents of several chunks, without a trace."""
    for chunks in (2, 3, 5, 22):
        content = message(1024 * chunks - 7)
        *_, (left, right) = parents(chunks)
        found = results(content, len(content))
        root = g.blake3.compress(
            l2zk_blake3.KEY, np.array([*found[left], *found[right]], np.uint32)[:, None], 0, 64, 4 | 8
        )
        assert root.T.astype("<u4").tobytes().hex() == digest(content)


def test_inputs_and_choices_fix_everything():
    assert "fix all" in str(Blake3(3).examine(b"abc", seconds=60))


# ---- forged traces ---------------------------------------------------------------------------------------------------


def refused(length: int, trace: l2zk.ExecutionTrace) -> str:
    """The constraints, lookups and buses that such a trace violates, a line each."""
    report = QUICK.check(Blake3(length), trace=trace, redact=False)
    return "\n".join(map(str, report.violations))


@pytest.mark.parametrize("length, column", [(64, "h_3_1"), (1024, "s_1_3")])
def test_a_byte_of_a_result_at_the_very_end_of_the_trace(length, column):
    trace = QUICK.trace(Blake3(length), message(length))
    trace[f"blake.{column}"][-1] ^= 1
    assert refused(length, trace)


def test_a_carry_that_is_too_large_with_a_word_less_by_2_to_the_32():
    """The sum is true then, and a byte is none."""
    for name, last in (("a1_0", "a1_0_3"), ("a2_1", "a2_1_3")):
        trace = QUICK.trace(Blake3(3), b"abc")
        trace[f"blake.carry_{name}"][5] += 1
        trace[f"blake.{last}"][5] = (int(trace[f"blake.{last}"][5]) - 256) % l2zk.MODULUS
        found = refused(3, trace)
        assert "lookup" in found and f"'blake.{name.replace('_', ' ')}'" not in found


def forged(length: int, change, content: bytes | None = None) -> str:
    """What a witness violates whose columns were changed."""
    columns = Blake3(length).encode(message(length) if content is None else content)
    change(columns)
    return refused(length, QUICK.trace(Blake3(length), columns))


@pytest.mark.parametrize("length, word", [(61, 15), (60, 15), (0, 0)])
def test_what_stands_behind_the_end_is_0(length, word):
    """The message of one byte more, that is 0x80 and not 0."""
    longer = message(length) + b"\x80" + bytes(4 * word + 3 - length)
    columns = Blake3(len(longer)).encode(longer)
    assert refused(length, QUICK.trace(Blake3(length), columns))


def test_the_words_of_a_later_round_are_those_of_the_first():
    assert "'blake word 3' fails at row 9" in forged(3, lambda columns: columns["word3"].__setitem__(9, 7))


def exchanged(columns, name: str, one: slice, other: slice) -> None:
    for k in range(8):
        column = columns[f"{name}{k}"] = columns[f"{name}{k}"].copy()
        column[one], column[other] = column[other].copy(), column[one].copy()


def test_chunks_that_are_exchanged():
    def change(columns):
        exchanged(columns, "chunks.word", slice(0, 256), slice(256, 512))

    assert "results" in forged(2049, change)


def test_a_chunk_that_is_used_twice():
    content = message(2049)

    def change(columns):
        columns.update({k: v for k, v in Blake3(2049).encode(content[:1024] * 2 + content[-1:]).items() if k[0] == "w"})

    assert "results" in forged(2049, change)


def test_children_that_are_exchanged():
    """The last parent of three chunks: its left child is a parent, its right one the last chunk."""

    def change(columns):
        rows = np.stack([columns[f"word{k}"] for k in range(8)])
        block = np.array([rows[at, 32 + 1 + step] for step, at in g.blake.PLACES])
        rows[:, 32:48] = g.blake3.schedule(np.roll(block, 8)[None])
        columns.update({f"word{k}": rows[k] for k in range(8)})

    assert "results" in forged(2049, change)


def test_a_chaining_value_and_2_to_the_32():
    """A parent's word is its child's as an integer; a word of the message counts modulo 2^32, as the page says."""

    def change(columns):
        columns["word0"] = columns["word0"].astype(np.uint64)
        for row in np.flatnonzero(columns["word0"][16:32] == columns["word0"][17]) + 16:
            columns["word0"][row] += 2**32

    assert "results" in forged(1025, change)


@pytest.mark.parametrize("changed", [{"flags": 3}, {"flags": 9}, {"size": 60}])
def test_flags_and_length(changed):
    """The trace of another statement: no root, no end of a chunk, a shorter block."""
    slot = Blake3(64).slots[0]._replace(**changed)
    other = dataclass(frozen=True)(type("Other", (Blake3,), {"slots": [slot]}))
    assert refused(64, QUICK.trace(other(64), bytes(64))).count("blake.start d") == 1
