"""Digests by hashlib and RFC 4231, traces that lie, and files."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

import commands
import pytest
from l2zk_sha256 import HmacSha256, Sha256, parts, words

import l2zk
from l2zk import gadgets as g
from l2zk.errors import ProgramError, WitnessError
from l2zk.testing import Case, check_program

QUICK = l2zk.TraceZkVm(
    l2zk.ProofOptions(rate=1 / 2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True), redact=False
)
P, WORD = 2**64 - 2**32 + 1, 2**32


def message(length: int) -> bytes:
    return bytes(k * k % 251 for k in range(length))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_they_are_found_by_name():
    assert l2zk.get_program("sha256") is Sha256 and l2zk.get_program("hmac-sha256") is HmacSha256


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 119, 951, 1000])
def test_the_digest_is_that_of_hashlib(length):
    proof = QUICK.prove(Sha256(length), message(length))
    assert proof.public_outputs == {"digest": digest(message(length))}
    assert QUICK.verify(Sha256(length), proof, outputs={"digest": digest(message(length))})
    assert not QUICK.verify(Sha256(length), proof, outputs={"digest": digest(message(length + 1))})


def test_a_text_is_its_bytes_in_utf_8():
    assert (
        QUICK.prove(Sha256(7), "Grüße").claim
        == f"sha256.v0(length=7, twice=False) -> digest={digest('Grüße'.encode())}"
    )


def test_the_digest_of_the_digest():
    proof = QUICK.prove(Sha256(3, twice=True), message(3))
    assert proof.public_outputs["digest"] == digest(hashlib.sha256(message(3)).digest())


def test_a_long_message_stands_in_tables_that_chain(monkeypatch):
    assert (parts(960), parts(961), parts(16385)) == ([960], [1, 960], [65, 960, 15360])
    monkeypatch.setattr("l2zk_sha256.parts", lambda blocks: [1, 1, blocks - 2] if blocks > 2 else [blocks])
    assert QUICK.prove(Sha256(130), message(130)).public_outputs["digest"] == digest(message(130))
    given = words(message(130) + g.sha256.padding(130)) | {"chain0_2": 5}
    assert "chain" in str(QUICK.check(Sha256(130), given))


RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
]


@pytest.mark.parametrize(("key", "text", "tag"), RFC_4231)
def test_the_tags_are_those_of_rfc_4231(key, text, tag):
    assert hmac.new(key, text, "sha256").hexdigest() == tag
    proof = QUICK.prove(HmacSha256(len(text)), {"key": key, "message": text})
    assert proof.public_outputs == {"digest": tag}


# ---- traces that lie -------------------------------------------------------------------------------------------------


def refused(program, trace):
    """The names of the constraints that fail."""
    return {one.constraint for one in QUICK.check(program, trace=trace).violations}


def forged(length, row, **changes):
    """The honest trace with these columns of a row changed by so much; of bits, the bits of so much."""
    trace = QUICK.trace(Sha256(length), message(length))
    for name, by in changes.items():
        trace[f"sha.{name}"][row] = (int(trace[f"sha.{name}"][row]) + by) % P
    return refused(Sha256(length), trace)


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("row", [3, 20, 66])
def test_a_carry_one_too_large_and_the_word_less(by, row):
    e_and_a = forged(3, row, carry_e0=by) | forged(3, row, carry_a0=by)
    assert {"sha.e", "sha.a"} <= e_and_a
    trace = QUICK.trace(Sha256(3), b"abc")
    for word in "ea":
        trace[f"sha.carry_{word}0"][row] = (int(trace[f"sha.carry_{word}0"][row]) + by) % P
        trace[f"sha.{word}"][row + 1] = (int(trace[f"sha.{word}"][row + 1]) - by * WORD) % P
    names = refused(Sha256(3), trace)
    assert {"sha.e_ is below 2^32", "sha.a_ is below 2^32"} <= names


def absorbed(row, changes):
    """Of each constraint the first row that notices, where these cells of the honest trace have so much more."""
    trace = QUICK.trace(Sha256(3), b"abc")
    for name, at, more in changes:
        trace[f"sha.{name}"][at] = (int(trace[f"sha.{name}"][at]) + more) % P
    first = {one.constraint.removeprefix("sha."): one.row for one in QUICK.check(Sha256(3), trace=trace).violations}
    own = {name for name in first if name.startswith("carry")}
    assert {first.pop(name) for name in own} == {row}
    assert all(later >= row for later in first.values())
    return own, {name for name, later in first.items() if later == row}


@pytest.mark.parametrize("row", [3, 66])
@pytest.mark.parametrize("on_e, on_a", [("e0", "a0"), ("e1", "a1"), ("e2", "a0")])
def test_carries_that_absorb_a_wrong_word_of_a_round(row, on_e, on_a):
    trace = QUICK.trace(Sha256(3), b"abc")
    by = 1 - 2 * int(trace["sha.e_0"][row + 1])
    e, a = by * pow(WORD << int(on_e[1]), -1, P), by * pow(WORD << int(on_a[1]), -1, P)
    changes = [("e", row + 1, by), ("e_0", row + 1, by), (f"carry_{on_e}", row, -e), (f"carry_{on_a}", row, a)]
    rounds = {"e2": " in rounds", "a1": " in rounds"}
    own, others = absorbed(row, changes)
    assert own == {f"carry_{name} is a bit{rounds.get(name, '')}" for name in (on_e, on_a)} and not others


@pytest.mark.parametrize("low", [0, 1])
def test_a_carry_that_absorbs_a_wrong_word_of_the_schedule(low):
    trace = QUICK.trace(Sha256(3), b"abc")
    by, row = 1 - 2 * int(trace["sha.w_0"][30]), 30
    carry = 1 - low
    own, others = absorbed(
        row, [("w", row, by), ("w_0", row, by), (f"carry_w{carry}", row, -by * pow(WORD << carry, -1, P))]
    )
    assert own == {f"carry_w{carry} is a bit{' in the schedule' * carry}"}
    assert others <= {"e", "a"}  # which the word goes into


@pytest.mark.parametrize("by", [WORD, P - WORD])
def test_a_word_of_2_32_more(by):
    assert "sha.w_ is below 2^32" in forged(3, 10, w=by)
    assert "sha.w_31 is a bit" in forged(3, 10, w=by, w_31=2 * by // WORD if by == WORD else -2)


def test_a_carry_of_the_schedule():
    for row in (19, 30, 66):
        assert "sha.schedule" in forged(3, row, carry_w0=1)
        assert "sha.w_ is below 2^32" in forged(3, row, carry_w0=1, w=-WORD)


@pytest.mark.parametrize("length", [3, 55, 951])
@pytest.mark.parametrize("word", ["a", "e"])
def test_the_last_words_of_the_digest_are_held(length, word):
    end = g.sha256.end(g.sha256.blocks_of(length))
    for row in (end - 3, end):
        trace = QUICK.trace(Sha256(length), message(length))
        flip = 1 - 2 * int(trace[f"sha.{word}_0"][row])
        for name in (word, f"{word}_0"):
            trace[f"sha.{name}"][row] = (int(trace[f"sha.{name}"][row]) + flip) % P
        assert f"sha.{word} begins with the chaining value" in refused(Sha256(length), trace)
        trace[f"sha.chain_{word}"][row] = trace[f"sha.{word}"][row]
        assert f"sha.chain_{word}" in refused(Sha256(length), trace)


@dataclass(frozen=True)
class OtherStart(Sha256):
    """The same with another first chaining value."""

    id = "other-start.v0"

    def define(self, m):
        m.rows(g.sha256.rows(1))
        sha = g.sha256.Compressions(m, "sha", 1, (1, *g.sha256.IV[1:]))
        m.output_word("digest", sha.digest, row=sha.end)


def test_another_first_chaining_value():
    trace = QUICK.trace(OtherStart(3), b"abc")
    assert refused(Sha256(3), trace) == {"start sha.a[3]", "start sha.chain_a[3]"}


def lying_padding(length, block):
    """The witness with another last block."""
    return {"sha.w": g.sha256.words_column(message(length)[: 64 * (length // 64)] + block)}


@pytest.mark.parametrize(
    ("block", "name"),
    [
        (message(5).ljust(56, b"\0") + (40).to_bytes(8, "big"), "padding 1"),  # no bit behind the message
        ((message(5) + b"\x81").ljust(56, b"\0") + (40).to_bytes(8, "big"), "padding 1"),
        ((message(5) + b"\x80").ljust(56, b"\0") + (48).to_bytes(8, "big"), "padding 15"),  # another length
        ((message(5) + b"\x80").ljust(55, b"\0") + b"\1" + (40).to_bytes(8, "big"), "padding 13"),
    ],
)
def test_other_padding_is_refused(block, name):
    names = {one.constraint for one in QUICK.check(Sha256(5), lying_padding(5, block)).violations}
    assert names == {name}


def test_no_word_of_the_padding_is_left_out():
    block = bytearray((message(5) + b"\x80").ljust(56, b"\0") + (40).to_bytes(8, "big"))
    honest = bytes(block)
    for number in range(2, 16):
        block[4 * number] ^= 1
    names = {one.constraint for one in QUICK.check(Sha256(5), lying_padding(5, bytes(block))).violations}
    assert names == {f"padding {number}" for number in range(2, 16)}
    assert QUICK.check(Sha256(5), lying_padding(5, honest))


def test_another_key_in_the_outer_hash_is_refused():
    program, given = HmacSha256(8), HmacSha256(8).encode({"key": b"Jefe", "message": b"Hi There"})
    other = program.encode({"key": b"Jeff", "message": b"Hi There"})
    report = QUICK.check(program, {**given, "sha.w": other["sha.w"]})
    assert not report and "key" in str(report)


# ---- the kit, and what is wrong --------------------------------------------------------------------------------------


def test_the_kit_finds_nothing():
    wrong = lying_padding(3, b"abd\x80".ljust(63, b"\0") + b"\x17")
    cases = [Case({"length": 3}, b"abc", outputs={"digest": digest(b"abc")}), Case({"length": 3}, wrong, refused=True)]
    assert all(check_program(Sha256, cases, vm=QUICK, seconds=60).runs)  # all cells and outputs are fixed


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: QUICK.prove(Sha256(4), b"abc"), "the message has 3 bytes, and the program is for 4"),
        (lambda: QUICK.prove(Sha256(4), [b"abc"]), "the message is bytes or a text, not list"),
        (lambda: QUICK.prove(HmacSha256(1), {"key": b""}), 'a mapping with "key" and "message", and nothing else'),
        (lambda: Sha256(-1).definition, "length=-1: a message has 0 to 8,388,608 bytes"),
    ],
)
def test_a_mistake_is_told(act, sentence):
    with pytest.raises((WitnessError, ProgramError), match=sentence.replace("(", r"\(")):
        act()


def test_files_give_length_and_witness(tmp_path):
    file = tmp_path / "message"
    file.write_bytes(message(70))
    assert Sha256.from_file(file, twice=True) == (Sha256(70, twice=True), message(70))
    file.write_text(json.dumps({"key": b"Jefe".hex(), "message": b"Hi".hex()}))
    assert HmacSha256.from_file(file) == (HmacSha256(2), {"key": b"Jefe", "message": b"Hi"})
    file.write_text('{"key": "00", "message": "zz"}')
    with pytest.raises(WitnessError, match="a JSON object"):
        HmacSha256.from_file(file)


def test_a_file_and_a_pipe_on_the_command_line(tmp_path):
    file, out = tmp_path / "message", tmp_path / "proof"
    file.write_bytes(message(70))
    assert commands.l2zk("prove", "sha256", "--file", file, "-o", out).exit_code == 0
    found = commands.l2zk("verify", out, "--program", "sha256", "--output", f"digest={digest(message(70))}")
    assert found.exit_code == 0 and "parameter length = 70 (only stated)" in found.stdout
    assert commands.l2zk("verify", out, "--output", f"digest={digest(message(71))}").exit_code == 1
    made = commands.l2zk("prove", "sha256", "--file", "-", "--twice", input=b"abc")
    assert f"digest={digest(hashlib.sha256(b'abc').digest())}" in made.stdout
    request = json.dumps({"key": b"Jefe".hex(), "message": b"what do ya want for nothing?".hex()})
    assert RFC_4231[1][2] in commands.l2zk("prove", "hmac-sha256", "--file", "-", input=request).stdout
