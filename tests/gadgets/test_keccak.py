"""Keccak-f and its sponge: digests by hashlib, and forged traces, of which a named constraint says what is wrong."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pytest
from quick import QUICK

import l2zk
from l2zk.gadgets import keccak, keccak_states


@dataclass(frozen=True)
class Digest(l2zk.TraceProgram):
    """SHA3-256 of a private message of a length."""

    id = "sponge.v0"
    size: int

    def define(self, m):
        m.private_array("message")
        sponge = keccak.Sponge(m, "s", self.size, 6)
        m.output_word("digest", sponge.digest, row=sponge.row, order="little")

    def encode(self, message):
        return {"message": list(message)}

    def generate_trace(self, witness):
        return keccak.columns("s", bytes(map(int, witness["message"])), 6)


def message(size, first=0):
    """Bytes that differ."""
    return bytes((k + first) ** 2 % 251 for k in range(size))


def trace(size, first=0):
    """The trace of a message."""
    return QUICK.trace(Digest(size), message(size, first))


def broken(size, of=None):
    """The constraints that a trace breaks, without the scope's name."""
    found = QUICK.check(Digest(size), message(size), trace=of or trace(size)).violations
    return {one.constraint.removeprefix("s.") for one in found}


def spliced(size, t):
    """The trace of a message with the rows from t on those of another one."""
    made, other = trace(size), trace(size, 5)
    for name, column in other.items():
        rows = made[name].reshape(64, -1)
        rows[:, t:] = column.reshape(64, -1)[:, t:]
    return made


def test_other_rows_than_those_of_its_ring_are_refused():
    @dataclass(frozen=True)
    class Longer(Digest):
        def define(self, m):
            m.rows(2 * keccak.layout(self.size).rows)
            super().define(m)

    with pytest.raises(l2zk.ProgramError, match="say their number once"):
        _ = Longer(3).definition


def test_the_permutation_is_that_of_hashlib():
    block = np.frombuffer(keccak.padded(b"abc", 6), "<u8").tolist()
    made = keccak.permutation([*block, *[0] * 8])
    assert b"".join(lane.to_bytes(8, "little") for lane in made[:4]) == hashlib.sha3_256(b"abc").digest()


def test_the_permutation_of_zeros_is_the_published_one():
    once = keccak.permutation([0] * 25)
    assert (once[0], once[24]) == (0xF1258F7940E1DDE7, 0xEAF1FF7B5CECA249)
    assert keccak.permutation(once)[0] == 0x2D5C954DF96ECB3C


def test_an_honest_trace_breaks_nothing():
    assert broken(140) == set()


@pytest.mark.parametrize("size", [3, 8, 135, 140, 300])  # 300: in three parts
def test_a_block_ends_as_its_length_says(monkeypatch, size):
    honest, _ = keccak.padded(message(size), 6), Digest(size).definition  # is made before what fills it is changed
    for byte, bit in {(size, 0), (size, 2), (len(honest) - 9, 6), (len(honest) - 1, 7), (len(honest) - 1, 3)}:
        wrong = bytearray(honest)
        wrong[max(byte, size)] ^= 1 << bit
        monkeypatch.setattr(keccak_states, "padded", lambda *_, made=bytes(wrong): made)
        names = broken(size)
        assert len(names) == 1 and all(name.startswith("padding") for name in names), names


def test_a_longer_message_is_refused(monkeypatch):
    _ = Digest(3).definition
    monkeypatch.setattr(keccak_states, "padded", lambda given, _: bytes(given) + b"\1\6" + bytes(130) + b"\x80")
    assert {name[:17] for name in broken(3)} == {"padding of lane 0"}


def test_the_capacity_is_0_at_first(monkeypatch):
    _ = Digest(140).definition
    monkeypatch.setattr(keccak_states, "TAKEN", 18)  # the first block is added to a lane of the capacity too
    assert broken(140) == {"lane 17 is 0 at first"}


def test_the_capacity_goes_on_from_block_to_block():
    names = broken(600, spliced(600, 49))  # of the third of five blocks, into which anything may be absorbed
    assert names == {f"lane {k} after a round" for k in range(17, 25)}


