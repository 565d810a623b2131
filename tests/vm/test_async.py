"""asyncio: a running event loop goes on while proofs are made, and a task that is cancelled stops its proof."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from endless import ENDLESS, Noted
from example_programs import Fibonacci
from quick import QUICK

from l2zk import Proof, TraceZkVm
from l2zk.base.progress import Stopped
from l2zk.errors import ConstraintError, WitnessError
from l2zk.vm.cache import CachedZkVm


async def cancelled(task: asyncio.Task[Any], after: float = 0.2) -> None:
    await asyncio.sleep(after)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_the_proof_is_as_if_made_by_prove() -> None:
    async def main() -> Proof:
        return await QUICK.prove_async(Fibonacci(10), (3, 4), threads=2, check=False)

    assert asyncio.run(main()) == QUICK.prove(Fibonacci(10), (3, 4))


def test_errors_arrive_at_the_task() -> None:
    async def main() -> None:
        with pytest.raises(WitnessError):
            await QUICK.prove_async(Fibonacci(10), (True,))
        trace = QUICK.trace(Fibonacci(10))
        trace["a"][3] += 1
        with pytest.raises(ConstraintError):
            await QUICK.prove_async(Fibonacci(10), trace=trace)
        with pytest.raises(TypeError, match="colour"):
            await QUICK.prove_async(Fibonacci(10), colour="red")

    asyncio.run(main())


def test_the_event_loop_goes_on() -> None:
    async def main() -> None:
        task = asyncio.create_task(ENDLESS.prove_async(Fibonacci(10)))
        for _ in range(200):
            await asyncio.sleep(0.001)
        assert not task.done()
        await cancelled(task)

    asyncio.run(main())


def test_a_cancelled_task_stops_its_proof() -> None:
    machine = Noted()

    async def main() -> None:
        await cancelled(asyncio.create_task(machine.prove_async(Fibonacci(10))))

    asyncio.run(main())
    assert machine.ends == [Stopped]


def test_a_time_limit_stops_proofs_even_those_that_wait_for_a_thread() -> None:
    machine = Noted()

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await asyncio.gather(*(machine.prove_async(Fibonacci(rounds)) for rounds in range(1, 100)))

    asyncio.run(main())
    assert set(machine.ends) == {Stopped}


def test_progress_is_told_and_may_stop_the_proof() -> None:
    told = []

    class Enough(Exception):
        pass

    def progress(stage: str, done: int, total: int) -> None:
        told.append((stage, threading.get_ident()))
        raise Enough

    async def main() -> None:
        with pytest.raises(Enough):
            await ENDLESS.prove_async(Fibonacci(10), progress=progress)

    asyncio.run(main())
    assert len(told) == 1 and told[0][1] != threading.get_ident()


def test_a_cache_makes_what_many_tasks_ask_for_once() -> None:
    machine = CachedZkVm(vm=QUICK)

    async def main() -> list[Proof]:
        return await asyncio.gather(*(machine.prove_async(Fibonacci(1 + i % 3)) for i in range(60)))

    proofs = asyncio.run(main())
    assert [proof.public_outputs["result"] for proof in proofs] == [1, 1, 2] * 20
    stats = machine.cache_stats()
    assert (stats.hits, stats.misses) == (57, 3)


def test_a_cancelled_maker_leaves_the_proof_to_who_waits() -> None:
    """The first task grinds endlessly until it is cancelled; the second then makes its own."""

    class Twice(TraceZkVm):
        calls = 0

        def prove(self, *arguments: Any, **settings: Any) -> Proof:
            self.calls += 1
            return (ENDLESS if self.calls == 1 else QUICK).prove(*arguments, **settings)

    machine = CachedZkVm(vm=Twice(QUICK.options))

    async def main() -> Proof:
        maker = asyncio.create_task(machine.prove_async(Fibonacci(10)))
        await asyncio.sleep(0.1)
        waiter = asyncio.create_task(machine.prove_async(Fibonacci(10)))
        await cancelled(maker)
        return await waiter

    assert asyncio.run(main()) == QUICK.prove(Fibonacci(10))


def test_a_cancelled_waiter_leaves_the_maker_alone() -> None:
    noted = Noted()
    machine = CachedZkVm(vm=noted)

    async def main() -> None:
        maker = asyncio.create_task(machine.prove_async(Fibonacci(10)))
        await asyncio.sleep(0.1)
        await cancelled(asyncio.create_task(machine.prove_async(Fibonacci(10))))
        assert not maker.done()
        await cancelled(maker, 0)

    asyncio.run(main())
    assert set(noted.ends) == {Stopped}
