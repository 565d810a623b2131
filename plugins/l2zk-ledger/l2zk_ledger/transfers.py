"""Transfers in a file of CSV: sender, recipient, amount, and if it likes fee and nonce, a transfer a line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

import l2zk
from l2zk.base.wording import nearest, short
from l2zk.errors import ArgumentError
from l2zk_ledger.execution import Refused
from l2zk_ledger.keyring import Keyring
from l2zk_ledger.messages import MOST_AMOUNT, MOST_NUMBER
from l2zk_ledger.operations import MOST_FEE, Transfer

NEEDED, OPTIONAL = ("sender", "recipient", "amount"), ("fee", "nonce")
"""The columns of a file."""

MOST_BYTES = 2**28
"""Of a file."""


@dataclass(frozen=True)
class Transfers:
    """The transfers of a file; lines: of each the number of its line, from 1; where: the file's name."""

    where: str
    lines: tuple[int, ...]
    operations: tuple[Transfer, ...]

    def named(self, refused: Refused) -> l2zk.WitnessError:
        """The error of a refused transfer, with its line."""
        return l2zk.WitnessError(f"{self.where}, line {self.lines[refused.index]}: {refused.reason}")


def read_transfers(data: bytes, keyring: Keyring, where: str) -> Transfers:
    """The transfers in the bytes of a file, names and addresses looked up; `where` names it in errors.

    Raises WitnessError, which names the line and what is wrong with it. Empty lines are none.
    """
    rows = _rows(data, where)
    columns = _columns(rows, where)
    lines, operations = [], []
    for number, row in rows:
        lines.append(number)
        operations.append(_transfer(dict(zip(columns, row)), keyring, _refusal(where, number, columns, row)))
    return Transfers(where, tuple(lines), tuple(operations))


def _rows(data: bytes, where: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a file that are not empty, with their numbers, cells without spaces around."""
    if len(data) > MOST_BYTES:
        raise l2zk.WitnessError(f"{where} has more than {MOST_BYTES:,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise l2zk.WitnessError(f"{where}, line {line}: it is no text in UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            row = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise l2zk.WitnessError(f"{where}, line {reader.line_num}: it is no line of CSV: {error}") from None
        if any(row):
            yield reader.line_num, row


def _columns(rows: Iterator[tuple[int, list[str]]], where: str) -> list[str]:
    """The names of the columns, which the first line has."""
    number, names = next(rows, (1, []))
    place = f"{where}, line {number}"
    for name in NEEDED:
        if name not in names:
            raise l2zk.WitnessError(f"{place}: it names the columns {', '.join(NEEDED)}, and {name} is missing")
    for name in names:
        if name not in (*NEEDED, *OPTIONAL):
            raise l2zk.WitnessError(f"{place}: there is no column {short(name)}{nearest(name, (*NEEDED, *OPTIONAL))}")
        if names.count(name) > 1:
            raise l2zk.WitnessError(f"{place}: the column {name} stands twice in it")
    return names


def _refusal(where: str, number: int, columns: list[str], row: list[str]) -> Callable[[object], NoReturn]:
    """What raises an error on a line, which has to have a cell for each column."""

    def refuse(why: object) -> NoReturn:
        raise l2zk.WitnessError(f"{where}, line {number}: {why}") from None

    if len(row) != len(columns):
        refuse(f"it has {len(row)} cells, and the first line names {len(columns)} columns")
    return refuse


def _transfer(cells: dict[str, str], keyring: Keyring, refuse: Callable[[object], NoReturn]) -> Transfer:
    numbers = {}
    for name, most, missing in (("amount", MOST_AMOUNT, None), ("fee", MOST_FEE, 0), ("nonce", MOST_NUMBER, None)):
        text = cells.get(name, "")
        if not text and name != "amount":
            numbers[name] = missing
            continue
        if not re.fullmatch("[0-9]{1,20}", text) or int(text) > most:
            refuse(f"the {name} is {short(text)}, and has to be a whole number from 0 to {most}")
        numbers[name] = int(text)
    for name in ("sender", "recipient"):
        if not cells[name]:
            refuse(f"the {name} is missing")
    try:
        secret, recipient = keyring.secret(cells["sender"]), keyring.address(cells["recipient"])
    except ArgumentError as error:
        refuse(error)
    return Transfer(secret, recipient, **numbers)  # type: ignore[arg-type]
