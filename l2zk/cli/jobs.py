"""Jobs in a file: programs with their parameters, each with a witness, or with what is demanded of its public values.

    [{"program": "fib", "parameters": {"rounds": 20}, "count": 8}, {"program": "my_air.py:Mine", "witness": {"x": 2}}]

An error here names the job, and never a value, which may be private.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import click

from l2zk.base.foreign import foreign
from l2zk.base.wording import listed, nearest, short
from l2zk.cli.data_file import name_of
from l2zk.cli.fields import fields_of
from l2zk.cli.program_commands import program_class
from l2zk.cli.values import json_in
from l2zk.errors import L2zkError, ProgramError
from l2zk.language.program import TraceProgram

MOST_STATEMENTS = 2**20
PLAIN = ("program", "parameters", "count")


@dataclass(frozen=True)
class Job:
    """A program, and what the file gives it by the names that a command takes."""

    program: TraceProgram
    given: Mapping[str, Any] = field(repr=False)


def jobs_in(file: BinaryIO, *names: str) -> list[Job]:
    """The jobs in a file, each as often as its "count" says; beside its program a job may have these names."""
    found = json_in(file, "a list of jobs")
    if not isinstance(found, list) or not found:
        raise click.UsageError(f'{name_of(file)} is not a JSON list of jobs, as in [{{"program": "fib"}}]')
    jobs: list[Job] = []
    for number, one in enumerate(found):
        where = f"job {number} of {name_of(file)}"
        count = _count(one, names, where)
        if len(jobs) + count > MOST_STATEMENTS:
            raise click.UsageError(f"{name_of(file)} has more than {MOST_STATEMENTS:,} statements")
        try:
            program = _program(one)
        except click.UsageError as error:
            raise click.UsageError(f"{where}: {error.message}") from None
        except L2zkError as error:
            raise type(error)(f"{where}: {error}") from error
        jobs += [Job(program, {name: one[name] for name in names if name in one})] * count
    return jobs


def _count(job: Any, names: tuple[str, ...], where: str) -> int:
    """The count of a job, if it has the form of one."""
    if not isinstance(job, dict) or not isinstance(job.get("program"), str):
        raise click.UsageError(f'{where} is not an object with a program, as in {{"program": "fib"}}')
    known = (*PLAIN, *names)
    for name in job:
        if name not in known:
            raise click.UsageError(f"{where} has no {short(name)}{nearest(name, known)}")
    if not isinstance(job.get("parameters", {}), dict):
        raise click.UsageError(f"{where}: its parameters are an object of values by name")
    count = job.get("count", 1)
    if type(count) is not int or not 1 <= count <= MOST_STATEMENTS:
        raise click.UsageError(f"{where}: its count is an integer from 1 to {MOST_STATEMENTS:,}")
    return count


def _program(job: Mapping[str, Any]) -> TraceProgram:
    """The program of a job."""
    kind = program_class(job["program"])
    types = {known.name: annotation for known, annotation in fields_of(kind)}
    given = job.get("parameters", {})
    unknown = [name for name in given if name not in types]
    if unknown:
        more = f"; it has {listed(types)}" if types else "; it has none"
        raise click.UsageError(f"{kind.id} has no parameter {short(unknown[0])}{more}")
    values = {name: _value(types[name], value) for name, value in given.items()}
    with foreign(ProgramError, f"the class {kind.__name__}"):
        return kind(**values)


def _value(annotation: Any, value: Any) -> Any:
    """A parameter that JSON cannot say: lists are tuples, hexadecimal digits bytes, where these are declared."""
    if isinstance(value, list):
        return tuple(value)
    if annotation is bytes and isinstance(value, str):
        try:
            return bytes.fromhex(value)
        except ValueError:
            return value
    return value
