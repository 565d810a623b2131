"""Names and secrets of accounts in a file of JSON that its owner alone may read."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from typing import Any

import l2zk
from l2zk.base.wording import nearest, short
from l2zk.errors import ArgumentError
from l2zk_ledger.durable import replace_file
from l2zk_ledger.keys import Digest, address_of, address_text, new_secret, parse_address
from l2zk_ledger.reading import FileError, parsed

KIND, VERSION = "l2zk ledger keys", 1
"""What a file says that it is."""

NAME = re.compile(r"[^\W_][\w.@+ -]{0,62}")
"""What a name is: a letter or a digit, and up to 62 more of these, spaces and . @ + - _"""

ADDRESS = re.compile(r"[0-9a-fA-F]{64}")
DIGITS = re.compile(r"[0-9a-fA-F]{32}")


class Keyring:
    """Secrets by name, and the addresses that they have."""

    def __init__(self, secrets: dict[str, Digest] | None = None) -> None:
        self._secrets: dict[str, Digest] = {}
        self._addresses: dict[str, Digest] = {}
        self._names: dict[Digest, str] = {}
        for name, secret in (secrets or {}).items():
            self.add(name, secret)

    @property
    def names(self) -> list[str]:
        """All names, in the order in which they were added."""
        return list(self._secrets)

    def add(self, name: str, secret: Sequence[int]) -> Digest:
        """Give a name to a secret; its address. Raises ArgumentError for a name that is taken, or is none."""
        check_name(name)
        if name in self._secrets:
            raise ArgumentError(f"{_shown(name)} is the name of another key")
        address = address_of(secret)
        self._secrets[name], self._addresses[name] = tuple(secret), address  # type: ignore[assignment]
        self._names.setdefault(address, name)
        return address

    def new(self, name: str, fits: Callable[[Digest], bool] = lambda address: True) -> Digest:
        """Give a name to a new secret, drawn again until its address fits; the address."""
        check_name(name)
        for _ in range(1000):
            if fits(address_of(secret := new_secret())):
                return self.add(name, secret)
        raise ArgumentError("no free place was found for a new key: the tree is nearly full")

    def secret(self, name: str) -> Digest:
        """The secret of a name or an address; raises ArgumentError, as the key is not here."""
        found = self.name_of(self.address(name))
        if found is None:
            raise ArgumentError(f"there is no key of {_shown(name)} here")
        return self._secrets[found]

    def address(self, name: str) -> Digest:
        """The address of a name, or that which is meant by 64 hexadecimal digits; raises ArgumentError."""
        if name in self._addresses:
            return self._addresses[name]
        if ADDRESS.fullmatch(name):
            return parse_address(name)
        raise ArgumentError(
            f"{_shown(name)} is neither a name that is known here nor an address{nearest(name, self._secrets)}"
        )

    def name_of(self, address: Digest) -> str | None:
        """The name of an address, if it has one."""
        return self._names.get(address)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the keys to a file that its owner alone may read, whole or not at all."""
        keys = {name: address_text(secret) for name, secret in self._secrets.items()}
        text = json.dumps({"kind": KIND, "version": VERSION, "keys": keys}, indent=1, ensure_ascii=False)
        replace_file(path, f"{text}\n".encode(), mode=0o600)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Keyring:
        """The keys in a file; raises FormatError, which shows no secret."""
        with open(path, "rb") as file:
            data = file.read()
        try:
            return _read(data)
        except (ValueError, l2zk.L2zkError) as error:
            raise FileError(f"{os.fspath(path)} is no file of keys: {error}") from None


def check_name(name: object) -> None:
    """Raise ArgumentError unless this can be the name of a key."""
    if not isinstance(name, str) or not NAME.fullmatch(name) or ADDRESS.fullmatch(name) or name != name.strip():
        raise ArgumentError(
            f"{_shown(name)} is no name: it has 1 to 63 letters, digits, spaces and . @ + - _, begins with a letter or"
            " a digit, and is no address"
        )


def _shown(name: object) -> str:
    """What an error says of a name: of what may be a secret in its place, no more than a few digits."""
    return f"'{name[:6]}…'" if isinstance(name, str) and DIGITS.search(name) else short(name)


def _read(data: bytes) -> Keyring:
    given = parsed(data)
    if not isinstance(given, dict) or given.get("kind") != KIND:
        raise ValueError(f"it is no object in JSON with kind {KIND!r}")
    if type(given.get("version")) is not int or given["version"] != VERSION:
        raise ValueError(f"its version is {short(given.get('version'))}, and this library reads version {VERSION}")
    if set(given) != {"kind", "version", "keys"} or not isinstance(given["keys"], dict):
        raise ValueError("it has the fields kind, version and keys, an object")
    return Keyring({name: _secret(name, text) for name, text in given["keys"].items()})


def _secret(name: str, text: Any) -> Digest:
    try:
        return parse_address(text)
    except ArgumentError:
        raise ValueError(
            f"the secret of {_shown(name)} has 64 hexadecimal digits, 16 for each element below p"
        ) from None
