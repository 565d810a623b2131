"""The numbers of this process, as Prometheus' own parser reads them, and how they grow while something is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from l2zk import metrics

Number = Callable[..., float]
"""A function number(name, label="value", …): the sum of the samples of this name with these labels, among others."""


def samples() -> list[Sample]:
    """All samples, by their names without the `l2zk_` that each begins with."""
    families = text_string_to_metric_families(metrics.text())
    found = [sample for family in families for sample in family.samples]
    assert all(sample.name.startswith("l2zk_") for sample in found)
    return [sample._replace(name=sample.name.removeprefix("l2zk_")) for sample in found]


def number(name: str, **labels: str) -> float:
    """The sum of the samples of this name with these labels."""
    return _sum(samples(), name, labels)


@contextmanager
def growth() -> Iterator[Number]:
    """A function like `number` that says, after the context, by how much it has grown within."""
    before, after = samples(), list[Sample]()
    yield lambda name, **labels: _sum(after, name, labels) - _sum(before, name, labels)
    after += samples()


def _sum(found: list[Sample], name: str, labels: dict[str, str]) -> float:
    return sum(one.value for one in found if one.name == name and labels.items() <= one.labels.items())
