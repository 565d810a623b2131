"""Packaging: a real sdist, the wheel from it, an editable install; what is in them, and that they prove."""

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
import wheels
from environments import Environment
from places import ROOT, TESTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sdist(built: Path) -> set[str]:
    """The files in the sdist."""
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}


@pytest.fixture(scope="module")
def wheel(built: Path) -> set[str]:
    """The files in the wheel."""
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def texts(*patterns: str) -> set[str]:
    """Files of the package in the tree, by pattern."""
    found = {path for pattern in patterns for path in (ROOT / "l2zk").glob(pattern) if path.is_file()}
    return {str(path.relative_to(ROOT)) for path in found if path.parent.name != "__pycache__"}


def first_proof(*path: Path) -> Any:
    """What a process tells that proves and verifies with these folders in front: see tools/first_proof.py."""
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, ROOT / "tools" / "first_proof.py"]
    run = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def installed(wheel: Path, folder: Path) -> None:
    """Install a wheel in a folder, alone."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, wheel]
    subprocess.run(list(map(str, command)), check=True)


def test_the_sdist_has_all_that_a_build_needs_and_nothing_generated(sdist: set[str]) -> None:
    needed = texts(
        "**/*.py",
        "*.pyx",
        "*.pxd",
        "*.pyi",
        "*.md",
        "py.typed",
        "_protocol/**/*.pxi",
        "_native/*.[ch]",
        "plugins/template/**/*",
    )
    assert {"l2zk/_core.pyx", "l2zk/_probes.pyx"} <= needed and "l2zk/_native/kernels.c" in needed
    assert needed <= sdist
    assert {
        "setup.py",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "tests/whole/test_packaging.py",
        ".ci/run",
    } <= sdist
    assert not [name for name in sdist if name == "l2zk/_core.c" or name.endswith((".so", ".pyc"))]


def test_the_wheel_has_what_users_and_plugins_need(wheel: set[str]) -> None:
    needed = texts("**/*.py", "*.pxd", "*.pyi", "*.md", "py.typed", "_native/*.h", "plugins/template/**/*")
    assert {"l2zk/__init__.pxd", "l2zk/plugins/template/.github/workflows/test.yml"} <= needed
    assert {"l2zk/PROTOCOL.md", "l2zk/py.typed", "l2zk/_core.pyi", "l2zk/_native/kernels.h"} <= needed <= wheel
    assert any(name.endswith("dist-info/licenses/LICENSE") for name in wheel)
    assert len([name for name in wheel if name.startswith("l2zk/_core.") and name.endswith(".so")]) == 1


def test_the_wheel_has_no_sources_of_the_build(wheel: set[str]) -> None:
    assert not [
        name
        for name in wheel
        if name.endswith((".c", ".pyx", ".pxi")) or "_probes" in name or not name.startswith("l2zk")
    ]


def test_one_wheel_serves_every_python_from_3_11_on(built: Path) -> None:
    [path] = built.glob("*.whl")
    limited = not sysconfig.get_config_var("Py_GIL_DISABLED")
    assert ("-cp311-abi3-" in path.name) == limited, path.name


def test_the_wheel_proves_and_has_all_kernels_of_its_machine_and_offers_what_the_processor_can_run(
    built: Path, tmp_path: Path
) -> None:
    [path] = built.glob("*.whl")
    machine = platform.machine()
    if wanted := [one.kernels for one in wheels.PLATFORMS if one.machine == machine]:
        assert wheels.kernels(path) == wanted[0]
    installed(path, tmp_path)
    found = first_proof(tmp_path)
    assert Path(found["package"]).parent == tmp_path / "l2zk"
    assert set(found["runnable"]) <= set(found["offered"])


def test_the_extension_is_small_and_made_for_any_machine_of_its_kind(built: Path) -> None:
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        [extension] = [entry for entry in archive.infolist() if entry.filename.endswith(".so")]
    assert extension.file_size < 9 * 2**18


def test_an_editable_install_proves(source: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    older = source / "l2zk" / f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"  # which Python would prefer
    older.write_bytes(b"of an older build")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps"]
    command += ["--config-settings", "editable_mode=compat", "--editable", source]
    subprocess.run(command, check=True, env={**os.environ, "L2ZK_QUICK": "1"})
    [pth] = (tmp_path / "venv").glob("lib/python*/site-packages/__editable__*.pth")
    assert Path(first_proof(Path(pth.read_text().strip()))["package"]) == source / "l2zk" / "__init__.py"
    assert not older.exists() or older.read_bytes()[:4] == b"\x7fELF", "an older build stands in the way no more"
    assert not (source / "l2zk" / "_core.c").exists(), "no generated file stands beside its source"


def test_a_new_package_installs_and_passes_its_tests_as_written(environment: Environment) -> None:
    written = environment.run("l2zk", "new", "range-check")
    assert written.returncode == 0, written.stderr
    package = environment.folder / "l2zk-range-check"
    environment.install(f"{package}[test]")
    listed = environment.run("l2zk", "programs")
    assert "range-check.v0  steps: int" in listed.stdout and "l2zk-range-check 0.1.0" in listed.stdout
    tests = environment.run("pytest", "-q", package)
    assert tests.returncode == 0 and "5 passed" in tests.stdout, tests.stdout + tests.stderr


def test_a_cython_plugin_is_built_against_the_installed_wheel(environment: Environment, tmp_path: Path) -> None:
    package = shutil.copytree(TESTS / "packages" / "l2zk-inversive", tmp_path / "l2zk-inversive")
    environment.install(package, "pytest>=8")
    tests = environment.run("pytest", "-q", package / "tests")
    assert tests.returncode == 0 and "7 passed" in tests.stdout, tests.stdout + tests.stderr
    proved = environment.run("l2zk", "prove", "inversive", "--rounds", "1000", "--input", "x=2")
    assert proved.stdout.startswith("inversive.v0(rounds=1000, a=5, c=11) ->"), proved.stderr


def test_the_stub_agrees_with_the_core(tmp_path: Path) -> None:
    (tmp_path / "allowed").write_text(r"l2zk\._core\.__\w+__")  # what Cython adds to every module
    command = [
        sys.executable,
        "-m",
        "mypy.stubtest",
        "--allowlist",
        "allowed",
        "--ignore-unused-allowlist",
        "l2zk._core",
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.stdout == "Success: no issues found in 1 module\n", run.stdout + run.stderr


def test_the_types_of_the_package_agree(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        ROOT / "pyproject.toml",
        "--cache-dir",
        tmp_path,
    ]
    run = subprocess.run([*command, ROOT / "l2zk"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
