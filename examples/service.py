"""A ledger behind HTTP: transfers are accepted on disk, blocks of them proved in the background, whatever is killed.

    python examples/service.py                 a trial: fifty transfers by five clients, all of them in proved blocks
    python examples/service.py FOLDER 8000     serves the ledger in FOLDER on this port of the machine itself, until
                                               Ctrl-C; FOLDER/genesis.json has its first balances, by address

It needs the plugin l2zk-ledger, and uvicorn to serve; the service itself is a plain ASGI callable.

    POST /transfers         {"id": …, "secret": …, "recipient": …, "amount": …, "fee": …} → 202 once it is on disk
    GET  /transfers/ID      accepted, or in which block, or why it was refused; the same id again is the same transfer
    GET  /head              how many blocks are cut and how many proved, and the root
    GET  /blocks/HEIGHT     what a block states;  /blocks/HEIGHT/proof its proof, which anyone can verify
    GET  /metrics           for Prometheus

service_book.py has the file. Where a block's proof was made and the process killed before it was written there, the
store of proofs has it.
"""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import l2zk_ledger as ledger
import uvicorn
from l2zk_ledger.reading import once
from service_book import MOST_BLOCKS, Book

from l2zk import BatchProcessor, CachedZkVm, L2zkError, TraceZkVm, metrics

MOST_WAITING, MOST_BYTES, PATIENCE = 1000, 4096, 10
"""Requests that wait for the disk, bytes of one, and seconds in which it comes."""

Answer = tuple[int, str, bytes]


