"""Plugins: real distributions, good and bad, installed by pip and found by their entry points."""

import inspect
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from l2zk.errors import PluginError, ProofError, UnknownProgramError
from l2zk.language.program import Machine, TraceProgram
from l2zk.plugins import hookspecs
from l2zk.plugins import registry as plugins
from l2zk.plugins.registry import Registry
from l2zk.vm.zkvm import TraceZkVm

PROGRAM = """
from dataclasses import dataclass
import l2zk

@dataclass(frozen=True)
class Doubling(l2zk.TraceProgram):
    '''A value doubled again and again.'''
    id = "doubling.v0"
    rounds: int

    def define(self, m):
        a, = m.columns("a")
        m.start({a: m.public_input("a0", default=1)})
        m.step({a: a + a})
        m.output("result", a, row=self.rounds)

class Newer(Doubling):
    id = "doubling.v10"

class Newest(Doubling):
    id = "doubling.v9"
"""

MODULES = {
    "l2zk-doubling": {
        "doubling": PROGRAM
        + """
@l2zk.hookimpl
def l2zk_register_programs(register):
    for program in (Doubling, Newer, Newest, Doubling):
        register(program)
"""
    },
    "l2zk-rival": {
        "rival": PROGRAM.replace("doubling", "rival").replace("rival.v10", "doubling.v10")
        + """
@l2zk.hookimpl
def l2zk_register_programs(register):
    register(Doubling)
    register(Newer)
"""
    },
    "l2zk-trouble": {
        "absent": "import a_module_that_is_not_installed",
        "misspelt": "import l2zk\n@l2zk.hookimpl\ndef l2zk_register_program(register): pass\n",
        "halfway": PROGRAM
        + """
@l2zk.hookimpl
def l2zk_register_programs(register):
    register(Doubling)
    raise RuntimeError("halfway")
""",
        "stranger": "import l2zk\n@l2zk.hookimpl\ndef l2zk_register_programs(register): register(int)\n",
        "twice": PROGRAM
        + """
class Other(Doubling):
    pass

@l2zk.hookimpl
def l2zk_register_programs(register):
    register(Doubling)
    register(Other)
""",
        "silent": "import l2zk\n",
        "curious": PROGRAM.replace("doubling", "curious")
        + """
from l2zk import programs
SEEN = set(programs())

@l2zk.hookimpl
def l2zk_register_programs(register):
    register(Doubling)
""",
    },
}


def write_distribution(folder: Path, name: str, modules: dict[str, str]) -> Path:
    """A distribution as anybody would write it: a pyproject.toml and modules, an entry point for each."""
    module_of = {entry: f"{name.replace('-', '_')}_{entry}" for entry in modules}
    folder.mkdir()
    for entry, text in modules.items():
        (folder / f"{module_of[entry]}.py").write_text(text)
    points = "\n".join(f'{entry} = "{module}"' for entry, module in module_of.items())
    (folder / "pyproject.toml").write_text(
        textwrap.dedent(
            f"""
            [build-system]
            requires = ["setuptools"]
            build-backend = "setuptools.build_meta"

            [project]
            name = "{name}"
            version = "1.2.3"
            dependencies = ["l2zk"]

            [tool.setuptools]
            py-modules = {list(module_of.values())}

            [project.entry-points.l2zk]
            """
        )
        + points
    )
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed all of the distributions above."""
    sources, site = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("site")
    folders = [write_distribution(sources / name, name, modules) for name, modules in MODULES.items()]
    command = f"{sys.executable} -m pip install --quiet --no-deps --no-build-isolation --target".split()
    subprocess.run([*command, *map(str, [site, *folders])], check=True)
    return site


@pytest.fixture
def site(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(installed))
    return installed


def fresh(site: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a new process that sees the folder."""
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    variables = {**os.environ, "PYTHONPATH": path, **environment}
    return subprocess.run([sys.executable, "-c", code], env=variables, cwd=site, capture_output=True, text=True)


def errors(registry: Registry) -> dict[str, str]:
    return {plugin.name: str(plugin.error) for plugin in registry.plugins if plugin.error is not None}


def test_a_program_is_found_by_name_and_by_id(site: Path) -> None:
    registry = plugins.load(["doubling"])
    assert list(registry.programs()) == ["doubling.v0", "doubling.v9", "doubling.v10"]
    assert registry.get("doubling").id == "doubling.v10", "versions are numbers, the newest wins"
    assert registry.get("doubling.v9").id == "doubling.v9"
    assert registry.get("doubling.v0")(rounds=3).definition.air.rows == 4
    [plugin] = registry.plugins
    assert str(plugin) == "doubling of l2zk-doubling 1.2.3"
    assert plugin.programs == ("doubling.v0", "doubling.v10", "doubling.v9")
    assert plugin.hooks == ("l2zk_register_programs",)
    assert registry.provider("doubling.v0") is plugin


