"""What the verifier in C reads of a proof without judging it: the items of a header, rounds of bits, a key."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

from c_verifier import WIDE, Policy, Span, Verdict, library, span


class Item(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_uint32),
        ("group", ctypes.c_uint32),
        ("statement", ctypes.c_uint32),
        ("name", Span),
        ("value", ctypes.c_uint64),
        ("is_output", ctypes.c_int),
        ("length", ctypes.c_uint32),
        ("bytes", Span),
        ("digest", ctypes.c_void_p),
        ("rows", ctypes.c_uint64),
    )


class Items(ctypes.Structure):
    _fields_ = (
        ("proof", Span),
        ("places", ctypes.c_size_t * 4),
        ("numbers", ctypes.c_uint32 * 10),
    )


class Round(ctypes.Structure):
    _fields_ = (
        ("word", ctypes.c_uint32),
        ("name", ctypes.c_char_p),
        ("worst", ctypes.c_int64),
        ("together", ctypes.c_int64),
    )


class Raw(ctypes.Structure):
    """A span whose bytes may hold zeros."""

    _fields_ = (("bytes", ctypes.c_void_p), ("length", ctypes.c_size_t))


def bytes_of(said: Span) -> bytes:
    raw = Raw.from_buffer_copy(said)
    return ctypes.string_at(raw.bytes, raw.length) if raw.bytes else b""


def items(proof: bytes) -> Iterator[tuple[Any, ...]]:
    """A group as (number, digest, id, rows, parameters, statements); a value as (kind, statement, name, value)."""
    shared, state, item, verdict = library(WIDE), Items(), Item(), Verdict()
    held = span(proof)
    if not shared.l2zk_items_begin(ctypes.byref(state), held, ctypes.byref(verdict)):
        raise ValueError(str(verdict))
    while shared.l2zk_items_next(ctypes.byref(state), ctypes.byref(item)):
        name = bytes_of(item.name).decode()
        if item.kind == 3:
            digest = ctypes.string_at(item.digest, 32)
            yield item.group, digest, name, item.rows, bytes_of(item.bytes), item.length
        else:
            yield item.kind, item.statement, name, bytes_of(item.bytes) if item.kind == 2 else item.value


def rounds(keys: Sequence[bytes], proof: bytes) -> list[tuple[int, str, int, int]]:
    """The word, the name, and the bits of each round, of a proof whose programs have no input sequences."""
    shared, verdict, made = library(WIDE), Verdict(), (Round * 64)()
    policy, spans = Policy(0, proof[8:24]), (Span * len(keys))(*map(span, keys))
    buffer = ctypes.create_string_buffer(1 << 20)
    arguments = spans, ctypes.c_size_t(len(keys)), span(proof), ctypes.byref(policy), buffer, ctypes.c_size_t(1 << 20)
    count = shared.l2zk_rounds(*arguments, made, ctypes.c_size_t(64), ctypes.byref(verdict))
    return [(said.word, said.name.decode(), said.worst, said.together) for said in made[:count]]


def key(data: bytes) -> tuple[bytes, bytes, bytes, bytes] | None:
    """The id, the parameters, the notes and the digest of a key; None if it is none."""
    said, digest = [Span(), Span(), Span()], ctypes.create_string_buffer(32)
    if not library(WIDE).l2zk_key(span(data), *map(ctypes.byref, said), digest):
        return None
    return (*map(bytes_of, said), digest.raw)  # type: ignore[return-value]
