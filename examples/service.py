"""A service in asyncio: requests that repeat are proved once, and the event loop answers all the while."""

import asyncio
from time import perf_counter

from l2zk import CachedZkVm, get_program

machine = CachedZkVm(capacity=100, max_bytes=10_000_000)
fibonacci = get_program("fib")


async def answer(rounds: int) -> int:
    """The answer to a request: the result, with a proof that anyone can verify."""
    proof = await machine.prove_async(fibonacci(rounds=rounds))  # type: ignore[call-arg]
    return proof.public_outputs["result"]


async def longest_pause(done: asyncio.Event) -> float:
    """The longest time, in seconds, for which the event loop ran nothing else."""
    longest, last = 0.0, perf_counter()
    while not done.is_set():
        await asyncio.sleep(0.001)
        longest, last = max(longest, perf_counter() - last), perf_counter()
    return longest


async def main() -> None:
    """Sixty requests for three programs at once."""
    done = asyncio.Event()
    pause = asyncio.create_task(longest_pause(done))
    results = await asyncio.gather(*(answer(10_000 + index % 3) for index in range(60)))
    done.set()
    print(f"{len(set(results))} results; the event loop paused for {1000 * await pause:.1f} ms at most")
    print(machine.cache_stats())


if __name__ == "__main__":
    asyncio.run(main())
