"""Registry: the plugins that are loaded, what each claims, and why one failed; loaded on first use from entry points.

    entry point → module → l2zk_register_programs(register) → claims: id → classes
                         → l2zk_register_commands(group)    → commands, when the command line asks
                         → l2zk_prove_…                     → observers of proofs

Invariant: a claim counts only while it is the only one. What two plugins claim is given to neither, and a
plugin that fails, at import or in its hook, provides nothing and stops no other; its error is kept.

L2ZK_LOAD_PLUGINS=a,b loads those alone (entry-point or distribution names); set to nothing it loads none.
L2ZK_TRACE_PLUGINS=1 prints on stderr what is loaded, and each call of a hook with its arguments and result.
"""

from __future__ import annotations

import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pluggy import PluginManager

from l2zk.base.arguments import items, kind_of
from l2zk.base.foreign import foreign, unwarned
from l2zk.base.wording import meant, short, written
from l2zk.errors import ArgumentError, L2zkError, PluginError, ProgramError, ProofError, UnknownProgramError
from l2zk.language.program import TraceProgram, split_id
from l2zk.plugins import hookspecs
from l2zk.plugins.installed import Plugin, choose
from l2zk.proof.claims import Statement
from l2zk.proof.proof import Proof

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

HOOKS = tuple(name for name in vars(hookspecs) if name.startswith("l2zk_"))
OBSERVING = ("l2zk_prove_started", "l2zk_prove_stage", "l2zk_prove_finished")


@dataclass(frozen=True, kw_only=True)
class Observer:
    """A plugin that observes proofs, and its hooks for that, by name."""

    plugin: Plugin
    hooks: Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, kw_only=True)
class Registry:
    """All plugins, and for each program's id the classes that are claimed for it.

    `left_out` are plugins that are installed, but that L2ZK_LOAD_PLUGINS or `without` keeps from being loaded.
    """

    plugins: tuple[Plugin, ...]
    claims: Mapping[str, tuple[tuple[Plugin, type[TraceProgram]], ...]]
    left_out: tuple[Plugin, ...] = ()
    manager: PluginManager = field(repr=False, compare=False)

    def programs(self) -> dict[str, type[TraceProgram]]:
        """The classes by full id, in the order of the ids; an id that two plugins claim is left out."""
        return {
            id: claims[0][1]
            for id, claims in sorted(self.claims.items(), key=lambda item: split_id(item[0]))
            if len(claims) == 1
        }

    def get(self, name: str) -> type[TraceProgram]:
        """The class of a full id, "fib.v0", or the newest of a name, "fib"."""
        if not isinstance(name, str):
            raise UnknownProgramError(f"a program is asked for by its name, such as 'fib', not by {short(name)}")
        ids = [id for id in self.claims if name in (id, split_id(id)[0])]
        if not ids:
            raise UnknownProgramError(self._unknown(name))
        (_, program), *rivals = self.claims[max(ids, key=split_id)]
        if rivals or len({plugin.distribution for id in ids for plugin, _ in self.claims[id]}) > 1:
            raise PluginError(self._disputed(name, ids))
        return program

    def provider(self, id: str) -> Plugin:
        """The plugin that provides the program of this full id."""
        return self.claims[id][0][0]

    def implementations(self, hook: str) -> tuple[tuple[Plugin, Callable[..., Any]], ...]:
        """The plugins that implement a hook, each with a function that calls its implementation alone."""
        return tuple(
            (plugin, _call(self.manager, plugin.key, hook))
            for plugin in self.plugins
            if plugin.error is None and hook in plugin.hooks
        )

    @cached_property
    def observers(self) -> tuple[Observer, ...]:
        """The plugins that observe proofs."""
        calls: dict[str, dict[str, Callable[..., Any]]] = defaultdict(dict)
        named = {plugin.key: plugin for plugin in self.plugins}
        for hook in OBSERVING:
            for plugin, call in self.implementations(hook):
                calls[plugin.key][hook] = call
        return tuple(Observer(plugin=named[key], hooks=hooks) for key, hooks in calls.items())

    def disputed(self) -> tuple[str, ...]:
        """The ids that more than one plugin claims."""
        return tuple(sorted(id for id, claims in self.claims.items() if len(claims) > 1))

    def _unknown(self, name: str) -> str:
        names = sorted({split_id(id)[0] for id in self.claims} | set(self.claims))
        near = meant(name, names)
        suggestion = f"; did you mean {near!r}?" if near else ";"
        broken = [f"{plugin} ({plugin.error})" for plugin in self.plugins if plugin.error is not None]
        reason = f"; these plugins failed to load: {'; '.join(broken)}" if broken else ""
        return f"no plugin provides a program {short(name)}{suggestion} `l2zk programs` lists those installed{reason}"

    def _disputed(self, name: str, ids: list[str]) -> str:
        claims = sorted(f"{plugin} ({id})" for id in ids for plugin, _ in self.claims[id])
        return (
            f"the program {name!r} is claimed by {' and by '.join(claims)}, and none of them is preferred: "
            "give the full id if it is unique, uninstall one, or choose with L2ZK_LOAD_PLUGINS"
        )


