"""Digests, options and headers of the twin: by hand, strict, and proofs of every program from their bytes alone."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

import pytest
from blake3 import blake3
from reference.digest import Nodes, digest
from reference.header import Header, Stated, header_of, parse
from reference.lengths import Lengths
from reference.options import NoShape, Options
from reference.parameters import decode, encode, encode_value
from reference.proof import header, prove, seed
from reference.shape import Shape, Word
from reference.sizes import by_options
from reference.statement import Domain, Group, Interaction, Message, Program, Public, Series, Table, physical_tables
from reference.systems import cases
from reference.transcript import Refused
from reference.verifier import verified, verify_bytes
from ten_programs import MerklePath

CASES = {name: (groups, traces) for name, groups, traces in cases()}
FEW = Options(queries=2, grinding=0, allow_insecure=True)


def u64s(*values: int) -> bytes:
    return b"".join(v.to_bytes(8, "little") for v in values)


X = ("column", 0, 0)
TABLE = Table(
    4,
    2,
    ((1, 2),),
    ((Domain("transitions", 1), ("-", ("column", 1, -1), ("*", X, ("periodic", 0)))), (Domain("row", 2), X)),
    (
        Interaction(
            "b", (X, ("+", ("public", 1), ("conjunction", 1))), ("negation", ("column", 1, 0)), Domain("cyclic", 1, 2)
        ),
    ),
    3,
)
PROGRAM = Program(
    "é",
    (TABLE,),
    ("in",),
    (Series("s", 2), Series("t", 1, True)),
    (("b", 2),),
    (Message(-1, "b", (("public", 0),) * 2),),
    ("out",),
    encode((("n", 3),)),
)
PUBLIC = Public((7, 8), ((5, 6), (9,)))


def test_the_digest_by_hand() -> None:
    def text(data: bytes) -> bytes:
        return u64s(len(data)) + data

    nodes = [(1, 1, 2**64 - 1), (1, 0, 0), (2, 0, 0), (7, 1, 2), (6, 0, 3), (4, 0, 0), (11, 1, 0), (5, 5, 6)]
    nodes += [(1, 1, 0), (8, 8, 0)]
    table = u64s(3, 4, 2) + u64s(1, 2, 1, 2) + u64s(len(nodes)) + b"".join(u64s(*node) for node in nodes)
    table += u64s(2) + u64s(1, 1, 0, 4) + u64s(2, 2, 0, 1)
    table += u64s(1) + u64s(0) + u64s(2, 1, 7) + u64s(9) + u64s(3, 1, 2)
    value = u64s(1, 3, 0, 0)
    data = (
        b"l2zk program 2"
        + text("é".encode())
        + text(PROGRAM.parameters)
        + u64s(1)
        + text(b"in")
        + u64s(1)
        + text(b"out")
    )
    data += u64s(2) + text(b"s") + u64s(2, 0) + text(b"t") + u64s(1, 1) + u64s(1) + text(b"b") + u64s(2)
    data += u64s(1) + table + u64s(1) + u64s(0, 0) + u64s(2) + value + value
    assert digest(PROGRAM) == blake3(data).digest()


def test_what_is_one_object_is_one_node() -> None:
    e = X
    for _ in range(80):
        e = ("+", e, e)
    nodes = Nodes(0)
    assert nodes.number(e) == 80 and list(nodes.numbers)[:3] == [(1, 0, 0), (5, 0, 0), (5, 1, 1)]


def test_a_header_by_hand() -> None:
    options = Options("compact", 2, 120, 17, False, 300, True)
    data = b"l2zk\2\0\0\0" + bytes([1, 2, 120, 17, 0, 1, 44, 1, *[0] * 8]) + b"\1\0" + digest(PROGRAM) + b"\2\xc3\xa9"
    data += (
        u64s(3)
        + b"\x09\0\0\0"
        + PROGRAM.parameters
        + b"\1\0\2in"
        + b"\1\0\3out"
        + b"\2\0\1s\0\2\0\0\0\1t\1\1\0\0\0"
        + b"\1\0\0\0"
    )
    data += u64s(7, 8) + blake3(u64s(5, 6)).digest() + u64s(9)
    groups: list[Group] = [(PROGRAM, (PUBLIC,))]
    assert header(groups, options) == data
    assert parse(data + b"body") == (header_of(groups, options), len(data))


def test_a_seed_by_hand() -> None:
    """The header, the hashes of sequences, then lengths: those of the argument, of the commitment, of its words."""
    groups: list[Group] = [(PROGRAM, (PUBLIC,))]
    lengths = Lengths(physical_tables(groups), True)
    shape = Shape(9, 5, 8, 3, (Word(2, 6, 4), Word(1, 5, 2)), True, 7)
    data = header(groups, FEW) + blake3(u64s(5, 6)).digest() + blake3(u64s(9)).digest()
    data += u64s(*lengths.words()) + u64s(9, 5, 8, 3, 9, 7, 2, 2, 6, 4, 1, 5, 2)
    assert seed(groups, lengths, shape, FEW) == data
    assert lengths.words()[:2] == [2, 1] and lengths.words()[7] == 2  # rows and skipped bits; layers


@pytest.mark.parametrize("hiding", [True, False])
def test_every_other_header_is_read_as_it_is_written(hiding: bool) -> None:
    """Whatever is changed of it, it is refused or says something else."""
    groups: list[Group] = [(PROGRAM, (PUBLIC, PUBLIC)), (CASES["4 rows"][0][0])]
    good = header(groups, replace(FEW, zero_knowledge=hiding))
    for end in range(len(good)):
        with pytest.raises(Refused):
            parse(good[:end])
    for at in range(len(good)):
        for byte in {good[at] ^ 1, good[at] ^ 128, 0, 255} - {good[at]}:
            data = good[:at] + bytes([byte]) + good[at + 1 :]
            with suppress(Refused):
                read, length = parse(data)
                assert read.to_bytes() == data[:length] and read != parse(good)[0]


def test_options_have_one_spelling() -> None:
    good = Options(queries=300).to_bytes()
    for at in range(16):
        for byte in range(256):
            data = good[:at] + bytes([byte]) + good[at + 1 :]
            with suppress(NoShape):
                assert Options.from_bytes(data).to_bytes() == data


# Parameters


def test_parameters_by_hand_and_back() -> None:
    fields = [("a", None), ("b", True), ("c", -300), ("d", 0), ("e", "é"), ("f", b"\1"), ("g", (1, (False, "")))]
    data = encode(fields)
    assert decode(data) == fields
    assert encode_value(-300) == bytes([3, 1, 2, 0, 44, 1])
    for end in range(len(data)):
        with pytest.raises(Refused):
            decode(data[:end])
    deep, many = b"\6\1\0\0\0" * 17 + b"\0", b"\6\0\0\1\0" + bytes(1 << 16)
    for bad in (b"\3\1\0\0", b"\3\0\1\0\0", b"\3\2\1\0\1", b"\7", b"\4\1\0\0\0\xff", deep, many):
        with pytest.raises(Refused):
            decode(b"\1\0\1a" + bad)
    for bad in (b"\2\0\1a\0\1a\0", data + b"\0", b"\1\0\1a\5\0\0\x10\0" + bytes(1 << 20)):
        with pytest.raises(Refused):
            decode(bad)


def test_parameters_of_the_library_are_those_of_the_twin() -> None:
    program = MerklePath(5)
    assert program.definition.air.parameters == encode((("depth", 5),))


# Whole proofs


def whole(groups: list[Group], traces: list[list[list[int]]], options: Options) -> bytes:
    hiding = options.zero_knowledge
    return header(groups, options) + prove(groups, traces, by_options(groups, options), hiding=hiding, options=options)


def inputs_of(groups: list[Group]) -> list[tuple[int, ...]]:
    """What the verifier's caller knows."""
    found = []
    for program, statements in groups:
        for public in statements:
            found += [v for said, v in zip(program.sequences, public.sequences) if not said.output]
    return found


