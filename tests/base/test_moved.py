"""Old module paths: each works for a version, and warns at the line that asks."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest
from places import HOUSE

import l2zk
from l2zk.base.moved import MOVED

HOMES = [(old, home) for old, homes in MOVED.items() for home in homes]


@pytest.mark.parametrize(("old", "home"), HOMES)
def test_a_name_at_its_old_path_is_the_new_one_and_warns(old: str, home: str) -> None:
    new = importlib.import_module(f"l2zk.{home}")
    name = next(name for name, value in vars(new).items() if getattr(value, "__module__", "") == new.__name__)
    module = importlib.import_module(f"l2zk.{old}")
    if name in vars(module):
        return
    with pytest.warns(DeprecationWarning, match=re.escape(f"l2zk.{old}.{name} has moved: it is l2zk.")) as caught:
        found = getattr(module, name)
    assert found is getattr(new, name) and caught[0].filename == __file__


def test_what_never_stood_there_does_not() -> None:
    for old in MOVED:
        with pytest.raises(AttributeError, match=f"module 'l2zk.{old}' has no attribute 'nonsense'"):
            importlib.import_module(f"l2zk.{old}").nonsense


def test_no_old_path_hides_a_public_name() -> None:
    assert not MOVED.keys() & set(l2zk.__all__)


def test_the_library_uses_no_old_path() -> None:
    code = "import l2zk.cli, l2zk.testing, l2zk.batch, l2zk.cache, l2zk.security, l2zk.plugins.scaffold, l2zk.cli.demo"
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=HOUSE.parent, capture_output=True, text=True)
    assert not run.returncode, run.stderr
