"""Names of columns, inputs and outputs in one form, NFKC, which Python uses for its own identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from l2zk.base.wording import short
from l2zk.errors import WitnessError

LONGEST_NAME = 0xFF
"""The most bytes of a name in UTF-8, whose length stands in one byte of a header (PROTOCOL 9.1)."""

MOST_NAMES = 0xFFFF
"""The most inputs, outputs or parameters, whose number stands in two bytes of a header."""


def plain(name: str) -> str:
    """The name in the form in which it is kept."""
    return normalize("NFKC", str.__str__(name))


class Named(dict[str, Any]):
    """Values by name, found by every spelling of it; the names themselves stay as they are."""

    def __missing__(self, name: object) -> Any:
        if isinstance(name, str) and dict.__contains__(self, plain(name)):
            return self[plain(name)]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or (isinstance(name, str) and dict.__contains__(self, plain(name)))

    def get(self, name: Any, default: Any = None) -> Any:
        """The value of a name, or the default."""
        known = dict.__contains__(self, name) or not isinstance(name, str)
        return dict.get(self, name if known else plain(name), default)


def by_plain_name(values: Mapping[Any, Any]) -> dict[Any, Any]:
    """The mapping with its keys in the form in which names are kept; a key that is no text stays as it is."""
    named: dict[Any, Any] = {}
    for key, value in values.items():
        name = plain(key) if isinstance(key, str) else key
        if name in named:
            raise WitnessError(f"the name {short(name)} is given twice, written in two ways: give its value once")
        named[name] = value
    return named
