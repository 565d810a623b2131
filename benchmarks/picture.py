"""Draws figures of the suite commit by commit: small plots of ratios to the first commit, as one SVG.

    ratio = geometric mean, over a benchmark's parameters, of a commit's figure / the first commit's

All plots have one scale, of logarithms. The results are those of one machine, which the picture does not name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log
from statistics import fmean

from results import Case, Measured

COLUMNS = 4
MARGIN, WIDTH, HEIGHT, GAP, HEAD, FOOT, TOP = 26, 208, 62, 14, 20, 46, 36
"""The picture's sides; a plot; the space between two; the lines of its title, of the commits, and of the legend."""

EXACT, TIME, INK, PALE = "#0b5fa5", "#b4540a", "#24292f", "#d0d7de"
LEAST, MOST = 0.5, 2.0
"""The scale's ends, which lie further out where a ratio does."""


@dataclass(frozen=True)
class Plot:
    """A title, the benchmarks in it by module, class and method, and the first parameter that is taken, if not all."""

    title: str
    benchmarks: tuple[str, ...]
    act: str = ""

    def takes(self, case: Case) -> bool:
        """True if a benchmark with these parameters is among those of the plot."""
        return case[0] in self.benchmarks and (not self.act or self.act in case[1])

    @property
    def colour(self) -> str:
        return EXACT if self.benchmarks[0].startswith(("bench_exact", "bench_instructions")) else TIME


COUNTED = ("bench_instructions.Instructions.track_instructions",)
PLOTS = (
    Plot("bytes of a proof", ("bench_exact.Estimate.track_bytes",)),
    Plot("memory to prove", ("bench_exact.Estimate.track_memory",)),
    Plot("proven bits (more is better)", ("bench_exact.Proof.track_proven_bits",)),
    Plot("bytes of the wheel", ("bench_exact.Package.track_wheel",)),
    Plot("instructions to prove", COUNTED, "prove"),
    Plot("instructions to verify", COUNTED, "verify"),
    Plot("instructions of a cache's hit", COUNTED, "hit"),
    Plot("instructions of define", COUNTED, "define"),
    Plot("time to prove", ("bench_prove.Prove.time_prove", "bench_prove.Threads.time_prove")),
    Plot("time to verify", ("bench_verify.Verify.time_verify",)),
    Plot("time of a process's first verify", ("bench_verify.First.track_verify",)),
    Plot("time to import", ("bench_import.Import.track_l2zk",)),
    Plot("time to run and check a trace", ("bench_trace.Trace.time_trace", "bench_trace.Trace.time_check")),
    Plot("time of a definition", ("bench_trace.Define.time_definition",)),
    Plot("time of a cache's hit", ("bench_cache.Hit.time_100_hits",)),
    Plot("time of a store's hit", ("bench_store.Store.time_first_hit", "bench_store.Store.time_hit")),
    Plot("time of 200 proofs, one thread", ("bench_batch.Batch.time_batch",)),
    Plot("time of 200 proofs, processes", ("bench_cluster.Cluster.track_seconds",)),
    Plot("time of the kernels", ("bench_kernels.Kernels.time_kernel",)),
    Plot("memory of a process", ("bench_prove.Memory.peakmem_prove",)),
)


def svg(commits: Sequence[Measured]) -> str:
    """The picture, commits from left to right; plots of which there is no figure are left out."""
    lines = [(plot, ratios(commits, plot)) for plot in PLOTS]
    drawn = [(plot, line) for plot, line in lines if any(line)]
    if not drawn:
        raise SystemExit("there are no results to draw")
    there = [ratio for _, line in drawn for ratio in line if ratio]
    scale = min([LEAST, *there]), max([MOST, *there])
    plots = [panel(plot, line, corner(i), scale) for i, (plot, line) in enumerate(drawn)]
    axes = [axis(commits, corner(i)) for i in range(max(0, len(drawn) - COLUMNS), len(drawn))]
    return "\n".join([*opening(-(-len(drawn) // COLUMNS), scale), *plots, *axes, "</svg>", ""])


def ratios(commits: Sequence[Measured], plot: Plot) -> list[float | None]:
    """A ratio for each commit, None where the plot's benchmarks gave nothing.

    A case that is lacking where others are there is left out everywhere, so that a line compares like with like.
    """
    cases = {case for one in commits for case in one.figures if plot.takes(case)}
    lines = [line for case in sorted(cases) if any(line := [figure(one, case) for one in commits])]
    some = [any(column) for column in zip(*lines)]
    whole = [line for line in lines if [value is not None for value in line] == some]
    if not whole:
        return [None] * len(commits)
    first = some.index(True)
    return [exp(fmean(log(line[i] / line[first]) for line in whole)) if some[i] else None for i in range(len(some))]


def figure(one: Measured, case: Case) -> float | None:
    """The figure of a commit, if it has a ratio to others."""
    value = one.figures.get(case)
    return value if value and isfinite(value) and value > 0 else None


# ---- shapes ----------------------------------------------------------------------------------------------------------


def opening(rows: int, scale: tuple[float, float]) -> list[str]:
    """The picture's size, its ground and its legend."""
    width, height = 2 * MARGIN + COLUMNS * (WIDTH + GAP) - GAP, TOP + rows * (HEIGHT + HEAD + GAP) + FOOT
    ends = "each frame from {:.2g} to {:.2g} by logarithms, dashed at 1".format(*scale)
    legend = f"ratio to the first commit, {ends}; blue: the same each time, brown: measured times and memory"
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        text(MARGIN, TOP - 16, legend, INK),
    ]


def corner(index: int) -> tuple[float, float]:
    """The upper left corner of a plot, below its title."""
    row, column = divmod(index, COLUMNS)
    return MARGIN + column * (WIDTH + GAP), TOP + HEAD + row * (HEIGHT + HEAD + GAP)


def panel(plot: Plot, line: Sequence[float | None], at: tuple[float, float], scale: tuple[float, float]) -> str:
    """A plot: frame, title, the last ratio, a line at 1, the ratios."""
    (x, y), (least, most) = at, scale

    def height(ratio: float) -> float:
        return y + HEIGHT * (1 - log(ratio / least) / log(most / least))

    points = [(x + place(i, len(line)), height(ratio)) for i, ratio in enumerate(line) if ratio]
    last = next(ratio for ratio in reversed(line) if ratio)
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    return "\n".join(
        [
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="{PALE}"/>',
            f'<path d="M{x} {height(1):.1f}h{WIDTH}" stroke="{PALE}" stroke-dasharray="3 3"/>',
            text(x, y - 6, plot.title, INK),
            text(x + WIDTH, y - 6, f"{last:.2f}", plot.colour, 'text-anchor="end" font-weight="bold"'),
            f'<polyline points="{path}" fill="none" stroke="{plot.colour}" stroke-width="1.5"/>',
            *(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.2" fill="{plot.colour}"/>' for px, py in points),
        ]
    )


def axis(commits: Sequence[Measured], at: tuple[float, float]) -> str:
    """The commits' first digits below a plot."""
    x, y = at
    ends = [(x + place(i, len(commits)), y + HEIGHT + 8) for i in range(len(commits))]
    turned = 'text-anchor="end" font-family="monospace" font-size="10" transform="rotate(-60 {:.1f} {:.1f})"'
    return "\n".join(text(*end, one.commit[:7], INK, turned.format(*end)) for end, one in zip(ends, commits))


def place(index: int, count: int) -> float:
    """Where in a plot's width a commit stands."""
    return WIDTH * (index + 0.5) / count


def text(x: float, y: float, words: str, colour: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" {more}>{words}</text>'