def get_program(name: str) -> type[TraceProgram]:
    """The class of an installed program, by name ("fib", the newest version) or by full id ("fib.v0")."""
    return registry().get(name)


def programs() -> dict[str, type[TraceProgram]]:
    """The installed programs: their classes by full id."""
    return registry().programs()


def program_of(proof: Proof) -> TraceProgram:
    """The program of a proof, from an installed plugin and the parameters in the header, which a stranger chose."""
    if not isinstance(proof, Proof):
        raise ArgumentError(f"a proof is a Proof, not {kind_of(proof)}; Proof.from_bytes makes one of bytes")
    return program_from(get_program(proof.program_id), proof)


def _program_of(statement: Statement) -> TraceProgram:
    return program_from(get_program(statement.program_id), statement)


def _draw(*arguments: Any) -> Any:
    """The picture of a proof, whose module is loaded when the first one is drawn."""
    from l2zk.proof.proof_plot import plot_proof

    return plot_proof(*arguments)


Proof._find_program, Proof._draw = _program_of, _draw  # which so knows nothing of plugins


@unwarned()
def program_from(kind: type[TraceProgram], proof: Proof | Statement) -> TraceProgram:
    """The program of this class with the parameters that a proof states, or one of the statements in it; what they make
    of it warns nobody."""
    try:
        with foreign(ProgramError, f"the class {kind.__name__}"):
            program = kind(**proof.parameters)
        _ = program.definition
    except L2zkError as error:
        raise ProofError(
            f"{kind.id} cannot be built from the parameters that the proof states: {error}", "7.1"
        ) from error
    return program


def observers() -> tuple[Observer, ...]:
    """The observers among the plugins that are loaded; this loads none, so that proving does not."""
    loaded = _registries.get(_choice())
    return loaded.observers if loaded is not None else ()


def is_claimed(id: str) -> bool:
    """True if a plugin that is loaded claims this full id of a program; this loads none."""
    return any(id in loaded.claims for loaded in tuple(_registries.values()))


_Choice = tuple[str | None, frozenset[str]]

_loading = threading.RLock()  # re-entrant: a plugin may look a program up while it is being imported
_registries: dict[_Choice, Registry] = {}
_left_out: ContextVar[frozenset[str]] = ContextVar("left_out", default=frozenset())


def _renew() -> None:
    """Make the lock anew in a forked child: the thread that was loading plugins is not there."""
    global _loading
    _loading = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


def registry() -> Registry:
    """The plugins of this process, loaded on the first call by whichever thread comes first."""
    choice = _choice()
    with _loading:
        if choice not in _registries:
            only, left_out = choice
            names = None if only is None else [name for name in re.split(r"[\s,]+", only) if name]
            _registries[choice] = load(names, left_out)
        return _registries[choice]


def _choice() -> _Choice:
    return os.environ.get("L2ZK_LOAD_PLUGINS"), _left_out.get()


@contextmanager
def without(names: Iterable[str]) -> Iterator[None]:
    """A context in which the plugins of these entry-point or distribution names count as not installed."""
    listed = items(names)
    if listed is None or not all(isinstance(name, str) for name in listed):
        raise ArgumentError(
            f"plugins are left out by a list of their names, as in without(['fib']), not {short(names)}"
        )
    token = _left_out.set(_left_out.get() | frozenset(listed))
    try:
        yield
    finally:
        _left_out.reset(token)


