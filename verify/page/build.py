"""Builds the page: `python verify/page/build.py [PLACE]`, one HTML file with style, script and verifier inside.

Its policy (CSP) allows the page's own style and script, by their hashes, and nothing else: no address, frame or form.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import build_wasm  # noqa: E402

PLACE = HERE / "l2zk-verify.html"

SCRIPTS = (HERE.parent / "npm" / "index.js", HERE / "program.js", HERE / "page.js")


def build(place: Path = PLACE, module: bytes | None = None) -> str:
    """The page, which is written to `place`; module: the WebAssembly, which is built if it is not given."""
    module = build_wasm.build() if module is None else module
    style, code = (HERE / "page.css").read_text(encoding="utf-8"), script(module)
    policy = (
        f"default-src 'none'; script-src '{digest(code)}' 'wasm-unsafe-eval'; style-src '{digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{style}</style>'
    page = (HERE / "page.html").read_text(encoding="utf-8")
    page = page.replace("<!-- policy and style come here -->", head)
    page = page.replace("<!-- script comes here -->", f'<script type="module">{code}</script>')
    place.write_text(page, encoding="utf-8")
    return page


def script(module: bytes) -> str:
    """The module of the page: the package's text and the page's own, without their exports, and the verifier."""
    texts = (re.sub(r"^export ", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE) for path in SCRIPTS)
    return f'const MODULE = "{base64.b64encode(module).decode()}";\n' + "\n".join(texts)


def digest(text: str) -> str:
    """The hash by which a policy names a text."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PLACE
    print(f"{target}: {len(build(target).encode()):,} bytes")
