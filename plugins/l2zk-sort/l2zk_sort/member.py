"""A private element, which a commitment binds, and a set that it is in, or is not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import l2zk
from l2zk import poseidon2
from l2zk.gadgets import commitments, files

Placed = Iterator[tuple[int, l2zk.Expression, range]]
"""(k, column, rows) of columns that hold values on these rows."""


@dataclass(frozen=True)
class MemberProgram(l2zk.TraceProgram):
    """A private element, which a public commitment binds, is in a public or a committed set of so many, or is not."""

    id = "member.v0"
    count: int = field(metadata={"help": "The number of the set's elements, 1 or more."})
    hidden: bool = field(default=False, metadata={"help": "Commit to the set, instead of showing it."})
    absent: bool = field(default=False, metadata={"help": "Say that the element is not in the set."})

    def define(self, m: l2zk.Machine) -> None:
        m.rows(1)
        m.private_array("element", 1)
        bound = commitments.commit(m, "element", 1, commitments.salt(m))
        rows = commitments.layout(self.count).rows if self.hidden else self.count
        table = m.table("set", rows=rows)
        searched = table.column("searched")
        sent = m.bus("element", "value")
        m.send(sent, (bound.lanes[bound.layout.before],), on=0)
        table.receive(sent, (searched,), on="first")
        table.constrain("the element stays", searched.next == searched)
        placed = list(self._placed(m, table))
        (self._claim_absent if self.absent else self._claim_member)(table, searched, placed)
        m.output_word("commitment", bound.digest, row="last", bits=64)

    def _placed(self, m: l2zk.Machine, table: l2zk.Table) -> Placed:
        """The columns of the set, and its commitment as the output `set`."""
        if not self.hidden:
            return iter([(0, table.public_column("values"), range(self.count))])
        m.private_array("values", self.count)
        salt = commitments.salt(m, "set_salt")
        bound = commitments.commit(table, "value", self.count, salt)
        digest = commitments.receive_digest(m, "digest", table, bound.digest, 1)
        m.output_word("set", digest, row="last", bits=64)
        return bound.each()

    def _claim_member(self, table: l2zk.Table, searched: Any, placed: list[Any]) -> None:
        """A bit for each place of the set, of which one is 1, where the element is."""
        flags = []
        for k, value, rows in placed:
            flag = table.column(f"here{k}", pad=0)
            table.choice(flag, on=rows)
            table.constrain(f"here in lane {k} is a bit", flag * (flag - 1) == 0)
            table.constrain(f"here in lane {k} is the element", flag * (value - searched) == 0)
            for name, row in (("before", 0), ("behind", rows.stop)):
                if row not in rows and row < commitments.layout(self.count).rows:
                    table.constrain(f"here in lane {k} is no place {name}", flag == 0, on=row)
            flags.append(flag)
        before = table.column("found")
        table.start({before: 0})
        table.step({before: sum(flags, before)})
        table.constrain("the element is in one place", sum(flags, before) == 1, on="last")

    def _claim_absent(self, table: l2zk.Table, searched: Any, placed: list[Any]) -> None:
        """The difference to each element of the set has an inverse."""
        for k, value, rows in placed:
            inverse = table.inverse(f"inverse{k}", value - searched)
            table.constrain(f"not in lane {k}", (value - searched) * inverse == 1, on=rows)

    def generate_trace(self, witness: Mapping[str, Any]) -> Mapping[str, Any]:
        values = witness["values"][: self.count]
        element, places = witness["element"], commitments.layout(self.count)
        rows = places.rows if self.hidden else self.count
        columns = {"searched": np.full(rows, element[0], dtype=np.uint64)}
        if not self.absent:
            flags = np.zeros(self.count, dtype=np.uint64)
            flags[np.flatnonzero(values == element[0])[:1]] = 1
            lanes = places.arranged("here", flags) if self.hidden else {"here0": flags}
            columns |= {name: lane for k, (name, lane) in enumerate(lanes.items()) if not self.hidden or places.on(k)}
        made: dict[str, Any] = dict(commitments.layout(1).arranged("element", element))
        if self.hidden:
            columns |= places.arranged("value", values)
            salt = np.array(files.salt_in(witness, "set_salt"), dtype=np.uint64)
            made |= commitments.filled_digest("digest", poseidon2.hash(values, salt), 1)
        return {**made, "set": columns}

    @classmethod
    def from_file(cls, path: Any, **parameters: Any) -> tuple[MemberProgram, dict[str, Any]]:
        """An object in JSON, as {"element": 5, "set": [3, 5]} or {"element": 5, "set": "FILE"}, of integers."""
        element, values, place = _element_and_set(Path(path))
        program = cls(**{"count": len(values), **parameters})
        given = {"element": l2zk.field([element]), **files.named(files.salt_beside(path))}
        if not program.hidden:
            return program, {**given, "values": l2zk.field(values)}
        salt = files.named(files.salt_beside(place), "set_salt")
        return program, {**given, "values": l2zk.field(values), **salt}


def _element_and_set(path: Path) -> tuple[int, list[int], Path]:
    """The element, the set, and the file that the set's salt stands beside, from a file in JSON."""
    needed = 'an object in JSON is needed, as {"element": 5, "set": [3, 5]} or {"element": 5, "set": "FILE"}'
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or set(found) != {"element", "set"}:
        raise l2zk.WitnessError(needed)
    element, given = found["element"], found["set"]
    least, most = -(l2zk.MODULUS // 2), l2zk.MODULUS // 2
    if type(element) is not int or not least <= element <= most:
        raise l2zk.WitnessError("the element is no integer -p/2 < x < p/2")
    if not isinstance(given, str | list):
        raise l2zk.WitnessError(needed)
    if isinstance(given, list):
        return element, files.integers(json.dumps(given), least, most), Path(f"{path}.set")
    place = path.parent / given
    try:
        text = place.read_bytes()
    except (OSError, ValueError) as error:
        raise l2zk.WitnessError(f"the file of the set cannot be read: {getattr(error, 'strerror', error)}") from None
    return element, files.integers(text, least, most), place
