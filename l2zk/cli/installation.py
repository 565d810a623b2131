"""`l2zk programs`, `plugins`, `new`, `info` and `demo`: the installation, and a first step."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from l2zk.base.container import Limits
from l2zk.base.resources import (
    container,
    default_threads,
    physical_memory,
    processors,
    require_instruction_set,
)
from l2zk.base.version import __version__
from l2zk.cli.command_line import contributions
from l2zk.cli.failure import Command, Misuse
from l2zk.cli.fields import parameters, summary
from l2zk.cli.program_commands import JSON_HELP
from l2zk.cli.screen import print_json, screen, table
from l2zk.cli.streams import say
from l2zk.errors import L2zkError, PluginError, UnknownProgramError
from l2zk.plugins import registry as plugins
from l2zk.plugins.hookspecs import hookimpl
from l2zk.plugins.installed import Plugin
from l2zk.plugins.registry import HOOKS
from l2zk.proof.header import VERSION


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    for command in (list_programs, list_plugins, new, info, demo):
        group.add_command(command)


@click.command("programs", cls=Command, short_help="List the programs that are installed.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def list_programs(as_json: bool) -> None:
    """List the programs that are installed, and the plugins that are broken."""
    registry = plugins.registry()
    listed, broken = [], [(plugin, plugin.error) for plugin in registry.plugins if plugin.error is not None]
    for id, program in registry.programs().items():
        plugin = registry.provider(id)
        try:
            listed.append((id, parameters(program), summary(program), plugin))
        except L2zkError as error:
            broken.append((plugin, error))
    if as_json:
        print_json(
            {
                "ok": True,
                "programs": [
                    {
                        "id": id,
                        "summary": about,
                        "parameters": fields,
                        "plugin": plugin.name,
                        "distribution": plugin.distribution,
                        "version": plugin.version,
                    }
                    for id, fields, about, plugin in listed
                ],
                "disputed": list(registry.disputed()),
                "broken": [{"plugin": str(plugin), "error": str(error)} for plugin, error in broken],
            }
        )
        return
    grid = table("program", "parameters", "what it is", "provided by")
    for id, fields, about, plugin in listed:
        shown = ", ".join(f"{name}: {kind}" for name, kind in fields.items())
        grid.add_row(id, shown, about, f"{plugin.distribution} {plugin.version}")
    screen().print(grid)
    for id in registry.disputed():
        both = " and ".join(str(plugin) for plugin, _ in registry.claims[id])
        say(f"{id} is claimed by {both}, so it is given to neither", err=True)
    for plugin, why in broken:
        say(f"broken: {plugin}: {why}", err=True)


@click.command("plugins", cls=Command, short_help="List the plugins, and what is wrong with them.")
@click.option("--all", "show_all", is_flag=True, help="Also l2zk's own commands, and plugins that are left out.")
@click.option("--hook", type=click.Choice(HOOKS), help="Only plugins that implement this hook.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def list_plugins(show_all: bool, hook: str | None, as_json: bool) -> None:
    """List the plugins: what they provide, the hooks that they implement, and what is wrong with them."""
    entries = [entry for entry in _entries(show_all) if hook is None or hook in entry["hooks"]]
    if as_json:
        print_json({"ok": True, "plugins": entries})
        return
    if not entries:
        say("no plugin" + (f" implements {hook}" if hook else " is installed; `l2zk new NAME` writes one"))
        return
    grid = table("plugin", "distribution", "programs", "commands", "hooks", "status")
    for entry in entries:
        lists = (", ".join(entry[key]) for key in ("programs", "commands", "hooks"))
        status = "; ".join([entry["status"], *entry["faults"]])
        grid.add_row(entry["name"], f"{entry['distribution']} {entry['version']}", *lists, status)
    screen().print(grid)


def _entries(show_all: bool) -> list[dict[str, Any]]:
    registry = plugins.registry()
    own = sorted(click.get_current_context().find_root().command.commands)  # type: ignore[attr-defined]
    contributed = contributions(registry, own)
    entries = []
    for plugin in registry.plugins:
        faults = [] if plugin.error is None else [str(plugin.error)]
        faults += contributed.faults.get(plugin.key, ())
        faults += [text for id in plugin.programs if (text := _dispute(registry, id))]
        entries.append(_entry(plugin, "broken" if plugin.error else "loaded", contributed.of(plugin), faults))
    if show_all:
        entries += [_entry(plugin, "left out", [], []) for plugin in registry.left_out]
        entries.insert(0, _entry(_OWN, "built in", own, []))
    return entries


_OWN = Plugin(name="l2zk", distribution="l2zk", version=__version__, hooks=("l2zk_register_commands",))


def _dispute(registry: plugins.Registry, id: str) -> str:
    """The complaint about a program that several plugins claim."""
    if id not in registry.disputed():
        return ""
    return f"the program {id} is claimed by " + " and by ".join(str(plugin) for plugin, _ in registry.claims[id])


def _entry(plugin: Plugin, status: str, commands: list[str], faults: list[str]) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "programs": list(plugin.programs),
        "commands": commands,
        "hooks": list(plugin.hooks),
        "status": status,
        "faults": faults,
    }


@click.command(cls=Command, short_help="Write a package that publishes a program.")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(file_okay=False),
    default=".",
    show_default=True,
    help="The folder that the package's own folder is made in.",
)
def new(name: str, into: str) -> None:
    """Write a package that publishes a program NAME: pyproject.toml, the program, its tests, a CI file.

    It installs and passes its tests as written; then replace its program by yours.
    """
    from l2zk.plugins.scaffold import Package, write

    if not into:
        raise click.UsageError("--into is empty: it names a folder, . for this one")
    package = Package(name)
    _refuse_taken(package.name)
    folder = write(package, Path(into))
    say(f"wrote {folder}")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        say(f"  {path.relative_to(folder)}")
    say(
        f"next:\n  pip install -e '{folder}[test]'\n  pytest {folder}\n"
        f"  l2zk prove {package.name} --steps 20 --input x=2"
    )


def _refuse_taken(name: str) -> None:
    """Refuse a program name that is taken: the program would not be found, and its own tests would fail."""
    try:
        taken = plugins.get_program(name).id
    except UnknownProgramError:
        return
    except PluginError as error:
        raise Misuse(error) from None
    raise Misuse(PluginError(f"{taken} is a program that is installed here; choose another name"))


@click.command(cls=Command, short_help="Say what a bug report needs.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def info(as_json: bool) -> None:
    """Say what a bug report needs: versions, instruction set, threads, platform."""
    from l2zk import _core

    require_instruction_set()
    facts: dict[str, Any] = {
        "l2zk": __version__,
        "proof format": VERSION,
        "instruction set": _core.isa(),
        "instruction sets": list(_core.isas()),
        "processors": processors(),
        "threads": default_threads(),
        "memory": physical_memory(),
        "container": asdict(container()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "GIL": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "numpy": version("numpy"),
        "platform": platform.platform(),
        "plugins": [str(plugin) for plugin in plugins.registry().plugins],
        "notes": list(_notes()),
    }
    if as_json:
        print_json({"ok": True, **{re.sub(" ", "_", name): value for name, value in facts.items()}})
        return
    facts |= {"memory": _bytes(facts["memory"]), "container": _limits(container())}
    notes = [("note", note) for note in facts.pop("notes")]
    for name, value in [*facts.items(), *notes]:
        text = ", ".join(value) if isinstance(value, list) else value
        say(f"{name:18}{text}")


def _notes() -> Iterator[str]:
    """The reasons why proofs are made by less than the best kernels, if they are."""
    from l2zk import _core

    usable, used = _core.isas(), _core.isa()
    better = set(usable[: usable.index(used)])
    if better:
        yield f"{_listed(better)} could be used instead of {used}, which L2ZK_ISA asks for"
    if beyond := set(_core.compiled_isas()) - set(usable):
        yield f"this build has kernels for {_listed(beyond)}, which this machine or its system cannot run"
    if missing := set(_core.machine_isas()) - set(usable):
        yield f"this machine has {_listed(missing)}, for which this build has no kernels: proofs could be faster"


def _listed(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))


def _limits(found: Limits) -> str:
    """The limits of a container, as text."""
    quota = [] if found.processors is None else [f"{found.processors:g} processors"]
    return ", ".join([*quota, *([] if found.memory is None else [_bytes(found.memory)])]) or "no limits"


def _bytes(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,} bytes"


@click.command(cls=Command, short_help="Prove, verify, tamper, and see it refused.")
@click.option(
    "--rounds",
    type=click.IntRange(min=100),
    default=1_000_000,
    show_default=True,
    help="Rounds of the longest Fibonacci proof.",
)
@click.option("--performance", is_flag=True, help="Measure instead what batches, threads and the cache are worth here.")
def demo(rounds: int, performance: bool) -> None:
    """Prove and verify Fibonacci at several lengths and a chain of cubes; then tamper, and see it refused."""
    source = click.get_current_context().get_parameter_source("rounds")
    if performance and source is not ParameterSource.DEFAULT:
        raise click.UsageError("--performance measures proofs of lengths of its own: leave --rounds out")
    if performance:
        from l2zk.cli.performance import run as measure

        measure(screen())
        return
    from l2zk.cli.demo import run

    if not run(screen(), rounds):
        raise click.exceptions.Exit(1)
