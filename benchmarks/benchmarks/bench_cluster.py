"""Many short proofs by two processes, as `concurrent.futures` and as Dask have them; beside them two threads."""

from __future__ import annotations

import multiprocessing
import timeit
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from l2zk import BatchProcessor, TraceZkVm

from .common import options
from .plugin import installed
from .programs import Fibonacci, first_row

PROOFS = 200


class Cluster:
    """200 proofs of 2^log_rows rows, each of another statement, by two warm workers; processes' proofs are verified.

    A track and no time, since asv would begin with new workers for each sample.
    """

    param_names = ["workers", "log_rows"]
    params = [["threads", "processes", "dask"], [8]]
    timeout = 300

    def setup(self, workers: str, log_rows: int) -> None:
        try:
            BatchProcessor(verify=True)
        except TypeError as error:
            raise NotImplementedError(f"batches of this commit have threads alone: {error}") from error
        with ExitStack() as ends:
            ends.enter_context(installed())
            engine = ENGINES[workers](ends)
            self.batch = BatchProcessor(TraceZkVm(options(True)), max_workers=2, executor=engine)
            self.ends = ends.pop_all()

    def teardown(self, workers: str, log_rows: int) -> None:
        if hasattr(self, "ends"):
            self.ends.close()

    def track_seconds(self, workers: str, log_rows: int) -> float:
        program = Fibonacci(log_rows)
        programs, witnesses = [program] * PROOFS, [first_row(program, seed) for seed in range(PROOFS)]
        self.batch.prove_batch_parallel(programs[:4], witnesses[:4])
        return min(timeit.repeat(lambda: self.batch.prove_batch_parallel(programs, witnesses), number=1, repeat=3))

    track_seconds.unit = "seconds"


def of_threads(ends: ExitStack) -> Any:
    return ends.enter_context(ThreadPoolExecutor(2))


def of_processes(ends: ExitStack) -> Any:
    return ends.enter_context(ProcessPoolExecutor(2, multiprocessing.get_context("spawn")))


def of_dask(ends: ExitStack) -> Any:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise NotImplementedError("there is no Dask here") from error
    cluster = ends.enter_context(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))
    return ends.enter_context(Client(cluster))


ENGINES = {"threads": of_threads, "processes": of_processes, "dask": of_dask}
