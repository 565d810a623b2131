"""Proven security: the bits of every round of the protocol, and of a whole proof, in integers (PROTOCOL 4.7, 10).

bits = min(128, least over rounds of log(values of a challenge / bad values)),   counted in 2^-32, rounded down
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from l2zk import _core
from l2zk.base.wording import counted
from l2zk.proof.options import ProofOptions
from l2zk.proof.shape import Shape
from l2zk.show import html

HASH_BITS = 128
"""Collisions of a 256-bit hash cost 2^128: no proof is worth more."""

ONE = 1 << 32
"""One bit, as the core counts them."""

LOOKUPS = (
    ("tuples as fractions", "psi, eta"),
    ("rounds of the layers", "y"),
    ("values of a layer joined", "mu, lambda"),
)
"""The rounds of the lookups, where there are any, each with its challenge in PROTOCOL 6.3."""

ARGUMENT = (
    ("constraints joined", "alpha, tau"),
    ("point of the skipped bits", "x"),
    ("rounds of the zerocheck", "r"),
    ("openings joined", "xi"),
    ("rounds of the rows", "q"),
)
"""The other rounds of the argument, in the order of `Lengths.challenges`, each with its challenge in PROTOCOL 6."""

COMMITMENT = {
    "gamma": ("claims joined", "gamma"),
    "folds": ("folds", "r"),
    "c": ("blinded by R", "c"),
    "z": ("point out of domain", "z"),
}
"""Those of the commitment, by the core's names."""


@dataclass(frozen=True)
class Round:
    """Challenges of one name: what they are for, which word they are about, their bits: of the worst, and of all.

    word: 0 for the vector that all columns stand in, 1 and so on for the words that it is folded to.
    """

    word: int
    name: str
    challenge: str
    bits: float
    together: float


@dataclass(frozen=True)
class SecurityReport:
    """The proven bits of a proof, round by round. `str` gives a table.

    exact_bits, exact_sum: in 2^-32, of the largest error and of the sum of all.
    """

    rounds: tuple[Round, ...]
    exact_bits: int
    exact_sum: int

    @property
    def bits(self) -> float:
        """Proven bits, those of the round with the largest error, from 0 to 128."""
        return self.exact_bits / ONE

    @property
    def whole_bits(self) -> int:
        """Proven bits rounded down."""
        return self.exact_bits // ONE

    @property
    def sum_bits(self) -> float:
        """The bits of the sum of all errors, which bounds what an attacker has who tries every round."""
        return self.exact_sum / ONE

    @property
    def binding(self) -> Round:
        """The round that proves least."""
        return min(self.rounds, key=lambda one: one.bits)

    def __str__(self) -> str:
        return "\n".join([self._headline(), "", *_aligned(self._rows())])

    def _repr_html_(self) -> str:
        head, *rows = self._rows()
        at = next(row for row, one in enumerate(self.rounds) if one is self.binding)
        table = html.table(head, rows, words=3, marked=[(at, 3)])
        return html.block(html.heading(self._headline()), table)

    def _headline(self) -> str:
        """One line: the bits, the round that binds, the sum."""
        line = f"{self.whole_bits} bits proven up to Johnson's bound; the binding round is {self.binding.name}"
        line += f" with {self.binding.bits:.2f} bits"
        line += f", the hash allows {HASH_BITS}" if self.binding.bits > HASH_BITS else ""
        return f"{line}; the sum of all errors has {self.sum_bits:.2f}"

    def _rows(self) -> list[list[str]]:
        """A row for each name of rounds; a star marks the one that binds."""
        rows = [["word", "round", "challenge", "bits", "all together"]]
        for one in self.rounds:
            star = " *" if one is self.binding else "  "
            rows.append([str(one.word), one.name, one.challenge, f"{one.bits:.2f}{star}", f"{one.together:.2f}"])
        rows.append(["", "total", "", f"{self.bits:.2f}  ", f"{self.sum_bits:.2f}"])
        return rows


def report_on(options: ProofOptions, shape: Shape) -> SecurityReport:
    """Every round of proofs of this shape, made with these options."""
    return SecurityReport(tuple(_rounds(options, shape)), shape.sizes.bits, shape.sizes.bits_of_sum)


def _rounds(options: ProofOptions, shape: Shape) -> Iterator[Round]:
    argument = shape.argument
    found = _core.rounds(
        shape.sizes,
        argument.entries,
        argument.claims,
        argument.profile.log_rows,
        argument.challenges,
        options.security,
        shape.hiding,
    )
    names = iter((*LOOKUPS, *ARGUMENT) if shape.layers else ARGUMENT)
    queries = [shape.queries, *(queries for _, _, queries in shape.words)]
    for word, name, worst, together in found:
        if name == "queries":
            said = "queries", counted(queries[word], "point")
        else:
            said = COMMITMENT[name] if name else next(names)
        yield Round(word, *said, worst / ONE, together / ONE)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of text in columns; the first three are set left, the others right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    lines = []
    for row in rows:
        left = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3])]
        right = [cell.rjust(width) for cell, width in zip(row[3:], widths[3:])]
        lines.append("  ".join(left + right).rstrip())
    return lines