@pytest.mark.parametrize("name", ["2 rows", "offsets", "posted", "3 stacked", "stacked messages", "four programs"])
def test_a_proof_is_verified_from_its_bytes(name: str) -> None:
    groups, traces = CASES[name]
    proof = whole(groups, traces, FEW)
    programs, inputs = [program for program, _ in groups], inputs_of(groups)
    said = verified(programs, proof, inputs=inputs, options=FEW)
    assert said.groups == groups
    assert said.lengths.words() == Lengths(physical_tables(groups), True).words()
    assert verify_bytes(programs, proof, inputs=inputs, bits=60) == "the proof has fewer than 60 bits"
    assert verify_bytes(programs, proof, inputs=inputs, options=Options()) == "the proof has other options"
    assert verify_bytes(programs, proof + b"\0", inputs=inputs) == "the proof is too long"
    assert verify_bytes(programs[1:], proof, inputs=inputs) == "the proof is of other programs"
    other = replace(programs[0], id="another")
    assert verify_bytes([other, *programs[1:]], proof, inputs=inputs) == "the proof is of another program"
    if inputs:
        assert verify_bytes(programs, proof) == "an input sequence has other values"


def test_every_byte_of_the_header_counts() -> None:
    """Public values and options that are others have other challenges, if they have a shape at all."""
    groups, traces = CASES["offsets"]
    proof, programs = whole(groups, traces, FEW), [groups[0][0]]
    rng = random.Random(1)
    for at in range(len(header(groups, FEW))):
        changed = bytearray(proof)
        changed[at] ^= 1 << rng.randrange(8)
        assert verify_bytes(programs, bytes(changed), inputs=inputs_of(groups)), at


def test_a_proof_of_the_default_options() -> None:
    groups, traces = CASES["4 rows"]
    said = verified([groups[0][0]], whole(groups, traces, Options()), bits=128)
    assert said.header.options == Options() and said.shape.grinding == 16


def test_headers_that_state_nothing_or_too_much_are_refused() -> None:
    groups, _ = CASES["4 rows"]
    [good] = header_of(groups, FEW).groups
    for wrong, words in (
        (replace(good, statements=()), "the statements are none"),
        (replace(good, parameters=bytes((1 << 20) + 1)), "the parameters are too long"),
        (replace(good, parameters=b"\0"), "the header is too short"),
        (replace(good, id=""), "a program has an id"),
        (replace(good, user_rows=0), "1 to 2^26 rows"),
        (replace(good, user_rows=(1 << 26) + 1), "1 to 2^26 rows"),
        (replace(good, inputs=("x", "x", "y")), "two of one name"),
        (replace(good, sequences=(Series("s", 1, True),) * 2), "two of one name"),
        (replace(good, sequences=(Series("s", 0),)), "a sequence is"),
        (replace(good, statements=(Stated((2**64 - 1, 1, 1), ()),)), "a public value is no element"),
    ):
        said = verify_bytes([groups[0][0]], Header(FEW, (wrong,)).to_bytes())
        assert said is not None and words in said
    assert verify_bytes([], Header(FEW, ()).to_bytes()) == "the header names no program"
    many = header(groups, FEW)[: -8 * 3 - 4] + (2**32 - 1).to_bytes(4, "little") + bytes(2000)
    assert "more than there can be" in str(verify_bytes([groups[0][0]], many))
    assert verify_bytes([groups[0][0]], bytes(1 << 24) + b"\0") == "the proof is too long to be read"
