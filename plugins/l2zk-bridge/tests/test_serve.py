"""The log behind HTTP: the same answers as the file gives, hostile requests, and three processes with folders apart."""

from __future__ import annotations

import http.client
import io
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from bridge_people import People
from l2zk_bridge.audit import audit
from l2zk_bridge.auditing import audited
from l2zk_bridge.client import RemoteLog
from l2zk_bridge.errors import LogError, Reason, Refusal
from l2zk_bridge.failures import BridgeError, Unreachable
from l2zk_bridge.overlook import overview
from l2zk_bridge.producing import settle_blocks
from l2zk_bridge.sequencer import Sequencer

waitress = pytest.importorskip("waitress.server")

from l2zk_bridge.server import MOST_BODY, MOST_HEADERS, READS, Application, listening, token  # noqa: E402 - it needs waitress

TOKEN = "a token of the tests"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[People, RemoteLog]]:
    """People whose log is served by a thread, and the client of it that has the token."""
    people = People.make(tmp_path_factory.mktemp("served") / "bridge")
    server, url = listening(people.log, TOKEN, "127.0.0.1", 0)
    threading.Thread(target=server.run, daemon=True).start()
    yield people, RemoteLog(url, TOKEN)
    server.trigger.pull_trigger(server.close)  # in its own thread


def test_a_client_answers_as_the_file_does(served: tuple[People, RemoteLog]) -> None:
    people, remote = served
    people.send(50)
    people.settle(people.alpha)
    given: dict[str, tuple[Any, ...]] = {
        **dict.fromkeys(("ledger", "head", "blocks", "inbox"), (2,)),
        "has": people.log.digest(),
    }
    for name in READS:
        mine, theirs = getattr(people.log, name), getattr(remote, name)
        if callable(mine):
            mine, theirs = mine(*given.get(name, ())), theirs(*given.get(name, ()))
        assert theirs == mine and type(theirs) is type(mine), name
    assert remote.inbox(2, 0, 1) == people.log.inbox(2, 0, 1) and len(remote.inbox(2)) == 1
    assert remote.overview() == overview(people.log)
    assert not remote.has(1, "0" * 64)


def test_a_sequencer_and_an_audit_run_on_a_client(served: tuple[People, RemoteLog]) -> None:
    people, remote = served
    beta = Sequencer(people.beta.file.path, remote)
    before = people.log.digest()
    beta.transfer("bob", "bob", 1, 1)
    [settled] = settle_blocks([beta], people.machine)
    assert people.log.digest() != before and people.log.head(2).root == settled.executed.statement.root_after
    remote.deposit(2, beta.address("bob"), 5, reference="by post")
    assert remote.deposit(2, beta.address("bob"), 5, reference="by post") == people.log.inbox(2)[-1]
    assert audited(remote).found == audit(people.log)
    assert remote.register("gamma", 6) == 3 and people.log.ledger(3).name == "gamma"


def test_refusals_come_as_they_are_raised(served: tuple[People, RemoteLog]) -> None:
    people, remote = served
    with pytest.raises(Refusal, match="no ledger has the number 77") as caught:
        remote.head(77)
    assert caught.value.reason == Reason.NO_LEDGER
    executed = people.alpha.state
    for log in (people.log, remote):
        with pytest.raises(Refusal) as caught:
            log.expire(1, 10**6)
        assert caught.value.reason == Reason.NO_MESSAGE
    assert executed.root == people.alpha.state.root
    away = people.log.path.rename(people.log.path.with_suffix(".away"))
    try:
        with pytest.raises(LogError, match="is not there") as caught:
            remote.tick()
        assert str(people.log.path.parent) not in str(caught.value), "whoever calls is told no path"
    finally:
        away.rename(people.log.path)


def test_money_and_ledgers_need_the_token(served: tuple[People, RemoteLog]) -> None:
    people, remote = served
    before = people.log.digest()
    for other in (None, "", "another", TOKEN + "x", "\u00e9"):
        stranger = RemoteLog(remote.url, other)
        with pytest.raises(Unreachable, match="401: this call needs the token"):
            stranger.deposit(1, people.alpha.address("alice"), 5)
        with pytest.raises(Unreachable, match="401"):
            stranger.register("delta", 6)
    assert people.log.digest() == before
    assert RemoteLog(remote.url).tick() == people.log.tick()


