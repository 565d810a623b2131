"""Lengths: of the argument's messages and of the vector, which follow from the statements alone (PROTOCOL 4.2 to 4.4).

profile, hiding → lengths, the challenges with their degrees, what the seed says of them
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from l2zk.air.measure import Profile, Rows


@dataclass(frozen=True)
class Lengths:
    """The lengths of the argument."""

    profile: Profile
    hiding: bool

    @property
    def skipped(self) -> int:
        """k, the row bits of the first round (PROTOCOL 1)."""
        return Rows(self.profile.log_rows).skipped

    @property
    def rounds(self) -> int:
        """n - k, the rounds of the zerocheck (PROTOCOL 4.3)."""
        return self.profile.log_rows - self.skipped

    @property
    def layers(self) -> int:
        """Λ, the layers of the lookups' fractions (PROTOCOL 4.3)."""
        leaves = self.profile.leaves
        return max(1, (leaves - 1).bit_length()) if leaves else 0

    @property
    def layer_degrees(self) -> Sequence[Sequence[int]]:
        """Of each layer the degree of each round (PROTOCOL 4.3)."""
        last = 4 if self.hiding else 2
        return [[2] * (max(layer, 1) - 1) + [last] for layer in range(self.layers)]

    @property
    def q_length(self) -> int:
        """The coefficients of Q, from S (PROTOCOL 4.2, 4.3)."""
        return max(1, self.profile.in_x - (1 << self.skipped) + 1)

    @property
    def degrees(self) -> Sequence[int]:
        """Of each round of the zerocheck: d, and d_l of the last one (PROTOCOL 4.2)."""
        profile = self.profile
        return [profile.degree] * (self.rounds - 1) + [profile.last_degree if self.hiding else profile.degree]

    @property
    def row_degrees(self) -> Sequence[int]:
        """Of each round of the sumcheck of rows (PROTOCOL 4.3)."""
        return [2] * (self.profile.log_rows - 1) + [3 if self.hiding else 2]

    @cached_property
    def elements(self) -> int:
        """The elements of K in all messages, each of them hidden by a mask in a proof that hides (PROTOCOL 4.3)."""
        said = sum(map(sum, self.layer_degrees)) + 4 * self.layers
        said += self.q_length + sum(self.degrees) + self.profile.openings
        return said + sum(self.row_degrees) + self.profile.read_columns

    @property
    def mask_count(self) -> int:
        """h (PROTOCOL 4.3)."""
        return self.elements if self.hiding else 0

    @property
    def masks_at(self) -> int:
        """Where the masks begin in the vector: behind all columns (PROTOCOL 4.4)."""
        return self.profile.cells

    @property
    def entries(self) -> int:
        """The length of the vector (PROTOCOL 4.4)."""
        return self.masks_at + 3 * self.mask_count

    @property
    def claims(self) -> int:
        """A, the claims on the vector: on values of columns, on masks of each layer, of zerocheck and rows (PROTOCOL
        4.6, 6.6)."""
        return max(1, self.profile.read_columns + (self.layers + 2) * self.hiding)

    @property
    def challenges(self) -> Sequence[tuple[int, int]]:
        """The argument's challenges (PROTOCOL 4.7): for each name its largest degree, and the sum over its rounds.

        With lookups psi and eta, the rounds of the layers, mu and lambda; then alpha and tau; x; the rounds of the
        zerocheck; xi; the rounds of rows.
        """
        joined = max(1, self.profile.constraints - 1 + self.rounds)
        at_x, openings = (1 << self.skipped) + self.q_length - 1, max(1, self.profile.openings)
        zerocheck, rows = self.degrees, self.row_degrees
        return [
            *self._lookups(),
            (joined, joined),
            (at_x, at_x),
            (max(zerocheck), sum(zerocheck)),
            (openings, openings),
            (max(rows), sum(rows)),
        ]

    def _lookups(self) -> Sequence[tuple[int, int]]:
        if not self.layers:
            return []
        fractions = (self.profile.leaves + self.profile.messages) * (self.profile.width + 1)
        rounds = [degree for layer in self.layer_degrees for degree in layer]
        return [(fractions, fractions), (max(rounds), sum(rounds)), (2, 2 * self.layers)]

    @property
    def numbers(self) -> Sequence[int]:
        """What the seed says of them (PROTOCOL 6.2)."""
        profile = self.profile
        return [
            profile.log_rows,
            self.skipped,
            profile.in_x,
            profile.degree,
            self.degrees[-1],
            profile.openings,
            profile.read_columns,
            self.layers,
            self.mask_count,
            self.entries,
        ]
