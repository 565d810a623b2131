"""SHA3-256 and Keccak-256 of a private message of public length [FIPS 202], by g.keccak.Sponge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

import l2zk
from l2zk.gadgets import files, keccak


@dataclass(frozen=True)
class Sponge256(l2zk.TraceProgram):
    """The digest of 32 bytes of a message of `length` bytes; `suffix` is the byte behind it."""

    suffix: ClassVar[int]
    length: int = field(metadata={"help": "Bytes of the message."})

    def define(self, m: l2zk.Machine) -> None:
        if self.length < 0:
            raise l2zk.ProgramError(f"length={self.length}: a message has 0 bytes or more")
        if self.length:
            m.private_array("message", self.length)
        sponge = keccak.Sponge(m, "sponge", self.length, self.suffix)
        m.output_word("digest", sponge.digest, row=sponge.row, order="little")

    def encode(self, data: Any) -> dict[str, Any]:
        """data: the message, bytes or a text, of which the bytes in UTF-8 are meant."""
        message = files.as_bytes("the message", data, self.length)
        return {"message": np.frombuffer(message, np.uint8)} if message else {}

    def generate_trace(self, witness: Any = ()) -> Mapping[str, Any]:
        message = witness["message"] if self.length else np.zeros(0, np.uint64)
        if (message > 255).any():
            raise l2zk.WitnessError("the message is not of bytes, which are below 256")
        return keccak.columns("sponge", message.astype(np.uint8).tobytes(), self.suffix)

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> tuple[Self, bytes]:
        """A message of any bytes, whose number is the length."""
        message = Path(path).read_bytes()
        return cls(length=len(message)), message


@dataclass(frozen=True)
class Sha3(Sponge256):
    """The SHA3-256 digest of a private message of `length` bytes."""

    id = "sha3-256.v0"
    suffix = 0x06


@dataclass(frozen=True)
class Keccak256(Sponge256):
    """The Keccak-256 digest, as Ethereum has it, of a private message of `length` bytes."""

    id = "keccak256.v0"
    suffix = 0x01


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    register(Sha3)
    register(Keccak256)