def load(names: list[str] | None = None, left_out: Iterable[str] = ()) -> Registry:
    """Load the plugins of these entry-point or distribution names, or all, but those to be left out."""
    manager = PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    note = _tracing(manager)
    claims: dict[str, list[tuple[Plugin, type[TraceProgram]]]] = defaultdict(list)
    plugins: list[Plugin] = []
    chosen, rest = choose(names, list(left_out))
    for one in chosen:
        plugin: Plugin = one.plugin
        found: list[type[TraceProgram]] = []
        if one.entry is not None:
            note(f"loading {plugin} from {one.entry.value}")
            plugin, found = _load_one(manager, plugin, one.entry)
        note(f"{plugin}: {plugin.error}" if plugin.error else f"{plugin}: {', '.join(plugin.hooks)}")
        plugins.append(plugin)
        for program in found:
            claims[program.id].append((plugin, program))
    return Registry(
        plugins=tuple(plugins),
        claims=MappingProxyType({id: tuple(c) for id, c in claims.items()}),
        left_out=tuple(one.plugin for one in rest),
        manager=manager,
    )


def _tracing(manager: PluginManager) -> Callable[[str], None]:
    """A function that takes notes of loading; with L2ZK_TRACE_PLUGINS it prints them, and every call of a hook."""
    if os.environ.get("L2ZK_TRACE_PLUGINS", "0") in ("", "0"):
        return lambda text: None
    from l2zk.plugins.tracing import note, trace

    trace(manager)
    return note


def _load_one(manager: PluginManager, described: Plugin, entry: EntryPoint) -> tuple[Plugin, list[type[TraceProgram]]]:
    """Import one plugin and collect its programs; whatever it raises becomes its error."""
    found: list[type[TraceProgram]] = []
    hooks: tuple[str, ...] = ()
    error: L2zkError | None = None
    try:
        with foreign(PluginError, f"importing {entry.value}"):
            module = entry.load()
            manager.register(module, name=described.key)
            hooks = _known_hooks(manager, module)
        if "l2zk_register_programs" in hooks:
            with foreign(PluginError, "l2zk_register_programs"):
                _call(manager, described.key, "l2zk_register_programs")(register=_registrar(found))
    except L2zkError as raised:
        found, error = [], raised
    plugin = replace(described, programs=tuple(program.id for program in found), hooks=hooks, error=error)
    return plugin, found


def _call(manager: PluginManager, key: str, hook: str) -> Callable[..., Any]:
    """A function that calls one plugin's implementation of a hook, and no other's."""
    others = [plugin for name, plugin in manager.list_name_plugin() if name != key]
    return manager.subset_hook_caller(hook, others)


def _registrar(found: list[type[TraceProgram]]) -> Callable[[type[TraceProgram]], None]:
    """The `register` function for one plugin: it collects programs and refuses anything else."""

    def register(program: type[TraceProgram]) -> None:
        _check_program(program)
        if program in found:
            return
        if program.id in {other.id for other in found}:
            raise PluginError(f"two classes of one plugin have the id {program.id!r}; give each version its own")
        found.append(program)

    return register


def _check_program(program: object) -> None:
    if not (isinstance(program, type) and issubclass(program, TraceProgram)):
        raise PluginError(f"register() takes a subclass of l2zk.TraceProgram; got {written(program)}")
    if not hasattr(program, "id"):
        raise PluginError(f"{program.__qualname__} has no id; it is a name and a version like 'fib.v0'")


def _known_hooks(manager: PluginManager, module: object) -> tuple[str, ...]:
    """The hooks that a plugin implements; a `l2zk_` hook that does not exist is refused."""
    callers = manager.get_hookcallers(module) or []
    for caller in callers:
        if not caller.has_spec():
            raise PluginError(f"{caller.name} is not a hook of this l2zk; the hooks are {', '.join(HOOKS)}")
    return tuple(sorted(caller.name for caller in callers))