def test_plugins_are_chosen_by_entry_point_or_distribution(site: Path) -> None:
    assert [plugin.name for plugin in plugins.load(["L2ZK_Rival", "silent"]).plugins] == ["rival", "silent"]
    assert plugins.load([]).plugins == ()
    assert {"doubling", "rival", "absent"} <= {plugin.name for plugin in plugins.load().plugins}


def test_a_plugin_that_is_asked_for_must_exist(site: Path) -> None:
    with pytest.raises(
        PluginError, match="no plugin 'dubling' to load, as L2ZK_LOAD_PLUGINS asks; installed: .*doubling"
    ):
        plugins.load(["dubling"])


def test_an_unknown_program_names_the_nearest_and_the_list(site: Path) -> None:
    with pytest.raises(
        UnknownProgramError,
        match=r"no plugin provides a program 'Dubling'; did you mean 'doubling'\? `l2zk programs`",
    ):
        plugins.load(["doubling"]).get("Dubling")
    with pytest.raises(
        UnknownProgramError, match="no plugin provides a program 'doubling.v3'; did you mean 'doubling.v"
    ):
        plugins.load(["doubling"]).get("doubling.v3")
    with pytest.raises(UnknownProgramError, match="'fib'; `l2zk programs` lists those installed$"):
        plugins.load([]).get("fib")


def test_an_unknown_program_says_which_plugins_are_broken(site: Path) -> None:
    with pytest.raises(
        UnknownProgramError, match=r"failed to load: absent of l2zk-trouble 1.2.3 \(importing .* No module named"
    ):
        plugins.load(["absent"]).get("fib")


def test_a_broken_plugin_stops_no_other_and_its_error_is_kept(site: Path) -> None:
    registry = plugins.load(["l2zk-trouble", "doubling"])
    assert registry.get("doubling").id == "doubling.v10"
    found = errors(registry)
    assert set(found) == {"absent", "misspelt", "halfway", "stranger", "twice"}
    assert "a_module_that_is_not_installed" in found["absent"]
    assert found["misspelt"].startswith(
        "l2zk_register_program is not a hook of this l2zk; the hooks are l2zk_register_programs, l2zk_"
    )
    assert found["halfway"].startswith("l2zk_register_programs raised RuntimeError: halfway (line ")
    assert found["stranger"] == "register() takes a subclass of l2zk.TraceProgram; got <class 'int'>"
    assert found["twice"] == "two classes of one plugin have the id 'doubling.v0'; give each version its own"


def test_what_two_plugins_claim_goes_to_neither_and_both_are_named(site: Path) -> None:
    registry = plugins.load(["doubling", "rival"])
    both = "doubling of l2zk-doubling 1.2.3 .* and by rival of l2zk-rival 1.2.3"
    for name in ("doubling.v10", "doubling"):
        with pytest.raises(PluginError, match=f"{name!r} is claimed by .*{both}"):
            registry.get(name)
    assert registry.get("doubling.v9").id == "doubling.v9"
    assert registry.get("rival").id == "rival.v0"
    assert list(registry.programs()) == ["doubling.v0", "doubling.v9", "rival.v0"]
    assert registry.disputed() == ("doubling.v10",)


def test_the_environment_chooses(site: Path) -> None:
    code = "import l2zk.plugins.registry as p; print(*p.programs()); print(p.get_program('doubling').id)"
    run = fresh(site, code, L2ZK_LOAD_PLUGINS="doubling, silent")
    assert run.stdout.split() == ["doubling.v0", "doubling.v9", "doubling.v10", "doubling.v10"], run.stderr
    assert (
        fresh(site, "import l2zk.plugins.registry as p; print(len(p.registry().plugins))", L2ZK_LOAD_PLUGINS="").stdout
        == "0\n"
    )


def test_plugins_load_once_however_many_threads_ask_first(site: Path) -> None:
    code = """
from concurrent.futures import ThreadPoolExecutor
from l2zk.plugins.registry import registry
with ThreadPoolExecutor(8) as pool:
    print(len({id(found) for found in pool.map(lambda _: registry(), range(64))}))
"""
    assert fresh(site, code, L2ZK_LOAD_PLUGINS="doubling,rival").stdout == "1\n"


def test_a_plugin_may_look_programs_up_while_it_is_imported(site: Path) -> None:
    code = """
import l2zk.plugins.registry as p
p.registry()
import l2zk_trouble_curious as c
print(sorted(c.SEEN)[0], *sorted(p.programs()))
"""
    run = fresh(site, code, L2ZK_LOAD_PLUGINS="doubling,curious")
    assert run.stdout == "doubling.v0 curious.v0 doubling.v0 doubling.v10 doubling.v9\n", run.stderr


