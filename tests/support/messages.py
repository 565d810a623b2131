"""A program whose witness is a message, and the same message in every form that its encode reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from l2zk import TraceProgram


@dataclass(frozen=True)
class Checksum(TraceProgram):
    """The sum of a message's bytes, times a private factor."""

    id = "checksum.v0"
    size: int = 4

    def define(self, m: Any) -> None:
        data, total = m.private_column("data", pad=0), m.column("total")
        m.rows(self.size + 1)
        m.start({total: 0})
        m.step({total: total + data * m.public_input("factor", default=1)})
        m.output("sum", total, row=self.size)

    def encode(self, data: Any) -> Any:
        if isinstance(data, str):
            data = data.encode()
        if isinstance(data, bytes):
            return {"data": list(data)}
        if isinstance(data, (list, tuple)):
            return {"data": list(b"".join(data))}
        if isinstance(data, dict):
            return {"data": list(data["message"]), "factor": data["factor"]}
        return data.witness()

    @classmethod
    def from_file(cls, path: Any) -> Any:
        message = Path(path).read_bytes()
        return cls(len(message)), message


@dataclass(frozen=True)
class Message:
    """An object of the user's own."""

    text: bytes

    def witness(self) -> Any:
        return {"data": np.frombuffer(self.text, dtype=np.uint8)}


ABCD = sum(b"abcd")


def forms(file: Path) -> list[Any]:
    """The same message in every form."""
    return [
        b"abcd",
        "abcd",
        bytearray(b"abcd"),
        memoryview(b"abcd"),
        file,
        [b"ab", b"cd"],
        (b"ab", b"cd"),
        {"message": b"abcd", "factor": 1},
        Message(b"abcd"),
        {"data": list(b"abcd")},
    ]
