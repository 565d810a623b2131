"""BLAKE2s of private messages against hashlib, with and without a key, and traces of others, refused."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2s

import numpy as np
import pytest
from l2zk_blake2s import Blake2s

import l2zk
from l2zk.gadgets import blake2s as g

QUICK = l2zk.TraceZkVm(l2zk.ProofOptions(security=100))


def message(length: int) -> bytes:
    return bytes((k * k + k // 256) % 251 for k in range(length))


def result(program: Blake2s, given) -> str:
    """The digest that the trace gives, all constraints being satisfied."""
    trace = QUICK.trace(program, given)
    assert QUICK.check(program, trace=trace)
    row = program.layout.result(program.layout.count - 1)
    cells = [
        (f"blake.{x}_{lane}_{k}") for x, turned in (("h", 0), ("u", 2)) for lane in range(4) for k in turned_by(turned)
    ]
    return bytes(int(trace[cell][row]) for cell in cells).hex()


def turned_by(places: int) -> list[int]:
    return [(k + places) % 4 for k in range(4)]


def test_it_is_found_by_name():
    assert l2zk.get_program("blake2s") is Blake2s


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 44 * 64, 44 * 64 + 1])
def test_the_digest_is_that_of_hashlib(length):
    assert result(Blake2s(length), message(length)) == blake2s(message(length)).hexdigest()


@pytest.mark.parametrize("length, key", [(0, b"k"), (64, bytes(range(32)))])
def test_the_digest_with_a_key(length, key):
    given = {"key": key, "message": message(length)}
    assert result(Blake2s(length, len(key)), given) == blake2s(message(length), key=key).hexdigest()


def test_a_digest_is_proved(tmp_path):
    (tmp_path / "message").write_bytes(message(88 * 64))
    program, content = Blake2s.from_file(str(tmp_path / "message"))
    digest = blake2s(content).hexdigest()
    proof = QUICK.prove(program, content)  # of two periods, the last of which it fills
    assert program.layout.rows == 2048 and QUICK.verify(program, proof, outputs={"digest": digest})
    assert not QUICK.verify(program, proof, outputs={"digest": digest[::-1]})
    assert not QUICK.verify(Blake2s(length=1), proof)


def test_what_is_refused():
    with pytest.raises(l2zk.WitnessError, match="the key has 2 bytes, and the program is for 0"):
        Blake2s(3).check({"message": "abc", "key": b"no"}, redact=False)
    with pytest.raises(l2zk.WitnessError, match="the message is bytes or a text, not int"):
        Blake2s(3).check(3, redact=False)
    with pytest.raises(l2zk.WitnessError, match='a mapping with "key" and "message"'):
        Blake2s(3, 2).check({"message": "abc"}, redact=False)
    with pytest.raises(l2zk.ProgramError, match="a key 0 to 32, not length=3, key_length=33"):
        Blake2s(3, 33).check(b"")


def test_inputs_and_choices_fix_everything():
    assert "fix all" in str(Blake2s(3).examine(b"abc", seconds=60))


# ---- forged traces ---------------------------------------------------------------------------------------------------


def refused(program: Blake2s, trace: l2zk.ExecutionTrace) -> str:
    """The constraints and lookups that such a trace violates, a line each."""
    return "\n".join(map(str, QUICK.check(program, trace=trace, redact=False).violations))


@pytest.mark.parametrize("column", ["h_3_1", "u_1_3"])
def test_a_byte_of_a_result_at_the_very_end_of_the_trace(column):
    program = Blake2s(88 * 64)
    trace = QUICK.trace(program, message(88 * 64))
    trace[f"blake.{column}"][-1] ^= 1
    assert refused(program, trace)


def test_a_carry_that_is_too_large_with_a_word_less_by_2_to_the_32():
    trace = QUICK.trace(Blake2s(3), b"abc")
    trace["blake.carry_a1_0"][5] += 1
    trace["blake.a1_0_3"][5] = (int(trace["blake.a1_0_3"][5]) - 256) % l2zk.MODULUS
    found = refused(Blake2s(3), trace)
    assert "lookup" in found and "'blake.a1 0'" not in found


@pytest.mark.parametrize("length, key, number", [(61, b"", 15), (60, b"", 15), (0, b"key", 1)])
def test_what_stands_behind_the_end_of_message_and_key_is_0(length, key, number):
    program = Blake2s(length, len(key))
    blocks = np.zeros((1, 16), np.uint32)
    blocks[0, number] = 0xFF000000
    columns = dict(enumerate(g.schedule(program.layout, blocks)))
    trace = QUICK.trace(program, {f"word{k}": columns[k] for k in columns})
    assert f"word {number} of block 0" in refused(program, trace)


@pytest.mark.parametrize("changed, name", [({"length": 60}, "start d"), ({"key_length": 1}, "begin a")])
def test_length_and_key(changed, name):
    """The trace of the same block as that of another statement."""
    parts = {"_sizes": [64], "encode": lambda self, content: Blake2s(64).encode(content)}
    other = dataclass(frozen=True)(type("Other", (Blake2s,), parts))
    assert name in refused(Blake2s(64), QUICK.trace(other(**({"length": 64} | changed)), message(64)))


def test_a_state_that_is_not_kept():
    """What is xored to the result at last is the state before the compression."""
    trace = QUICK.trace(Blake2s(3), b"abc")
    trace["blake.kept_a1"][4:] ^= 1
    assert "kept_a1" in refused(Blake2s(3), trace)
