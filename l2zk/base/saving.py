"""Target: a path that a result is written to, tried before the work, written whole or not at all, through links.

    Target(path) ── the work ── write(data) ─┬─ a draft beside the file, then put in its place
                                             └─ into the file itself: a pipe, a device, a file of several names

Invariant: a file is never replaced by something of another kind, and keeps its mode and owner. Every OSError names the
path that the caller gave.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)  # the errors of a folder that takes no new file
STREAMS = "/proc/"  # the folder of links to open streams, such as standard output
MOST_LINKS = 40  # in a chain, as Linux has it
ENDS = ("", os.curdir, os.pardir)  # last parts of a path that can only name a folder


def end_of_links(path: str) -> str:
    """The path of the file itself, at the end of all links; a link in /proc, to an open stream, is not followed."""
    for _ in range(MOST_LINKS):
        if not os.path.islink(path):
            break
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder)
        if f"{folder}/".startswith(STREAMS):
            return os.path.join(folder, name)
        path = os.path.join(folder, os.readlink(path))
    return path


class Target:
    """A path to write to. Making this object tries whether it can be written, before any work."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fsdecode(path)
        with self._named():
            self._found = self._look()
            if self._found is None:
                self._drop(self._draft())

    def __str__(self) -> str:
        return self.path

    def write(self, data: bytes) -> None:
        """Write the whole content."""
        with self.open() as file:
            file.write(data)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """A file to write the whole content into; if anything is raised inside, a regular file stays as it was."""
        with self._named():
            self._found = self._look()
            draft = self._draft() if self._is_replaced() else None
            with self._in_place() if draft is None else self._through(draft) as file:
                yield file

    @contextmanager
    def _named(self) -> Iterator[None]:
        """A context in which every OSError names the path that the caller gave, not the draft."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror or str(error), self.path) from None

    def _look(self) -> os.stat_result | None:
        """The status of the file at the path, links followed, which can be written into; None if there is none."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            if os.path.basename(self.path) in ENDS:
                raise
            return None
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if stat.S_ISREG(found.st_mode):
            os.close(os.open(self.path, os.O_WRONLY))
        elif stat.S_ISSOCK(found.st_mode) or not os.access(self.path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return found

    def _is_replaced(self) -> bool:
        """True if a draft takes the file's place: it is new, or a regular file of one name, not mounted, no stream."""
        if self._found is None:
            return True
        place = end_of_links(self.path)
        alone = self._found.st_nlink == 1 and self._found.st_dev == os.stat(os.path.dirname(place) or ".").st_dev
        return stat.S_ISREG(self._found.st_mode) and alone and not place.startswith(STREAMS)

    def _draft(self) -> str | None:
        """The path of a new file beside the place; None if the folder takes none, but the file can be written into."""
        draft = os.path.join(os.path.dirname(end_of_links(self.path)), f".l2zk-{os.urandom(8).hex()}")
        try:
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        except OSError as error:
            if self._found is None or error.errno not in CLOSED:
                raise
            return None
        return draft

    @contextmanager
    def _through(self, draft: str) -> Iterator[BinaryIO]:
        try:
            with open(draft, "wb") as file:
                yield file
            if self._found is not None:
                self._keep_mode(draft, self._found)
            os.replace(draft, end_of_links(self.path))
        finally:
            self._drop(draft)

    @contextmanager
    def _in_place(self) -> Iterator[BinaryIO]:
        """The file itself, opened; what an open stream's file already has is not taken away."""
        if self._found is not None and stat.S_ISREG(self._found.st_mode):
            with open(self.path, "ab" if end_of_links(self.path).startswith(STREAMS) else "r+b") as file:
                yield file
                file.truncate()
        else:
            with open(self.path, "wb") as file:
                yield file

    @staticmethod
    def _keep_mode(draft: str, found: os.stat_result) -> None:
        with suppress(OSError, AttributeError):  # the owner: only root may give a file away, and not on Windows
            os.chown(draft, found.st_uid, found.st_gid)
        os.chmod(draft, stat.S_IMODE(found.st_mode))

    @staticmethod
    def _drop(draft: str | None) -> None:
        if draft is not None:
            with suppress(FileNotFoundError):
                os.unlink(draft)
