"""Values that a command is given: NAME=VALUE as options, arrays in files, and whole witnesses in JSON.

An error here names what is wrong and where, and never a value, which may be private.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from io import BytesIO
from typing import Any, BinaryIO, NoReturn

import click
import numpy as np

from l2zk.base.field import MODULUS
from l2zk.base.foreign import foreign
from l2zk.base.names import plain
from l2zk.base.wording import short
from l2zk.cli.data_file import file_option, name_of, read_all
from l2zk.cli.fields import PREFIX, instance, text_in, whole
from l2zk.errors import ProgramError, WitnessError
from l2zk.language.program import TraceProgram

MOST_BYTES = 2**30  # of a witness, and of an array in a file
NUMPY = b"\x93NUMPY"  # the first bytes of an array as NumPy saves it


def element(text: str) -> int:
    """The integer of a text; of -p < x < 0 the element x + p. ValueError if it is none."""
    number = whole(text)
    return number + MODULUS if -MODULUS < number < 0 else number


class Assignment(click.ParamType):
    """The type of NAME=VALUE: an integer in decimal or with 0x, a negative one too, integers with commas between, or
    @FILE.

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
            return [element(part) for part in text.removesuffix(",").split(",")]
        return element(text)


class Demand(Assignment):
    """The type of NAME=VALUE, or NAME=any for any value that a proof states."""

    form = "an integer or any, nor an array as 1,2,3 or @FILE"

    def read(self, text: str) -> Any:
        """The value; None for any."""
        return None if text == "any" else super().read(text)


class Digits(str):
    """A text that may be an integer or, of an output word, hexadecimal digits: who knows the program reads it."""


class OutputDemand(Demand):
    """The type of NAME=VALUE of an output: what `Demand` reads, and hexadecimal digits."""

    form = "an integer or any, nor hexadecimal digits, nor an array as 1,2,3 or @FILE"

    def read(self, text: str) -> Any:
        """The value; None for any."""
        return Digits(text) if re.fullmatch("(0x)?[0-9a-fA-F]+", text) else super().read(text)


def read_outputs(known: Mapping[str, Any], words: Collection[str]) -> dict[str, Any]:
    """The demands on outputs, where `words` are the names of those that are hexadecimal texts."""
    read = {}
    for name, value in known.items():
        try:
            is_number = isinstance(value, Digits) and name not in words
            read[name] = element(value) if is_number else value
        except ValueError:
            raise click.UsageError(f"the value of {short(name)} is not {Demand.form}") from None
    return read


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
        file_option(),
    ]


def witness_of(inputs: tuple[tuple[str, Any], ...], file: BinaryIO | None) -> dict[str, Any]:
    """The witness by name."""
    return unique([*_read_witness(file), *inputs], "the witness")


def program_and_witness(
    kind: type[TraceProgram], values: dict[str, Any], given: Collection[str]
) -> tuple[TraceProgram, Callable[[], Any]]:
    """The program, and what gives its witness, from the values of the options, of which these are removed.

    given: the names of those values that the command line gives, and that are no defaults.
    """
    inputs, witness, file = (
        values.pop(name, none) for name, none in (("inputs", ()), ("witness", None), ("file", None))
    )
    if file is None:
        return instance(kind, values), partial(witness_of, inputs, witness)
    fields = {name: values.pop(name) for name in list(values) if name.startswith(PREFIX)}
    parameters = {name.removeprefix(PREFIX): value for name, value in fields.items() if name in given}
    what = f"from_file of {kind.__name__}"
    _check_taken(kind, parameters)
    if inputs or witness is not None:
        if "witness" not in inspect.signature(kind.from_file).parameters:
            raise click.UsageError("--file gives the whole witness: leave out --input and --witness")
        parameters["witness"] = witness_of(inputs, witness)
    with foreign(WitnessError, what):
        made = kind.from_file(file, **parameters)
    if not (isinstance(made, tuple) and len(made) == 2 and isinstance(made[0], TraceProgram)):
        raise ProgramError(f"{what} returned a {type(made).__name__}: a pair of a program and its witness is needed")
    return made[0], lambda: made[1]


def _check_taken(kind: type[TraceProgram], parameters: Collection[str]) -> None:
    """Refuse options of parameters that the program's from_file takes no value of."""
    with foreign(ProgramError, f"from_file of {kind.__name__}"):
        known = inspect.signature(kind.from_file).parameters
    if any(one.kind is one.VAR_KEYWORD for one in known.values()):
        return
    for name in parameters:
        if name not in known or known[name].kind is known[name].POSITIONAL_ONLY:
            options = click.get_current_context().command.params
            flag = next((one.opts[0] for one in options if one.name == PREFIX + name), name)
            raise click.UsageError(f"{name} follows from --file, or has its default: leave {flag} out")


def _read_witness(file: BinaryIO | None) -> list[tuple[str, Any]]:
    """The values in a JSON file in UTF-8, -16 or -32, with a byte order mark or without."""
    if file is None:
        return []
    try:
        return list(_from_json(_read(file, "a witness")).items())
    except (ValueError, AttributeError, RecursionError) as error:
        where = f", {error}" if isinstance(error, json.JSONDecodeError) else ""
        raise click.UsageError(
            f'{name_of(file)} is not a JSON object of values by name, as in {{"a0": 2}}{where}'
        ) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, name_of(file)) from None


def json_in(file: BinaryIO, what: str) -> Any:
    """What a file in JSON says; a UsageError names the place of what is wrong in it."""
    try:
        return _from_json(_read(file, what), what)
    except (ValueError, RecursionError) as error:
        where = f", {error}" if isinstance(error, json.JSONDecodeError) else ""
        raise click.UsageError(f"{name_of(file)} is not {what} in JSON{where}") from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, name_of(file)) from None


def _from_json(data: bytes, what: str = "the witness") -> Any:
    """What a text in JSON says, with integers of any length."""
    return json.loads(
        data,
        object_pairs_hook=lambda pairs: unique(pairs, what),
        parse_int=whole,
        parse_constant=_refuse_constant,
    )


def _read(file: BinaryIO, what: str) -> bytes:
    """All of a file that ends within the bound."""
    return read_all(file, what, MOST_BYTES)


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
