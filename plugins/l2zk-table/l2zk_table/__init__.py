"""Statements on a committed CSV file: `l2zk prove table --file data.csv --sum salary --where "age>40"`.

reading     a file as columns of integers: decimals by a fixed scale, short texts, texts
conditions  what --where says
sheet       the digests of the columns, and the commitment to the file
program     TableProgram
figures     what a proof states, as decimal numbers in words
commands    `l2zk table commit`, `l2zk table show`
"""

from __future__ import annotations

from typing import Any

import l2zk
from l2zk_table.figures import figures
from l2zk_table.program import TableProgram
from l2zk_table.sheet import Sheet, read

__all__ = ["Sheet", "TableProgram", "figures", "read"]


@l2zk.hookimpl
def l2zk_register_programs(register: Any) -> None:
    register(TableProgram)


@l2zk.hookimpl
def l2zk_register_commands(group: Any) -> None:
    from l2zk_table.commands import table

    group.add_command(table)
