"""A folder of the bridge: the log or its address, the ledgers' files, their wallets, and the store of proofs.

settlement.db     the log                            or log.url and log.token, where it is behind HTTP
alpha.db          the ledger alpha                   alpha.keys, the secrets of its users
proofs.db         proofs that were made, so that none is made twice
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import l2zk
from l2zk_bridge.client import RemoteLog
from l2zk_bridge.failures import BridgeError
from l2zk_bridge.ledger_file import LedgerFile
from l2zk_bridge.log import Log
from l2zk_bridge.sequencer import Sequencer
from l2zk_bridge.status import Local
from l2zk_bridge.wallet import require_name

LOG, URL, TOKEN, STORE = "settlement.db", "log.url", "log.token", "proofs.db"

RESERVED = ("settlement", "proofs", "log")
"""Names that no ledger has, since files of the folder have them."""


class Folder:
    """The files of one folder; nothing is opened before it is needed."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        names: Iterable[str],
        *,
        depth: int = 30,
        tick_seconds: float = 1.0,
        silence: int = 86_400,
        url: str | None = None,
        token: str | None = None,
    ) -> Folder:
        """Make the folder, a log in it or the address of one behind HTTP, and register these ledgers."""
        found = list(names)
        for name in found:
            require_name("a ledger", name)
            if name in RESERVED:
                raise BridgeError(f"no ledger is called {name}, as a file of the folder is; take another name")
        folder = cls(path)
        if (folder.path / LOG).exists() or (folder.path / URL).exists():
            raise BridgeError(f"{folder.path} is a folder of the bridge already; choose another one")
        folder.path.mkdir(parents=True, exist_ok=True)
        if url is None:
            Log.create(folder.path / LOG, tick_seconds=tick_seconds, silence=silence)
        else:
            RemoteLog(url).identity  # noqa: B018 - it has to answer
            (folder.path / URL).write_text(f"{url}\n", encoding="utf-8")
            folder._keep(token)
        log = folder.log()
        for name in found:
            Sequencer.create(folder.path / f"{name}.db", log, name, depth)
        return folder

    def log(self) -> Any:
        """The log of the folder, a file or behind HTTP."""
        if (self.path / LOG).exists():
            return Log.open(self.path / LOG)
        try:
            return RemoteLog((self.path / URL).read_text(encoding="utf-8").strip(), self._token())
        except FileNotFoundError:
            raise BridgeError(
                f"{self.path} is no folder of the bridge: it has neither {LOG} nor {URL}; `l2zk bridge init` makes one"
            ) from None

    def _keep(self, token: str | None) -> None:
        """Write the token of a log elsewhere, for the owner of the folder alone."""
        if token is not None:
            with open(os.open(self.path / TOKEN, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(f"{token}\n")

    def _token(self) -> str | None:
        return (self.path / TOKEN).read_text(encoding="ascii").strip() if (self.path / TOKEN).exists() else None

    def names(self) -> list[str]:
        """The names of the ledgers whose files are here."""
        return sorted(one.stem for one in self.path.glob("*.db") if one.stem not in RESERVED)

    def sequencer(self, name: str, log: Any = None) -> Sequencer:
        """The sequencer of a ledger whose file is here."""
        if name not in self.names():
            known = ", ".join(self.names()) or "none"
            raise BridgeError(f"{self.path} has no ledger {name!r}; its ledgers: {known}")
        return Sequencer(self.path / f"{name}.db", log or self.log())

    def machine(self) -> l2zk.CachedZkVm:
        """What proves blocks; a proof that was made once is in the folder's store."""
        return l2zk.CachedZkVm(store=self.path / STORE)

    def local(self, log: Any) -> dict[str, Local]:
        """What the files of the ledgers have, by name."""
        found = {}
        for name in self.names():
            file = LedgerFile(self.path / f"{name}.db")
            draft = file.draft()
            height = None if draft is None else draft.height
            found[name] = Local(file.account_count(), file.pending_count(), height, not log.has(*file.seen()))
            file.close()
        return found