def test_a_plugin_that_is_left_out_is_as_if_it_were_not_installed(site: Path) -> None:
    registry = plugins.load(["doubling", "rival"], left_out=["L2ZK.doubling"])
    assert [plugin.name for plugin in registry.plugins] == ["rival"]
    assert registry.get("doubling.v10"), "no longer disputed"
    assert "doubling of l2zk-doubling 1.2.3" in map(str, registry.left_out)
    with pytest.raises(PluginError, match="no plugin 'dubling' to leave out; installed: "):
        plugins.load(left_out=["dubling"])


def test_without_holds_in_its_context_alone(site: Path) -> None:
    code = """
from l2zk.plugins import registry as plugins
with plugins.without(["doubling"]), plugins.without(["l2zk-trouble"]):
    print(*(p.name for p in plugins.registry().plugins))
print(*(p.name for p in plugins.registry().plugins))
"""
    run = fresh(site, code, L2ZK_LOAD_PLUGINS="doubling,rival,silent")
    assert run.stdout.splitlines() == ["rival", "doubling rival silent"], run.stderr


def test_the_trace_of_plugins_shows_what_is_loaded_and_each_call(site: Path) -> None:
    code = "import l2zk.plugins.registry as p; p.registry()"
    run = fresh(site, code, L2ZK_LOAD_PLUGINS="doubling,halfway", L2ZK_TRACE_PLUGINS="1")
    assert run.stdout == ""
    lines = run.stderr.splitlines()
    assert lines[0] == "l2zk plugins: loading doubling of l2zk-doubling 1.2.3 from l2zk_doubling_doubling"
    assert lines[1].startswith("l2zk plugins: l2zk_register_programs(register=<function")
    assert lines[1].endswith("of l2zk-doubling:doubling")
    assert lines[2] == "l2zk plugins: l2zk_register_programs of l2zk-doubling:doubling -> []"
    assert lines[3] == "l2zk plugins: doubling of l2zk-doubling 1.2.3: l2zk_register_programs"
    assert "of l2zk-trouble:halfway raised RuntimeError('halfway')" in run.stderr
    assert fresh(site, code, L2ZK_LOAD_PLUGINS="doubling", L2ZK_TRACE_PLUGINS="0").stderr == ""


def test_implementations_are_those_of_good_plugins_one_by_one(site: Path) -> None:
    registry = plugins.load(["doubling", "rival", "halfway"])
    found = registry.implementations("l2zk_register_programs")
    assert [plugin.name for plugin, _ in found] == ["doubling", "rival"]
    seen: list[str] = []
    found[1][1](register=lambda program: seen.append(program.id))
    assert seen == ["rival.v0", "doubling.v10"]


def test_a_proof_leads_to_its_program(site: Path) -> None:
    program = plugins.get_program("fib")(rounds=5)  # type: ignore[call-arg]
    proof = TraceZkVm().prove(program)
    assert plugins.program_of(proof) == program
    assert plugins.program_from(type(program), proof) == program
    with pytest.raises(ProofError, match="doubling.v0 cannot be built .*: define failed"):
        plugins.program_from(failing_program(), proof)


def failing_program() -> type[TraceProgram]:
    @dataclass(frozen=True)
    class Failing(TraceProgram):
        id = "doubling.v0"
        rounds: int

        def define(self, m: Machine) -> None:
            raise RuntimeError("define failed")

    return Failing


def test_importing_l2zk_loads_no_plugin(site: Path) -> None:
    code = "import sys, l2zk; print([m for m in sys.modules if m.startswith(('l2zk_', 'click', 'rich'))])"
    assert fresh(site, code).stdout == "[]\n"


HOOKS = [name for name in vars(hookspecs) if name.startswith("l2zk_")]


@pytest.mark.parametrize("name", HOOKS)
def test_each_hook_says_what_it_is_for_and_since_when(name: str) -> None:
    text = inspect.getdoc(getattr(hookspecs, name))
    assert text and len(text) > 200 and "Since 0." in text
    for argument in inspect.signature(getattr(hookspecs, name)).parameters:
        assert f"{argument}(" in text or f"`{argument}`" in text


def test_every_hook_has_the_prefix() -> None:
    marked = [name for name, value in vars(hookspecs).items() if hasattr(value, "l2zk_spec")]
    assert marked == HOOKS == list(plugins.HOOKS)
    assert HOOKS[:2] == ["l2zk_register_programs", "l2zk_register_commands"]
    assert tuple(HOOKS[2:]) == plugins.OBSERVING
