"""200 proofs by a Dask cluster of two workers, a pool of two processes and two threads, beside two processes by hand.

    benchmarks/cluster.py --log-rows 8 12 16

By hand: each process gets half of the starts by a pipe, makes the proofs in series and sends their bytes; they are
verified here, as all others are. All are warm; the ways take turns.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median
from time import perf_counter, process_time
from typing import Any

import psutil  # comes with distributed

from l2zk import BatchProcessor, Proof, TraceZkVm, get_program

WORKERS = 2


@dataclass
class Way:
    """A function that proves for a list of starts, and the processes that it has beside this one."""

    prove: Callable[[list[Any]], list[Proof]]
    processes: list[int | None]

    def computed(self) -> float:
        """The seconds that its processes, and those below them, have computed."""
        roots = [psutil.Process(pid) for pid in self.processes]
        times = [one.cpu_times() for root in roots for one in [root, *root.children(recursive=True)]]
        return sum(one.user + one.system for one in times)


def serve(pipe: Any, rounds: int) -> None:
    """A process by hand: proofs of the starts that come by the pipe, until there is nothing."""
    vm, program = TraceZkVm(threads=1), get_program("fib")(rounds=rounds)
    while starts := pipe.recv():
        pipe.send([bytes(proof) for proof in vm.prove_series([(program, start) for start in starts])])


@contextmanager
def by_hand(rounds: int) -> Iterator[Way]:
    """Two processes by hand."""
    context, vm, program = get_context("spawn"), TraceZkVm(), get_program("fib")(rounds=rounds)
    pipes = [context.Pipe() for _ in range(WORKERS)]
    processes = [context.Process(target=serve, args=(theirs, rounds)) for _, theirs in pipes]
    for process in processes:
        process.start()

    def prove(starts: list[Any]) -> list[Proof]:
        proofs: list[Any] = [None] * len(starts)
        for index, (ours, _) in enumerate(pipes):
            ours.send(starts[index::WORKERS])
        for index, (ours, _) in enumerate(pipes):
            proofs[index::WORKERS] = map(Proof.from_bytes, ours.recv())
        assert all(vm.verify(program, proof, start) for proof, start in zip(proofs, starts))
        return proofs

    yield Way(prove, [process.pid for process in processes])
    for (ours, _), process in zip(pipes, processes):
        ours.send([])
        process.join()


def serve_dask(pipe: Any) -> None:
    """A process with a scheduler, which starts the workers; it ends when something comes by the pipe."""
    from distributed import LocalCluster

    settings = {"n_workers": WORKERS, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with LocalCluster(**settings) as cluster:
        pipe.send(cluster.scheduler_address)
        pipe.recv()


@contextmanager
def by_dask() -> Iterator[tuple[Any, int | None]]:
    """A client of a cluster on this machine, and the process that the cluster is below."""
    from distributed import Client

    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve_dask, args=(theirs,))
    process.start()
    with Client(ours.recv()) as client:
        yield client, process.pid
    ours.send(None)
    process.join()


def batch(rounds: int, executor: Any) -> Callable[[list[Any]], list[Proof]]:
    """A function that proves by a batch."""
    processor, program = BatchProcessor(max_workers=WORKERS, executor=executor), get_program("fib")(rounds=rounds)
    if executor is not None:
        return lambda starts: processor.prove_batch_parallel([program] * len(starts), starts)

    def prove(starts: list[Any]) -> list[Proof]:
        proofs = processor.prove_batch_parallel([program] * len(starts), starts)
        assert all(processor.verify_batch_parallel([program] * len(starts), proofs, starts))
        return proofs

    return prove


def measured(ways: dict[str, Way], count: int, repeats: int) -> dict[str, Any]:
    """The seconds, those that all processes of a way computed, and this one alone, of each way's rounds, in turn."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ways}
    for way in ways.values():
        way.prove([(0, 1)] * 4 * WORKERS)
    for turn in range(repeats):
        for name, way in ways.items():
            starts = [(turn * count + index, 1) for index in range(count)]
            begin, computed, others = perf_counter(), process_time(), way.computed()
            assert len(way.prove(starts)) == count
            own = process_time() - computed
            found[name].append((perf_counter() - begin, own + way.computed() - others, own))
    return {name: tuple(map(median, zip(*times))) for name, times in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log-rows", type=int, nargs="+", default=[8, 12, 16])
    parser.add_argument("--proofs", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    print("rows way          clock  / hand  processors  / hand  ms of this process a proof")
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool, by_dask() as (client, cluster):
        list(pool.map(abs, range(2 * WORKERS)))
        for log_rows in asked.log_rows:
            rounds = 2**log_rows - 2
            with by_hand(rounds) as made:
                ways = {"by hand": made, "processes": Way(batch(rounds, pool), list(pool._processes))}
                ways |= {"cluster": Way(batch(rounds, client), [cluster]), "threads": Way(batch(rounds, None), [])}
                found = measured(ways, asked.proofs, asked.repeats)
            hand = found["by hand"]
            for name, (wall, cpu, own) in found.items():
                line = f"2^{log_rows:<3}{name:10}{wall:7.2f} {wall / hand[0]:7.2f} {cpu:11.2f} {cpu / hand[1]:7.2f}"
                print(f"{line} {1e3 * own / asked.proofs:27.2f}", flush=True)


if __name__ == "__main__":
    main()
