"""Private values, which a commitment binds, and the same in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import l2zk
from l2zk import poseidon2
from l2zk.gadgets import commitments, files, ranges


@dataclass(frozen=True)
class SortProgram(l2zk.TraceProgram):
    """So many private values, which a public commitment binds, are in order what is public, or bound by another one."""

    id = "sort.v0"
    count: int = field(metadata={"help": "The number of values, 1 or more."})
    bits: int = field(default=32, metadata={"help": "Values are from 0 to 2^BITS - 1."})
    hidden: bool = field(default=False, metadata={"help": "Commit to the order as well, instead of showing it."})

    def define(self, m: l2zk.Machine) -> None:
        ranges.sum_range("of differences", self.count, 0, ranges.greatest(self.bits))
        m.private_array("values", self.count)
        values = m.bus("values", "value")
        places = commitments.layout(self.count)
        if self.hidden:
            m.rows(places.rows)
            given = commitments.commit(m, "given", self.count, commitments.salt(m))
            salt = commitments.salt(m, "order_salt")
            order = commitments.commit(m, "order", self.count, salt)
            self._claim_order_of_lanes(m, order)
            for _, lane, rows in order.each():
                m.receive(values, (lane,), on=rows)
            m.output_word("commitment", given.digest, row="last", bits=64)
            m.output_word("order", order.digest, row="last", bits=64)
        else:
            m.rows(self.count)
            table = m.table("given", rows=places.rows)
            given = commitments.commit(table, "given", self.count, commitments.salt(m))
            self._claim_public_order(m, values)
            digest = commitments.receive_digest(m, "digest", table, given.digest, self.count)
            m.output_word("commitment", digest, row="last", bits=64)
        for _, lane, rows in given.each():
            (m if self.hidden else table).send(values, (lane,), on=rows)

    def _claim_public_order(self, m: l2zk.Machine, values: Any) -> None:
        """A value a row, each no less than the one before; their sum of differences cannot come round."""
        ordered = m.column("ordered")
        m.receive(values, (ordered,))
        m.choice(ordered, on=range(self.count))
        m.range("the least", ordered, bits=self.bits, on="first")
        m.range("the greatest", ordered, bits=self.bits, on="last")
        if self.count > 1:
            m.range("rise", ordered.next - ordered, bits=self.bits)
        m.output_column("result", ordered)

    def _claim_order_of_lanes(self, m: l2zk.Machine, order: commitments.Commitment) -> None:
        """The same of values in lanes: each is followed by the next lane's, the last by the next row's first."""
        lanes, on = order.lanes, order.layout.on
        last = (order.layout.before + self.count - 1) % commitments.LANES
        m.range("the least", lanes[order.layout.before], bits=self.bits, on=0)
        m.range("the greatest", lanes[last], bits=self.bits, on="last")
        for k in range(commitments.LANES - 1):
            if rows := range(on(k).start, min(on(k).stop, on(k + 1).stop)):
                m.range(f"rise from lane {k}", lanes[k + 1] - lanes[k], bits=self.bits, on=rows)
        if rows := range(on(0).stop - 1):
            m.range("rise to the next row", lanes[0].next - lanes[-1], bits=self.bits, on=rows)

    def generate_trace(self, witness: Mapping[str, Any]) -> Mapping[str, Any]:
        places, values = commitments.layout(self.count), witness["values"]
        given, ordered = places.arranged("given", values), np.sort(values)
        if self.hidden:
            return {**given, **places.arranged("order", ordered)}
        digest = poseidon2.hash(values, np.array(files.salt_in(witness), dtype=np.uint64))
        return {"ordered": ordered, "given": given, **commitments.filled_digest("digest", digest, self.count)}

    def encode(self, data: Any) -> dict[str, Any]:
        """data: a text with an integer a line, or a list in JSON, to which salts are drawn."""
        if not isinstance(data, (bytes, str)):
            raise l2zk.WitnessError("a text with an integer a line is needed, or a mapping with values and salts")
        salts = files.salt_of_data(data), files.salt_of_data((data, "order"))
        return self._witness(files.integers(data, 0, ranges.greatest(self.bits)), *salts)

    @classmethod
    def from_file(cls, path: Any, **parameters: Any) -> tuple[SortProgram, dict[str, Any]]:
        """A text with an integer a line, or a list in JSON; its salt is in FILE.salt, or made there."""
        values = files.integers(Path(path).read_bytes(), 0, ranges.greatest(parameters.get("bits", 32)))
        program = cls(**{"count": len(values), **parameters})
        order = files.salt_beside(f"{path}.order") if program.hidden else ()
        return program, program._witness(values, files.salt_beside(path), order)

    def _witness(self, values: list[int], salt: Any, order: Any) -> dict[str, Any]:
        of_order = files.named(order, "order_salt") if self.hidden else {}
        return {"values": l2zk.field(values), **files.named(salt), **of_order}
