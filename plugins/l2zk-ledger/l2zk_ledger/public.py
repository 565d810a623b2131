"""Names of a block's public values, as the program's public inputs have them, and the values of a statement by them."""

from __future__ import annotations

from typing import Any

DIGESTS = ("identity", "root_before", "root_after", "inbox_before", "inbox_after", "outbox_before", "outbox_after")
"""Fields of a block's statement of 4 elements each: the inputs NAME0 … NAME3."""

NUMBERS = ("number", "height", "received_before", "received_after", "sent_before", "sent_after", "operations", "fees")
"""Fields of a block's statement that are one element each."""

NAMES = tuple([f"{name}{k}" for name in DIGESTS for k in range(4)] + list(NUMBERS))
"""All public inputs."""


def values(statement: Any) -> dict[str, int]:
    """The public inputs that a statement stands for: an object with the fields DIGESTS and NUMBERS."""
    made = {f"{name}{k}": int(one) for name in DIGESTS for k, one in enumerate(getattr(statement, name))}
    return made | {name: int(getattr(statement, name)) for name in NUMBERS}


class Inputs:
    """The public inputs of a program that is being defined: `inputs.height`, and tuples of 4 as `inputs.identity`."""

    def __init__(self, m: Any) -> None:
        for name in DIGESTS:
            setattr(self, name, tuple(m.public_input(f"{name}{k}") for k in range(4)))
        for name in NUMBERS:
            setattr(self, name, m.public_input(name))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)
