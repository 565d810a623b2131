"""The tables of PROTOCOL 4.8: shapes and sizes by the slow twin's search, as rows of Markdown; run, it prints them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from reference.bits import ONE, proven_together
from reference.demand import Challenge, Demand
from reference.options import PRESETS, Options
from reference.shape import Shape
from reference.sizes import choose, expected_bytes

LENGTHS = (5, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 30)
"""log of the entries."""


def asked(log_entries: int, hiding: bool = True) -> Demand:
    """So many entries, and with hiding those of masks."""
    entries = (1 << log_entries) + {5: 100, 8: 100, 30: 0}.get(log_entries, 200) * hiding
    return Demand(entries, 8, entries.bit_length(), (Challenge("alpha, tau", 150, 150),))


def shapes() -> Iterator[str]:
    """Entries, preset, rate, columns, log n_0, t_0, later words, KB, bits of the sum; presets of one shape together."""
    yield "| entries | preset | rate | C × m | log n_0 | t_0 | later words | KB | bits |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for log_entries in LENGTHS:
        found: dict[Shape, list[str]] = {}
        for preset in PRESETS:
            found.setdefault(choose(asked(log_entries), Options(preset)), []).append(preset)
        for shape, presets in found.items():
            rate = 1 << Options(presets[0]).log_rate_for(asked(log_entries).entries)
            cells = shape_cells(shape, asked(log_entries))
            yield f"| 2^{log_entries} | {', '.join(presets)} | 1/{rate} | {cells} |"


def shape_cells(shape: Shape, demand: Demand) -> str:
    words = ", ".join(f"{word.k}/{word.log_n}/{word.queries}" for word in shape.words)
    cells = (f"{shape.columns} × 2^{shape.log_m}", shape.log_n0, shape.t0, words, kilobytes(shape))
    return " | ".join(map(str, cells)) + f" | {proven_together(shape, demand, 128) / ONE:.2f}"


def sizes() -> Iterator[str]:
    """KB at each rate, hiding; not hiding."""
    yield "| entries | 1/2 | 1/4 | 1/8 | 1/16 |"
    yield "|---|---|---|---|---|"
    for log_entries in LENGTHS:
        cells = []
        for rate in (1, 2, 3, 4):
            hidden = choose(asked(log_entries), Options(log_rate=rate))
            plain = choose(asked(log_entries, False), Options(log_rate=rate, zero_knowledge=False))
            cells.append(f"{kilobytes(hidden)}; {kilobytes(plain)}")
        yield f"| 2^{log_entries} | {' | '.join(cells)} |"


def kilobytes(shape: Shape) -> str:
    return f"{expected_bytes(shape) / 1000:.1f}"


if __name__ == "__main__":
    print("\n".join([*shapes(), "", *sizes()]))
