"""CommandLine: the group of all commands, l2zk's own and those that plugins add by `l2zk_register_commands`.

Invariant: a name of l2zk's own stays l2zk's; what two plugins claim is given to neither; a plugin that fails
stops no other. The process ends with 0 only where a command came to its end, or a plugin's own says so. Plugins are
loaded only when a command is needed that is not l2zk's own, or all are listed.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import click
from click.shell_completion import get_completion_class

from l2zk.base.foreign import foreign, told
from l2zk.cli.failure import Command, exit_code, is_broken_pipe
from l2zk.cli.process import any_end, leave, own_end
from l2zk.cli.screen import WithHelp
from l2zk.cli.streams import apart, open_streams, output, shared
from l2zk.errors import L2zkError, PluginError
from l2zk.plugins import registry as plugins
from l2zk.plugins.installed import Plugin
from l2zk.plugins.registry import Registry

NAME = "l2zk"
COMPLETION = "_L2ZK_COMPLETE"  # set by a shell that asks click for completions
PROVIDER = "l2zk.provider"  # in a context, the plugin whose command is looked up


@dataclass(frozen=True)
class Contributions:
    """The commands of plugins and their providers, by name; and by a plugin's key, the faults found in its commands."""

    commands: Mapping[str, click.Command]
    providers: Mapping[str, Plugin]
    faults: Mapping[str, tuple[str, ...]]

    def of(self, plugin: Plugin) -> list[str]:
        """The names of the commands that a plugin provides."""
        return sorted(name for name, provider in self.providers.items() if provider is plugin)


def contributions(registry: Registry, own: Iterable[str]) -> Contributions:
    """The plugins' commands beside l2zk's own, whose names `own` gives."""
    claims: dict[str, list[tuple[Plugin, click.Command]]] = defaultdict(list)
    faults: dict[str, list[str]] = defaultdict(list)
    for plugin, register in registry.implementations("l2zk_register_commands"):
        group = click.Group(NAME)
        try:
            with foreign(PluginError, "l2zk_register_commands"):
                register(group=group)
                found = {name: _checked(name, command) for name, command in group.commands.items()}
        except L2zkError as error:
            faults[plugin.key].append(str(error))
            continue
        for name, command in found.items():
            claims[name].append((plugin, command))
    commands: dict[str, click.Command] = {}
    providers: dict[str, Plugin] = {}
    for name, claim in claims.items():
        rivals = (["l2zk itself"] if name in own else []) + [str(plugin) for plugin, _ in claim]
        for plugin, command in claim:
            if len(rivals) > 1:
                faults[plugin.key].append(f"the command {name!r} is claimed by {' and by '.join(rivals)}")
            else:
                commands[name], providers[name] = command, plugin
    return Contributions(commands, providers, {key: tuple(texts) for key, texts in faults.items()})


def _checked(name: object, command: object) -> click.Command:
    """A command that can be listed; anything else is refused."""
    if not isinstance(name, str) or not isinstance(command, click.Command):
        raise PluginError(f"l2zk_register_commands adds {name!r}, which is no command of click's")
    command.get_short_help_str()
    return command


class CommandLine(WithHelp, click.Group):
    """l2zk's own commands, in the order in which they were added, then those of plugins."""

    command_class = Command
    _is_plugins = False  # the command that runs

    def __call__(self, args: Sequence[str] | None = None, *rest: Any, **settings: Any) -> NoReturn:
        """Run a command line; that of the process itself, as the script `l2zk` does, with the process's end."""
        with own_end():
            code = self._exit_code(args)
            if args is None and not self._is_plugins:
                leave(code)
        sys.exit(code)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **settings: Any) -> NoReturn:
        """Run a command line, then end the process as Python does."""
        with own_end():
            code = self._exit_code(args)
        sys.exit(code)

    def _exit_code(self, args: Sequence[str] | None) -> int:
        arguments = list(sys.argv[1:] if args is None else args)
        run = self._complete if os.environ.get(COMPLETION) else self._run
        self._is_plugins = False
        open_streams()
        with apart():
            return exit_code(arguments, lambda: run(arguments))

    def _run(self, arguments: Sequence[str]) -> None:
        with self.make_context(NAME, list(arguments)) as ctx:
            self.invoke(ctx)

    def _complete(self, arguments: Sequence[str]) -> None:
        """Print what a shell asks for to complete a command line."""
        shell, _, asked = os.environ[COMPLETION].partition("_")
        kind = get_completion_class(shell)
        if kind is None or asked not in ("source", "complete"):
            raise click.exceptions.Exit(1)
        found = kind(self, {}, NAME, COMPLETION)
        text = found.source() if asked == "source" else f"{found.complete()}\n"
        output().buffer.write(text.encode())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named; that of a plugin has the process and its streams for itself."""
        name, command, rest = super().resolve_command(ctx, args)
        self._is_plugins = name not in self.commands
        if self._is_plugins and not ctx.resilient_parsing:
            ctx.with_resource(any_end())
            ctx.with_resource(shared())
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; that of a plugin ends as click's do, and whatever else it raises is the plugin's fault."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.ClickException, click.exceptions.Exit, click.Abort, L2zkError):
            raise
        except BaseException as error:
            name = ctx.invoked_subcommand
            if name is None or name in self.commands or is_broken_pipe(error):
                raise
            raise PluginError(f"the command {name!r} of {ctx.meta[PROVIDER]} raised {told(error)}") from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return [*self.commands, *sorted(self._contributions().commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name in self.commands:
            return self.commands[cmd_name]
        found = self._contributions()
        ctx.meta[PROVIDER] = found.providers.get(cmd_name)
        return found.commands.get(cmd_name)

    def _contributions(self) -> Contributions:
        return contributions(plugins.registry(), self.commands)
