"""Traces: columns by name, as arrays, and as what DataFrames take."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from l2zk.air.trace import ExecutionTrace
from l2zk.errors import ProgramError

PADDED = np.array([[0, 1, 1, 2, 3, 5, 8, 13], [1, 1, 2, 3, 5, 8, 13, 21]], dtype=np.uint64)


def fibonacci() -> ExecutionTrace:
    return ExecutionTrace(("a", "b"), PADDED.copy(), 6)


def test_a_trace_by_column_and_as_an_array():
    trace = fibonacci()
    assert trace["a"].tolist() == [0, 1, 1, 2, 3, 5]
    assert trace.to_numpy().shape == (6, 2) and trace.to_numpy()[5].tolist() == [5, 8]
    assert trace.to_numpy().flags.c_contiguous
    assert trace.padded.shape == (2, 8) and trace.rows == 6
    assert list(trace) == ["a", "b"] and dict(trace).keys() == {"a", "b"}
    assert repr(trace) == "ExecutionTrace(6 rows, 8 with padding: a, b)"


def test_equal_traces():
    assert fibonacci() == fibonacci() and not fibonacci() != fibonacci()  # noqa: SIM202
    assert fibonacci() != ExecutionTrace(("a", "b"), PADDED, 5)
    assert fibonacci() != ExecutionTrace(("a", "c"), PADDED, 6)
    assert fibonacci() != {"a": 1}
    assert pickle.loads(pickle.dumps(fibonacci())) == fibonacci()


def test_values_may_be_changed_and_columns_may_not():
    trace, copy = fibonacci(), fibonacci().copy()
    trace["b"][3] = 7
    assert trace.padded[1, 3] == 7 and copy["b"][3] == 3 and trace != copy
    for change in (
        lambda: trace.update(a=1),
        lambda: trace.pop("a"),
        lambda: trace.setdefault("c", PADDED[0]),
        lambda: trace.__setitem__("a", PADDED[0]),
        lambda: trace.__delitem__("a"),
        lambda: trace.__ior__({"a": 1}),
        trace.clear,
        trace.popitem,
    ):
        with pytest.raises(TypeError, match="the columns of a trace stay; change the values"):
            change()


def test_a_trace_is_a_dict_of_arrays_as_dataframes_take_it():
    trace = fibonacci()
    assert isinstance(trace, dict)
    assert all(values.shape == (6,) and values.dtype == np.uint64 for values in trace.values())
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(trace)
    assert list(frame.columns) == ["a", "b"] and frame.to_numpy().tolist() == trace.to_numpy().tolist()


def test_mistakes():
    with pytest.raises(KeyError, match="no column 'c'; it has 'a', 'b'"):
        fibonacci()["c"]
    with pytest.raises(KeyError, match="no column 'value'; did you mean 'values'"):
        ExecutionTrace(("values",), PADDED[:1], 6)["value"]
    with pytest.raises(ProgramError, match=r"uint64\[3, N\]"):
        ExecutionTrace(("a", "b", "c"), PADDED, 6)
    with pytest.raises(ProgramError, match=r"uint64\[2, N\], not int64\[2, 8\]"):
        ExecutionTrace(("a", "b"), PADDED.astype(np.int64), 6)
    with pytest.raises(ProgramError, match="cannot show 9"):
        ExecutionTrace(("a", "b"), PADDED, 9)


def test_a_column_has_a_name_of_its_own():
    with pytest.raises(ProgramError, match="two are equal: a, a"):
        ExecutionTrace(("a", "a"), PADDED, 6)
