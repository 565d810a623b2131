"""`l2zk bridge`: ledgers and the settlement log between them, on the command line.

The commands that look are in `looking`, those of whoever keeps a log in `keeping`. Errors are one sentence, with exit
code 1, or 2 where the command is called wrongly.
"""

from __future__ import annotations

import click

from l2zk_bridge.keeping import demo, exit_, init, serve
from l2zk_bridge.looking import audit, messages, page, status
from l2zk_bridge.options import Commands
from l2zk_bridge.paying import account, block, deposit, send, withdraw


@click.group(cls=Commands)
def bridge() -> None:
    """Run ledgers that pay one another over a settlement log.

    A folder has the log and the ledgers' files; `l2zk bridge demo` shows all of it in some seconds.
    """


for command in (demo, init, account, send, deposit, withdraw, block, status, messages, audit, page, serve, exit_):
    bridge.add_command(command)
