"""The page in a headless Chromium: what it tells of good proofs and bad files, to eyes, keys and screen readers."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser import CHROMIUM, Page, browser
from core.test_fixtures import FIXTURES, PIXELS, read
from table_programs import Cubes

import l2zk

sys.path.insert(0, str(Path(__file__).parent))

import build

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@dataclass(frozen=True)
class Fibonacci(l2zk.TraceProgram):
    """The Fibonacci number after so many rounds."""

    id = "fib.v0"
    rounds: int = 20

    def define(self, m: Any) -> None:
        a, b = m.columns("a", "b")
        m.start({a: m.public_input("a0", default=0), b: m.public_input("a1", default=1)})
        m.step({a: b, b: a + b})
        m.output("result", a, row=self.rounds)


@dataclass(frozen=True)
class Turned(l2zk.TraceProgram):
    """Names that are read from right to left."""

    id = "turned.v0"

    def define(self, m: Any) -> None:
        x, y = m.columns("\u05d0", "\u05d1")
        m.start({x: 7, y: 5})
        m.step({x: x - y, y: y})
        m.output("\u05d2", x, row=1)


TAG, BOLD = "<img src=x onerror=alert(1)>", "</script><b>bold</b>\u202edesrever"


@dataclass(frozen=True)
class Sly(l2zk.TraceProgram):
    """<img src=x onerror=alert(1)> \u202e desrever"""

    id = "sly.v0"
    text: str

    def define(self, m: Any) -> None:
        x = m.column("x")
        m.start({x: m.public_input("i" * len(TAG), default=5)})
        m.step({x: x})
        m.output("o" * len(BOLD.encode()), x, row=5)


@dataclass(frozen=True)
class Word(l2zk.TraceProgram):
    id = "word.v0"

    def define(self, m: Any) -> None:
        x = m.column("x")
        m.start({x: m.public_input("x")})
        m.step({x: x})
        m.output_word("digest", [x, x[1]], row=0)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("page") / "page.html"
    build.build(found)
    return found


@pytest.fixture(scope="session")
def open_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("browser")) as page:
        yield page


@pytest.fixture
def page(open_browser: Page, place: Path) -> Page:
    open_browser.events.clear()
    open_browser.open(place)
    return open_browser


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with proofs and keys."""
    folder = tmp_path_factory.mktemp("files")
    vm = l2zk.TraceZkVm()
    for name, program, witness in (
        ("fib", Fibonacci(20), ()),
        ("other", Fibonacci(21), ()),
        ("sly", Sly("</p>'\u202e"), ()),
        ("cubes", Cubes(8, 4), {"a": [5, 2, 3, 3, 2, 1, 1, 5]}),
        ("turned", Turned(), ()),
        ("five", Word(), {"x": 5}),
        ("six", Word(), {"x": 6}),
    ):
        (folder / f"{name}.l2zk").write_bytes(bytes(vm.prove(program, witness)))
        (folder / f"{name}.l2air").write_bytes(l2zk.export_key(program))
    data = (folder / "sly.l2zk").read_bytes()
    data = data.replace(b"i" * len(TAG), TAG.encode()).replace(b"o" * len(BOLD.encode()), BOLD.encode())
    (folder / "named.l2zk").write_bytes(data)
    (folder / "noise.bin").write_bytes(bytes(range(256)))
    (folder / "arrays.l2zk").write_bytes(read("2-arrays"))
    (folder / "arrays.l2air").write_bytes(l2zk.export_key(FIXTURES["2-arrays"].program))
    data = (folder / "fib.l2zk").read_bytes()
    (folder / "short.l2zk").write_bytes(data[:5000])
    (folder / "changed.l2zk").write_bytes(data[:9000] + bytes([data[9000] ^ 1]) + data[9001:])
    (folder / "huge.l2zk").write_bytes(b"l2zk" + bytes(2**24))
    key = (folder / "fib.l2air").read_bytes()
    (folder / "changed.l2air").write_bytes(key[:300] + bytes([key[300] ^ 1]) + key[301:])
    return folder


def give(page: Page, files: Path, *names: str) -> str:
    """The verdict after these files are given."""
    page.value("globalThis.seen = document.querySelector('#verdict h2')")
    page.give("#files", [files / name for name in names])
    page.wait_for("document.querySelector('#verdict h2') !== globalThis.seen")
    return page.value("document.querySelector('#verdict').innerText")


def shown(page: Page, selector: str = "main") -> str:
    return page.value(f"document.querySelector('{selector}').innerText")