def test_a_token_is_whole_private_and_long_enough(tmp_path: Path) -> None:
    """A file without a token, as a process that was killed may leave it, lets nobody in, and not everybody."""
    path = tmp_path / "settlement.token"
    drawn = token(path)
    assert len(drawn) > 40 and token(path) == drawn and os.listdir(tmp_path) == [path.name]
    assert path.stat().st_mode & 0o077 == 0
    for text in ("", "\n", "short", "\xe9" * 40):
        path.write_text(text, encoding="latin-1")
        with pytest.raises(BridgeError, match="has no token"):
            token(path)
        with pytest.raises(BridgeError, match="a token has at least"):
            Application(None, text.strip()[:5])
    path.write_text(drawn, encoding="ascii")
    path.chmod(0o644)
    with pytest.raises(BridgeError, match="open to others"):
        token(path)


def answer(remote: RemoteLog, method: str, path: str, body: bytes | None = b"{}", **headers: str) -> tuple[int, bytes]:
    """Status and body of a request, which is sent at once, so that no answer comes before its end."""
    host, port = remote.url.removeprefix("http://").split(":")
    given = {"Host": host, "Content-Type": "application/json", "Connection": "close"}
    given |= {} if body is None else {"Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode() + (body or b""))
        found = http.client.HTTPResponse(connection, method=method)
        found.begin()
        return found.status, found.read()


HOSTILE = {
    "no such path": (404, "POST", "/v2/tick", b"{}", {}),
    "a call that is none of the log's": (404, "POST", "/v1/__init__", b"{}", {}),
    "another attribute of it": (404, "POST", "/v1/path", b"{}", {}),
    "a path that climbs": (404, "GET", "/../settlement.token", None, {}),
    "a call by GET": (405, "GET", "/v1/tick", None, {}),
    "a page by POST": (405, "POST", "/", b"{}", {}),
    "a method of one's own": (405, "BREW", "/v1/tick", b"{}", {}),
    "a form, as pages of others send": (415, "POST", "/v1/tick", b"{}", {"Content_Type": "text/plain"}),
    "no JSON": (400, "POST", "/v1/tick", b"{", {}),
    "a list": (400, "POST", "/v1/tick", b"[]", {}),
    "no text": (400, "POST", "/v1/tick", b"\xff\xfe\x00", {}),
    "deep JSON": (400, "POST", "/v1/tick", b"[" * 100_000, {}),
    "a million lists": (400, "POST", "/v1/head", b'{"number":[' + b"[]," * 10**6 + b"[]]}", {}),
    "a number of a million digits": (400, "POST", "/v1/head", b'{"number":' + b"9" * 10**6 + b"}", {}),
    "no integer": (400, "POST", "/v1/head", b'{"number":1e400}', {}),
    "another argument": (400, "POST", "/v1/head", b'{"number":1,"x":1}', {}),
    "a missing argument": (400, "POST", "/v1/head", b"{}", {}),
    "an unknown kind": (400, "POST", "/v1/head", b'{"number":{"is":"os.system"}}', {}),
    "a kind that is no text": (400, "POST", "/v1/head", b'{"number":{"is":[]}}', {}),
    "half a message": (400, "POST", "/v1/head", b'{"number":{"is":"Message","elements":[1]}}', {}),
    "bytes that are no base64": (400, "POST", "/v1/accept", b'{"proof":{"is":"bytes","base64":"!"},"blocks":[]}', {}),
    "a body that is too large": (413, "POST", "/v1/tick", b"{}", {"Content_Length": str(MOST_BODY + 1)}),
    "a length that is none": (400, "POST", "/v1/tick", b"{}", {"Content_Length": "-5"}),
    "headers that are too large": (431, "POST", "/v1/tick", b"{}", {"X_Y": "z" * MOST_HEADERS}),
    "a ledger that is none": (409, "POST", "/v1/head", b'{"number":"alpha"}', {}),
    "a proof that is none": (409, "POST", "/v1/accept", b'{"proof":{"is":"bytes","base64":""},"blocks":[]}', {}),
    "blocks that are none": (409, "POST", "/v1/accept", b'{"proof":5,"blocks":{"a":[null]}}', {}),
    "a text for the amount": (409, "POST", "/v1/inbox", b'{"number":1,"after":"x","most":-5}', {}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_requests_are_answered_4xx(served: tuple[People, RemoteLog], case: str) -> None:
    status, method, path, body, headers = HOSTILE[case]
    before = served[0].log.digest()
    found, said = answer(served[1], method, path, body, **headers)
    assert found == status, said
    assert len(said) < 1000 and b"Traceback" not in said
    assert served[0].log.digest() == before and answer(served[1], "POST", "/v1/tick")[0] == 200


def test_who_sends_slowly_or_goes_away_stops_nobody(served: tuple[People, RemoteLog]) -> None:
    _, remote = served
    host, port = remote.url.removeprefix("http://").split(":")
    waiting = [socket.create_connection((host, int(port))) for _ in range(20)]
    for one in waiting:
        one.sendall(
            b"POST /v1/accept HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        )
    assert remote.tick() >= 0
    for one in waiting:
        one.close()
    assert remote.tick() >= 0


def test_noise_in_place_of_proofs_keeps_few_threads_busy() -> None:
    """Of six that verify four may at once; what is read is answered meanwhile, and two are told to try again."""
    ended, begun = threading.Event(), threading.Semaphore(0)

    class Slow:
        def accept(self, proof: bytes, blocks: Any) -> None:
            begun.release()
            ended.wait(10)

        def tick(self) -> int:
            return 7

    application, answers = Application(Slow(), TOKEN), []

    def call(name: str, body: bytes = b'{"proof":1,"blocks":2}') -> None:
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": f"/v1/{name}", "CONTENT_TYPE": "application/json"}
        environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        application(environ, lambda status, headers: answers.append(status[:3]))

    threads = [threading.Thread(target=call, args=("accept",)) for _ in range(6)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("l2zk_bridge.server.PATIENCE", 0.05)
        for one in threads:
            one.start()
        for _ in range(4):
            assert begun.acquire(timeout=10)
        call("tick", b"{}")
        while len(answers) < 3:
            time.sleep(0.01)
    ended.set()
    for one in threads:
        one.join()
    assert answers[:3].count("503") == 2 and sorted(answers) == ["200"] * 5 + ["503"] * 2


def test_the_application_bounds_bodies_by_itself() -> None:
    """As other servers than waitress may not."""
    answers: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/v1/tick", "CONTENT_TYPE": "application/json"}
    for length in (str(MOST_BODY + 1), "-1", "", "1e3", "9" * 30):
        Application(None, TOKEN)({**environ, "CONTENT_LENGTH": length}, lambda status, _: answers.append(status[:3]))
    assert answers == ["413", "411", "411", "411", "411"]


def test_the_page_and_the_overview_are_read_by_get(served: tuple[People, RemoteLog]) -> None:
    status, page = answer(served[1], "GET", "/", None)
    assert status == 200 and page.startswith(b"<!doctype html>") and b"Who sent whom" in page
    status, text = answer(served[1], "GET", "/v1/overview", None)
    assert status == 200 and json.loads(text)["agree"] is True
    assert answer(served[1], "HEAD", "/", None) == (200, b"")


@pytest.mark.parametrize(
    "answered", [b"null", b"5", b'"x"', b"[null]", b"[[1]]", b'{"a":1}', b'{"is":"Head"}'], ids=str
)
def test_a_log_that_answers_with_other_kinds(answered: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteLog, "_request", lambda self, path, body: answered)
    remote = RemoteLog("http://somewhere")
    calls = dict.fromkeys(("digest", "ledgers", "claims", "sums", "settlement", "expire_overdue", "overview"), ())
    for name, given in {**calls, **dict.fromkeys(("head", "ledger", "inbox", "blocks", "close"), (1,))}.items():
        right = {"close": b"null", "settlement": b'{"a":1}'}.get(name) == answered
        with nullcontext() if right else pytest.raises(Unreachable, match="answers with something"):
            getattr(remote, name)(*given)
    with pytest.raises(Unreachable, match="answers with something"):
        remote.identity  # noqa: B018


def test_a_client_that_meets_something_else() -> None:
    with pytest.raises(Unreachable, match="begins with http"):
        RemoteLog("ftp://x")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with pytest.raises(Unreachable, match="does not answer"):
        RemoteLog(f"http://127.0.0.1:{port}").tick()
