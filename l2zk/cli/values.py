"""Values that a command is given: NAME=VALUE as options, arrays in files, and whole witnesses in JSON.

An error here names what is wrong and where, and never a value, which may be private.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any, BinaryIO, NoReturn

import click
import numpy as np

from l2zk.base.names import plain
from l2zk.base.resources import physical_memory
from l2zk.base.wording import short
from l2zk.cli.fields import text_in, whole
from l2zk.cli.streams import standard_input

MOST_BYTES = 2**30  # of a witness, and of an array in a file
NUMPY = b"\x93NUMPY"  # the first bytes of an array as NumPy saves it


class Assignment(click.ParamType):
    """The type of NAME=VALUE: an integer in decimal or with 0x, integers with commas between, or @FILE.

    The value may be private, so that no error shows it.
    """

    name = "NAME=VALUE"
    example, form = "a0=2", "an integer, nor an array as 1,2,3 or @FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        """The name, in the form in which names are kept, and the value."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not (name and equals):
            self.fail(f"what is given is not NAME=VALUE, as in {self.example}", param, ctx)
        try:
            return plain(text_in(name)), self.read(text)
        except ValueError:
            self.fail(f"the value of {short(name)} is not {self.form}", param, ctx)

    def read(self, text: str) -> Any:
        """The value of a text; ValueError if it is none."""
        if text.startswith("@"):
            return array_in(text[1:])
        if "," in text:
            return [whole(part) for part in text.removesuffix(",").split(",")]
        return whole(text)


class Demand(Assignment):
    """The type of NAME=VALUE, or NAME=any for any value that a proof states."""

    form = "an integer or any, nor an array as 1,2,3 or @FILE"

    def read(self, text: str) -> Any:
        """The value; None for any."""
        return None if text == "any" else super().read(text)


class ParameterDemand(Assignment):
    """The type of NAME=VALUE with the value as text, which the program's field will parse."""

    example, form = "rounds=20", "a text in UTF-8"

    def read(self, text: str) -> str:
        """The text."""
        return text_in(text)


def unique(pairs: Iterable[tuple[str, Any]], option: str) -> dict[str, Any]:
    """The pairs as a dictionary."""
    named: dict[str, Any] = {}
    for name, value in pairs:
        if name in named:
            raise click.UsageError(f"{option} gives {name!r} two values")
        named[name] = value
    return named


def array_in(path: str) -> Any:
    """The array in a file: one that NumPy saved (.npy), or a list in JSON. What it holds is for others to look at."""
    try:
        with open(path, "rb") as file:
            data = _read(file, "an array")
    except OSError as error:
        raise click.UsageError(f"cannot read {short(path)}: {error.strerror}") from None
    try:
        found = np.load(BytesIO(data), allow_pickle=False) if data.startswith(NUMPY) else _from_json(data)
    except MemoryError:
        raise
    except Exception:  # of many kinds, from NumPy's reader of headers
        found = None
    if not isinstance(found, (np.ndarray, list)):
        raise click.UsageError(f"{short(path)} is neither an array of NumPy's (.npy) nor a list of integers in JSON")
    return found


def witness_options() -> list[click.Parameter]:
    """The options for the witness."""
    return [
        click.Option(
            ["--input", "inputs"],
            type=Assignment(),
            multiple=True,
            help="A value of the witness, as a0=2; an array as pixels=1,2,3, or pixels=@FILE with a .npy or JSON file."
            " Others on this machine can see the command line: see --witness.",
        ),
        click.Option(
            ["--witness"],
            type=click.File("rb"),
            help="A JSON file with an object of values and lists by name, of at most 1 GiB; - is standard input.",
        ),
    ]


def witness_of(inputs: tuple[tuple[str, Any], ...], file: BinaryIO | None) -> dict[str, Any]:
    """The witness by name."""
    return unique([*_read_witness(file), *inputs], "the witness")


def _read_witness(file: BinaryIO | None) -> list[tuple[str, Any]]:
    """The values in a JSON file in UTF-8, -16 or -32, with a byte order mark or without."""
    if file is None:
        return []
    try:
        return list(_from_json(_read(file, "a witness")).items())
    except (ValueError, AttributeError, RecursionError) as error:
        where = f", {error}" if isinstance(error, json.JSONDecodeError) else ""
        raise click.UsageError(
            f'{_name(file)} is not a JSON object of values by name, as in {{"a0": 2}}{where}'
        ) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, _name(file)) from None


def _from_json(data: bytes) -> Any:
    """What a text in JSON says, with integers of any length."""
    return json.loads(
        data,
        object_pairs_hook=lambda pairs: unique(pairs, "the witness"),
        parse_int=whole,
        parse_constant=_refuse_constant,
    )


def _read(file: BinaryIO, what: str) -> bytes:
    """All of a file that ends within a bound, which is less where memory is: /dev/zero never does."""
    most = min(MOST_BYTES, (physical_memory() or MOST_BYTES) // 8)
    data = file.read(most + 1)
    if len(data) > most:
        raise click.UsageError(f"{_name(file)} has more than {most:,} bytes, the most that is read of {what}")
    return data


def _name(file: BinaryIO) -> str:
    return "standard input" if file is standard_input() else file.name


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
