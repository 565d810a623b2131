"""A service over HTTP in asyncio: requests that repeat are proved once, the event loop answers all the while, and
/metrics tells Prometheus of it.

    python service.py          sixty requests of its own, then it ends
    python service.py 8000     /fib?rounds=1000 and /metrics on this port of the machine itself, until Ctrl-C
"""

import asyncio
import sys
from contextlib import suppress
from http import HTTPStatus
from time import perf_counter
from urllib.parse import parse_qs, urlsplit

from l2zk import CachedZkVm, L2zkError, Proof, get_program, metrics

machine = CachedZkVm(capacity=100, max_bytes=10_000_000)
fibonacci = get_program("fib")

MOST_ROUNDS = 100_000
PATIENCE_SECONDS = 10

Answer = tuple[HTTPStatus, str, bytes]


async def answer(method: str, target: str) -> Answer:
    """The status, content type and body for a request."""
    try:
        url = urlsplit(target)
    except ValueError:
        return HTTPStatus.BAD_REQUEST, "text/plain", b"the target is no path\n"
    if method != "GET":
        return HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", b"GET is all that there is\n"
    if url.path == "/metrics":
        return HTTPStatus.OK, metrics.CONTENT_TYPE, metrics.text().encode()
    if url.path == "/fib":
        return await proof_of(parse_qs(url.query).get("rounds", [""])[0])
    return HTTPStatus.NOT_FOUND, "text/plain", b"there are /fib?rounds=1000 and /metrics\n"


async def proof_of(rounds: str) -> Answer:
    """A proof that anyone can verify; it states its result."""
    if not (rounds.isdecimal() and len(rounds) < 10 and 1 <= int(rounds) <= MOST_ROUNDS):
        return HTTPStatus.BAD_REQUEST, "text/plain", f"rounds is a number from 1 to {MOST_ROUNDS}\n".encode()
    try:
        proof = await machine.prove_async(fibonacci(rounds=int(rounds)))  # type: ignore[call-arg]
    except L2zkError as error:
        return HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", f"{error}\n".encode()
    return HTTPStatus.OK, "application/octet-stream", bytes(proof)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: a request, whose head has at most 64 KiB, its answer, and the end."""
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        method, target, *_ = [*head.decode("latin-1").split("\r\n")[0].split(" "), "", ""]
        status, kind, body = await answer(method, target)
        writer.write(f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\n".encode())
        writer.write(f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
    writer.close()  # also if nobody asked in time, or left


async def get(port: int, path: str) -> bytes:
    """The body of an answer, as a client sees it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 200 "), head
    return body


async def longest_pause(done: asyncio.Event) -> float:
    """The longest time, in seconds, for which the event loop ran nothing else."""
    longest, last = 0.0, perf_counter()
    while not done.is_set():
        await asyncio.sleep(0.001)
        longest, last = max(longest, perf_counter() - last), perf_counter()
    return longest


async def try_out(port: int) -> None:
    """Sixty requests for three programs at once, and then what the numbers say of them."""
    done = asyncio.Event()
    pause = asyncio.create_task(longest_pause(done))
    proofs = await asyncio.gather(*(get(port, f"/fib?rounds={10_000 + index % 3}") for index in range(60)))
    done.set()
    results = {Proof.from_bytes(proof).public_outputs["result"] for proof in proofs}
    print(f"{len(results)} results; the event loop paused for {1000 * await pause:.1f} ms at most")
    told = (await get(port, "/metrics")).decode().splitlines()
    print("\n".join(line for line in told if line.startswith(("l2zk_proofs_total", "l2zk_cache_"))))


async def main(port: int | None) -> None:
    """Serve on this port; without one try it out on one that is free."""
    async with await asyncio.start_server(serve, "127.0.0.1", port or 0) as server:
        at = server.sockets[0].getsockname()[1]
        print(f"http://127.0.0.1:{at}/metrics", flush=True)
        await (try_out(at) if port is None else server.serve_forever())


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else None))
