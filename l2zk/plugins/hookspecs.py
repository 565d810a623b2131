"""The hooks of l2zk, which a plugin may implement: one documented function for each.

A plugin is any installed distribution with an entry point in the group `l2zk`; the entry point names a module
(or an object) that holds implementations marked by `hookimpl`:

    # pyproject.toml
    [project.entry-points.l2zk]
    primes = "l2zk_primes"

    # l2zk_primes.py
    import l2zk

    @l2zk.hookimpl
    def l2zk_register_programs(register):
        register(PrimesProgram)

Every hook's name begins with `l2zk_`, so that a plugin may serve other hosts too; `l2zk_register_…` hooks add
things, `l2zk_prove_…` hooks are told what happens. An implementation may leave out arguments that it does not
need, so a hook can gain arguments. Whatever an implementation raises is kept as its plugin's fault
(`l2zk plugins` shows it) and stops nothing else.

While a command of l2zk's own runs, whatever a plugin prints goes to standard error, only the command ends the
process (`os._exit` and the like raise), and it does so at once: no callback of `atexit` runs.

l2zk's own commands are registered by the same hooks; the programs that come with it are plugins as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    import click

    from l2zk.language.program import TraceProgram
    from l2zk.proof.options import ProofOptions
    from l2zk.proof.proof import Proof

PROJECT = "l2zk"

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)


class RegisterProgram(Protocol):
    """The argument of `l2zk_register_programs`: call it with each program's class."""

    def __call__(self, program: type[TraceProgram]) -> None: ...


@hookspec
def l2zk_register_programs(register: RegisterProgram) -> None:
    """Register the programs that this plugin provides: call `register(Program)` for each class.

    A class is known by its `id`, a name and a version like "fib.v0"; `l2zk.get_program("fib")` gives the
    newest version of a name. Called once, when a program is first looked up. If it raises, none of this
    plugin's programs is registered, the error is remembered, and the other plugins go on. An id that two
    plugins claim is given to neither. Since 0.1.
    """


@hookspec
def l2zk_register_commands(group: click.Group) -> None:
    """Add commands to the command line: `group` is a click group, with `command()` and `add_command`.

    The group is empty and this plugin's own; what is put into it becomes `l2zk NAME`. Errors of l2zk that a
    command raises are shown as one sentence, with the exit codes of the command line. A name of l2zk's own
    stays l2zk's, and a name that two plugins claim is given to neither; `l2zk plugins` says so. Called once,
    when the command line needs a command that is not its own or lists its commands, never by the library, so
    a plugin may import click in here. What is added runs with standard output for itself, and the process then
    ends as Python ends it. Since 0.1.
    """


@hookspec
def l2zk_prove_started(program: TraceProgram, options: ProofOptions) -> None:
    """Be told that a proof of `program` with `options` is begun; `l2zk_prove_finished` follows in any case.

    Called by `TraceZkVm.prove` on the thread that called it, so a plugin that keeps count of several proofs
    at once can do so by thread. Of one proof of several statements `program` is the first one's. Observers get no
    witness and no trace. They are those of the plugins that are loaded: proving loads none, but looking a program
    up, `l2zk.programs()` and the command line do. What an observer raises is logged by the logger `l2zk`, and it is
    told no more of that proof. Since 0.1.
    """


@hookspec
def l2zk_prove_stage(program: TraceProgram, stage: str, done: int, total: int) -> None:
    """Be told how far the proof of `program` is: `done` of `total` parts of a stage, such as "zerocheck".

    The values of `stage` are those of `l2zk._core.STAGES`, in that order. Called on the proving thread about
    every 50 ms, so a stage that takes less may go unseen, and a short proof may show none. It holds the GIL
    while the proof goes on beside it: return soon. Since 0.1.
    """


@hookspec
def l2zk_prove_finished(
    program: TraceProgram, proof: Proof | None, error: BaseException | None, seconds: float
) -> None:
    """Be told that proving `program` has ended after `seconds`: with a `proof`, or with an `error`.

    One of `proof` and `error` is None. The error is of the type that the caller of `prove` gets, a
    KeyboardInterrupt included, and says the same without private values, whatever the machine shows; one that
    is not l2zk's own is empty. Called on the thread that called
    `TraceZkVm.prove`, just before that returns or raises. Since 0.1.
    """
