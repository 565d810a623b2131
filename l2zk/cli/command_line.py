"""The group of all commands: l2zk's own, and those that plugins add by the hook `l2zk_register_commands`.

Invariant: a name of l2zk's own stays l2zk's; what two plugins claim is given to neither; a plugin that fails
stops no other. Plugins are loaded only when a command is needed that is not l2zk's own, or all are listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import click

from l2zk import plugins
from l2zk.cli.failure import Command, failure
from l2zk.errors import L2zkError
from l2zk.plugins import Plugin, Registry


@dataclass(frozen=True)
class Contributions:
    """The commands of plugins by name; by the key of a plugin, the names and what is wrong with others."""

    commands: Mapping[str, click.Command]
    providers: Mapping[str, tuple[str, ...]]
    faults: Mapping[str, tuple[str, ...]]


def contributions(registry: Registry, own: Iterable[str]) -> Contributions:
    """What the plugins contribute beside l2zk's own commands."""
    claims: dict[str, list[tuple[Plugin, click.Command]]] = defaultdict(list)
    faults: dict[str, list[str]] = defaultdict(list)
    for plugin, register in registry.implementations("l2zk_register_commands"):
        group = PluginGroup("l2zk")
        try:
            register(group=group)
        except Exception as error:
            faults[plugin.key].append(f"l2zk_register_commands raised {type(error).__name__}: {error}")
            continue
        for name, command in group.commands.items():
            claims[name].append((plugin, command))
    commands: dict[str, click.Command] = {}
    providers: dict[str, list[str]] = defaultdict(list)
    for name, claim in claims.items():
        rivals = (["l2zk itself"] if name in own else []) + [str(plugin) for plugin, _ in claim]
        for plugin, command in claim:
            if len(rivals) > 1:
                faults[plugin.key].append(f"the command {name!r} is claimed by {' and by '.join(rivals)}")
            else:
                commands[name] = command
                providers[plugin.key].append(name)
    return Contributions(
        commands, {k: tuple(v) for k, v in providers.items()}, {k: tuple(v) for k, v in faults.items()}
    )


class PluginGroup(click.Group):
    """What a plugin is given to put its commands into: theirs turn l2zk's errors into sentences, too."""

    command_class = Command


class CommandLine(click.Group):
    """l2zk's own commands, in the order in which they were added, then those of plugins."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names."""
        return [*self.commands, *sorted(self._contributions(ctx).commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name in self.commands:
            return self.commands[cmd_name]
        return self._contributions(ctx).commands.get(cmd_name)

    def _contributions(self, ctx: click.Context) -> Contributions:
        try:
            return contributions(plugins.registry(), self.commands)
        except L2zkError as error:
            raise failure(error) from None
