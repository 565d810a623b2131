"""Makes the page that asv publishes independent of other hosts: what it loads from there is put beside it, from npm."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGES = {
    "jquery": ("jquery@3.3.1", "dist/jquery.min.js"),
    "jquery.flot": ("flot@0.8.3", "jquery.flot.js"),
    "jquery.flot.time": ("flot@0.8.3", "jquery.flot.time.js"),
    "jquery.flot.selection": ("flot@0.8.3", "jquery.flot.selection.js"),
    "jquery.flot.categories": ("flot@0.8.3", "jquery.flot.categories.js"),
    "jquery.flot.orderBars": ("flot-orderbars@1.0.0", "js/jquery.flot.orderBars.js"),
    "stupidtable": ("stupid-table-plugin@1.1.3", "stupidtable.min.js"),
    "md5": ("blueimp-md5@2.19.0", "js/md5.min.js"),
    "bootstrap": ("bootstrap@3.1.1", "dist/js/bootstrap.min.js"),
    "bootstrap.css": ("bootstrap@3.1.1", "dist/css/bootstrap.min.css"),
}
"""For each file that asv's page loads the package of npm and the file in it."""

LOADED = re.compile(r'(src|href)="https://[^"]*/([\w.-]+?)(?:-[\d.]+)?(?:\.min)?\.(js|css)"[^>]*?(/?>)')
"""A place of the page that loads a file: attribute, name, kind, end of the tag."""


def make_whole(folder: Path) -> None:
    """Put beside the page what it loads from elsewhere; without npm it stays as it is."""
    if shutil.which("npm") is None:
        print("npm is not here: the page loads scripts from other hosts")
        return
    page = folder / "index.html"
    page.write_text(LOADED.sub(lambda found: beside(folder, *found.groups()), page.read_text()))


def beside(folder: Path, attribute: str, name: str, kind: str, end: str) -> str:
    """The place with a file beside the page, and without the digest of the other host's file."""
    package, member = PACKAGES[name if kind == "js" else f"{name}.{kind}"]
    (folder / f"{name}.{kind}").write_bytes(file_of(package, member))
    return f'{attribute}="{name}.{kind}"{end}'


def file_of(package: str, member: str) -> bytes:
    """A file of a package, which npm brings."""
    with tempfile.TemporaryDirectory() as place:
        command = ["npm", "pack", "--silent", package]
        name = subprocess.run(command, cwd=place, check=True, capture_output=True, text=True).stdout.split()[-1]
        with tarfile.open(Path(place, name)) as archive:
            found = archive.extractfile(f"package/{member}")
            assert found is not None
            return found.read()
