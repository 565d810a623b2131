"""The programs that installed plugins provide, found through entry points of the group `l2zk` on first use.

    entry point → module → l2zk_register_programs(register) → claims: id → classes

Invariant: a claim counts only while it is the only one. What two plugins claim is given to neither, and a
plugin that fails, at import or in its hook, provides nothing and stops no other; its error is kept.

L2ZK_LOAD_PLUGINS=a,b loads those alone (entry-point or distribution names); set to nothing it loads none.
"""

from __future__ import annotations

import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from pluggy import PluginManager

from l2zk import hookspecs
from l2zk.errors import PluginError, UnknownProgramError
from l2zk.program import TraceProgram, split_id

GROUP = "l2zk"


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """One entry point and what became of it: the ids that it registered, its hooks, or its error."""

    name: str
    distribution: str
    version: str
    programs: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    error: Exception | None = None

    def __str__(self) -> str:
        return f"{self.name} of {self.distribution} {self.version}"


@dataclass(frozen=True, kw_only=True)
class Registry:
    """All plugins, and for each program's id the classes that they claim for it."""

    plugins: tuple[Plugin, ...]
    claims: Mapping[str, tuple[tuple[Plugin, type[TraceProgram]], ...]]

    def programs(self) -> dict[str, type[TraceProgram]]:
        """The classes by full id, in the order of the ids; an id that two plugins claim is left out."""
        return {
            id: claims[0][1]
            for id, claims in sorted(self.claims.items(), key=lambda item: split_id(item[0]))
            if len(claims) == 1
        }

    def get(self, name: str) -> type[TraceProgram]:
        """The class of a full id, "fib.v0", or the newest of a name, "fib"."""
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

    def disputed(self) -> tuple[str, ...]:
        """The ids that more than one plugin claims."""
        return tuple(sorted(id for id, claims in self.claims.items() if len(claims) > 1))

    def _unknown(self, name: str) -> str:
        names = sorted({split_id(id)[0] for id in self.claims} | set(self.claims))
        near = get_close_matches(str(name).lower(), names, n=1, cutoff=0.5)
        suggestion = f"; did you mean {near[0]!r}?" if near else ";"
        broken = [f"{plugin} ({plugin.error})" for plugin in self.plugins if plugin.error is not None]
        reason = f"; these plugins failed to load: {'; '.join(broken)}" if broken else ""
        return (
            f"no plugin provides a program {name!r}{suggestion} `l2zk programs` lists those installed{reason}"
        )

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


_loading = threading.RLock()  # re-entrant: a plugin may look a program up while it is being imported


def registry() -> Registry:
    """The plugins of this process, loaded on the first call by whichever thread comes first."""
    with _loading:
        return _loaded(os.environ.get("L2ZK_LOAD_PLUGINS"))


@cache
def _loaded(chosen: str | None) -> Registry:
    return load(None if chosen is None else [name for name in re.split(r"[\s,]+", chosen) if name])


def load(names: list[str] | None = None) -> Registry:
    """Load the plugins of these entry-point or distribution names; None stands for all that are installed."""
    manager = PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    claims: dict[str, list[tuple[Plugin, type[TraceProgram]]]] = defaultdict(list)
    plugins: list[Plugin] = []
    for entry in _chosen(names):
        plugin, found = _load_one(manager, entry)
        plugins.append(plugin)
        for program in found:
            claims[program.id].append((plugin, program))
    return Registry(
        plugins=tuple(plugins), claims=MappingProxyType({id: tuple(c) for id, c in claims.items()})
    )


def _chosen(names: list[str] | None) -> list[EntryPoint]:
    """The entry points to load, in an order that does not depend on the order of installation."""
    installed = sorted(entry_points(group=GROUP), key=lambda entry: (_distribution(entry), entry.name))
    if names is None:
        return installed
    for name in names:
        if not any(_is_called(entry, name) for entry in installed):
            known = ", ".join(entry.name for entry in installed) or "none"
            raise PluginError(
                f"there is no plugin {name!r} to load, as L2ZK_LOAD_PLUGINS asks; installed: {known}"
            )
    return [entry for entry in installed if any(_is_called(entry, name) for name in names)]


def _is_called(entry: EntryPoint, name: str) -> bool:
    return _plain(name) in (_plain(entry.name), _plain(_distribution(entry)))


def _load_one(manager: PluginManager, entry: EntryPoint) -> tuple[Plugin, list[type[TraceProgram]]]:
    """Import one plugin and collect its programs; whatever it raises becomes its error."""
    found: list[type[TraceProgram]] = []
    hooks: tuple[str, ...] = ()
    error: Exception | None = None
    try:
        module = entry.load()
        manager.register(module, name=f"{_distribution(entry)}:{entry.name}")
        hooks = _known_hooks(manager, module)
        others = [other for other in manager.get_plugins() if other is not module]
        manager.subset_hook_caller("l2zk_register_programs", others)(register=_registrar(found))
    except Exception as raised:
        found, error = [], raised
    plugin = Plugin(
        name=entry.name,
        distribution=_distribution(entry),
        version=entry.dist.version if entry.dist else "",
        programs=tuple(program.id for program in found),
        hooks=hooks,
        error=error,
    )
    return plugin, found


def _registrar(found: list[type[TraceProgram]]) -> Callable[[type[TraceProgram]], None]:
    """The `register` callable that one plugin is given: it takes programs, and refuses anything else."""

    def register(program: type[TraceProgram]) -> None:
        _check_program(program)
        if program in found:
            return
        if program.id in {other.id for other in found}:
            raise PluginError(
                f"two classes of one plugin have the id {program.id!r}; give each version its own"
            )
        found.append(program)

    return register


def _check_program(program: object) -> None:
    if not (isinstance(program, type) and issubclass(program, TraceProgram)):
        raise PluginError(f"register() takes a subclass of l2zk.TraceProgram; got {program!r}")
    if not hasattr(program, "id"):
        raise PluginError(f"{program.__qualname__} has no id; it is a name and a version like 'fib.v0'")


def _known_hooks(manager: PluginManager, module: object) -> tuple[str, ...]:
    """The hooks that the plugin implements; one that l2zk does not have is refused."""
    callers = manager.get_hookcallers(module) or []
    for caller in callers:
        if not caller.has_spec():
            known = ", ".join(name for name in vars(hookspecs) if name.startswith("l2zk_"))
            raise PluginError(f"{caller.name} is not a hook of this l2zk; the hooks are {known}")
    return tuple(sorted(caller.name for caller in callers))


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "an unknown distribution"


def _plain(name: str) -> str:
    """A name as package indexes compare them."""
    return re.sub(r"[-_.]+", "-", name).lower()
