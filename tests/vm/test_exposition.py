"""Prometheus' text form: what is written, its own parser reads."""

from __future__ import annotations

from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from l2zk.vm.metrics.exposition import Family, Histogram, Sample, written

fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(100))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))
NUMBERS = st.one_of(st.integers(0, 2**53), st.floats(allow_nan=False))


@fixed
@given(help=TEXTS, labels=st.dictionaries(st.sampled_from("abc"), TEXTS), value=NUMBERS)
def test_any_text_of_a_label_and_any_number_is_read_back(help: str, labels: dict[str, str], value: float) -> None:
    text = written([Family("one_total", "counter", f"A{help}.", [Sample(labels, value)])])
    [family] = text_string_to_metric_families(text)
    assert family.type == "counter" and family.documentation == f"A{help}."
    assert [(one.name, one.labels, one.value) for one in family.samples] == [("one_total", labels, value)]
    assert text.count("\n") == 3


@fixed
@given(parts=st.lists(st.lists(st.floats(0, 20), max_size=20), max_size=5))
def test_a_histogram_counts_up_to_each_bound(parts: list[list[float]]) -> None:
    values, bounds = [value for part in parts for value in part], (0.5, 1.0, 10.0)
    histogram = Histogram(bounds)
    for part in parts:
        histogram.add(list(part))
    text = written([Family("one_seconds", "histogram", "Seconds.", histogram.samples({"a": "b"}))])
    [family] = text_string_to_metric_families(text)
    assert family.type == "histogram" and all(one.labels["a"] == "b" for one in family.samples)
    *buckets, total, count = family.samples
    assert [(one.labels["le"], one.value) for one in buckets] == [
        *((str(bound), sum(value <= bound for value in values)) for bound in bounds),
        ("+Inf", len(values)),
    ]
    assert (count.name, count.value) == ("one_seconds_count", len(values))
    assert total.name == "one_seconds_sum" and abs(total.value - sum(values)) < 1e-9


def test_the_form_by_an_example() -> None:
    family = Family(
        "jobs_total", "counter", 'A \\ and\na "line".', [Sample({"a": 'x\\"\n', "b": "é"}, 3), Sample({}, 0.25)]
    )
    assert written([family]) == (
        '# HELP jobs_total A \\\\ and\\na "line".\n'
        "# TYPE jobs_total counter\n"
        'jobs_total{a="x\\\\\\"\\n",b="é"} 3\n'
        "jobs_total 0.25\n"
    )
