"""`serve`: a settlement log behind HTTP, as a WSGI application that any server can run, and by waitress.

    GET  /              the page of the log
    GET  /v1/overview   what it shows, as JSON
    GET  /v1/file       the file of the log, of one moment, for `audit`
    POST /v1/NAME       a call of the log: an object of arguments in JSON, which `wire` describes; the answer likewise

Whoever can reach it can bring blocks and let messages expire, since the log's rules decide on both. Bringing in money
and registering ledgers needs the token. What is refused is answered 409 with the rule; what is no request, 4xx.

waitress, since it is pure Python without dependencies, keeps its threads, bodies, headers and times within bounds, and
is kept by the Pylons project, where many look at how it parses; a log needs no more: each call is a short transaction,
and what takes time, verifying a proof, is done without the GIL.
"""

from __future__ import annotations

import hmac
import inspect
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import l2zk
from l2zk_bridge import wire
from l2zk_bridge.errors import LogError, Refusal
from l2zk_bridge.failures import BridgeError
from l2zk_bridge.overlook import copy, overview
from l2zk_bridge.page import POLICY, page
from l2zk_bridge.wallet import require_private

MOST_BODY = 4 * 2**20
"""Bytes of a request at most: thirteen times a block's proof and its messages."""

MOST_LISTS = 2**17
"""Lists and objects of a request at most, brackets within texts among them."""

MOST_HEADERS = 2**14

READS = (
    *("identity", "settlement", "tick", "ledgers", "ledger", "head", "blocks", "inbox", "overdue", "claims", "sums"),
    *("messages", "events", "digest", "has"),
)
"""Calls that change nothing."""

OPEN = ("accept", "expire", "expire_overdue", "close", "exit")
"""Calls that change the log as its rules have it, whoever calls."""

KEPT = ("register", "deposit")
"""Calls that need the token."""

LEAST_TOKEN = 16
"""Characters of a token at least: with an empty one everybody would have it."""

Answer = tuple[int, str, bytes]
"""Status, content type, body."""

VERIFIED, AT_ONCE, PATIENCE = ("accept", "exit"), 4, 10.0
"""Calls that verify a proof, which may take a second: of the eight threads so many do that at once, and others wait so
many seconds; whoever brings noise can keep them busy, and not what is read."""

STATUS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    503: "Service Unavailable",
}


@dataclass(frozen=True)
class Wrong(Exception):
    """A request that is answered by a status and a sentence."""

    status: int
    sentence: str


