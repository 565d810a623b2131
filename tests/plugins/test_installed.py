"""Distributions that cannot be read: each is named as broken, and hides neither another nor a program."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from commands import l2zk

from l2zk.errors import PluginError, UnknownProgramError
from l2zk.plugins import registry as plugins
from l2zk.plugins.installed import choose, installed

POINTS = "[l2zk]\nodd = odd_module\n"
METADATA = "Metadata-Version: 2.1\nName: l2zk-odd\nVersion: 1.5\n"
BROKEN = {
    "no equals": ("[l2zk]\nfoo foo:main\n", METADATA),
    "no equals in another group": ("[console_scripts]\nfoo foo:main\n", METADATA),
    "Latin-1 points": (POINTS + "# é\n", METADATA),
    "Latin-1 metadata": (POINTS, METADATA + "Author: é\n"),
    "both in Latin-1": (POINTS + "# é\n", METADATA + "Author: é\n"),
}


def put(site: Path, points: str, metadata: str | None, folder: str = "l2zk_odd-1.5.dist-info") -> None:
    """Write a file as pip would, in Latin-1."""
    (site / folder).mkdir(parents=True)
    (site / folder / "entry_points.txt").write_bytes(points.encode("latin-1"))
    if metadata is not None:
        (site / folder / "METADATA").write_bytes(metadata.encode("latin-1"))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that comes first on the path, and nothing loaded."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(plugins, "_registries", {})
    monkeypatch.delenv("L2ZK_LOAD_PLUGINS", raising=False)
    return tmp_path


@pytest.mark.parametrize("points, metadata", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_is_named_and_stops_no_other(points: str, metadata: str, site: Path) -> None:
    put(site, points, metadata)
    assert plugins.get_program("fib").id == "fib.v0"
    [odd] = [one for one in plugins.registry().plugins if "odd" in one.distribution]
    assert str(odd) in ("l2zk-odd 1.5", "l2zk_odd 1.5") and isinstance(odd.error, PluginError)
    assert str(odd.error).startswith("reading l2zk_odd-1.5.dist-info raised ") and len(str(odd.error)) < 400
    with pytest.raises(UnknownProgramError, match="these plugins failed to load: l2zk.odd 1.5 .reading l2zk_odd-1.5"):
        plugins.get_program("odd")
    [entry] = [one for one in json.loads(l2zk("plugins", "--json").stdout)["plugins"] if "odd" in one["name"]]
    assert entry["status"] == "broken" and entry["faults"] == [str(odd.error)]
    for arguments in (["plugins"], ["programs"], ["prove", "fib", "--rounds", "5"], ["--help"], ["info"]):
        assert l2zk(*arguments).exit_code == 0
    assert "broken: l2zk" in l2zk("programs").stderr


@pytest.mark.parametrize("metadata", [None, "", "Metadata-Version: 2.1\n", "Name: l2zk-odd\n"])
def test_metadata_may_say_little_or_be_missing(metadata: str | None, site: Path) -> None:
    put(site, POINTS, metadata)
    assert plugins.get_program("fib") and "odd" in str([str(plugin) for plugin in plugins.registry().plugins])


def test_it_is_asked_for_and_left_out_by_its_name(site: Path) -> None:
    put(site, *BROKEN["no equals"])
    assert [one.plugin.name for one in choose(["L2ZK_Odd"], [])[0]] == ["l2zk-odd"]
    assert [plugin.name for plugin in plugins.load(["fibonacci"]).plugins] == ["fibonacci"]
    assert "l2zk-odd" in [plugin.name for plugin in plugins.load(left_out=["l2zk-odd"]).left_out]
    assert plugins.load(["l2zk-odd"]).plugins[0].error is not None


def test_the_first_of_a_name_on_the_path_hides_the_others(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(site / "second", POINTS, METADATA.replace("1.5", "1.4"), "l2zk_odd-1.4.dist-info")
    monkeypatch.syspath_prepend(str(site / "second"))
    for number, (points, metadata) in enumerate(BROKEN.values()):
        put(site / str(number), points, metadata)
        monkeypatch.setattr(sys, "path", [*sys.path, str(site / str(number))])
    assert [str(one.plugin) for one in installed() if "odd" in one.plugin.key] == ["odd of l2zk-odd 1.4"]
    put(site / "none", "", METADATA.replace("1.5", "1.6"), "l2zk_odd-1.6.dist-info")
    monkeypatch.syspath_prepend(str(site / "none"))
    assert [str(one.plugin) for one in installed() if "odd" in one.plugin.key] == []


@pytest.mark.parametrize("name", ["find_distributions", "__getattr__"])
def test_a_finder_that_fails_stops_no_other(name: str, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finder = type("Finder", (), {"find_spec": lambda *_: None, name: lambda *_: sys.exit(0)})()
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    assert plugins.get_program("fib").id == "fib.v0"
