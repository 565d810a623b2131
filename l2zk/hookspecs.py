"""The hooks of l2zk: what a plugin may implement, one documented function each.

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

Every hook's name begins with `l2zk_`, so that a plugin may serve other hosts too; `register_…` hooks add
things. An implementation may leave out arguments that it does not need, so a hook can gain arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    from l2zk.program import TraceProgram

PROJECT = "l2zk"

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)


class RegisterProgram(Protocol):
    """What `l2zk_register_programs` is given: call it with a class, once for each program."""

    def __call__(self, program: type[TraceProgram]) -> None: ...


@hookspec
def l2zk_register_programs(register: RegisterProgram) -> None:
    """Register the programs that this plugin provides: call `register(Program)` for each class.

    A class is known by its `id`, a name and a version like "fib.v0"; `l2zk.get_program("fib")` gives the
    newest version of a name. Called once, when a program is first looked up. If it raises, none of this
    plugin's programs is registered, the error is remembered, and the other plugins go on. An id that two
    plugins claim is given to neither. Since 0.1.
    """