def test_a_good_proof_tells_what_was_proved_by_whose_word_and_how_sure(page: Page, files: Path) -> None:
    verdict = give(page, files, "fib.l2air", "fib.l2zk")
    assert "The proof is good" in verdict and "128 proven bits" in verdict
    assert "fib.v0(rounds=20): a0=0, a1=1 -> result=6765" in shown(page, "#claims")
    assert "The Fibonacci number after so many rounds." in shown(page, "#claims")
    keys = shown(page, "#keys")
    assert Fibonacci(20).digest.hex() in keys and "It is the digest of the key fib.l2air" in keys
    assert "The key decides what was proved" in keys and "l2zk export-key" in keys
    assert "(binds)" in shown(page, "#rounds") and "zero knowledge" in shown(page, "#rounds")
    page.value("document.querySelector('summary').click()")
    assert "b[+1] = a + b" in shown(page, "#claims") and "on every row but the last" in shown(page, "#claims")


def test_nothing_leaves_the_machine(page: Page, files: Path, place: Path) -> None:
    give(page, files, "fib.l2air", "fib.l2zk")
    assert page.requested() == [place.resolve().as_uri()] and page.complaints() == []
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', place.read_text(encoding="utf-8"))
    assert policy.startswith("default-src 'none'; script-src 'sha256-") and "unsafe-inline" not in policy
    for attempt in (
        "fetch('https://example.org/').then(() => 'sent', () => 'refused')",
        "new Promise(r => { const i = new Image(); i.onload = () => r('sent'); i.onerror = () => r('refused');"
        " i.src = 'https://example.org/x.png' })",
        "(() => { try { new WebSocket('wss://example.org/'); return 'sent' } catch { return 'refused' } })()",
    ):
        assert page.value(attempt) in ("refused", "sent" if "WebSocket" in attempt else "")
    complaints = " ".join(page.complaints())
    assert complaints.count("Content Security Policy") >= 3


def test_a_proof_without_a_key_verifies_nothing(page: Page, files: Path) -> None:
    verdict = give(page, files, "fib.l2zk")
    assert "Nothing is verified yet" in verdict and "only what the file says" in verdict
    assert "fib.v0(rounds=20)" in shown(page, "#claims")
    assert "The proof is good" in give(page, files, "fib.l2air")


@pytest.mark.parametrize(
    "names, title, words",
    [
        (["fib.l2air", "changed.l2zk"], "The proof is refused", "do not lead to their root. (PROTOCOL 5.3)"),
        (["fib.l2air", "short.l2zk"], "The proof is refused", "PROTOCOL"),
        (["other.l2air", "fib.l2zk"], "The proof is not verified", "its digest is another"),
        (["changed.l2air", "fib.l2zk"], "The proof is not verified", "its digest is another"),
        (["fib.l2air", "noise.bin"], "Nothing is verified yet", "A proof is missing"),
        (["fib.l2air", "huge.l2zk"], "Nothing is verified yet", "A proof is missing"),
    ],
)
def test_bad_files_give_one_clear_sentence(page: Page, files: Path, names: list[str], title: str, words: str) -> None:
    verdict = give(page, files, *names)
    assert verdict.startswith(title) and words in verdict and "undefined" not in verdict
    assert len(verdict.splitlines()) <= 3 and page.complaints() == []
    if "noise" in names[1]:
        assert "neither a proof (.l2zk) nor a key (.l2air)" in shown(page, "#given")
    if "huge" in names[1]:
        assert "larger than any proof may be" in shown(page, "#given")


def test_texts_of_strangers_are_only_text(page: Page, files: Path) -> None:
    assert "The proof is good" in give(page, files, "sly.l2air", "sly.l2zk")
    assert TAG in shown(page, "#claims") and page.value("document.querySelector('main :is(img, b, script)')") is None
    assert give(page, files, "named.l2zk").startswith("The proof is refused")
    assert TAG in shown(page, ".values") and "<b>bold</b>" in shown(page, ".values")
    assert page.value("document.querySelector('main :is(img, b, script)')") is None
    assert "\u202e" not in shown(page, ".claim") and "\u202e" not in shown(page, ".values")


