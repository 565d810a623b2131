"""What goes over HTTP between a log and those who use it: values as JSON, and back as the very same values.

Integers are JSON's integers, of any size; digests are lists of 4; messages are their 16 elements. What comes in is
looked at: whatever is no such value is refused by the one sentence of a `Malformed`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from l2zk_ledger.messages import Message
from l2zk_ledger.statement import BlockStatement

import l2zk
from l2zk_bridge import views
from l2zk_bridge.accepting import Accepted
from l2zk_bridge.failures import BridgeError

KINDS = {one.__name__: one for one in (Accepted, views.Facts, views.Head, views.Posted, views.Claim, views.Sums)}
"""What a log answers with, by name."""


class Malformed(BridgeError):
    """Something that came over HTTP is no value of the wire."""


def dumped(value: Any) -> bytes:
    """A value of a log's as JSON."""
    return json.dumps(plain(value), separators=(",", ":")).encode()


def plain(value: Any) -> Any:
    """A value as JSON can hold it, with the name of its class where it has one."""
    if isinstance(value, Message):
        return {"is": "Message", "elements": value.elements()}
    if isinstance(value, BlockStatement):
        return {"is": "BlockStatement", **value.as_dict()}
    if isinstance(value, bytes):
        return {"is": "bytes", "base64": base64.b64encode(value).decode()}
    if is_dataclass(value) and not isinstance(value, type):
        found = {one.name: plain(getattr(value, one.name)) for one in fields(value)}
        return {"is": type(value).__name__, **found}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def loaded(data: bytes, most: int | None = None) -> Any:
    """The value that JSON stands for, of at most so many lists and objects, which cost far more than their text.

    Raises Malformed.
    """
    if most is not None and data.count(b"[") + data.count(b"{") > most:
        raise Malformed(f"the text has more than {most} lists and objects")
    try:
        return value_of(json.loads(data, parse_constant=_no_number, parse_float=_no_number))
    except RecursionError:
        raise Malformed("the text is nested too deep") from None
    except (ValueError, TypeError, KeyError, l2zk.L2zkError) as error:
        raise Malformed(f"this is no value of a log: {error}") from None


def value_of(found: Any) -> Any:
    """The value that an object of JSON stands for."""
    if isinstance(found, list):
        return [value_of(one) for one in found]
    if not isinstance(found, dict):
        return found
    kind = found.pop("is", None)
    if kind is None:
        return {name: value_of(one) for name, one in found.items()}
    if kind in READERS:
        return READERS[kind](**found)
    if kind not in KINDS:
        raise ValueError(f"there is no kind {str(kind)[:20]!r}")
    return KINDS[kind](**{name: _field(one) for name, one in found.items()})


def _field(found: Any) -> Any:
    """A field of a view: digests are tuples, and amounts by a ledger's number have integers for keys."""
    value = value_of(found)
    if isinstance(value, dict) and all(name.isdecimal() for name in value):
        return {int(name): one for name, one in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _bytes(base64: str) -> bytes:
    try:
        return binascii.a2b_base64(base64, strict_mode=True)
    except binascii.Error as error:
        raise ValueError(f"bytes are in base64: {error}") from None


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no integer")


READERS: dict[str, Callable[..., Any]] = {
    "Message": Message.from_elements,
    "BlockStatement": lambda **given: BlockStatement.from_dict(given),
    "bytes": _bytes,
}
