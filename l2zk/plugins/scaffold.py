"""Writes a plugin package that installs and passes its tests as written: the files of `template/`, renamed.

The template is itself such a package, of the name "example"; a package of another name is the same text with
"example" replaced, in the form that each place needs:

    l2zk-example → l2zk-range-check    l2zk_example → l2zk_range_check    ExampleProgram → RangeCheckProgram
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from shutil import rmtree

from l2zk.errors import OptionsError

PREFIX = "l2zk-"
LONGEST = 64


@dataclass(frozen=True)
class Package:
    """The package of a program: its name in small letters and digits, with hyphens between words."""

    name: str

    def __post_init__(self) -> None:
        name = self.name.removeprefix(PREFIX)
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > LONGEST:
            raise OptionsError(
                f"{self.name!r} is no name for a package: small letters and digits, a letter first, with "
                f"hyphens between words and at most {LONGEST} in all, as in range-check"
            )
        object.__setattr__(self, "name", name)

    @property
    def distribution(self) -> str:
        """The name of the distribution, for pip."""
        return PREFIX + self.name

    def filled(self, text: str) -> str:
        """A text or a path of the template, renamed for this package."""
        underscored = self.name.replace("-", "_")
        forms = {
            "l2zk_example": f"l2zk_{underscored}",
            "test_example": f"test_{underscored}",
            "ExampleProgram": "".join(word.capitalize() for word in self.name.split("-")) + "Program",
            "example": self.name,
        }
        return re.sub("|".join(forms), lambda found: forms[found[0]], text)


def write(package: Package, into: Path) -> Path:
    """Write the package into a new folder of its name, whole or not at all; FileExistsError if it is there."""
    folder = into / package.distribution
    folder.mkdir(parents=True)
    try:
        for name, text in _template(files("l2zk.plugins") / "template"):
            path = folder / package.filled(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(package.filled(text), encoding="utf-8")
    except BaseException as error:
        rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(folder)) from None
        raise
    return folder


def _template(folder: Traversable, prefix: str = "") -> list[tuple[str, str]]:
    """The files of the template: path and text."""
    found: list[tuple[str, str]] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _template(entry, f"{prefix}{entry.name}/") if entry.name != "__pycache__" else []
        else:
            found.append((prefix + entry.name, entry.read_text(encoding="utf-8")))
    return found
