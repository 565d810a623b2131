"""Commands: l2zk prove, verify, aggregate, bundle, export-key, inspect, check, trace, security, estimate, programs,
plugins, cache, new, info, demo.

Exit codes: 0 good; 1 a proof, its file or its program is not right; 2 wrong usage. An error of l2zk's is one
sentence on stderr, or with --json an object on stdout. A file here for each kind of commands; the commands
come in by the hook `l2zk_register_commands`, as those of plugins do.
"""

from __future__ import annotations

import click

from l2zk.base.version import __version__
from l2zk.cli import aggregate, bundle, cache, check, inspect, installation, key, proving, security
from l2zk.cli.command_line import CommandLine
from l2zk.cli.streams import say
from l2zk.errors import PluginError
from l2zk.plugins import registry as plugins
from l2zk.plugins.installed import choose


def _leave_out(ctx: click.Context, option: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Leave plugins out before any command is looked up, since a command may be a plugin's."""
    if not names:
        return names
    try:
        choose(None, list(names))
    except PluginError as error:
        raise click.BadParameter(str(error), ctx, option) from None
    ctx.with_resource(plugins.without(names))
    return names


def _say_version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        say(f"l2zk {__version__}")
        ctx.exit()


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_say_version,
    help="Show the version and exit.",
)
@click.option(
    "--no-plugin",
    metavar="NAME",
    multiple=True,
    is_eager=True,
    expose_value=False,
    callback=_leave_out,
    help="Do as if this plugin, or those of this distribution, were not installed.",
)
def main() -> None:
    """STARK proofs of computations: prove that a program was run, and verify it in milliseconds."""


for module in (proving, aggregate, bundle, key, inspect, check, security, cache, installation):
    module.l2zk_register_commands(main)
