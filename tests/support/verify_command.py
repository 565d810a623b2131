"""The command l2zk-verify, compiled where the texts of it have changed, and run."""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
from functools import cache
from pathlib import Path

from places import ROOT

FOLDER = ROOT / "verify"
COMPILER = shlex.split(os.environ.get("CC", "cc"))
FLAGS = ("-std=c11", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-O1")


@cache
def command(*flags: str) -> Path:
    """The path of the command, in build/verify."""
    texts = sorted(path for kind in ("*.c", "*.h") for path in FOLDER.rglob(kind))
    told = [*COMPILER, *FLAGS, *flags, f"-I{FOLDER}", str(FOLDER / "main.c"), str(FOLDER / "l2zk_verify.c")]
    mark = hashlib.sha256(b"".join(path.read_bytes() for path in texts) + repr(told).encode()).hexdigest()[:16]
    place = ROOT / "build" / "verify" / f"l2zk-verify-{mark}"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        subprocess.run([*told, "-o", str(draft)], check=True)
        os.replace(draft, place)
    return place


def run(*arguments: str | Path, given: bytes | None = None) -> subprocess.CompletedProcess[str]:
    """What the command says to these arguments; `given` is its standard input."""
    done = subprocess.run([command(), *map(str, arguments)], input=given, capture_output=True)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