def test_the_capacity_goes_on_from_part_to_part():
    made, other = trace(300), trace(300, 5)  # of one block each
    assert keccak.layout(300)[:3] == (3, 1, 1)
    for name, column in other.items():
        if name.startswith("s.x1"):
            made[name][:] = column
    names = broken(300, made)
    expected = {f"lane {k} goes on, part {part}" for k in range(17, 25) for part in (1, 2)}
    assert {name for name in names if not name.startswith("padding")} == expected


def test_layouts_have_room_for_all_blocks_and_little_more():
    for size in range(0, 40000, 77):
        made, blocks = keccak.layout(size), size // 136 + 1
        assert (made.parts - 1) * made.each + made.rest == blocks and 1 <= made.rest <= made.each
        assert made.row + 4 <= made.steps
        assert made.parts * made.steps <= 24 * 1.5 * blocks + 64, (size, made)


@pytest.mark.parametrize("t", [2, 24, 26, 121])
def test_no_round_is_left_out(t):
    names = broken(600, spliced(600, t))  # five blocks, whose last step is on the last row but six
    assert {f"lane {k} after a round" for k in range(25)} <= names


@pytest.mark.parametrize("column", ["s.x0.p0", "s.x0.p16", "s.x0.p24", "s.x0.c3", "s.x0.e", "s.mark"])
def test_a_changed_cell_is_noticed(column):
    made = trace(3)
    rows = made[column].reshape(64, -1)
    for z, t in ((0, 1), (63, 1), (5, 24), (0, 25), (63, 25)):
        for value in (1 - int(rows[z, t]), int(rows[z, t]) + 2):
            kept, rows[z, t] = int(rows[z, t]), value % l2zk.MODULUS
            assert broken(3, made), (column, z, t)
            rows[z, t] = kept


@pytest.mark.parametrize(
    "z, name", [(0, "mark of slice 0"), (1, "mark of no other slice"), (63, "mark of no other slice")]
)
def test_the_constants_begin_at_slice_0(z, name):
    made = trace(3)
    made["s.mark"].reshape(64, -1)[z, : keccak.layout(3).row] = 1 if z else 0
    assert name in broken(3, made)


@pytest.mark.parametrize("t", [1, 7, 24])
def test_the_constants_do_not_end_before_the_last_round(t):
    made = trace(3)
    made["s.mark"].reshape(64, -1)[0, t : keccak.layout(3).row] = 0
    assert "mark stays" in broken(3, made)


@pytest.mark.parametrize("x", range(5))
def test_parities_are_bits(x):
    made = trace(3)
    made[f"s.x0.c{x}"][0] = 2  # where no state is, and theta of the first slice looks for it
    made[f"s.x0.c{x}"][-1] = 3
    found = QUICK.check(Digest(3), message(3), trace=made).violations
    assert {one.constraint: one.count for one in found}[f"s.c{x} is a bit"] == 2


@pytest.mark.parametrize("x", range(5))
def test_a_parity_and_all_that_theta_does_with_it(x):
    """Another bit, and with it another theta: the state before is the same, and the one after is not."""
    made = trace(3)
    made[f"s.x0.c{x}"].reshape(64, -1)[9, 5] ^= 1
    for z, column in ((9, (x + 1) % 5), (10, (x - 1) % 5)):
        for k in range(column, 25, 5):
            made[f"s.x0.p{k}"].reshape(64, -1)[z, 5] ^= 1
    found = QUICK.check(Digest(3), message(3), trace=made).violations
    rows = {one.constraint.removeprefix("s."): one.row for one in found}
    steps = keccak.layout(3).steps
    assert rows.pop(f"c{x} is the parity") == 9 * steps + 4
    assert {row % steps for row in rows.values()} == {5}  # what comes of it


def test_what_is_absorbed_are_bits():
    made = trace(3)
    made["s.x0.p0"][1] = 2
    found = QUICK.check(Digest(3), message(3), trace=made).violations
    rows = {one.constraint: one.row for one in found}
    assert rows["s.lane 0 after a round"] == 0  # where the block is absorbed, and not only where the next round begins


def test_two_bits_of_a_column_do_not_make_up_for_one_another():
    made = trace(3)
    for name in ("s.x0.p3", "s.x0.p8"):
        made[name][1] ^= 1
    assert any(name.endswith("after a round") for name in broken(3, made))
