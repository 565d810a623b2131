"""What callers give, whoever they are: checked value by value, and refused with a reason before anything reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from l2zk_ledger.keys import Digest
from l2zk_ledger.messages import MOST_AMOUNT, MOST_NUMBER, Message
from l2zk_ledger.statement import BlockStatement

import l2zk
from l2zk_bridge.errors import Reason, Refusal

MOST_BLOCKS = 256
"""Blocks that one proof may bring at most."""

MOST_MESSAGES = 2**14
"""Messages that a block may take, and that it may send, at most."""

MOST_PROOF = 2**24
"""Bytes of a proof at most."""


@dataclass(frozen=True)
class Block:
    """A block as it is brought to the log: what its proof states, and the messages that it sends, in order."""

    statement: BlockStatement
    messages: tuple[Message, ...] = ()


def whole(value: Any, what: str, most: int = MOST_NUMBER, least: int = 0, reason: Reason = Reason.MALFORMED) -> int:
    """The integer, if it is one of this range."""
    if type(value) is not int or not least <= value <= most:
        raise Refusal(reason, f"{what} is an integer from {least} to {most}")
    return value


def amount(value: Any, what: str) -> int:
    """The amount, 1 to 2^60 - 1."""
    return whole(value, what, MOST_AMOUNT, 1, Reason.AMOUNT)


def digest(value: Any, what: str) -> Digest:
    """The tuple of 4 elements, which may be given as a list."""
    fits = isinstance(value, (tuple, list)) and len(value) == 4
    if not fits or not all(type(one) is int and 0 <= one < l2zk.MODULUS for one in value):
        raise Refusal(Reason.MALFORMED, f"{what} is 4 integers from 0 to p - 1")
    return tuple(value)


def text(value: Any, what: str, most: int, reason: Reason = Reason.MALFORMED) -> str:
    """The text of 1 to `most` printable characters."""
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
        raise Refusal(reason, f"{what} is a text of 1 to {most} printable characters")
    return str(value)


def proof(value: Any) -> bytes:
    """The bytes of a proof, given as bytes or as l2zk.Proof."""
    data = value.data if isinstance(value, l2zk.Proof) else value
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise Refusal(Reason.MALFORMED, "a proof is bytes, or an l2zk.Proof")
    found = bytes(data)
    if len(found) > MOST_PROOF:
        raise Refusal(Reason.PROOF, f"the proof has {len(found)} bytes, and may have {MOST_PROOF}")
    return found


def blocks(value: Any) -> list[Block]:
    """The blocks: one, or some of one ledger in a row; each a `Block`, or a pair of a statement and its messages."""
    several = [value] if isinstance(value, Block) else value
    if not isinstance(several, (list, tuple)) or not several:
        raise Refusal(Reason.MALFORMED, "blocks are a Block, or a list of at least one")
    if len(several) > MOST_BLOCKS:
        raise Refusal(Reason.FLOOD, f"{len(several)} blocks come at once, and {MOST_BLOCKS} may")
    return [_block(one) for one in several]


def _block(value: Any) -> Block:
    if isinstance(value, Block):
        return Block(statement(value.statement), _messages(value.messages))
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise Refusal(Reason.MALFORMED, "a block is a Block, or a pair of its statement and its messages")
    return Block(statement(value[0]), _messages(value[1]))


def statement(value: Any) -> BlockStatement:
    """The statement, given as one or as a mapping of its fields."""
    try:
        found = value.as_dict() if isinstance(value, BlockStatement) else value
        return BlockStatement.from_dict(found)
    except l2zk.L2zkError as error:
        raise Refusal(Reason.MALFORMED, str(error)) from None
    except (AttributeError, TypeError, ValueError):
        raise Refusal(Reason.MALFORMED, "a block's statement is a BlockStatement, or a mapping of its fields") from None


def _messages(value: Any) -> tuple[Message, ...]:
    if not isinstance(value, (list, tuple)):
        raise Refusal(Reason.MALFORMED, "a block's messages are a list")
    if len(value) > MOST_MESSAGES:
        raise Refusal(Reason.FLOOD, f"a block sends {len(value)} messages, and {MOST_MESSAGES} may be sent")
    return tuple(message(one) for one in value)


def message(value: Any) -> Message:
    """The message, given as one or as its 16 elements."""
    try:
        elements = value.elements() if isinstance(value, Message) else value
    except (AttributeError, TypeError):
        elements = None
    if not isinstance(elements, (list, tuple)) or not all(type(one) is int for one in elements):
        raise Refusal(Reason.MALFORMED, "a message is a Message, or a list of 16 integers")
    try:
        return Message.from_elements(elements)
    except l2zk.L2zkError as error:
        raise Refusal(Reason.MESSAGE, str(error)) from None


def elements_text(elements: Sequence[int]) -> str:
    """Elements as hexadecimal digits, 16 each."""
    return "".join(f"{one:016x}" for one in elements)


def text_elements(digits: str) -> list[int]:
    """The elements that hexadecimal digits stand for."""
    return [int(digits[at : at + 16], 16) for at in range(0, len(digits), 16)]


def proof_digest(data: bytes) -> str:
    """The name of a proof: SHA-256 of its bytes."""
    return sha256(data).hexdigest()
