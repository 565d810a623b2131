"""The bytes of headers and parameters: examples, round trips, each malformed byte named by its place."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from l2zk.air.air import PublicSequence
from l2zk.base.field import MODULUS as P
from l2zk.errors import FormatError, ProgramError, VersionError
from l2zk.proof.header import MAX_DEPTH, MAX_PARAMETERS, Header, Stated, parameters_from_bytes, parameters_to_bytes
from l2zk.proof.options import ProofOptions

OPTIONS = ProofOptions()
PROGRAM = Stated(
    digest=bytes(range(32)),
    program_id="fib.v0",
    rows=21,
    parameters=parameters_to_bytes([("rounds", 20)]),
    inputs=("a0", "a1"),
    outputs=("result", "é"),
)
EXAMPLE = Header.single(options=OPTIONS, program=PROGRAM, inputs=(0, 1), outputs=(6765, P - 1))
BYTES = EXAMPLE.to_bytes()


def test_a_header_by_hand() -> None:
    assert BYTES == (
        b"l2zk"
        + b"\x02\x00\x00\x00"
        + OPTIONS.to_bytes()
        + b"\x01\x00"
        + bytes(range(32))
        + b"\x06fib.v0"
        + b"\x15\x00\x00\x00\x00\x00\x00\x00"
        + b"\x0e\x00\x00\x00"
        + b"\x01\x00\x06rounds\x03\x00\x01\x00\x14"
        + b"\x02\x00\x02a0\x02a1"
        + b"\x02\x00\x06result\x02\xc3\xa9"
        + b"\x00\x00"
        + b"\x01\x00\x00\x00"
        + b"\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"
        + b"\x6d\x1a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff"
    )


def test_a_header_is_read_back_and_the_rest_is_left() -> None:
    assert Header.parse(BYTES) == (EXAMPLE, len(BYTES))
    assert Header.parse(bytearray(BYTES + b"body")) == (EXAMPLE, len(BYTES))


def test_output_offsets_are_where_the_values_stand() -> None:
    values = [int.from_bytes(BYTES[at : at + 8], "little") for at in next(EXAMPLE.places()).outputs]
    assert values == [6765, P - 1]


def test_every_truncation_is_refused_at_its_place() -> None:
    for length in range(len(BYTES)):
        with pytest.raises(FormatError, match=r"byte \d+: found .*, expected .* \(PROTOCOL 9\.1\)"):
            Header.parse(BYTES[:length])


def test_whatever_is_read_is_written_the_same() -> None:
    refused = 0
    for at in range(len(BYTES)):
        for byte in range(256):
            data = BYTES[:at] + bytes([byte]) + BYTES[at + 1 :]
            try:
                header, length = Header.parse(data)
            except FormatError:
                refused += 1
            else:
                assert header.to_bytes() == data[:length]
    assert refused > len(BYTES) * 64


@pytest.mark.parametrize(
    "at, new, sentence",
    [
        (0, b"PK", r"byte 0: found b'PKzk', expected b'l2zk', the first bytes of a proof"),
        (4, b"\0", r"byte 4: found version 0, expected version 2"),
        (8, b"\x09", r"the options at byte 8: byte 0 of the options \(preset\) is 9"),
        (24, b"\0", r"byte 24: found 0 as the number of programs, expected 1 to 65535"),
        (24, b"\xff\xff", r"byte 24: found 65535 as the number of programs before the last 123 bytes"),
        (59, b"\xff", r"byte 59: found the byte 0xff, expected UTF-8 text as the program's id"),
        (65, bytes(8), r"byte 65: found 0 as the number of rows, expected 1 to 67108864"),
        (
            73,
            b"\x01\x00\x10\x00",
            r"byte 73: found 1048577 as the length of the parameters, expected at most 1048576",
        ),
        (96, b"\x02a0", r"byte 96: found public input 'a0' for the second time, expected each name once"),
        (111, b"\1", r"byte 116: found 0 as the length of public column '\\x00', expected 1 to 67108864"),
        (113, b"\0", r"byte 113: found 0 as the number of statements, expected 1 to 536870912"),
        (113, b"\2", r"byte 113: found 2 as the number of statements before the last 32 bytes, expected at most 1"),
        (113, b"\xff\xff\xff\xff", r"byte 113: found 4294967295 as the number of statements, expected 1 to"),
        (
            117,
            b"\xff" * 8,
            r"byte 117: found 18446744073709551615 as the value of public input 'a0', expected an element",
        ),
        (
            141,
            b"\xff" * 8,
            r"byte 141: found 18446744073709551615 as the value of public output 'é', expected an element",
        ),
    ],
)
def test_a_malformed_byte_is_named(at: int, new: bytes, sentence: str) -> None:
    with pytest.raises(FormatError, match=sentence):
        Header.parse(BYTES[:at] + new + BYTES[at + len(new) :])


ARRAYS = EXAMPLE.stating(
    program=replace(PROGRAM, sequences=(PublicSequence("pixels", 2**26, False), PublicSequence("sums", 2, True))),
    sequences=(bytes(range(32)), b"\5\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0"),
)
AT = 111  # where the bytes of arrays begin, with their number


def test_the_header_of_arrays_by_hand() -> None:
    data = ARRAYS.to_bytes()
    names = b"\x02\x00" + b"\x06pixels\x00\x00\x00\x00\x04" + b"\x04sums\x01\x02\x00\x00\x00"
    assert data == BYTES[:AT] + names + BYTES[AT + 2 :] + ARRAYS.sequences[0] + ARRAYS.sequences[1]
    assert Header.parse(data) == (ARRAYS, len(data)) and next(ARRAYS.places()).sequences == (len(data) - 16,)
    assert [data[at] for at in next(ARRAYS.places()).outputs] == [0x6D, 0]
    for length in range(AT, len(data)):
        with pytest.raises(FormatError, match="found"):
            Header.parse(data[:length])


@pytest.mark.parametrize(
    "at, new, sentence",
    [
        (9, b"\2", "found 2 as the kind of public or output column 'pixels', expected at most 1"),
        (10, bytes(4), "found 0 as the length of public column 'pixels', expected 1 to 67108864"),
        (10, b"\1\0\0\4", "found 67108865 as the length of public column 'pixels', expected 1 to 67108864"),
        (14, b"\6pixels\1", "found public or output column 'pixels' for the second time"),
        (-8, b"\xff" * 8, "found 18446744073709551615 as value 1 of output column 'sums', expected an element"),
    ],
)
def test_a_malformed_byte_of_arrays_is_named(at: int, new: bytes, sentence: str) -> None:
    data = ARRAYS.to_bytes()
    at = AT + at if at > 0 else len(data) + at
    with pytest.raises(FormatError, match=f"byte {at}: {sentence}"):
        Header.parse(data[:at] + new + data[at + len(new) :])


def test_an_empty_id_is_refused() -> None:
    with pytest.raises(FormatError, match="byte 58: found an empty id"):
        Header.parse(BYTES[:58] + b"\0" + BYTES[65:])


def test_a_newer_version_says_so() -> None:
    with pytest.raises(VersionError, match="found version 3 .* newer l2zk"):
        Header.parse(BYTES[:4] + b"\3" + BYTES[5:])


def test_the_first_version_is_refused_in_a_sentence() -> None:
    with pytest.raises(VersionError, match="byte 4: found version 1 .* no longer accepted: prove anew"):
        Header.parse(BYTES[:4] + b"\1" + BYTES[5:])


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"digest": b"short"}, "32 bytes"),
        ({"program_id": ""}, "id is empty"),
        ({"program_id": "x" * 256}, "at most 255"),
        ({"program_id": "\ud800"}, "lone surrogate"),
        ({"rows": 0}, "1 to"),
        ({"rows": 2**26 + 1}, "1 to"),
        ({"parameters": bytes(MAX_PARAMETERS + 1)}, "at most"),
        ({"inputs": ("a", "a")}, "two public inputs of one name"),
        ({"outputs": ("a" * 256, "b")}, "at most 255"),
    ],
)
def test_a_program_that_could_not_be_read_back_is_not_written(change: dict, sentence: str) -> None:
    with pytest.raises(ProgramError, match=sentence):
        EXAMPLE.stating(program=replace(PROGRAM, **change)).to_bytes()


@pytest.mark.parametrize("change", [{"inputs": (1, P)}, {"outputs": (-1, 2)}], ids=str)
def test_a_value_that_could_not_be_read_back_is_not_written(change: dict) -> None:
    with pytest.raises(ProgramError, match="element of the field"):
        EXAMPLE.stating(**change).to_bytes()


def test_parameters_by_hand() -> None:
    pairs = (
        ("n", None),
        ("f", False),
        ("t", True),
        ("zero", 0),
        ("big", -256),
        ("text", "é"),
        ("data", b"\0"),
        ("both", (1, ())),
    )
    data = (
        b"\x08\x00"
        + b"\x01n\x00"
        + b"\x01f\x01"
        + b"\x01t\x02"
        + b"\x04zero\x03\x00\x00\x00"
        + b"\x03big\x03\x01\x02\x00\x00\x01"
        + b"\x04text\x04\x02\x00\x00\x00\xc3\xa9"
        + b"\x04data\x05\x01\x00\x00\x00\x00"
        + b"\x04both\x06\x02\x00\x00\x00\x03\x00\x01\x00\x01\x06\x00\x00\x00\x00"
    )
    assert parameters_to_bytes(pairs) == data
    assert parameters_from_bytes(data) == pairs


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)
PAIRS = st.dictionaries(st.text(max_size=8), VALUES, max_size=5)


@given(PAIRS)
def test_parameters_are_read_back(pairs: dict) -> None:
    data = parameters_to_bytes(pairs.items())
    assert repr(parameters_from_bytes(data)) == repr(tuple(pairs.items()))  # repr tells 1 from True


@given(PAIRS, st.data())
def test_changed_parameters_are_refused_or_written_the_same(pairs: dict, draw: st.DataObject) -> None:
    data = bytearray(parameters_to_bytes(pairs.items()))
    data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        read = parameters_from_bytes(data)
    except FormatError:
        return
    assert parameters_to_bytes(read) == data


@given(st.binary(max_size=64))
def test_any_bytes_are_refused_or_written_the_same(data: bytes) -> None:
    try:
        read = parameters_from_bytes(data)
    except FormatError:
        return
    assert parameters_to_bytes(read) == data


@pytest.mark.parametrize(
    "data, sentence",
    [
        (b"\x01\x00\x01a\x07", "byte 4: found the tag 7 of parameter 'a', expected a tag from 0 to 6"),
        (
            b"\x01\x00\x01a\x03\x01\x00\x00",
            "byte 5: found minus zero as parameter 'a', expected zero without a sign",
        ),
        (
            b"\x01\x00\x01a\x03\x00\x02\x00\x01\x00",
            "byte 9: found a leading zero of parameter 'a', expected the shortest",
        ),
        (
            b"\x01\x00\x01a\x03\x02\x01\x00\x01",
            "byte 5: found 2 as the sign of parameter 'a', expected at most 1",
        ),
        (
            b"\x01\x00\x01a\x06\xff\xff\xff\xff",
            "byte 5: found a tuple of 4294967295 values in parameter 'a', expected at most 0",
        ),
        (b"\x02\x00\x01a\x00\x01a\x00", "byte 5: found parameter 'a' for the second time"),
        (b"\x00\x00\x00", "byte 2: found 1 more bytes, expected the end of the parameters"),
        (b"\x01\x00\x01a" + b"\x06\x01\x00\x00\x00" * 20 + b"\x00", f"nested more than {MAX_DEPTH} deep"),
    ],
)
def test_malformed_parameters_are_named(data: bytes, sentence: str) -> None:
    with pytest.raises(FormatError, match=sentence):
        parameters_from_bytes(data)


@pytest.mark.parametrize(
    "value, sentence",
    [
        (
            1.5,
            "parameter 'x' is a float; a program's parameter is None, a bool, an int, a str, bytes or",
        ),
        ([1], "is a list"),
        pytest.param(1 << 8 * 65536, "at most 65535", id="huge"),
        ("\ud800", "lone surrogate"),
    ],
)
def test_what_is_no_parameter_is_refused(value: object, sentence: str) -> None:
    with pytest.raises(ProgramError, match=sentence):
        parameters_to_bytes([("x", value)])  # type: ignore[list-item]


def test_tuples_nest_as_deep_when_written_as_when_read() -> None:
    value: tuple = ()
    for _ in range(MAX_DEPTH - 1):
        value = (value,)
    assert parameters_from_bytes(parameters_to_bytes([("x", value)])) == (("x", value),)
    with pytest.raises(ProgramError, match="deep"):
        parameters_to_bytes([("x", (value,))])
