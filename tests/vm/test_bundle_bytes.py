"""The bytes of bundles and receipts: read by a plain reader written from PROTOCOL 14 alone; hostile in every way."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from time import process_time

import blake3
import pytest
from example_programs import Fibonacci
from quick import QUICK

from l2zk import ProofBundle, Receipt
from l2zk.errors import FormatError, ProofError, VersionError
from l2zk.vm.bundles import form

HEADS = [QUICK.prove(Fibonacci(4)), QUICK.prove(Fibonacci(5), {"a0": 2})]
PROOFS = [HEADS[0], HEADS[1], HEADS[1], HEADS[0], HEADS[0]]
BUNDLE = ProofBundle(PROOFS)
DATA = bytes(BUNDLE)


def h3(data: bytes) -> bytes:
    digest: bytes = blake3.blake3(data).digest()
    return digest


def u64(number: int) -> bytes:
    return number.to_bytes(8, "little")


def plain_root(parts: list[tuple[bytes, bytes]]) -> bytes:
    """The root over (header, body) of each proof, as PROTOCOL 14.2 has it."""
    level = [h3(b"l2zk bundle leaf" + u64(i) + h3(header) + h3(body)) for i, (header, body) in enumerate(parts)]
    while len(level) > 1:
        pairs = [level[k : k + 2] for k in range(0, len(level), 2)]
        level = [h3(b"l2zk bundle node" + two[0] + two[1]) if len(two) == 2 else two[0] for two in pairs]
    return h3(b"l2zk bundle root" + u64(len(parts)) + level[0])


def plain_read(data: bytes) -> list[tuple[bytes, bytes]]:
    """Header and body of each proof of a bundle, as PROTOCOL 14.1 has it."""
    at = 18
    assert data[:at] == b"bundle of l2zk" + (1).to_bytes(4, "little")

    def number(size: int) -> int:
        nonlocal at
        at += size
        return int.from_bytes(data[at - size : at], "little")

    found: list[tuple[bytes, bytes]] = []
    header = b""
    while kind := number(1):
        if kind == 1:
            common, rest = number(2), number(4)
            header = header[:common] + data[at : at + rest]
            at += rest
        body = number(4)
        found.append((header, data[at : at + body]))
        at += body
    assert number(4) == len(found) and data[at:] == plain_root(found)
    return found


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 11])
def test_a_plain_reader_finds_the_same(count: int) -> None:
    proofs = [PROOFS[index % 5] for index in range(count)]
    bundle = ProofBundle(proofs)
    found = plain_read(bytes(bundle))
    assert [header + body for header, body in found] == [bytes(proof) for proof in proofs]
    assert bundle.root == plain_root(found)


def test_a_plain_reader_climbs_a_receipt() -> None:
    for index in range(5):
        data = bytes(BUNDLE.receipt(index))
        assert data[:15] == b"receipt of l2zk" and data[15:27] == b"".join(
            n.to_bytes(4, "little") for n in (1, index, 5)
        )
        beside = [data[27:59], data[59:91], data[91:123]][: 1 if index == 4 else 3]
        proof, header = data[27 + 32 * len(beside) :], PROOFS[index].header_length
        assert proof == bytes(PROOFS[index])
        digest = h3(b"l2zk bundle leaf" + u64(index) + h3(proof[:header]) + h3(proof[header:]))
        for level, other in enumerate(beside):
            is_right = index == 4 or index >> level & 1
            digest = h3(b"l2zk bundle node" + (other + digest if is_right else digest + other))
        assert h3(b"l2zk bundle root" + u64(5) + digest) == BUNDLE.root


def test_equal_headers_stand_in_the_file_once() -> None:
    assert DATA.count(b"l2zk\2") == 1 and len(DATA) < sum(proof.size for proof in PROOFS)
    assert ProofBundle.from_bytes(DATA).to_bytes() == DATA


def refusal(data: bytes) -> str:
    with pytest.raises(ProofError) as error:
        ProofBundle.from_bytes(data)
    return str(error.value)


@pytest.mark.parametrize("bits", [1, 0xFF])
def test_each_changed_byte_is_refused(bits: int) -> None:
    data = bytes(ProofBundle(HEADS))
    for at in range(len(data)):
        refusal(data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :])


def test_each_shorter_and_each_longer_file_is_refused() -> None:
    for end in {*range(0, len(DATA), 5), len(DATA) - 1}:
        assert "found the end" in refusal(DATA[:end]) or end < 18
    assert "found more bytes, expected the end of the bundle" in refusal(DATA + b"\0")


def test_entries_that_are_doubled_swapped_or_left_out_are_refused() -> None:
    starts = [at for at, _ in entries(DATA)]
    whole = [DATA[one:other] for one, other in zip(starts, [*starts[1:], len(DATA) - 37])]
    head, end = DATA[:18], DATA[-37:]
    assert head + b"".join(whole) + end == DATA
    for wrong in (
        [*whole, whole[-1]],
        [whole[0], whole[0], *whole[1:]],
        [*whole[:3], whole[4], whole[3]],
        whole[:-1],
        whole[1:],
        [],
    ):
        refusal(head + b"".join(wrong) + end)


def entries(data: bytes) -> Iterator[tuple[int, form.Entry]]:
    """The entries of a bundle, each with the place where it begins."""
    file = BytesIO(data)
    found = form.entries(file)
    at = 18
    for entry in found:
        yield at, entry
        at = file.tell()


def written(*parts: tuple[int, bytes, bytes], common: int = 0) -> bytes:
    """A bundle of (kind, header, body), with a right count and root whatever the parts are."""
    data, before, plain = b"bundle of l2zk" + (1).to_bytes(4, "little"), b"", []
    for kind, header, body in parts:
        shared = common if before else 0
        rest = header[shared:]
        data += bytes([kind])
        if kind == 1:
            data += shared.to_bytes(2, "little") + len(rest).to_bytes(4, "little") + rest
        data += len(body).to_bytes(4, "little") + body
        before = header
        plain.append((header, body))
    return data + b"\0" + len(plain).to_bytes(4, "little") + plain_root(plain)


def test_another_form_of_the_same_proofs_is_refused() -> None:
    header, body = plain_read(DATA)[0]
    assert ProofBundle.from_bytes(written((1, header, body)))[0] == HEADS[0]
    assert ProofBundle.from_bytes(written((1, header, body), (2, header, body)))[1] == HEADS[0]
    assert "bytes in common" in refusal(written((1, header, body), (1, header, body)))
    assert "bytes in common" in refusal(written((1, header, body), (1, header, body), common=len(header)))
    other = plain_read(DATA)[1][0]
    assert "bytes in common" in refusal(written((1, header, body), (1, other, body), common=4))
    assert "expected a header, as there is none before" in refusal(written((2, header, body)))
    assert "expected at most 2" in refusal(written((3, header, body)))
    assert "more bytes, expected the end of header 0" in refusal(written((1, header + body[:8], body[8:])))
    assert "expected at least 32" in refusal(written((1, header, body[:31])))
    assert "the header of proof 0: byte 0" in refusal(written((1, b"x" + header[1:], body)))
    with pytest.raises(VersionError, match="found version 2 of a bundle, expected 1"):
        ProofBundle.from_bytes(DATA[:14] + b"\2" + DATA[15:])


def test_lengths_that_lie_cost_nothing() -> None:
    header, _ = plain_read(DATA)[0]
    head = DATA[:18]
    lies = [
        head + b"\1\0\0" + b"\xff\xff\xff\xff",
        head + b"\1\0\0" + (2**24).to_bytes(4, "little") + header,
        head + b"\1\xff\x0f" + bytes(100),
        DATA[:18] + b"\1\0\0" + len(header).to_bytes(4, "little") + header + b"\xff\xff\xff\x00",
    ]
    begun = process_time()
    for data in lies:
        assert len(refusal(data)) < 300
    assert process_time() - begun < 1


def test_a_long_header_is_not_hashed_once_more_for_each_short_entry() -> None:
    """An entry of 45 bytes may stand for a whole proof, yet costs what 4095 bytes do at most."""
    assert form.MOST_COMMON < 4096
    header, _ = plain_read(DATA)[0]
    many = [(1, header, bytes(32))] + [(2, header, bytes(32))] * 3000
    found = ProofBundle.from_bytes(written(*many))
    assert len({id(one.header) for one in found._entries}) == 1


def test_each_changed_byte_of_a_receipt_is_refused_or_leads_elsewhere() -> None:
    data = bytes(BUNDLE.receipt(2))
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]
        try:
            receipt = Receipt.from_bytes(changed)
        except ProofError:
            continue
        assert not receipt.check(BUNDLE.root), at
    for end in range(len(data) - BUNDLE[2].size + 60):
        with pytest.raises(FormatError):
            Receipt.from_bytes(data[:end])
    assert not Receipt.from_bytes(data + b"\0").check(BUNDLE.root)
