"""The ends of commands: exit code 0 only after a command's own return, else one sentence and a code that says whose
fault.

0 good; 1 a proof, its file, its program or a plugin is not right; 2 wrong usage; 130 interrupted. The sentence goes to
stderr, or with --json as an object to stdout.
"""

from __future__ import annotations

import errno
import os
import re
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from typing import Any

import click

from l2zk.base.foreign import told
from l2zk.base.wording import SHOWN
from l2zk.base.wording import sentence as one_line
from l2zk.cli.screen import WithHelp, print_json
from l2zk.cli.streams import flush, give_up, is_standard_output, output, say
from l2zk.errors import (
    ConstraintError,
    L2zkError,
    L2zkWarning,
    OptionsError,
    PluginError,
    ProgramError,
    UnknownProgramError,
    WitnessError,
)

INTERRUPTED = 130
CHECK = "`l2zk check` shows what is private"
EXPECTED = (L2zkError, L2zkWarning, OSError, MemoryError)  # errors told in a sentence; any other is a bug in l2zk
HELP = getattr(click.exceptions, "NoArgsIsHelpError", ())


class Failure(click.ClickException):
    """An error for the user: one sentence, an exit code that scripts can rely on, and facts for --json."""

    exit_code = 1

    def __init__(self, error: BaseException, **facts: Any) -> None:
        super().__init__(sentence(error))
        self.kind = type(error).__name__
        self.facts = facts


class Misuse(Failure):
    """An error in how the command was called."""

    exit_code = 2


class Command(WithHelp, click.Command):
    """A command of l2zk's own: its errors become a `Failure`, and only its return ends in 0."""

    usage_errors: tuple[type[L2zkError], ...] = (
        OptionsError,
        ProgramError,
        UnknownProgramError,
        WitnessError,
    )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; an option of one value is refused if given twice, since the first would be ignored."""
        given = list(args)
        rest = super().parse_args(ctx, args)
        _, _, order = self.make_parser(ctx).parse_args(args=given)
        for option in {one for one in order if isinstance(one, click.Option) and order.count(one) > 1}:
            if not (option.multiple or (option.is_flag and not option.secondary_opts)):
                raise click.UsageError(f"{max(option.opts, key=len)} is given twice, and takes one value", ctx)
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit) as ended:
            if is_good(ended.exit_code):
                raise Failure(PluginError(_early(ended))) from ended
            raise
        except EXPECTED as error:
            if is_broken_pipe(error):
                raise
            raise failure(error, self.usage_errors) from error


class ProofCommand(Command):
    """A command on a proof: bad programs and options are the proof's fault there, not the caller's."""

    usage_errors = (WitnessError,)


def failure(error: BaseException, usage_errors: tuple[type[L2zkError], ...] = Command.usage_errors) -> Failure:
    """The failure for an error."""
    return (Misuse if isinstance(error, usage_errors) else Failure)(error)


def exit_code(arguments: Sequence[str], run: Callable[[], object]) -> int:
    """Run a command line; print its failure, if it fails. The exit code is 0 only if it came to its end."""
    try:
        with _warnings_told():
            run()
        flush()
        return 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except BaseException as error:
        with suppress(BaseException):  # the sentence may be lost, the exit code is not
            if not is_broken_pipe(error):
                _say(error, arguments)
        with suppress(BaseException):
            give_up()
        return _code(error)


def sentence(error: BaseException) -> str:
    """An error in one line, with the place where it arose if a note names it."""
    if isinstance(error, OSError) and error.strerror:
        place = "standard output" if error.filename is None else repr(os.fsdecode(error.filename))
        return one_line(f"cannot use {place}: {error.strerror}")
    if isinstance(error, ConstraintError):
        more = str(error).replace(f"; {SHOWN}", "")
        return one_line(f"{more}; `l2zk check` shows more")
    if isinstance(error, MemoryError) and not isinstance(error, L2zkError):
        text = str(error) or "memory ran out"
        return one_line(f"{text}; take a shorter trace or fewer threads (`l2zk estimate` says what a proof needs)")
    notes = "; ".join(getattr(error, "__notes__", ()))
    text = str(error).replace(SHOWN, CHECK) or f"it came to a {type(error).__name__}"
    return one_line(f"{text} ({notes})" if notes else text)


def is_good(code: object) -> bool:
    """True if the system takes an exit code for success."""
    return not isinstance(code, int) or code % 256 == 0


def is_broken_pipe(error: BaseException) -> bool:
    """True if standard output has no reader any more, which is no failure to speak of."""
    return isinstance(error, OSError) and error.errno == errno.EPIPE and error.filename is None


def _early(ended: BaseException) -> str:
    return f"the command was ended before its work was done, by {told(ended)}"


def _say(error: BaseException, arguments: Sequence[str]) -> None:
    """Print the failure, in one line or as an object; for a bug in l2zk, the traceback too."""
    if isinstance(error, HELP):
        say(error.format_message(), err=True)
        return
    if isinstance(error, Exception) and not isinstance(error, (*EXPECTED, click.ClickException, click.Abort)):
        traceback.print_exception(error, file=output(err=True))
    kind, reason = _told(error)
    options = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    if "--json" in options:
        facts = {**getattr(error, "facts", {}), "ok": False, "error": kind, "reason": reason}
        print_json(facts, err=_is_output_taken(options))
    else:
        say(f"l2zk: {reason}", err=True)


def _told(error: BaseException) -> tuple[str, str]:
    """The kind of a failure and its sentence."""
    if isinstance(error, Failure):
        return error.kind, error.message
    kind = type(error).__name__
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        hint = f"; see `{context.command_path} --help`" if context else ""
        return kind, one_line(error.format_message()).rstrip(".") + hint
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return kind, "interrupted" if isinstance(error, KeyboardInterrupt) else "aborted"
    if isinstance(error, EXPECTED):
        return kind, sentence(error)
    return kind, _early(error) if not isinstance(error, Exception) else f"a fault of l2zk's: {told(error)}"


def _code(error: BaseException) -> int:
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        return error.exit_code
    return Misuse.exit_code if isinstance(error, Command.usage_errors) else Failure.exit_code


def _is_output_taken(options: Sequence[str]) -> bool:
    """True if a result goes to standard output, so that nothing else may."""
    for option, following in pairwise([*options, ""]):
        match = re.fullmatch(r"(?:-v*o|--out=)(.+)", option, re.DOTALL)
        named = following if re.fullmatch(r"-v*o|--out", option) else match and match[1]
        if named and is_standard_output(named):
            return True
    return False


@contextmanager
def _warnings_told() -> Iterator[None]:
    """A context in which l2zk's warnings are printed as its errors are, in a line each."""
    with warnings.catch_warnings():
        show = warnings.showwarning

        def say_or_show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, L2zkWarning):
                say(one_line(f"l2zk: warning: {message}"), err=True)
            else:
                show(message, category, *place, **more)

        warnings.showwarning = say_or_show
        yield
