"""Components: SHA-256's message schedule as a function of the builder, in blocks of 64 rows, twice in a program."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import pytest
from hostile import few

from l2zk import Expression, Machine, TraceProgram, TraceZkVm

MASK = 2**32 - 1


def _xor(a: Any, b: Any) -> Any:
    return a + b - 2 * a * b


def _sigma(bits: tuple[Expression, ...], first: int, second: int, shift: int) -> Any:
    """The word of three rotations, the last of which drops what leaves it."""
    word: Any = 0
    for k in range(32):
        bit = _xor(bits[(k + first) % 32], bits[(k + second) % 32])
        word = word + 2**k * (_xor(bit, bits[k + shift]) if k + shift < 32 else bit)
    return word


def schedule(m: Machine, given: Expression) -> Expression:
    """The words of a schedule, 64 rows to a block: sixteen are given, each on the row before its own, or of the first
    block, which has no rows behind, by themselves."""
    block, w = m.blocks(64), m.column("w")
    bits = m.bits("bit", w, 32)
    low_sigma = m.let("low_sigma", _sigma(bits, 7, 18, 3))
    high_sigma = m.let("high_sigma", _sigma(bits, 17, 19, 10))
    total = high_sigma[-1] + w[-6] + low_sigma[-14] + w[-15]
    word, carry = m.hint("word", total & MASK), m.hint("carry", total >> 32)
    m.bits("carry_bit", carry, 2)
    with m.when(block.rows(15, 63)):
        m.constrain("sum", word + 2**32 * carry == total)
    m.start({w[k]: m.private_input(f"first{k}") for k in range(16)})
    m.step({w: m.where(block.rows(15, 63), word, given)})
    return w


@dataclass(frozen=True)
class Schedules(TraceProgram):
    """Two schedules of so many blocks each, of which the last words are told."""

    id = "schedules.v0"
    blocks: int = 2

    def define(self, m: Machine) -> None:
        m.rows(64 * self.blocks)
        for name in ("left", "right"):
            with m.scope(name):
                w = schedule(m, m.private_column("given"))
                m.output("last", w, row="last")


def _expanded(words: list[int]) -> list[int]:
    def turned(x: int, k: int) -> int:
        return x >> k | x << 32 - k & MASK

    w = list(words)
    for t in range(16, 64):
        low = turned(w[t - 15], 7) ^ turned(w[t - 15], 18) ^ w[t - 15] >> 3
        high = turned(w[t - 2], 17) ^ turned(w[t - 2], 19) ^ w[t - 2] >> 10
        w.append((high + w[t - 7] + low + w[t - 16]) & MASK)
    return w


def _words(text: bytes) -> list[int]:
    return list(struct.unpack(">32I", text.ljust(128, b"\1")))


MESSAGES = {"left": _words(b"a message of two blocks" * 5), "right": _words(bytes(range(120)))}


def _witness() -> dict[str, Any]:
    witness: dict[str, Any] = {}
    for name, words in MESSAGES.items():
        on_rows = [*words[:16], *[0] * 48, *words[16:], *[0] * 48]
        witness |= {f"{name}.first{k}": on_rows[k] for k in range(16)} | {f"{name}.given": [*on_rows[1:], 0]}
    return witness


def test_the_schedule_fills_itself() -> None:
    trace = TraceZkVm(few()).trace(Schedules(), _witness())
    for name, words in MESSAGES.items():
        expected = _expanded(words[:16]) + _expanded(words[16:])
        assert trace[f"{name}.w"].tolist() == expected


def test_it_is_proved_and_its_selectors_are_shared() -> None:
    machine, program = TraceZkVm(few()), Schedules()
    assert program.definition.air.main.periodic_names == ("(15 <= row % 64 <= 62)", "(15 <= row % 64 <= 62)[15]")
    proof = machine.prove(program, _witness())
    assert machine.verify(program, proof)
    last = {name: _expanded(words[16:])[-1] for name, words in MESSAGES.items()}
    assert dict(proof.public_outputs) == {f"{name}.last": word for name, word in last.items()}


@pytest.mark.parametrize("row", [16, 63, 80, 126])
def test_a_wrong_word_is_noticed(row: int) -> None:
    machine = TraceZkVm(few())
    trace = machine.trace(Schedules(), _witness())
    trace.padded[trace.columns.index("left.w"), row] ^= 1
    report = machine.check(Schedules(), _witness(), trace=trace)
    assert {one.constraint for one in report.violations} >= {"left.w", "left.bit is below 2^32"}
