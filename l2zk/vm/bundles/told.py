"""Errors that say which file they are about, or which of a bundle's proofs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from l2zk.base.wording import printable
from l2zk.errors import ArgumentError, FormatError, ProofError


def of_proof(index: int, error: BaseException) -> BaseException:
    """The error, which names the proof: "proof 17: …"."""
    if isinstance(error, ProofError):
        return type(error)(f"proof {index}: {reason_of(error)}", error.section)
    if isinstance(error, ArgumentError):
        return ArgumentError(f"proof {index}: {error}")
    error.add_note(f"at proof {index} of the bundle")
    return error


@contextmanager
def naming(name: str, what: str) -> Iterator[None]:
    """A context in which a FormatError names the file, and what it should have been."""
    try:
        yield
    except FormatError as error:
        told = f"{printable(name)} is not {what} that can be read: {reason_of(error)}"
        raise type(error)(told, error.section) from None


def reason_of(error: ProofError) -> str:
    """The text of an error without the section that it ends in."""
    return str(error).removesuffix(f" (PROTOCOL {error.section})")
