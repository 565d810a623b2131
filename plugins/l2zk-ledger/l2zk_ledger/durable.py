"""Files that outlive a crash: replaced whole, and a state together with the proof that leads to it, both or none.

step(state.json, new state, proof) ─→ state.json.next: the digest of the proof, and the new state
                                   ─→ the proof
                                   ─→ state.json, by the new state; state.json.next is gone
settle(state.json), before anything else: if state.json.next is there, the proof's file decides whether it happened
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from l2zk.base.saving import Target, end_of_links
from l2zk_ledger.reading import FileError, parsed

NEXT = ".next"
"""What is added to the name of a state's file for the state to come."""


def replace_file(path: str | os.PathLike[str], data: bytes, *, mode: int | None = None) -> None:
    """Put a whole file in place of what is there, on the disk before it has the name; mode: its own, else as it was."""
    place = end_of_links(os.fspath(path))
    draft = os.path.join(os.path.dirname(place), f".l2zk-{os.urandom(8).hex()}")
    try:
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
        with open(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is None and os.path.exists(place):
            os.chmod(draft, os.stat(place).st_mode & 0o7777)
        os.replace(draft, place)
        _sync_folder(os.path.dirname(place))
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(draft)


def step(path: str, state: bytes, target: Target, proof: bytes) -> None:
    """Write a proof and the state after it, both or, whatever happens in between, none once `settle` has looked."""
    path = os.path.realpath(path)
    mode = os.stat(path).st_mode & 0o7777
    head = {"proof": os.path.abspath(str(target)), "sha256": _digest(proof), "before": _digest(_bytes(path))}
    replace_file(path + NEXT, f"{json.dumps(head)}\n".encode() + state, mode=mode)
    target.write(proof)
    _sync(str(target))
    if not settle(path):
        raise OSError(errno.EINVAL, "a proof that a state follows is kept in a file of its own", str(target))


def settle(path: str) -> bool | None:
    """Bring a step that was begun to its end: True if it happened, False if its proof is missing, None if none was.

    Raises FormatError, and changes nothing, if the state is neither the one that the step began with nor the one after.
    """
    path = os.path.realpath(path)
    try:
        head, _, state = _bytes(path + NEXT).partition(b"\n")
    except FileNotFoundError:
        return None
    proof, digest, before = _named(head, path)
    now = _bytes(path)
    if now != state and _digest(now) != before:
        raise FileError(f"{path + NEXT} is the step of another state than {path}: move one of them away")
    happened = _is_there(proof, digest)
    if happened:
        replace_file(path, state)
    os.unlink(path + NEXT)
    _sync_folder(os.path.dirname(path))
    return happened


@contextmanager
def alone(path: str) -> Iterator[None]:
    """A context in which no other process, on this machine, is in one for the same folder; it waits for that."""
    try:
        import fcntl
    except ImportError:  # Windows: two commands at once are the caller's business
        yield
        return
    number = os.open(os.path.dirname(os.path.realpath(path)), os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _named(head: bytes, path: str) -> tuple[str, str, str]:
    """The file and the digest of the proof that a step names, and the digest of the state that it began with."""
    try:
        given: Any = parsed(head)
        found = [given[name] for name in ("proof", "sha256", "before")]
    except (ValueError, KeyError, TypeError):
        found = [None]
    if not all(isinstance(one, str) for one in found):
        raise FileError(f"{path + NEXT} is no step of a ledger: delete it if it is not one that was begun")
    return tuple(found)  # type: ignore[return-value]


def _is_there(proof: str, digest: str) -> bool:
    try:
        return _digest(_bytes(proof)) == digest
    except (OSError, ValueError):  # a name with NUL in it
        return False


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sync(path: str) -> None:
    """Wait until a file is on the disk."""
    with suppress(OSError):
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
    _sync_folder(os.path.dirname(path))


def _sync_folder(folder: str) -> None:
    """Wait until the names of a folder are on the disk, where the system has that."""
    with suppress(OSError):
        number = os.open(folder or os.curdir, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
