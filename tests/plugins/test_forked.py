"""A forked child finds its plugins, whatever another thread of its parent was at."""

from __future__ import annotations

import threading

from forks import needs_fork, succeeds_in_a_child
from makings import PATIENCE

from l2zk import get_program
from l2zk.plugins import registry


@needs_fork
def test_a_forked_child_waits_for_no_thread_that_loads_plugins() -> None:
    get_program("fib")
    begun, go_on = threading.Event(), threading.Event()

    def load() -> None:
        with registry._loading:
            begun.set()
            go_on.wait(PATIENCE)

    loader = threading.Thread(target=load)
    loader.start()
    assert begun.wait(PATIENCE)
    found = succeeds_in_a_child(lambda: get_program("fib").id == "fib.v0")
    go_on.set()
    loader.join()
    assert found
