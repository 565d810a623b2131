"""The service of examples/service.py: what it accepted is in proved blocks that chain, whenever it is killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from threading import Event, Timer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import l2zk_ledger as ledger
import pytest
import service
import service_book
from places import ROOT, from_its_folder
from prometheus_client.parser import text_string_to_metric_families
from service_book import Book

from l2zk import L2zkError, Proof, TraceZkVm, metrics

CLIENTS, PATIENCE = 5, 30
LONGEST_PAUSE = 1.0
"""Seconds; the machine of the tests may have much else to do."""


class Ledger:
    """A folder with a new ledger of five accounts, and requests to who serves it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.address, self.over = folder, "", Event()
        self.secrets = [ledger.new_secret() for _ in range(CLIENTS)]
        balances = {ledger.address_text(ledger.address_of(one)): 1000 for one in self.secrets}
        (folder / "genesis.json").write_text(json.dumps(balances))

    def transfer(self, own: int, number: int, amount: int = 3, fee: int = 1) -> dict[str, Any]:
        """A transfer between the first two accounts, so that all blocks are of one program; the others look on."""
        to = ledger.address_text(ledger.address_of(self.secrets[(own + 1) % 2]))
        secret = ledger.address_text(self.secrets[own % 2])
        return {"id": f"{own}-{number}", "secret": secret, "recipient": to, "amount": amount, "fee": fee}

    @contextmanager
    def served(self) -> Iterator[subprocess.Popen[bytes]]:
        """A process that serves it, until it is killed or this ends."""
        command = [sys.executable, str(ROOT / "examples" / "service.py"), str(self.folder), "0"]
        with subprocess.Popen(command, env=from_its_folder(), stdout=subprocess.PIPE) as running:
            late = Timer(PATIENCE, running.kill)
            try:
                late.start()
                assert running.stdout is not None
                self.address = running.stdout.readline().decode().strip().removesuffix("/metrics")
                late.cancel()
                assert self.address, "the service did not begin"
                yield running
            except BaseException:
                self.over.set()
                raise
            finally:
                late.cancel()
                running.kill()

    def get(self, path: str) -> bytes:
        with urlopen(self.address + path, timeout=10) as answer:
            return answer.read()  # type: ignore[no-any-return]

    def post(self, body: Any) -> tuple[int, dict[str, Any]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            with urlopen(Request(f"{self.address}/transfers", data, method="POST"), timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read())

    def insist(self, transfer: dict[str, Any]) -> None:
        """Post until it is accepted, as a client does that does not know what became of it; or the test has failed."""
        for _ in patiently():
            assert not self.over.is_set(), "the service is gone"
            with suppress(OSError, HTTPException, ValueError):  # killed before the answer, or within it
                status, _ = self.post(transfer)
                assert status == 202
                return

    def settled(self) -> dict[str, Any]:
        """The head, when all is proved."""
        for _ in patiently():
            head: dict[str, Any] = json.loads(self.get("/head"))
            if not head["pending"] and head["proved"] == head["height"]:
                break
        return head


def patiently() -> Iterator[None]:
    """Again and again, until it has been too long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        yield
        time.sleep(0.03)  # clients that wait leave the processors to the service
    pytest.fail(f"nothing came of it in {PATIENCE} seconds")


def test_what_was_accepted_is_proved_whenever_it_is_killed(tmp_path: Path) -> None:
    """Fifty transfers of five clients; the process is killed while they come, and begun anew on the same file."""
    known = Ledger(tmp_path)
    jobs = [known.transfer(own, number) for number in range(10) for own in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        with known.served() as running:
            done = [clients.submit(known.insist, job) for job in jobs]
            wait_for(20, done)
            os.kill(running.pid, signal.SIGKILL)
        with known.served():
            for one in done:
                one.result()
            head = known.settled()
            check_blocks(known, head)
            fates = [json.loads(known.get(f"/transfers/{job['id']}")) for job in jobs]
            assert all(fate["proved"] and fate["refused"] is None for fate in fates)
            pauses = known.get("/metrics").decode().partition("\nservice_longest_pause_seconds ")[2]
            assert 0 < float(pauses) < LONGEST_PAUSE


def wait_for(count: int, clients: list[Future[None]]) -> None:
    """Until so many transfers are accepted."""
    for _ in patiently():
        if sum(one.done() for one in clients) >= count:
            break


def check_blocks(known: Ledger, head: dict[str, Any]) -> None:
    """Every block is proved, follows the one before, and all of them have the fifty transfers, each once."""
    blocks = []
    for height in range(1, head["height"] + 1):
        stated = json.loads(known.get(f"/blocks/{height}"))
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in stated.items()}
        blocks.append(ledger.BlockStatement(**values))
        proof = Proof.from_bytes(known.get(f"/blocks/{height}/proof"))
        assert ledger.verify_block(TraceZkVm(), proof, blocks[-1], depth=head["depth"])
    assert not [wrong for one, other in pairwise(blocks) if (wrong := other.next_to(one))]
    assert sum(block.operations for block in blocks) == sum(block.fees for block in blocks) == 50
    assert head["root"] == ledger.address_text(blocks[-1].root_after)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    known = Ledger(tmp_path_factory.mktemp("service"))
    with known.served():
        yield known


def test_the_same_id_is_the_same_transfer(running: Ledger) -> None:
    one = running.transfer(0, 0)
    first, again, other = running.post(one), running.post(one), running.post({**one, "amount": 4})
    assert first[0] == again[0] == 202 and first == again
    assert other == (409, {"error": "another transfer has this id"})
    assert running.post(f'{json.dumps(one)[:-1]}, "amount": {one["amount"]}}}'.encode())[0] == 400, "named twice"
    assert running.settled()["height"] >= 1
    told = {"id": "0-0", "block": 1, "refused": None, "proved": True}
    assert json.loads(running.get("/transfers/0-0")) == told


def test_what_a_ledger_refuses_is_in_no_block_and_says_why(running: Ledger) -> None:
    assert running.post(running.transfer(1, 0, amount=5000))[0] == 202
    assert running.post({**running.transfer(2, 0), "secret": "0" * 64})[0] == 202
    running.settled()
    fate = json.loads(running.get("/transfers/1-0"))
    assert fate["block"] is None and fate["refused"].startswith("the sender has ")
    assert json.loads(running.get("/transfers/2-0"))["refused"] == "the sender has no account"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (b"{", "a transfer is an object with id, secret, recipient, amount, and maybe fee"),
        ({"more": 1}, "a transfer is an object"),
        ({"id": "a b"}, "id is a text of 1 to 64 letters, digits, _ and -"),
        ({"amount": -1}, "amount is an integer from 0 to 1152921504606846975"),
        ({"amount": True}, "amount is an integer"),
        ({"fee": 2**40}, "fee is an integer from 0 to 1099511627775"),
        ({"secret": "77777"}, "an address has 64 hexadecimal digits"),
        ({"recipient": "f" * 64}, "stand for a number below"),
        (b" " * 5000, "a transfer has at most 4096 bytes"),
        (b"[" * 4000, "a transfer is an object"),
        ({"amount": 1e3}, "amount is an integer"),
        ({"amount": float("nan")}, "amount is an integer"),
        ({"id": "\ud800"}, "id is a text"),
        ({"id": "\u0661"}, "id is a text"),
        ({"secret": ["77777"]}, "an address has 64 hexadecimal digits"),
    ],
)
def test_a_request_that_is_wrong_is_refused_in_a_sentence(running: Ledger, change: Any, told: str) -> None:
    status, answer = running.post(change if isinstance(change, bytes) else {**running.transfer(3, 0), **change})
    assert status == 400 and told in answer["error"] and "77777" not in answer["error"]


def test_it_is_scraped_by_prometheus(running: Ledger) -> None:
    assert running.post(running.transfer(4, 0))[0] == 202
    head = running.settled()
    with urlopen(f"{running.address}/metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
        families = list(text_string_to_metric_families(answer.read().decode()))
    numbers = {one.name: one.value for family in families for one in family.samples}
    assert numbers["l2zk_info"] == 1 and numbers["service_longest_pause_seconds"] > 0
    assert numbers["l2zk_proofs_total"] == numbers["l2zk_cache_misses_total"] == head["height"] >= 1
    assert numbers["l2zk_store_puts_total"] == head["height"]


@pytest.mark.parametrize("path", ["/", "/blocks/0", "/blocks/999", "/blocks/x", "/blocks/1/what", "/transfers/none"])
def test_what_there_is_not_is_404(running: Ledger, path: str) -> None:
    with pytest.raises(HTTPError) as refused:
        running.get(path)
    assert refused.value.code == 404
    refused.value.close()


def test_only_one_process_serves_a_folder(running: Ledger) -> None:
    with pytest.raises(SystemExit, match="is served by another process"):
        Book(running.folder)


# ---- the file alone, left at each of its steps -------------------------------------------------------------------


@pytest.fixture
def known(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path)


def reopened(book: Book, known: Ledger) -> Book:
    """What a process finds that begins after this one was killed: nothing is written at the end."""
    book.close()
    return Book(known.folder)


def test_a_block_that_was_cut_is_the_one_that_is_proved(known: Ledger) -> None:
    book = Book(known.folder)
    assert [status for status, _ in book.accept([known.transfer(own, 0) for own in range(3)])] == [202] * 3
    assert book.cut() and not book.cut()
    [(height, made)] = book.unproved()
    book = reopened(book, known)
    book.accept([known.transfer(3, 0)])  # comes later, and belongs to the next block
    [(again, other)] = book.unproved()
    assert (height, made.statement) == (again, other.statement) == (1, made.statement)
    assert book.cut()
    assert [one for one, _ in book.unproved()] == [1, 2]
    assert not book.unproved()[1][1].statement.next_to(made.statement)
    book.close()


def test_of_two_proofs_of_a_block_the_first_is_kept_and_secrets_go(known: Ledger) -> None:
    book = Book(known.folder)
    book.accept([known.transfer(0, 0), known.transfer(1, 0), known.transfer(2, 0, amount=2000)])
    assert left(known, known.secrets[:3])
    book.cut()
    [(height, made)] = book.unproved()
    first, second = (ledger.prove_block(TraceZkVm(), made) for _ in range(2))
    assert first != second
    book.keep(height, first)
    book.keep(height, second)
    book = reopened(book, known)
    found = book.block(1)
    assert found is not None and found[1] == bytes(first) and not book.unproved()
    assert not left(known, known.secrets)
    assert [height for (height,) in book._read("SELECT height FROM state")] == [1]
    book.close()


def left(known: Ledger, secrets: list[ledger.keys.Digest]) -> bool:
    """Whether one of these secrets is in any byte of the folder's files."""
    data = b"".join(one.read_bytes() for one in known.folder.iterdir())
    return any(ledger.address_text(secret).encode() in data for secret in secrets)


def test_a_file_that_was_changed_is_not_proved(known: Ledger) -> None:
    book = Book(known.folder)
    book.accept([known.transfer(0, 0)])
    book.cut()
    book._rows("UPDATE transfer SET amount = amount + 1")
    with pytest.raises(L2zkError, match="block 1 in the file is not what its transfers give"):
        book.unproved()
    book.close()


def test_a_transaction_that_fails_leaves_nothing(known: Ledger) -> None:
    book = Book(known.folder)
    with pytest.raises(KeyError):
        book.accept([known.transfer(0, 0), {"id": "1-0"}])
    assert book.transfer("0-0") is None and not book.cut()
    book.close()


def test_a_full_disk_refuses_and_what_comes_later_is_accepted(known: Ledger) -> None:
    book = Book(known.folder)
    [(pages,)] = book._rows("PRAGMA page_count")
    book._rows(f"PRAGMA max_page_count = {pages}")
    many = [known.transfer(0, number) for number in range(100)]
    with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
        book.accept(many)
    book._rows("PRAGMA max_page_count = 100000")
    assert not book.head()["pending"] and {status for status, _ in book.accept(many)} == {202}
    book.close()


def test_many_that_are_refused_hold_up_none(known: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_BLOCKS", 1)
    monkeypatch.setattr(service_book, "MOST_OF_A_BLOCK", 1)
    one = service.Service(known.folder)
    with closing(one.book) as book:
        book.accept([known.transfer(0, number, amount=5000) for number in range(3)])
        assert [one._step() for _ in range(4)] == [True, True, True, False]
        assert book.head() == {"depth": 30, "height": 0, "proved": 0, "pending": 0, "root": None}


@pytest.mark.parametrize(
    ("genesis", "told"),
    [("[]", "it is no object"), ('{"0": 1}', "an address has"), ('{"%s": 1.5}' % ("0" * 64), "a balance is")],
)
def test_first_balances_that_are_none_are_refused_in_a_sentence(known: Ledger, genesis: str, told: str) -> None:
    (known.folder / "genesis.json").write_text(genesis)
    with pytest.raises(SystemExit, match=f"genesis.json has no first balances, by address: {told}"):
        Book(known.folder)


def test_a_body_that_comes_late_or_not_whole_is_refused(known: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def late() -> Any:
        await asyncio.sleep(60)

    monkeypatch.setattr(service, "PATIENCE", 0.01)
    one = service.Service(known.folder)
    with closing(one.book):
        assert [asyncio.run(one._post(receive))[0] for receive in (gone, late)] == [400, 408]
