"""A forked child finds its plugins, whatever another thread of its parent was at."""

from __future__ import annotations

import os
import threading
import time

import pytest

from l2zk import get_program
from l2zk.plugins import registry


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_waits_for_no_thread_that_loads_plugins() -> None:
    get_program("fib")
    begun, go_on = threading.Event(), threading.Event()

    def load() -> None:
        with registry._loading:
            begun.set()
            go_on.wait(20)

    loader = threading.Thread(target=load)
    loader.start()
    begun.wait(20)
    child = os.fork()
    if child == 0:
        os._exit(0 if get_program("fib").id == "fib.v0" else 1)
    deadline = time.monotonic() + 10
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    if ended[0] == 0:
        os.kill(child, 9)
        os.waitpid(child, 0)
    go_on.set()
    loader.join()
    assert ended == (child, 0)
