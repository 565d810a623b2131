"""Pictures that the library draws while the site is built, in light and in dark: traces, and proofs by their parts."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from contents import ROOT
from matplotlib import pyplot

import l2zk

PLOTTED = {
    "docs/tutorial.md": [
        (
            "tutorial-trace",
            "Three columns over their rows as strips; the cells that a violated constraint reads are marked",
        ),
        ("tutorial-proof", "A bar for the bytes of each part of a proof"),
    ],
    "docs/proof-step-by-step.md": [
        ("step-proof", "A bar for the bytes of each part of the proof on this page"),
        (
            "step-trace",
            "The trace with a wrong cell: two columns over eight rows, the cells of violated constraints marked",
        ),
    ],
}
"""For each page whose blocks draw: name of each picture in their order, and what it shows."""

HINTED = {
    "front-trace": ("trace-sha256", "The trace of SHA-256 of 11 bytes as strips: 16 of its columns over 128 rows"),
    "front-proof": ("front-proof", "A bar for the bytes of each part of a proof of 20 Fibonacci steps"),
}
"""For each mark `<!-- picture: NAME -->` in a page: the picture's name, and what it shows."""

TRACED: dict[str, tuple[str, dict[str, int], Any, slice]] = {
    "plugins/l2zk-sha256/README.md": ("sha256", {"length": 11}, b"hello world", slice(None)),
    "plugins/l2zk-sha3/README.md": ("sha3-256", {"length": 3}, b"abc", slice(0, 256)),
    "plugins/l2zk-poseidon2/README.md": ("poseidon2", {"count": 64}, list(range(8)), slice(None)),
}
"""For each page that shows a trace: program, parameters, a witness whose author wants it seen, rows."""

MOST_STRIPS = 16

STYLES: dict[str, dict[str, Any]] = {
    "light": {"axes.edgecolor": "#888888"},
    "dark": {
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), "#d0d4da"),
        "axes.edgecolor": "#888888",
    },
}
COMMON = {
    "savefig.transparent": True,
    "axes.titlelocation": "left",
    "svg.hashsalt": "l2zk",
    "axes.facecolor": "none",
    "figure.dpi": 80,
}
FENCED = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def draw_into(folder: Path) -> None:
    """All pictures, as NAME-light.svg and NAME-dark.svg."""
    pyplot.switch_backend("agg")
    sys.path.append(str(ROOT / "tests"))  # the twin, from which a page takes its numbers
    folder.mkdir(parents=True)
    for page, names in PLOTTED.items():
        for (name, _), draw in zip(names, drawings(ROOT / page), strict=True):
            keep(folder, name, draw)
    for page in TRACED:
        keep(folder, f"trace-{TRACED[page][0]}", lambda page=page: draw_trace(page))  # type: ignore[misc]
    keep(folder, "front-proof", fibonacci_proof)


def draw_trace(page: str) -> None:
    """The first columns of the trace of a page."""
    name, parameters, witness, rows = TRACED[page]
    trace = l2zk.TraceZkVm(redact=False).trace(l2zk.get_program(name)(**parameters), witness)
    _, axes = pyplot.subplots(figsize=(8, 3.6), layout="constrained")
    trace.plot(columns=list(trace.columns)[:MOST_STRIPS], rows=rows, axes=axes)


def told(page: str) -> tuple[str, str]:
    """The picture of a page's trace, and what it shows."""
    name, parameters, _, rows = TRACED[page]
    given = ", ".join(f"{key}={value}" for key, value in parameters.items())
    some = "" if rows == slice(None) else f", rows {rows.start} to {rows.stop - 1}"
    return f"trace-{name}", f"The first {MOST_STRIPS} columns of the trace of {name}({given}){some}"


def fibonacci_proof() -> None:
    """The bytes of a proof of the program on the front page."""
    program = l2zk.get_program("fib")(rounds=20)
    l2zk.TraceZkVm().prove(program).plot(program)


def drawings(path: Path) -> Iterator[Callable[[], object]]:
    """Runs the Python of a page in a folder of its own; of each block that draws what draws it again."""
    names: dict[str, Any] = {"__name__": "page"}
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        for found in FENCED.finditer(text):
            lines = text.count("\n", 0, found.start(1))
            code = compile("\n" * lines + found[1], path, "exec", dont_inherit=True)
            if file := re.match(r"# (\w+\.py)\n", found[1]):
                Path(file[1]).write_text(found[1], encoding="utf-8")
            if ".plot(" in found[1]:
                yield lambda code=code: exec(code, names)  # type: ignore[misc]
            else:
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(code, names)


def keep(folder: Path, name: str, draw: Callable[[], object]) -> None:
    """A picture in both modes."""
    for mode, style in STYLES.items():
        with pyplot.rc_context({**COMMON, **style}):
            draw()
            pyplot.savefig(folder / f"{name}-{mode}.svg", metadata={"Date": None})
            pyplot.close("all")