class Application:
    """The WSGI application of one log. token: of those who may register ledgers and bring in money."""

    def __init__(self, log: Any, token: str) -> None:
        if len(token) < LEAST_TOKEN:
            raise BridgeError(f"a token has at least {LEAST_TOKEN} characters")
        self.log, self._token = log, token.encode()
        self._verifying = threading.BoundedSemaphore(AT_ONCE)
        self._copying = threading.BoundedSemaphore(1)  # the whole log in memory, once at most

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        status, kind, body = self._answer(environ)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("X-Content-Type-Options", "nosniff")]
        headers += [("Cache-Control", "no-store"), ("Content-Security-Policy", f"{POLICY}; frame-ancestors 'none'")]
        if status == 405:
            headers.append(("Allow", "GET" if environ.get("PATH_INFO") in SHOWN else "POST"))
        start(f"{status} {STATUS[status]}", headers)
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        try:
            return self._routed(environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", ""), environ)
        except Wrong as wrong:
            return _told(wrong.status, {"error": wrong.sentence})
        except Refusal as refusal:
            return _told(409, {"error": str(refusal), "reason": str(refusal.reason), "what": refusal.what})
        except LogError as error:  # whoever calls is not told where the file is
            return _told(503, {"error": str(error).replace(str(self.log.path), "the log")})
        except l2zk.L2zkError as error:
            return _told(400, {"error": str(error)})

    def _routed(self, method: str, path: str, environ: dict[str, Any]) -> Answer:
        if path in SHOWN:
            if method not in ("GET", "HEAD"):
                raise Wrong(405, f"{path} is read by GET")
            with self._copying if path == FILE else nullcontext():
                return SHOWN[path](self.log)
        name = path.removeprefix("/v1/")
        if not path.startswith("/v1/") or name not in (*READS, *OPEN, *KEPT):
            raise Wrong(404, "there is nothing of this name")
        if method != "POST":
            raise Wrong(405, f"{path} is called by POST")
        if name in KEPT:
            self._require_token(environ)
        return 200, "application/json", wire.dumped(self._called(name, _arguments(environ)))

    def _require_token(self, environ: dict[str, Any]) -> None:
        kind, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind != "Bearer" or not hmac.compare_digest(given.encode("utf-8", "replace"), self._token):
            raise Wrong(401, "this call needs the token of whoever keeps the log")

    def _called(self, name: str, arguments: dict[str, Any]) -> Any:
        if name == "identity":
            return self.log.identity
        method = getattr(self.log, name)
        try:
            inspect.signature(method).bind(**arguments)
        except TypeError as error:
            raise Wrong(400, f"{name} is called otherwise: {error}") from None
        return self._in_turn(method, arguments) if name in VERIFIED else method(**arguments)

    def _in_turn(self, method: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """Call what verifies a proof, when few others do."""
        if not self._verifying.acquire(timeout=PATIENCE):
            raise Wrong(503, "too many proofs are verified just now; try again")
        try:
            return method(**arguments)
        finally:
            self._verifying.release()


def _arguments(environ: dict[str, Any]) -> dict[str, Any]:
    """The arguments in the body of a request, which is read only if its length is said and small enough."""
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != "application/json":
        raise Wrong(415, "a call is an object in JSON, with Content-Type: application/json")
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdecimal() and len(length) < 20):
        raise Wrong(411, "a call says its length")
    if int(length) > MOST_BODY:
        raise Wrong(413, f"a call has at most {MOST_BODY} bytes")
    try:
        found = wire.loaded(environ["wsgi.input"].read(int(length)), MOST_LISTS)
    except BridgeError as error:
        raise Wrong(400, str(error)) from None
    if not isinstance(found, dict):
        raise Wrong(400, "a call is an object of arguments by name")
    return found


def _page(log: Any) -> Answer:
    return 200, "text/html; charset=utf-8", page(overview(log)).encode()


def _overview(log: Any) -> Answer:
    return _told(200, overview(log).as_dict())


def _file(log: Any) -> Answer:
    return 200, "application/vnd.sqlite3", copy(log)


FILE = "/v1/file"

SHOWN: dict[str, Callable[[Any], Answer]] = {"/": _page, "/v1/overview": _overview, FILE: _file}
"""What is read by GET."""


def _told(status: int, facts: dict[str, Any]) -> Answer:
    return status, "application/json", wire.dumped(facts)


def token(path: Path) -> str:
    """The token of a log, in a file for its owner alone beside it; made, whole or not at all, if there is none."""
    if not path.exists():
        made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with open(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(f"{secrets.token_urlsafe(32)}\n")
        with suppress(FileExistsError):  # another process was quicker
            os.link(made, path)
        made.unlink()
    require_private(path)
    found = path.read_text(encoding="ascii", errors="replace").strip()
    if len(found) < LEAST_TOKEN or not found.isascii():
        raise BridgeError(f"{path} has no token of at least {LEAST_TOKEN} characters; remove it, and one is drawn")
    return found


def listening(log: Any, secret: str, host: str, port: int) -> tuple[Any, str]:
    """A server of waitress's for a log, which listens and waits for its `run()`; and its address."""
    try:
        from waitress.server import create_server
    except ImportError:
        raise BridgeError("serving needs waitress: pip install 'l2zk-bridge[serve]'") from None
    try:
        server = create_server(
            Application(log, secret),
            host=host,
            port=port,
            threads=8,
            ident="l2zk-bridge",
            max_request_body_size=MOST_BODY,
            max_request_header_size=MOST_HEADERS,
            channel_timeout=30,
            connection_limit=200,
        )
    except OSError as error:
        raise BridgeError(f"{host}:{port} cannot be listened on: {error.strerror}") from None
    return server, f"http://{host}:{server.effective_port}"


def serve(log: Any, secret: str, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve a log until Ctrl-C; ready is called with its address once it listens."""
    server, url = listening(log, secret, host, port)
    ready(url)
    server.run()
