"""The text form in which Prometheus reads numbers: families of samples, each a line, under lines that explain them.

    # HELP name text
    # TYPE name counter | gauge | histogram
    name{label="value",…} number

This is Prometheus' own text format, version 0.0.4, which every collector reads, and not OpenMetrics, which grew from
it: the name of a counter's family ends in _total like its samples', and no `# EOF` ends the text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate
from math import inf
from typing import Literal, NamedTuple

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The value of an HTTP response's header Content-Type with such a text, in UTF-8."""


Kind = Literal["counter", "gauge", "histogram"]


class Sample(NamedTuple):
    """A number, the labels that it goes by, and what its name has beyond that of its family."""

    labels: Mapping[str, str]
    value: float
    suffix: str = ""


class Family(NamedTuple):
    """The samples of one name; `help` is one sentence about them."""

    name: str
    kind: Kind
    help: str
    samples: Iterable[Sample]


class Histogram:
    """The counts of values up to each of the bounds, which ascend, and beyond the last; their sum."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds, self.sum = bounds, 0.0
        self._counts = [0] * (len(bounds) + 1)

    def add(self, values: list[float]) -> None:
        """Count the values."""
        values.sort()
        before = 0
        for place, up_to in enumerate(bisect_right(values, bound) for bound in (*self.bounds, inf)):
            self._counts[place] += up_to - before
            before = up_to
        total = sum(values)
        self.sum += total

    def samples(self, labels: Mapping[str, str]) -> Iterable[Sample]:
        """The numbers up to each bound, +Inf in the end, then the sum and the number of all."""
        up_to = list(accumulate(self._counts))
        for bound, count in zip((*self.bounds, inf), up_to):
            yield Sample({**labels, "le": _number(float(bound))}, count, "_bucket")
        yield Sample(labels, self.sum, "_sum")
        yield Sample(labels, up_to[-1], "_count")


def written(families: Iterable[Family]) -> str:
    """The text of these families; it ends with a line feed."""
    return "".join(f"{line}\n" for family in families for line in _lines(family))


def _lines(family: Family) -> Iterable[str]:
    yield f"# HELP {family.name} {_escaped(family.help)}"
    yield f"# TYPE {family.name} {family.kind}"
    for labels, value, suffix in family.samples:
        inside = ",".join(f'{name}="{_quoted(text)}"' for name, text in labels.items())
        yield f"{family.name}{suffix}{f'{{{inside}}}' if inside else ''} {_number(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")


def _number(value: float) -> str:
    """As Go and Python both read it: an integer exactly, anything else as the shortest decimal fraction."""
    return "+Inf" if value == inf else repr(value)
