"""The site's parts: links that are turned, formulas that are set, faults that are seen; `.ci/checks site` builds it."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from places import ROOT

WEB = ROOT / "docs" / "web"


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(WEB))


def part(name: str):
    """A module of docs/web, whose names are those of no other."""
    module = importlib.import_module(name)
    assert Path(str(module.__file__)).parent == WEB
    return module


def test_every_page_has_a_name_of_its_own_and_every_plugin_a_page():
    pages = part("contents").found_pages()
    assert len({page.name for page in pages}) == len(pages)
    plugins = {f"plugins/{path.parent.name}/README.md" for path in ROOT.glob("plugins/*/pyproject.toml")}
    assert plugins <= {page.source for page in pages}
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")} <= {
        page.source for page in pages
    }


def test_links_lead_to_pages_and_to_pages_of_files():
    pages, links = part("contents"), part("links")
    page = pages.Page("plugins/l2zk-vdf/README.md", "programs/vdf", "vdf", "Programs")
    turned = links.Turned(pages.found_pages())
    text = turned.text(
        page, "[a](../../l2zk/PROTOCOL.md#2-fields) [b](../l2zk-sort/README.md) [c](../../setup.py) [d](#x)"
    )
    assert text == "[a](../protocol.md#2-fields) [b](sort.md) [c](../source/setup.py.md) [d](#x)"
    assert turned.files == {"setup.py"}
    named = "`examples/sbox.py` ```\n`examples/sbox.py`"
    assert turned.text(page, named).startswith("[`examples/sbox.py`](../source/examples/sbox.py.md) ")
    assert turned.text(page, "```py\n[a](b.md)\n```\n") == "```py\n[a](b.md)\n```\n"
    with pytest.raises(SystemExit, match="links to plugins/l2zk-vdf/gone.md, which is no file"):
        turned.text(page, "[e](gone.md)")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2^64 − 2^32 + 1", "2[64] − 2[32] + 1"),
        ("N_t = 2^{n_t}, L_z(X)", "N(t) = 2[n(t)], L(z)(X)"),
        ("x^{2^{k − k_t}} − 1", "x[2[k − k(t)]] − 1"),
        ("Σ_{i<b} 2^−128·f̂_0(Y)", "Σ(i<b) 2[−128]·f̂(0)(Y)"),
        ("7^((p−1)/2^32)", "7[((p−1)/2[32])]"),
        ("2^⌊log x⌋, |K|^C, y_u^m", "2[⌊log x⌋], |K|[C], y(u)[m]"),
        ("Σĝ_i·mask_i, weight_{t,c}(b)", "Σĝ(i)·mask(i), weight(t,c)(b)"),
        ("allow_insecure x86_64 l2zk_prove_started", "allow_insecure x86_64 l2zk_prove_started"),
    ],
)
def test_powers_and_indices_are_set(text: str, shown: str):
    pieces = part("formulas").pieces

    def written(text: str) -> str:
        marks = {"": ("", ""), "^": ("[", "]"), "_": ("(", ")")}
        return "".join(
            marks[sign][0] + (written(piece) if sign else piece) + marks[sign][1] for piece, sign in pieces(text)
        )

    assert written(text) == shown


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path):
    audit = part("audit")
    (tmp_path / "a.html").write_text('<h2 id="there">x</h2><a href="b.html#there">b</a><img src="gone.png">')
    (tmp_path / "b.html").write_text(
        '<a class="x" href="a.html#there">a</a><script src="https://other.example/x.js"></script>'
    )
    (tmp_path / "c.css").write_text("a { background: url(//other.example/x.png) }")
    (tmp_path / "searchindex.js").write_text('Search.setIndex({"docnames":["a"]})')
    assert audit.faults(tmp_path) == [
        "a.html links to b.html#there, where no such heading is",
        "a.html links to gone.png, which is not there",
        "b.html loads https://other.example/x.js from another host",
        "c.css loads url(//other.example/x.png",
        "the search does not know b",
    ]


def test_citations_of_the_protocol_are_links_where_they_are_prose():
    pages, sections = part("contents"), part("sections")
    protocol = "**4.7 Bits.** As 4.7 says.\n\n    4.7 in a block\n\n| 2^5 | 4.7 |\n\n## 7. The verifier\n\n4.8, 7.3\n"
    page = pages.Page("l2zk/PROTOCOL.md", "protocol", "", "")
    assert sections.linked(page, protocol, protocol) == (
        "(s4.7)=\n**4.7 Bits.** As [4.7](#s4.7) says.\n\n    4.7 in a block\n\n| 2^5 | 4.7 |\n\n"
        "(s7)=\n## 7. The verifier\n\n4.8, [7.3](#s7)\n"
    )
    assert sections.linked(pages.Page("README.md", "readme", "", ""), "4.7", protocol) == "4.7"
