"""Private values in a range, and private balances that are no debts and have a public sum or reach a public bound.

Both bind the values by a public commitment, l2zk.poseidon2.hash(values, salt), which a proof of another statement on
the same values has as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import l2zk
from l2zk.gadgets import commitments, files, ranges

COUNT = "The number of values, 1 or more."
BITS = "Values are from 0 to 2^BITS - 1."


@dataclass(frozen=True)
class RangeProgram(l2zk.TraceProgram):
    """So many private values, which a public commitment binds, are each in a range."""

    id = "range.v0"
    count: int = field(metadata={"help": COUNT})
    bits: int = field(default=40, metadata={"help": f"{BITS} Not looked at where low and high are given."})
    low: int | None = field(default=None, metadata={"help": "The least value that is allowed; it may be negative."})
    high: int | None = field(default=None, metadata={"help": "The greatest value that is allowed."})

    def define(self, m: l2zk.Machine) -> None:
        low, high = self.bounds
        bound = _committed(m, self.count)
        for k, lane, rows in bound.each():
            ranges.between(m, f"range in lane {k}", lane, low, high, on=rows)

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest value. Raises ProgramError for parameters that say none."""
        if (self.low is None) != (self.high is None):
            raise l2zk.ProgramError("low and high are given both or not at all: the range from low to high, both in it")
        if self.low is None or self.high is None:
            return 0, ranges.greatest(self.bits)
        return self.low, self.high

    def generate_trace(self, witness: Mapping[str, Any]) -> Mapping[str, Any]:
        return commitments.layout(self.count).arranged("value", witness["values"])

    def encode(self, data: Any) -> dict[str, Any]:
        """data: a text with an integer a line, or a list in JSON, to which a salt is drawn."""
        return _encoded(data, *self.bounds)

    @classmethod
    def from_file(cls, path: Any, **parameters: Any) -> tuple[RangeProgram, dict[str, Any]]:
        """A text with an integer a line, or a list in JSON; its salt is in FILE.salt, or made there."""
        values = _read(path, *cls(**{"count": 1, **parameters}).bounds)
        return cls(**{"count": len(values), **parameters}), _witness(values, files.salt_beside(path))


@dataclass(frozen=True)
class SolvencyProgram(l2zk.TraceProgram):
    """So many private balances, bound by a public commitment, are no debts, and have a public sum or reach a bound."""

    id = "solvency.v0"
    accounts: int = field(metadata={"help": COUNT.replace("values", "balances")})
    bits: int = field(default=40, metadata={"help": BITS.replace("Values", "Balances")})
    at_least: int | None = field(
        default=None, metadata={"help": "A bound that the sum reaches; then the sum itself stays private."}
    )

    def define(self, m: l2zk.Machine) -> None:
        _, most = ranges.sum_range("of balances", self.accounts, 0, ranges.greatest(self.bits))
        bound = _committed(m, self.accounts)
        for k, lane, rows in bound.each():
            m.range(f"no debt in lane {k}", lane, bits=self.bits, on=rows)
        before = m.column("sum_before")
        total = sum(bound.lanes, before)
        m.start({before: 0})
        m.step({before: total})
        if self.at_least is None:
            m.output("sum", total, row="last")
            return
        if not 0 <= self.at_least <= most:
            raise l2zk.ProgramError(f"at_least is from 0 to {most}, which is the greatest sum, not {self.at_least}")
        ranges.at_least(m, "the sum reaches at_least", total, self.at_least, most.bit_length(), on="last")

    def generate_trace(self, witness: Mapping[str, Any]) -> Mapping[str, Any]:
        return commitments.layout(self.accounts).arranged("value", witness["values"])

    def encode(self, data: Any) -> dict[str, Any]:
        """data: a text with a balance a line, or a list in JSON, to which a salt is drawn."""
        return _encoded(data, 0, ranges.greatest(self.bits))

    @classmethod
    def from_file(cls, path: Any, **parameters: Any) -> tuple[SolvencyProgram, dict[str, Any]]:
        """A text with a balance a line, or a list in JSON; its salt is in FILE.salt, or made there."""
        values = _read(path, 0, ranges.greatest(parameters.get("bits", 40)))
        return cls(**{"accounts": len(values), **parameters}), _witness(values, files.salt_beside(path))


def _committed(m: l2zk.Machine, count: int) -> commitments.Commitment:
    """The values in lanes, with the output `commitment`."""
    m.rows(commitments.layout(count).rows)
    m.private_array("values", count)
    bound = commitments.commit(m, "value", count, commitments.salt(m))
    m.output_word("commitment", bound.digest, row="last", bits=64)
    return bound


def _read(path: Any, low: int, high: int) -> list[int]:
    return files.integers(Path(path).read_bytes(), low, high)


def _witness(values: list[int], salt: Any) -> dict[str, Any]:
    return {"values": l2zk.field(values), **files.named(salt)}


def _encoded(data: Any, low: int, high: int) -> dict[str, Any]:
    """The witness of a text, with a salt of its own."""
    if not isinstance(data, (bytes, str)):
        raise l2zk.WitnessError("a text with an integer a line is needed, or a mapping with values and salt0 to salt3")
    return _witness(files.integers(data, low, high), files.salt_of_data(data))


@l2zk.hookimpl
def l2zk_register_programs(register: Any) -> None:
    register(RangeProgram)
    register(SolvencyProgram)
