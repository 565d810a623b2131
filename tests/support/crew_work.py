"""Work for crews of threads: of every length, and several threads that prove at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from example_programs import Fibonacci

from l2zk import ProofOptions, TraceProgram

OPTIONS = ProofOptions(queries=20, allow_insecure=True, grinding=10, zero_knowledge=False)
ENDLESS = ProofOptions(queries=20, allow_insecure=True, grinding=32, zero_knowledge=False)

SHORT, MIDDLE, LONG = Fibonacci(2**10 - 1), Fibonacci(2**14 - 1), Fibonacci(2**20 - 1)
LONG_ENOUGH = Fibonacci(2**15 - 1)  # to be shared out


@dataclass(frozen=True)
class Deep(TraceProgram):
    """Two rows ahead, a period, and degree 5, so that Q has many coefficients."""

    id = "deep.v0"
    rounds: int

    def define(self, m):
        x, y = m.columns("x", "y")
        m.start({x: 3, x[1]: 4, y: m.public_input("y"), y[1]: 1})
        m.step({x[2]: x**5 + m.periodic([1, 2, 3, 4]), y[2]: x * y[1] + y})
        m.output("end", y, row=self.rounds)


@dataclass(frozen=True)
class Heavy(TraceProgram):
    """Much to do on every row, though of degree 1."""

    id = "heavy.v0"
    rounds: int
    work: int = 400

    def define(self, m):
        x = m.column("x")
        m.start({x: m.public_input("x", default=1)})
        total = x
        for i in range(self.work):
            total = 3 * total + i
        m.step({x: total})
        m.output("end", x, row=self.rounds)


class Stop(Exception):
    """Raised by a progress callback."""


def stop_at_once(stage, done, total):
    raise Stop(stage)


def in_threads(*functions):
    """The result of each function, each in a thread of its own; whatever one raises is raised."""
    results, errors = [None] * len(functions), []

    def call(i):
        try:
            results[i] = functions[i]()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=call, args=(i,)) for i in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
