"""Wallet: the secrets of a ledger's users by their names, one a line, in a file for its owner alone.

Whoever reads the file can spend what the users have. It only grows: a line is written whole and synced before its
address is used, so that no money goes to an address whose secret is lost.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from l2zk_ledger.keys import address_of, address_text, new_secret

from l2zk_bridge.failures import BridgeError

NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
"""Names of users and of ledgers: short, of one line, and no path."""

LINE = re.compile(rf"({NAME.pattern}) ([0-9a-f]{{64}})")

Secret = tuple[int, int, int, int]


class Wallet:
    """The secrets in one file of mode 0600, which is made with the first of them; several processes may add at once."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def names(self) -> list[str]:
        """The names of all users, in the order in which they came."""
        return list(self._read())

    def secret(self, name: str) -> Secret:
        """The secret of a user. Raises BridgeError for a name that is not there."""
        found = self._read()
        if name not in found:
            known = ", ".join(found) or "nobody"
            raise BridgeError(f"{self.path} has no user {name!r}, but {known}; `l2zk bridge account` makes one")
        return found[name]

    def address(self, name: str) -> str:
        """The address of a user, as 64 hexadecimal digits."""
        return address_text(address_of(self.secret(name)))

    def by_address(self) -> dict[str, tuple[str, Secret]]:
        """(name, secret) of each user by address."""
        return {address_text(address_of(secret)): (name, secret) for name, secret in self._read().items()}

    def add(self, name: str) -> str:
        """Add a user with a new secret, and return the address. Raises BridgeError for a name that is taken or none."""
        require_name("a user", name)
        secret = new_secret()
        with self._locked() as file:
            text = file.read()
            if name in _parsed(text):
                raise BridgeError(f"{self.path} has a user {name!r} already; take another name")
            torn = b"" if text.endswith(b"\n") or not text else b"\n"  # a writer before was killed within its line
            file.write(torn + f"{name} {address_text(secret)}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        return address_text(address_of(secret))

    def _read(self) -> dict[str, Secret]:
        try:
            with open(self.path, "rb") as file:
                require_private(self.path, file)
                return _parsed(file.read())
        except FileNotFoundError:
            return {}

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        """The file for one writer, at its beginning; what is written goes to its end."""
        number = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with open(number, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            require_private(self.path, file)
            yield file


def require_name(kind: str, name: str) -> None:
    """Refuse a name that is none: see NAME."""
    if not NAME.fullmatch(name):
        raise BridgeError(f"{kind} has a name of 1 to 31 of a-z, 0-9, - and _, a letter first, not {name!r}")


def require_private(path: Path, file: BinaryIO | None = None) -> None:
    """Refuse a file with secrets, here by its path or open, that others may read or write."""
    mode = stat.S_IMODE((path.stat() if file is None else os.fstat(file.fileno())).st_mode)
    if mode & 0o077:
        raise BridgeError(f"{path} has secrets and is open to others (mode {mode:04o}); run `chmod 600 {path}`")


def _parsed(text: bytes) -> dict[str, Secret]:
    """The secrets by name. A line that was not written to its end is passed over: its address was never used."""
    whole = text.decode("ascii", "replace").split("\n")[:-1]
    matches = [match for line in whole if (match := LINE.fullmatch(line))]
    return {match[1]: _secret(match[2]) for match in matches}


def _secret(digits: str) -> Secret:
    first, second, third, fourth = (int(digits[start : start + 16], 16) for start in range(0, 64, 16))
    return first, second, third, fourth
