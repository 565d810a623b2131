"""The bridge as people meet it: the demo, three processes with folders of their own, and the page in a browser.

pytest -q plugins/l2zk-bridge/tests/whole_bridge.py      some 20 seconds on two cores; `.ci/checks bridge`
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from l2zk_bridge.attacks import ATTACKS
from l2zk_bridge.auditing import audited
from l2zk_bridge.client import RemoteLog
from l2zk_bridge.folder import Folder
from l2zk_bridge.overlook import overview
from l2zk_bridge.page import page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a demo that was kept, and all that it said, run where a clone lies that is not built."""
    clone = tmp_path_factory.mktemp("demo")
    (clone / "l2zk").mkdir()
    (clone / "l2zk" / "__init__.py").write_text("raise ImportError('this is not built')")
    folder = clone / "kept"
    command = [Path(sys.executable).with_name("l2zk"), "bridge", "demo", "--keep", folder]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_the_demo_ends_with_a_clean_audit(told: tuple[Path, str]) -> None:
    text = told[1]
    assert "200 payments within the ledgers, and 20 from one ledger to the other" in text
    assert "was killed when block 4 was proved" in text and "a2 has" in text
    assert f"{len(ATTACKS)} attacks" in text and all(f"\n  {what}\n" in text for what, _, _ in ATTACKS)
    assert "The audit is clean: " in text and max(map(len, text.splitlines()[:-1])) < 121
    together, deposited = (line.split()[-1] for line in text.splitlines() if line.startswith(("  together", "  depos")))
    assert together == deposited == "40,000"


def test_no_word_of_the_demo_needs_cryptography(told: tuple[Path, str]) -> None:
    for word in ("Merkle", "FRI", "Poseidon", "AIR", "witness", "field element", "PROTOCOL"):
        assert word not in told[1]


def test_the_folder_is_kept_as_it_was(told: tuple[Path, str]) -> None:
    folder = Folder(told[0])
    assert folder.names() == ["alpha", "beta"] and folder.log().sums().holds
    assert (told[0] / "alpha.keys").stat().st_mode & 0o777 == 0o600
    assert [folder.sequencer(name).file.pending_count() for name in folder.names()] == [0, 0]


SEQUENCER = """
import sys, time
from pathlib import Path
from l2zk_bridge import producing
from l2zk_bridge.folder import Folder
from l2zk_bridge.producing import settle_blocks

producing.OPERATIONS, producing.MESSAGES, producing.ACCOUNTS = 8, 4, 8  # a program that is soon stated
url, token, path, name, other = sys.argv[1:]
folder = Folder.create(path, [name], depth=6, url=url, token=token)
one = folder.sequencer(name)
one.wallet.add("me")
one.log.deposit(one.facts.number, one.address("me"), 1000)
Path(path, "address").write_text(one.wallet.address("me"))
while not (there := Path(path).parent / other / "address").exists() or not there.read_text():
    time.sleep(0.02)
machine = folder.machine()
settle_blocks([one], machine)
numbers = {entry.name: entry.number for entry in one.log.ledgers()}
one.send("me", numbers[other], one.address(there.read_text()), 10 * one.facts.number, deadline=one.log.tick() + 1000)
while one.state.received < 2:  # the deposit, and what the other one sent
    settle_blocks([one], machine)
    time.sleep(0.1)
print(one.account("me").balance)
"""


def test_a_server_and_two_sequencers_as_three_processes(tmp_path: Path) -> None:
    """Each has a folder of its own; what they have in common is the address of the log."""
    Folder.create(tmp_path / "server", [])
    serve = [sys.executable, "-P", "-m", "l2zk", "bridge", "serve", str(tmp_path / "server"), "--port", "0"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = server.stdout.readline() if server.stdout else ""
            url = re.match(r"http://127\.0\.0\.1:\d+", said)[0]  # type: ignore[index]
            token = (tmp_path / "server" / "settlement.token").read_text().strip()
            pairs = (("alpha", "beta"), ("beta", "alpha"))
            runs = [
                subprocess.Popen(
                    [sys.executable, "-P", "-c", SEQUENCER, url, token, str(tmp_path / name), name, other],
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for name, other in pairs
            ]
            told = {name: int(run.communicate(timeout=150)[0]) for (name, _), run in zip(pairs, runs)}
            remote = RemoteLog(url)
            gained = {entry.name: entry.number for entry in remote.ledgers()}
            assert told["alpha"] == 1000 - 10 * gained["alpha"] + 10 * gained["beta"]
            assert sum(told.values()) == 2000 and remote.sums().holds and audited(remote).found
        finally:
            server.terminate()


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
def test_a_browser_shows_the_log_of_the_demo(told: tuple[Path, str], tmp_path: Path) -> None:
    place = tmp_path / "log.html"
    place.write_text(page(overview(Folder(told[0]).log())), encoding="utf-8")
    grounds = []
    for scheme in (0, 1):  # Chromium's numbers: dark, light
        shot = tmp_path / f"{scheme}.png"
        settings = (f"--blink-settings=preferredColorScheme={scheme}", "--window-size=1100,1400")
        dom = browse(tmp_path / f"user{scheme}", *settings, f"--screenshot={shot}", "--dump-dom", place.as_uri())
        assert "<svg" in dom and "The sums agree." in dom
        grounds.append(corner(shot))
    dark, light = map(sum, grounds)
    assert dark < 150 < 600 < light


def browse(user: Path, *arguments: str) -> str:
    """What Chromium makes of a page; it fails if the page's console has an error."""
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={user}", "--enable-logging=stderr", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "CONSOLE" not in done.stderr, done.stderr
    return done.stdout


def corner(shot: Path) -> tuple[int, ...]:
    """Red, green and blue of a picture's first point, which a PNG has as they are, whatever the row's filter."""
    data, at, packed = shot.read_bytes(), 8, b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        packed += data[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return tuple(zlib.decompressobj().decompress(packed, 4)[1:4])