def test_names_do_not_turn_what_is_claimed(page: Page, files: Path) -> None:
    """x − y, not y − x: where each letter stands is asked of the browser."""
    assert "The proof is good" in give(page, files, "turned.l2air", "turned.l2zk")
    page.value("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    place = "(() => { const text = [...document.querySelectorAll('.claims li > :first-child')].map((e) => e.firstChild)"
    place += ".find((one) => one.data.includes('−')); return [...text.data].map((_, i) => {"
    place += " const r = document.createRange(); r.setStart(text, i); r.setEnd(text, i + 1);"
    place += " return r.getBoundingClientRect().left }) })()"
    places = page.value(place)
    assert places == sorted(places) and len(places) > 8


def test_a_value_that_is_demanded_counts(page: Page, files: Path) -> None:
    give(page, files, "fib.l2air", "fib.l2zk")
    ask = "(() => { const f = document.querySelectorAll('.values input')[2]; f.value = '%s';"
    ask += " f.dispatchEvent(new Event('change')); return document.querySelector('#verdict').innerText })()"
    assert "The proof is refused" in page.value(ask % "6766")
    assert "The proof is good" in page.value(ask % "6765")
    assert shown(page, ".values").count("demanded by you") == 1
    assert "The proof is refused" in page.value(ask % "many")


def test_a_word_that_is_demanded_is_demanded_of_the_next_proof_too(page: Page, files: Path) -> None:
    give(page, files, "five.l2air", "five.l2zk")
    ask = "(() => { const f = document.querySelectorAll('.values input')[1]; f.value = '%s';"
    ask += " f.dispatchEvent(new Event('change')); return document.querySelector('#verdict').innerText })()"
    assert "The proof is good" in page.value(ask % ("00000005" * 2)) and "demanded by you" in shown(page, ".values")
    assert "The proof is refused" in give(page, files, "six.l2zk")
    assert "16 hexadecimal digits" in page.value(ask % "00000006")
    assert "The proof is good" in page.value(ask % ("0x" + "00000006" * 2))


def test_notes_of_a_key_are_said_to_be_under_no_digest(page: Page, files: Path) -> None:
    """Whoever hands over a good key may have changed them."""
    verdict = give(page, files, "fib.l2air", "fib.l2zk")
    assert "digest can tell: see" in verdict
    claims = page.value("document.querySelector('#claims').textContent")
    assert "which its digest does not cover, say of it: The Fibonacci number" in claims
    assert "notes in the key file, which whoever hands it over can change" in claims
    digest = Fibonacci(20).digest.hex()
    trusted = f"(() => {{ const f = document.querySelector('[id^=trust]'); f.value = '{digest}';"
    trusted += " f.dispatchEvent(new Event('input')); f.dispatchEvent(new Event('change')) })()"
    page.value(trusted)
    assert "The proof is good" in shown(page, "#verdict") and "can tell" not in shown(page, "#verdict")


def test_without_webassembly_it_says_so(page: Page, place: Path) -> None:
    script = page.call("Page.addScriptToEvaluateOnNewDocument", source="delete globalThis.WebAssembly")
    page.open(place)
    page.call("Page.removeScriptToEvaluateOnNewDocument", **script)
    assert "This browser cannot verify" in shown(page, "#verdict")


def test_an_array_that_no_proof_carries_is_asked_for(page: Page, files: Path) -> None:
    page.value("document.querySelector('#bits').value = 1")
    verdict = give(page, files, "arrays.l2air", "arrays.l2zk")
    assert "Nothing is verified yet" in verdict and "the array “pixels”" in verdict
    ask = "(() => { const f = document.querySelectorAll('.values input')[1]; f.value = '%s';"
    ask += " f.dispatchEvent(new Event('change')); return document.querySelector('#verdict').innerText })()"
    assert "The proof is good" in page.value(ask % str(PIXELS))
    assert "The proof is refused" in page.value(ask % str(PIXELS[:-1]))


def test_files_can_be_dropped(page: Page, files: Path) -> None:
    for name in ("fib.l2air", "fib.l2zk"):
        data = (files / name).read_bytes().hex()
        page.value(
            f"(() => {{ const bytes = Uint8Array.from('{data}'.match(/../g), x => parseInt(x, 16));"
            f"const data = new DataTransfer(); data.items.add(new File([bytes], '{name}'));"
            "const drop = new DragEvent('drop', { dataTransfer: data, cancelable: true, bubbles: true });"
            "document.dispatchEvent(drop) })()"
        )
    page.wait_for("document.querySelector('#verdict').innerText.includes('The proof is good')")


def test_it_can_be_used_by_keys_and_read_aloud(page: Page, files: Path) -> None:
    give(page, files, "fib.l2air", "fib.l2zk")
    page.value("document.activeElement.blur()")
    reached = []
    for _ in range(8):
        page.press("Tab")
        reached.append(page.value("document.activeElement.id || document.activeElement.tagName"))
    assert reached[:3] == ["files", "bits", "clear"] and "INPUT" in reached and "SUMMARY" in reached
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    named = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if "role" in node]
    asked = [name for role, name in named if role in ("textbox", "spinbutton", "button", "DisclosureTriangle")]
    assert len(asked) >= 6 and all(asked)
    assert page.value("document.querySelector('[role=status]').getAttribute('aria-live')") == "polite"
    assert page.value("document.documentElement.lang") == "en"


def test_it_fits_a_phone_and_has_a_dark_side(page: Page, files: Path, tmp_path: Path) -> None:
    give(page, files, "cubes.l2air", "cubes.l2zk")
    backs = []
    for scheme in ("light", "dark"):
        page.look(360, scheme, tmp_path / f"{scheme}.png")
        assert page.value("document.documentElement.scrollWidth") <= 360
        backs.append(page.value("getComputedStyle(document.body).backgroundColor"))
    assert len(set(backs)) == 2
    page.look(1000, "light", tmp_path / "wide.png")
