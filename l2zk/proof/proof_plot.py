"""The picture of a proof: its bytes by part, as its anatomy has them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from l2zk.errors import UnknownProgramError, WitnessError
from l2zk.language.program import TraceProgram
from l2zk.proof.anatomy import Part, dissect, header_parts
from l2zk.proof.demands import Hint
from l2zk.proof.proof import Proof
from l2zk.show.plots import draw_bars, require_matplotlib

NUMBERED = re.compile(r" \d+(?=\b)")
"""The number of a part that is one of several, as of a round."""


def plot_proof(proof: Proof, program: TraceProgram | Sequence[TraceProgram] | None, hint: Hint, axes: Any) -> Any:
    """The picture, as `Proof.plot` says."""
    require_matplotlib("plot()")
    rows = [(name, float(size), f"{size:,}") for name, size in grouped(_parts(proof, program, hint))]
    return draw_bars(rows, title=f"{proof.size:,} bytes of proof", unit="bytes", axes=axes)


def _parts(proof: Proof, program: TraceProgram | Sequence[TraceProgram] | None, hint: Hint) -> list[Part]:
    """All parts; without a program that a plugin provides, or its public columns, those of the header and the rest."""
    try:
        programs = [Proof._find_program(one) for one in proof.statements] if program is None else program
        hints = hint if program is not None else [hint] * len(proof.statements)
        parts = list(dissect(proof, programs, hints).parts)
    except (UnknownProgramError, WitnessError):
        if program is not None:
            raise
        parts = list(header_parts(proof))
    end = parts[-1].start + parts[-1].size
    return [*parts, Part("not divided", end, proof.size - end, "9.2")] if end < proof.size else parts


def grouped(parts: Iterable[Part]) -> list[tuple[str, int]]:
    """(name, bytes) of the header, of each kind of message, and of what is opened, in their order."""
    sizes, counts = Counter[str](), Counter[str]()
    for part in parts:
        name = "header" if part.name.startswith("header: ") else NUMBERED.sub("", part.name)
        sizes[name] += part.size
        counts[name] += 1
    several = {name for name, count in counts.items() if count > 1 and name != "header"}
    return [(f"{name} ({counts[name]})" if name in several else name, size) for name, size in sizes.items()]
