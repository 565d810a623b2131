"""Names of columns, inputs and outputs in one form, NFKC, which Python uses for its own identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from l2zk.base.wording import short
from l2zk.errors import WitnessError


def plain(name: str) -> str:
    """The name in the form in which it is kept."""
    return normalize("NFKC", str.__str__(name))


def by_plain_name(values: Mapping[Any, Any]) -> dict[Any, Any]:
    """The mapping with its keys in the form in which names are kept; a key that is no text stays as it is."""
    named: dict[Any, Any] = {}
    for key, value in values.items():
        name = plain(key) if isinstance(key, str) else key
        if name in named:
            raise WitnessError(f"the name {short(name)} is given twice, written in two ways: give its value once")
        named[name] = value
    return named
