"""Pictures by matplotlib: what is drawn, what is left out as private, and what is refused."""

from __future__ import annotations

from importlib import util

import numpy as np
import pytest
from defining import program
from example_programs import Fibonacci
from quick import QUICK

import l2zk
from l2zk.errors import OptionsError, ProofError
from l2zk.proof.anatomy import Part
from l2zk.proof.proof_plot import grouped
from l2zk.show import plots
from l2zk.vm.zkvm import TraceZkVm


def falling(m):
    m.rows(12)
    n, secret = m.column("n"), m.private_column("secret", pad=0)
    m.start({n: 0})
    m.step({n: n + 1})
    m.constrain("equal", secret * n == n)
    m.range("small", n, bits=3)
    other = m.table("other", 4)
    z = other.column("z")
    other.start({z: 1})
    other.step({z: z * 3})
    other.lookup("below", z, in_=l2zk.RangeTable(3))


WITNESS = {"secret": [1, 1, 1, 0]}


@pytest.fixture
def pyplot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def made(redact=False):
    vm = TraceZkVm(redact=redact)
    return vm.trace(program(falling), WITNESS), vm.check(program(falling), WITNESS)


def names(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def test_a_trace_has_a_strip_for_each_column(pyplot):
    trace, report = made()
    axes = trace.plot(report)
    assert names(axes) == list(trace) and axes.get_title() == "trace"
    [picture] = axes.images
    assert picture.get_array().shape == (len(trace), 16) and not np.ma.is_masked(picture.get_array())
    assert "padding" in [text.get_text() for text in axes.texts]


def test_cells_of_what_fails_are_marked(pyplot):
    trace, report = made()
    axes = trace.plot(report, columns=["n", "secret"])
    [marks] = axes.collections
    assert sorted(map(tuple, marks.get_offsets().tolist())) == [(3, 0), (3, 1)]
    assert [line.get_xdata()[0] for line in axes.lines] == [11.5, 8], "the padding, and the range that fails"
    assert not trace.plot(report, rows=slice(0, 3)).collections and not trace.plot().collections
    lines = trace.plot(report, table="other").lines
    assert [line.get_xdata()[0] for line in lines] == [2]


def test_private_columns_are_drawn_without_values(pyplot):
    trace, report = made(redact=True)
    axes = trace.plot(report, columns=["n", "secret"])
    assert np.ma.getmaskarray(axes.images[0].get_array()).all(axis=1).tolist() == [False, True]
    assert [text.get_text() for text in axes.texts].count("private") == 1


def test_rows_columns_and_axes_are_chosen(pyplot):
    trace, _ = made()
    _, given = pyplot.subplots()
    axes = trace.plot(columns=["n"], rows=slice(2, 6), axes=given)
    assert axes is given and names(axes) == ["n"] and axes.get_xlim() == (1.5, 5.5)
    assert axes.get_title() == f"trace: 1 of {len(trace)} columns"


def test_wide_and_long_traces(pyplot):
    columns = [f"c{k}" for k in range(300)]
    trace = l2zk.ExecutionTrace(columns, np.zeros((300, 2**13), dtype=np.uint64), 2**13)
    axes = trace.plot()
    assert axes.images[0].get_array().shape == (200, 2048) and len(names(axes)) <= 80
    assert axes.get_title() == "trace: 200 of 300 columns" and axes.figure.get_size_inches()[1] <= 20


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({"report": "failing"}, "report is a Report, as TraceZkVm.check gives it, not str"),
        ({"columns": "n"}, "a sequence of names of columns is needed"),
        ({"columns": []}, "a sequence of names of columns is needed"),
        ({"rows": 5}, "a slice of rows is needed"),
        ({"rows": slice(0, 9, 2)}, "neighbouring rows below 16 are needed"),
        ({"rows": slice(99, None)}, "neighbouring rows below 16 are needed"),
        ({"rows": slice("a", None)}, "neighbouring rows below 16 are needed"),
        ({"axes": 5}, "axes is one of matplotlib's Axes, not int"),
    ],
)
def test_what_no_picture_is_made_of(pyplot, settings, sentence):
    with pytest.raises(OptionsError, match=sentence):
        made()[0].plot(**settings)


def test_names_that_there_are_not(pyplot):
    trace, _ = made()
    with pytest.raises(OptionsError, match="no column 'secrets'; did you mean 'secret'"):
        trace.plot(columns=["secrets"])
    with pytest.raises(OptionsError, match="no column of type int"):
        trace.plot(columns=[5])
    with pytest.raises(OptionsError, match="no table 'others'; did you mean 'other'"):
        trace.plot(table="others")


def test_a_proof_has_a_bar_for_each_kind_of_message(pyplot):
    proof = QUICK.prove(Fibonacci(5))
    axes = proof.plot(Fibonacci(5))
    assert sum(bar.get_width() for bar in axes.patches) == proof.size
    assert names(axes)[0] == "header" and "opening of the vector: leaves" in names(axes)
    assert axes.get_title() == f"{proof.size:,} bytes of proof"
    assert names(proof.plot()) == ["header", "not divided"], "no plugin provides this program"
    with pytest.raises(ProofError):
        proof.plot(Fibonacci(6))


def test_parts_of_one_kind_are_one():
    said = ["header: options", "header: parameters", "layer 0, round 1", "layer 0, round 2", "root of word 1"]
    parts = [Part(name, 0, 2**k, "9.2") for k, name in enumerate(said)]
    assert grouped(parts) == [("header", 3), ("layer, round (2)", 12), ("root of word", 16)]


def test_without_matplotlib_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(plots, "find_spec", lambda name: None if name == "matplotlib" else util.find_spec(name))
    trace, report = made()
    for draw in (lambda: trace.plot(report), lambda: QUICK.prove(Fibonacci(5)).plot()):
        with pytest.raises(OptionsError, match=r"^plot\(\) needs the package matplotlib: pip install 'l2zk\[plot\]'$"):
            draw()