class Service:
    """The ASGI application; all that waits for the disk or for a proof is on threads."""

    def __init__(self, folder: Path) -> None:
        self.book = Book(folder)
        self.batch = BatchProcessor(CachedZkVm(capacity=100, store=folder / "proofs.db"))
        self.waiting: list[tuple[dict[str, Any], asyncio.Future[Any]]] = []
        self.come, self.accepted, self.longest = asyncio.Event(), asyncio.Event(), 0.0
        self.accepted.set()  # what a process before left
        self.tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            status, kind, body = await self._answer(scope["method"], scope["path"], receive)
            headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        await receive()
        self.tasks = [asyncio.create_task(one()) for one in (self._write, self._prove, self._watch)]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.book.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _write(self) -> None:
        """Put what has come on the disk: many requests in one transaction."""
        while await self.come.wait():
            self.come.clear()
            waiting, self.waiting = self.waiting, []
            try:
                answers = await asyncio.to_thread(self.book.accept, [one for one, _ in waiting])
            except Exception as error:
                answers = [(503, {"error": f"the disk: {error}"})] * len(waiting)
            for (_, future), answer in zip(waiting, answers):
                if not future.done():
                    future.set_result(answer)
            self.accepted.set()

    async def _prove(self) -> None:
        """Cut blocks and prove them; an error is told, and tried again."""
        while await self.accepted.wait():
            self.accepted.clear()
            try:
                while await asyncio.to_thread(self._step):
                    pass
            except Exception as error:  # of whatever kind: the service goes on
                print(f"no proof: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
                await asyncio.sleep(1)
                self.accepted.set()

    def _step(self) -> bool:
        """A batch of blocks; False if there was nothing to do."""
        cut = 0
        while cut < MOST_BLOCKS and self.book.cut():
            cut += 1
        blocks = self.book.unproved()
        programs = [ledger.program_for(made) for _, made in blocks]
        witnesses = [program.witness(made) for program, (_, made) in zip(programs, blocks)]
        with closing(self.batch.prove_iter(programs, witnesses)) as proofs:
            for index, proof in proofs:
                self.book.keep(blocks[index][0], proof)
        return bool(blocks or cut)

    async def _watch(self) -> None:
        """Measure how long the event loop does nothing else at the longest."""
        last = perf_counter()
        while True:
            await asyncio.sleep(0.001)
            self.longest, last = max(self.longest, perf_counter() - last - 0.001), perf_counter()

    async def _answer(self, method: str, path: str, receive: Callable[[], Awaitable[Any]]) -> Answer:
        match method, path.split("/")[1:]:
            case "POST", ["transfers"]:
                return await self._post(receive)
            case "POST", _:
                return _json(405, {"error": "POST /transfers is all that is posted"})
            case "GET", ["transfers", id]:
                found = await asyncio.to_thread(self.book.transfer, id)
                return _json(404, {"error": "no such transfer"}) if found is None else _json(200, found)
            case "GET", ["head"]:
                return _json(200, await asyncio.to_thread(self.book.head))
            case "GET", ["metrics"]:
                told = f"# TYPE service_longest_pause_seconds gauge\nservice_longest_pause_seconds {self.longest}\n"
                return 200, metrics.CONTENT_TYPE, (metrics.text() + told).encode()
            case "GET", ["blocks", height, *rest] if re.fullmatch("[0-9]{1,9}", height) and rest in ([], ["proof"]):
                return _of_block(await asyncio.to_thread(self.book.block, int(height)), bool(rest))
            case "GET", _:
                return _json(404, {"error": "there are /head, /transfers/ID, /blocks/HEIGHT, …/proof and /metrics"})
        return _json(405, {"error": "GET and POST are all that there is"})

    async def _post(self, receive: Callable[[], Awaitable[Any]]) -> Answer:
        """Accept a transfer: it is on the disk when the answer goes out."""
        try:
            transfer = _read(await asyncio.wait_for(_body(receive), PATIENCE))
        except TimeoutError:
            return _json(408, {"error": f"a transfer comes within {PATIENCE} seconds"})
        except (ValueError, L2zkError) as error:
            return _json(400, {"error": str(error)})
        if len(self.waiting) >= MOST_WAITING:
            return _json(503, {"error": "too many at once: try again"})
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting.append((transfer, future))
        self.come.set()
        return _json(*await future)


async def _body(receive: Callable[[], Awaitable[Any]]) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ValueError("the transfer did not come whole")
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > MOST_BYTES:
            raise ValueError(f"a transfer has at most {MOST_BYTES} bytes")
    return body


def _read(body: bytes) -> dict[str, Any]:
    """A transfer, looked at; ValueError or ArgumentError says what is wrong, and shows no secret."""
    try:
        given = json.loads(body, object_pairs_hook=once)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or {*given} - {"fee"} != {"id", "secret", "recipient", "amount"}:
        raise ValueError("a transfer is an object with id, secret, recipient, amount, and maybe fee")
    if not isinstance(given["id"], str) or not re.fullmatch(r"[\w-]{1,64}", given["id"], re.ASCII):
        raise ValueError("id is a text of 1 to 64 letters, digits, _ and -")
    for name, most in (("amount", 2**60 - 1), ("fee", 2**40 - 1)):
        if type(given.setdefault("fee", 0)) is not int or type(given[name]) is not int or not 0 <= given[name] <= most:
            raise ValueError(f"{name} is an integer from 0 to {most}")
    return {
        **given,
        **{name: ledger.address_text(ledger.parse_address(given[name])) for name in ("secret", "recipient")},
    }


def _of_block(found: tuple[str, bytes | None] | None, wants_proof: bool) -> Answer:
    if found is None or (wants_proof and found[1] is None):
        return _json(404, {"error": "not yet"})
    statement, proof = found
    return (200, "application/octet-stream", proof) if wants_proof else (200, "application/json", statement.encode())


def _json(status: int, facts: dict[str, Any]) -> Answer:
    return status, "application/json", json.dumps(facts).encode()


# ---- a trial -----------------------------------------------------------------------------------------------------


async def ask(port: int, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """The status and the body of an answer, as a client sees them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    told, _, found = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(told.split()[1]), found


async def client(port: int, secrets: list[ledger.keys.Digest], own: int) -> None:
    """Ten transfers of one of the accounts, one after the other."""
    for number in range(10):
        to = ledger.address_text(ledger.address_of(secrets[(own + 1 + number % 3) % len(secrets)]))
        body = {"id": f"{own}-{number}", "secret": ledger.address_text(secrets[own]), "recipient": to, "amount": 5}
        status, told = await ask(port, "POST", "/transfers", json.dumps(body).encode())
        assert status == 202, told


async def try_out(port: int, secrets: list[ledger.keys.Digest]) -> None:
    """Fifty transfers by five clients at once; then what anyone can verify of them."""
    await asyncio.gather(*(client(port, secrets, own) for own in range(len(secrets))))
    while True:
        head = json.loads((await ask(port, "GET", "/head"))[1])
        if not head["pending"] and head["proved"] == head["height"]:
            break
        await asyncio.sleep(0.01)
    machine, before, count = TraceZkVm(), None, 0
    for height in range(1, head["height"] + 1):
        stated = json.loads((await ask(port, "GET", f"/blocks/{height}"))[1])
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in stated.items()}
        statement = ledger.BlockStatement(**values)
        _, proof = await ask(port, "GET", f"/blocks/{height}/proof")
        assert ledger.verify_block(machine, proof, statement, depth=head["depth"])
        assert before is None or not statement.next_to(before)
        before, count = statement, count + statement.operations
    print(f"{count} transfers in {head['height']} proved blocks, whose roots chain; the last is {head['root'][:16]}…")
    told = (await ask(port, "GET", "/metrics"))[1].decode().splitlines()
    print("\n".join(line for line in told if line.startswith(("l2zk_proofs_total", "service_"))))


async def main(folder: Path, port: int, secrets: list[ledger.keys.Digest] | None = None) -> None:
    """Serve the ledger in a folder, and with the secrets of its accounts try it out."""
    told = {"host": "127.0.0.1", "port": port, "log_level": "warning", "lifespan": "on"}
    config = uvicorn.Config(Service(folder), **told, limit_concurrency=MOST_WAITING, timeout_graceful_shutdown=PATIENCE)
    server, socket = uvicorn.Server(config), config.bind_socket()
    serving = asyncio.create_task(server.serve(sockets=[socket]))
    while not (server.started or serving.done()):
        await asyncio.sleep(0.005)
    at = socket.getsockname()[1]
    print(f"http://127.0.0.1:{at}/metrics", flush=True)
    if secrets is not None:
        await try_out(at, secrets)
        server.should_exit = True
    await serving


def trial() -> None:
    """Serve a new ledger of five accounts, and try it out."""
    secrets = [ledger.new_secret() for _ in range(5)]
    with TemporaryDirectory() as name:
        balances = {ledger.address_text(ledger.address_of(secret)): 1000 for secret in secrets}
        (Path(name) / "genesis.json").write_text(json.dumps(balances))
        asyncio.run(main(Path(name), 0, secrets))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        trial() if len(sys.argv) < 3 else asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
