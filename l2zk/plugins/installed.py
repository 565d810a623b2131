"""The plugins that are installed, before any is loaded: entry points of the group `l2zk`, distribution by distribution.

    distribution → its entry points → one `Installed` each

Invariant: a distribution that cannot be read is a plugin that is broken, whatever it may hold, and hides no other.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from l2zk.base.foreign import foreign
from l2zk.errors import L2zkError, PluginError

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

GROUP = "l2zk"
NAMELESS = "an unknown distribution"


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """One entry point, and the result of loading it: the ids that it registered and its hooks, or its error.

    A distribution that cannot be read stands as a plugin of its own name.
    """

    name: str
    distribution: str
    version: str
    programs: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    error: L2zkError | None = None

    @property
    def key(self) -> str:
        """ "distribution:name", which no other plugin has."""
        return f"{self.distribution}:{self.name}"

    def __str__(self) -> str:
        name = "" if self.name == self.distribution else f"{self.name} of "
        return f"{name}{self.distribution} {self.version}".rstrip()


@dataclass(frozen=True)
class Installed:
    """A plugin that is not loaded, and its entry point; None where that could not be read."""

    plugin: Plugin
    entry: EntryPoint | None

    def is_called(self, name: str) -> bool:
        """True if this is the name of its entry point or of its distribution."""
        return _plain(name) in (_plain(self.plugin.name), _plain(self.plugin.distribution))


def choose(names: list[str] | None, left_out: list[str]) -> tuple[list[Installed], list[Installed]]:
    """The plugins to load and the others; PluginError for a name that none has. Loads nothing."""
    found = installed()
    for asked, reason in ((names or [], "to load, as L2ZK_LOAD_PLUGINS asks"), (left_out, "to leave out")):
        for name in asked:
            if not any(one.is_called(name) for one in found):
                known = ", ".join(one.plugin.name for one in found) or "none"
                raise PluginError(f"there is no plugin {name!r} {reason}; installed: {known}")

    def is_chosen(one: Installed) -> bool:
        wanted = names is None or any(one.is_called(name) for name in names)
        return wanted and not any(one.is_called(name) for name in left_out)

    return [one for one in found if is_chosen(one)], [one for one in found if not is_chosen(one)]


def installed() -> list[Installed]:
    """All of them, in an order that does not depend on the order of installation."""
    found: dict[str, Installed] = {}
    for distribution in _distributions():
        for one in _read(distribution):
            found.setdefault(one.plugin.key, one)
    return sorted(found.values(), key=lambda one: (one.plugin.distribution, one.plugin.name))


def _distributions(name: str | None = None) -> Iterator[Distribution]:
    """Those on the path, or of one name. Finders may be foreign: one that fails finds no more, and stops no other."""
    from importlib.metadata import DistributionFinder

    for finder in list(sys.meta_path):
        found: list[Distribution] = []
        with suppress(L2zkError), foreign(PluginError, "looking for what is installed"):
            if find := getattr(finder, "find_distributions", None):
                for distribution in find(DistributionFinder.Context(name=name)):
                    found.append(distribution)
        yield from found


def _read(distribution: Distribution) -> list[Installed]:
    """The plugins of a distribution, or of that which hides it: the first of its name on the path that can be read."""
    try:
        if not _plugins(distribution):
            return []
    except L2zkError as error:
        return _broken(distribution, error)
    for first in _distributions(distribution.name) if distribution.name else ():
        with suppress(L2zkError):
            return _plugins(first)
    return _plugins(distribution)


def _plugins(distribution: Distribution) -> list[Installed]:
    """One for each entry point; PluginError where they, or the distribution's name and version, cannot be read."""
    with foreign(PluginError, f"reading {_folder(distribution) or 'a distribution'}"):
        entries = [entry for entry in distribution.entry_points if entry.group == GROUP]
        if not entries:
            return []
        name, version = distribution.name or NAMELESS, distribution.version or ""
        return [Installed(Plugin(name=entry.name, distribution=name, version=version), entry) for entry in entries]


def _broken(distribution: Distribution, error: L2zkError) -> list[Installed]:
    """A plugin that stands for what cannot be read, unless another of its name comes before it on the path."""
    name, _, rest = _folder(distribution).partition("-")
    version = re.sub(r"\.(dist|egg)-info$", "", rest)
    with suppress(L2zkError), foreign(PluginError, "reading its name"):
        name, version = distribution.name or name, distribution.version or version
    first = next(_distributions(name), distribution) if name else distribution
    if _folder(first) != _folder(distribution):
        return []
    name = name or NAMELESS
    return [Installed(Plugin(name=name, distribution=name, version=version, error=error), None)]


def _folder(distribution: Distribution) -> str:
    """The name of the folder that it is described in, as "l2zk_primes-1.0.dist-info"; nothing where there is none."""
    return os.path.basename(str(getattr(distribution, "_path", "")))


def _plain(name: str) -> str:
    """A name as package indexes compare them."""
    return re.sub(r"[-_.]+", "-", name).lower()
