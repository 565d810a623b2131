"""Pictures by matplotlib, where it is installed: columns over rows as strips, amounts as bars.

Axes, text and background have the colours of matplotlib's own settings, so that a dark style gives a dark picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.errors import OptionsError
from l2zk.show.grid import shortened

WIDTH, LINE, FRAME = 8.0, 0.24, 1.1
"""Inches: of a picture, of the height of one of its lines, of all that stands round them."""

TALLEST = 20.0
MOST_NAMES, LONGEST_NAME = 80, 24
"""Names beside a picture, and the characters of one."""

FAILS = "#e04545"
BARS = "#4682dc"


def require_matplotlib(what: str) -> None:
    """Refuse to draw where there is no matplotlib."""
    if find_spec("matplotlib") is None:
        raise OptionsError(f"{what} needs the package matplotlib: pip install 'l2zk[plot]'")


def axes_for(lines: int, given: Any) -> Any:
    """The axes that are given, or those of a new figure with room for so many lines."""
    if given is not None:
        if not hasattr(given, "imshow"):
            raise OptionsError(f"axes is one of matplotlib's Axes, not {type(given).__name__}")
        return given
    from matplotlib import pyplot

    _, axes = pyplot.subplots(figsize=(WIDTH, min(FRAME + LINE * lines, TALLEST)), layout="constrained")
    return axes


def draw_strips(
    shades: NDArray[np.float32],
    names: Sequence[str],
    rows: range,
    *,
    title: str,
    end: int,
    cells: Sequence[tuple[int, int]],
    lines: Sequence[int],
    axes: Any,
) -> Any:
    """Columns over rows: a strip of shades 0 to 1 for each name, NaN where values are left out.

    end: where the padding begins. cells: (strip, row) of those that stand in what fails. lines: rows at which
    something else fails. Gives the axes.
    """
    axes = axes_for(len(names), axes)
    extent = (rows.start - 0.5, rows.stop - 0.5, len(names) - 0.5, -0.5)
    picture = axes.imshow(
        np.ma.masked_invalid(shades), aspect="auto", interpolation="nearest", extent=extent, vmin=0, vmax=1
    )
    for line, strip in enumerate(shades):
        if np.isnan(strip).all():
            axes.text((rows.start + rows.stop - 1) / 2, line, "private", ha="center", va="center", style="italic")
    if rows.start < end < rows.stop:
        axes.axvline(end - 0.5, linestyle="--", color="gray")
        axes.annotate(
            "padding",
            (end - 0.5, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, 2),
            textcoords="offset points",
            size="small",
        )
    _mark(axes, cells, lines, rows)
    _name(axes, names)
    axes.set(title=title, xlim=extent[:2], ylim=extent[2:])
    axes.set_xlabel("row", loc="left")
    axes.xaxis.get_major_locator().set_params(integer=True)
    bar = axes.figure.colorbar(picture, ax=axes, ticks=[0, 1], pad=0.02, aspect=30)
    bar.ax.set_yticklabels(["least", "greatest\nof its column"], size="small")
    return axes


def _mark(axes: Any, cells: Sequence[tuple[int, int]], lines: Sequence[int], rows: range) -> None:
    """Marks round cells, and lines through rows."""
    there = [(row, strip) for strip, row in cells if row in rows]
    if there:
        style = dict(marker="s", facecolors="none", edgecolors=FAILS, linewidths=1.8, s=70, zorder=3)
        axes.scatter(*zip(*there), **style)
    across = [row for row in lines if row in rows]
    for row in across:
        axes.axvline(row, color=FAILS)
    said = ["□ read by a constraint that fails"] * bool(there) + ["│ a row at which something else fails"] * bool(
        across
    )
    style = dict(textcoords="offset points", ha="right", va="top", color=FAILS, size="small")
    axes.annotate("\n".join(said), (1, 0), xycoords="axes fraction", xytext=(0, -22), **style)


def _name(axes: Any, names: Sequence[str]) -> None:
    """Names beside the strips, of many every k-th."""
    step = -(-len(names) // MOST_NAMES)
    shown = range(0, len(names), step)
    axes.set_yticks(list(shown), [shortened(names[k], LONGEST_NAME) for k in shown], size="small")


def draw_bars(rows: Sequence[tuple[str, float, str]], *, title: str, unit: str, axes: Any) -> Any:
    """A bar for each (name, amount, the amount as text), the first one at the top. Gives the axes."""
    axes = axes_for(len(rows), axes)
    bars = axes.barh(range(len(rows)), [amount for _, amount, _ in rows], color=BARS, height=0.7)
    axes.bar_label(bars, [text for _, _, text in rows], padding=3, size="small")
    axes.set_yticks(range(len(rows)), [shortened(name, 2 * LONGEST_NAME) for name, _, _ in rows], size="small")
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set(title=title, xlabel=unit)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes
