"""The page on which a browser verifies proofs, as a page of the site: where ziglang is installed, which compiles it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from contents import ROOT

NAME = "check-a-proof.html"
SAMPLES = ("fibonacci.l2air", "fibonacci.l2zk")
MAKER, FOLDER = ROOT / "verify" / "page" / "build.py", ROOT / "verify" / "npm" / "test"

SENTENCE = f"""
**Check a proof here**: <a href="{NAME}">the verifier as a page</a>, which runs in your browser and sends nothing.
Give it this <a href="{SAMPLES[0]}" download>key</a> and this <a href="{SAMPLES[1]}" download>proof</a> of a Fibonacci
number, or your own.
"""


def there() -> bool:
    """True if the page can be made."""
    return find_spec("ziglang") is not None and MAKER.exists() and all((FOLDER / name).exists() for name in SAMPLES)


def sentence() -> str:
    """What leads to the page, if there will be one."""
    return SENTENCE if there() else ""


def add_to(site: Path) -> None:
    """Put the page into the site, with a key and a proof to try."""
    if there():
        subprocess.run([sys.executable, MAKER, site / NAME], check=True, stdout=subprocess.DEVNULL)
        for name in SAMPLES:
            shutil.copy(FOLDER / name, site / name)
