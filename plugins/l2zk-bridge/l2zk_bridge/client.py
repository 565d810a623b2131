"""RemoteLog: a settlement log behind HTTP, called as a `Log` is."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from l2zk_ledger.keys import Digest

import l2zk
from l2zk_bridge import given, wire
from l2zk_bridge.accepting import Accepted
from l2zk_bridge.errors import LogError, Reason, Refusal
from l2zk_bridge.failures import Unreachable
from l2zk_bridge.given import Block
from l2zk_bridge.overview import Overview
from l2zk_bridge.views import Claim, Facts, Head, Posted, Sums

MOST_ANSWER = 2**28
"""Bytes of an answer at most."""


ANSWERS: dict[str, Any] = {
    "register": int,
    "deposit": Posted,
    "accept": Accepted,
    "expire": Posted,
    "expire_overdue": [Posted],
    "close": type(None),
    "exit": Claim,
    "identity": [int],
    "settlement": dict,
    "tick": int,
    "ledgers": [Facts],
    "ledger": Facts,
    "head": Head,
    "blocks": [dict],
    "inbox": [Posted],
    "overdue": [Posted],
    "claims": [Claim],
    "sums": Sums,
    "messages": [Posted],
    "events": [dict],
    "digest": list,
    "has": bool,
}
"""What each call is answered with: a type, or a list of one."""

COLUMNS = {"height", "root", "inbox", "outbox", "received", "sent", "operations", "fees", "balance", "tick", "proof"}
"""What a row of `blocks` has at least."""


class RemoteLog:
    """The log that `l2zk bridge serve` serves at an address. Raises what a `Log` raises, and Unreachable.

    url: as http://127.0.0.1:8750. token: of whoever keeps the log, for `register` and `deposit`. timeout: seconds of a
    call. A call that was cut off may have been carried out: `accept` can be made again, `deposit` with a reference too.
    """

    def __init__(self, url: str, token: str | None = None, timeout: float = 60) -> None:
        if not url.startswith(("http://", "https://")):
            raise Unreachable(f"the address of a log begins with http:// or https://, not {url[:40]!r}")
        self.url, self._token, self._timeout = url.rstrip("/"), token, timeout

    # ---- rules -------------------------------------------------------------------------------------------------------

    def register(
        self,
        name: str,
        depth: int,
        authority: str = "preimage",
        *,
        bits: int = 128,
        root: Sequence[int] | None = None,
    ) -> int:
        """As `Log.register`; needs the token."""
        number: int = self._call("register", name=name, depth=depth, authority=authority, bits=bits, root=root)
        return number

    def deposit(self, ledger: int, address: Sequence[int], amount: int, *, reference: str | None = None) -> Posted:
        """As `Log.deposit`; needs the token."""
        made: Posted = self._call("deposit", ledger=ledger, address=address, amount=amount, reference=reference)
        return made

    def accept(self, proof: bytes | l2zk.Proof, blocks: Block | Sequence[Block]) -> Accepted:
        """As `Log.accept`."""
        several = [[one.statement, list(one.messages)] for one in given.blocks(blocks)]
        made: Accepted = self._call("accept", proof=given.proof(proof), blocks=several)
        return made

    def expire(self, source: int, sequence: int) -> Posted:
        """As `Log.expire`."""
        ended: Posted = self._call("expire", source=source, sequence=sequence)
        return ended

    def expire_overdue(self) -> list[Posted]:
        """As `Log.expire_overdue`."""
        ended: list[Posted] = self._call("expire_overdue")
        return ended

    def close(self, ledger: int) -> None:
        """As `Log.close`."""
        self._call("close", ledger=ledger)

    def exit(
        self, ledger: int, proof: bytes | l2zk.Proof, address: Sequence[int], balance: int, recipient: str
    ) -> Claim:
        """As `Log.exit`."""
        facts = {"address": address, "balance": balance, "recipient": recipient}
        claim: Claim = self._call("exit", ledger=ledger, proof=given.proof(proof), **facts)
        return claim

    # ---- what the log says -------------------------------------------------------------------------------------------

    @cached_property
    def identity(self) -> Digest:
        """As `Log.identity`; asked for once."""
        try:
            return given.digest(self._call("identity"), "an identity")
        except Refusal as error:
            raise Unreachable(f"{self.url} answers with something that is no identity") from error

    def settlement(self) -> dict[str, Any]:
        """As `Log.settlement`."""
        facts: dict[str, Any] = self._call("settlement")
        return facts

    def tick(self) -> int:
        """As `Log.tick`."""
        now: int = self._call("tick")
        return now

    def ledgers(self) -> list[Facts]:
        """As `Log.ledgers`."""
        found: list[Facts] = self._call("ledgers")
        return found

    def ledger(self, number: int) -> Facts:
        """As `Log.ledger`."""
        facts: Facts = self._call("ledger", number=number)
        return facts

    def head(self, number: int) -> Head:
        """As `Log.head`."""
        head: Head = self._call("head", number=number)
        return head

    def blocks(self, number: int) -> list[dict[str, Any]]:
        """As `Log.blocks`."""
        rows: list[dict[str, Any]] = self._call("blocks", number=number)
        if not all(COLUMNS <= row.keys() for row in rows):
            raise Unreachable(f"{self.url} answers with something that are no blocks")
        return rows

    def inbox(self, number: int, after: int | None = None, most: int = 1024) -> list[Posted]:
        """As `Log.inbox`."""
        found: list[Posted] = self._call("inbox", number=number, after=after, most=most)
        return found

    def messages(self, after: int = 0, most: int = 2**32 - 1) -> list[Posted]:
        """As `Log.messages`."""
        found: list[Posted] = self._call("messages", after=after, most=most)
        return found

    def events(self, after: int = -1) -> list[dict[str, Any]]:
        """As `Log.events`."""
        rows: list[dict[str, Any]] = self._call("events", after=after)
        return rows

    def overdue(self) -> list[Posted]:
        """As `Log.overdue`."""
        found: list[Posted] = self._call("overdue")
        return found

    def claims(self) -> list[Claim]:
        """As `Log.claims`."""
        found: list[Claim] = self._call("claims")
        return found

    def sums(self) -> Sums:
        """As `Log.sums`."""
        found: Sums = self._call("sums")
        return found

    def digest(self) -> tuple[int, str]:
        """As `Log.digest`."""
        found = self._call("digest")
        if [type(one) for one in found] != [int, str]:
            raise Unreachable(f"{self.url} answers with something that is no digest of a log")
        return found[0], found[1]

    def has(self, event: int, digest: str) -> bool:
        """As `Log.has`."""
        found: bool = self._call("has", event=event, digest=digest)
        return found

    def overview(self) -> Overview:
        """What people are shown of the log."""
        data = self._request("/v1/overview", None)
        try:
            return Overview.from_dict(json.loads(data))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Unreachable(f"{self.url} answers with something that is no overview of a log") from error

    def copy(self) -> bytes:
        """The whole file of the log, of one moment: what `audit` looks at."""
        return self._request("/v1/file", None)

    # ---- HTTP --------------------------------------------------------------------------------------------------------

    def _call(self, name: str, /, **arguments: Any) -> Any:
        try:
            found = wire.loaded(self._request(f"/v1/{name}", wire.dumped(arguments)))
            if not _is(found, ANSWERS[name]):
                raise wire.Malformed(f"{name} has another kind of answer")
            return found
        except wire.Malformed as error:
            raise Unreachable(f"{self.url} answers with something that is no answer of a log: {error}") from error

    def _request(self, path: str, body: bytes | None) -> bytes:
        """The body of an answer: of a call, if there is a body to send."""
        request = urllib.request.Request(self.url + path, data=body)
        request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                return _bounded(answer)
        except urllib.error.HTTPError as error:
            raise _refusal(self.url, error.code, error.read(2**16)) from None
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "reason", None) or error
            raise Unreachable(f"the log at {self.url} does not answer: {why}") from error


def _is(found: object, kind: Any) -> bool:
    """Whether an answer is of its type, or a list of such."""
    if isinstance(kind, list):
        return type(found) is list and all(type(one) is kind[0] for one in found)
    return type(found) is kind


def _bounded(answer: Any) -> bytes:
    data: bytes = answer.read(MOST_ANSWER + 1)
    if len(data) > MOST_ANSWER:
        raise Unreachable(f"the answer has more than {MOST_ANSWER} bytes")
    return data


def _refusal(url: str, status: int, body: bytes) -> l2zk.L2zkError:
    """The error that an answer of an error stands for."""
    try:
        facts = json.loads(body)
        if status == 409:
            return Refusal(Reason(facts["reason"]), str(facts["what"]))
        text = str(facts["error"])[:500]
    except (ValueError, KeyError, TypeError):
        text = "it gives no reason"
    if status == 503:
        return LogError(f"the log at {url} cannot be used: {text}")
    return Unreachable(f"the log at {url} answers {status}: {text}")
