"""A signal ends what fills or counts for long: the core looks at signals in between."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from l2zk import _core
from l2zk.air.nodes import CONSTANT, ROW_NUMBER


class Rang(Exception):
    """What the handler of a signal raises."""


def test_a_signal_ends_what_takes_long() -> None:
    rows = 1 << 18
    sent = _core.Expressions(rows, [(ROW_NUMBER, 0, 0), (CONSTANT, 1, 0)], [0, 1])
    one = _core.Expressions(rows, [(CONSTANT, 1, 0)], [0])
    cells = np.zeros(8, dtype=np.uint64), np.zeros(8, dtype=np.uint64)
    column, times = np.zeros(rows, dtype=np.uint64), np.zeros(rows, dtype=np.uint64)
    calls: list[Callable[[], Any]] = [
        lambda: _core.fill_columns(sent, [(0, 0, 1, column)] * 4096),
        lambda: _core.tally([[sent] * 512], 1),
        lambda: _core.unbalanced([sent] * 512, 1),
        lambda: _core.count_indexed([sent] * 2048, "range", 18, times),
        lambda: _core.count_tuples([sent] * 512, sent, 1, times),
        lambda: _core.memory_pass([(one, one, one, None, None)] * 1024, rows, *cells),
    ]

    def ring(*_: Any) -> None:
        raise Rang

    before = signal.signal(signal.SIGALRM, ring)
    try:
        for call in calls:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(Rang):
                call()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
