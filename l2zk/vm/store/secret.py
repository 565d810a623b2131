"""The secret of a store: 32 bytes in a file of their own, without which its keys look like noise."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

SECRET_BYTES = 32


def secret_in(path: str) -> bytes:
    """The secret in a file, begun if there is none. Raises OSError; ValueError for a file that holds none."""
    with suppress(FileExistsError):
        if not os.path.lexists(path):
            _begin(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # of a pipe nobody writes to
    try:
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        found = os.read(descriptor, SECRET_BYTES + 1) if is_file else b""
    finally:
        os.close(descriptor)
    if len(found) != SECRET_BYTES:
        raise ValueError(f"its key file holds no key of {SECRET_BYTES} bytes: put the right one back, or delete it")
    return found


def _begin(path: str) -> None:
    """Write a new secret, whole or not at all; FileExistsError if another process was quicker."""
    draft = f"{path}.{os.urandom(8).hex()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(os.urandom(SECRET_BYTES))
            file.flush()
            os.fsync(descriptor)
        os.link(draft, path)
    finally:
        os.unlink(draft)
