"""Makers: one process makes a proof while others that ask for it wait, by locks on bytes of a file beside the store.

    key → an offset in the file → held by a making of this process | by the kernel for another process | free

Invariant: an offset is held by one making of one process at a time. The kernel frees what a process held when it ends,
however it ends: no lease, no clock. Closing any descriptor of the file would free all that this process holds, so that
it has exactly one, however many stores, paths and threads there are.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from threading import RLock
from weakref import WeakValueDictionary, finalize

from l2zk.base.making import Making, Rest, renewed_at_fork
from l2zk.base.progress import LOOK_IN_SECONDS, Progress

BRIEF = 0.001  # seconds until the first look; each later one is twice as long after, up to LOOK_IN_SECONDS
OFFSETS = 2**62
"""Of a key's lock; the byte at 0 is for who opens or mends the store."""

FileId = tuple[int, int]
"""The device and inode of a file, the same by whatever path it is reached."""

Holder = object
"""Of a byte: a making, or at 0 whoever opens or mends."""

_lock = RLock()  # a finalizer may come while it is held
_open: dict[FileId, tuple[int, int]] = {}  # the descriptor of each lock file, and how many objects use it
_lock_files: WeakValueDictionary[FileId, LockFile] = WeakValueDictionary()


class LockFile:
    """The lock file of a store in this process; `lock_file` gives it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = RLock()
        self._held: dict[int, Holder] = {}
        renewed_at_fork(self)

    def take(self, offset: int, holder: Holder) -> bool:
        """True if this holder has the byte now; False if another one, or another process, has it."""
        with self._lock:
            other = self._held.get(offset)
            if other is not None and not (isinstance(other, Making) and other.outcome.done()):
                return False
            self._held[offset] = holder  # first, so that `free` knows of it whenever an interrupt comes
            try:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
            except OSError as error:
                del self._held[offset]
                if isinstance(error, (BlockingIOError, PermissionError)):
                    return False
                raise
            return True

    def free(self, holder: Holder) -> None:
        """Let all bytes go that this holder has."""
        with self._lock:
            for offset in [offset for offset, other in self._held.items() if other is holder]:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, offset)
                del self._held[offset]

    def wait(self, key: bytes, own: Making, progress: Progress | None) -> None:
        """Wait until a key's byte is held for its one maker, this one: until another is done or gone. `free` it then.

        It is not held where to wait might have no end: where makers of several processes wait for one another, each
        holds a byte and rests; each then makes what it needs, and its own circle is found. Raises CycleError if a
        making of this process has the byte and waits for this one; OSError where the file system has no locks.
        """
        offset = 1 + int.from_bytes(key[:8], "little") % OFFSETS
        pause, rest = BRIEF, Rest()
        while not self.take(offset, own):
            with self._lock:
                other, holds_another = self._held.get(offset), bool(self._held)
            if isinstance(other, Making):
                other.wait(progress)
            elif holds_another and rest.is_long():
                return
            else:
                time.sleep(pause)
                rest.seconds += pause
                pause = min(2 * pause, LOOK_IN_SECONDS)
            if progress is not None:
                progress("wait", 0, 1)

    def _renew(self) -> None:
        """Hold nothing in a forked child: locks are of the process that took them."""
        self._lock = RLock()
        self._held = {}


def lock_file(path: str) -> LockFile:
    """The lock file at a path, made if it is not there; the same object for the same file. Raises OSError."""
    with _lock:
        with suppress(FileNotFoundError):
            known = _lock_files.get(file_id(os.stat(path)))
            if known is not None:
                return known
            return _used(file_id(os.stat(path)), path)
        return _used(None, path)


def file_id(found: os.stat_result) -> FileId:
    """The identity of a file that os.stat has found."""
    return found.st_dev, found.st_ino


def _used(file: FileId | None, path: str) -> LockFile:
    """A new object for a lock file; its descriptor may be open still, for another that is at its end."""
    if file not in _open:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        file = file_id(os.fstat(descriptor))
        _open.setdefault(file, (descriptor, 0))
    assert file is not None
    descriptor, users = _open[file]
    _open[file] = descriptor, users + 1
    made = _lock_files[file] = LockFile(descriptor)
    finalize(made, _let_go, file).atexit = False
    return made


def _let_go(file: FileId) -> None:
    with _lock:
        descriptor, users = _open[file]
        if users > 1:
            _open[file] = descriptor, users - 1
        else:
            del _open[file]
            os.close(descriptor)


def _renew() -> None:
    """Make the lock anew in a forked child, where the thread that held it is not."""
    global _lock
    _lock = RLock()


os.register_at_fork(after_in_child=_renew)
