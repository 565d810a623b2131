"""What a proof of the program states, in words and decimal numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import l2zk
from l2zk_table.program import TableProgram
from l2zk_table.squares import sum_of_squares

PLACES = 6
"""Decimals of a mean or a variance that has no end; it is then said to be about that."""


def figures(proof: l2zk.Proof) -> dict[str, str]:
    """The figures that a proof of `table` states, by name; that it is true is for TraceZkVm.verify to say."""
    statement = proof.statement
    program = TableProgram(**dict(statement.parameters))
    outputs: Mapping[str, Any] = proof.public_outputs
    count = int(outputs.get("count", program.rows))
    told = {"commitment": str(outputs["commitment"]), "rows": f"{program.rows:,}"}
    if program.where:
        told["rows where " + program.where] = f"{count:,}"
    if program.target is not None:
        told |= _of_column(program, outputs, count)
    return told


def _of_column(program: TableProgram, outputs: Mapping[str, Any], count: int) -> dict[str, str]:
    told, name = {}, program.target
    unit = 10 ** program.decimals[0]
    for key in ("sum", "max", "min"):
        if key in outputs and (key != "sum" or program.sum):
            told[f"{key} of {name}"] = decimal(Fraction(l2zk.signed(int(outputs[key])), unit))
    if (program.mean or program.variance) and count:
        total = l2zk.signed(int(outputs["sum"]))
        told[f"mean of {name}"] = decimal(Fraction(total, count * unit))
        if program.variance:
            spread = count * sum_of_squares(outputs, total, count, program.width) - total**2
            told[f"variance of {name}"] = decimal(Fraction(spread, (count * unit) ** 2))
            if count > 1:
                told[f"variance of {name} as of a sample"] = decimal(Fraction(spread, count * (count - 1) * unit**2))
    return told


def decimal(number: Fraction) -> str:
    """A number in decimals: exactly where it has at most 6, else about."""
    scaled = number * 10**PLACES
    rounded = Decimal(round(scaled)).scaleb(-PLACES)
    text = f"{rounded:,.{PLACES}f}".rstrip("0").rstrip(".")
    return text if scaled.denominator == 1 else f"about {text}"
