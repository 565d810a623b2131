"""Another witness for the same proof: its masks are solved for, so that all that is said and opened is the same.

The verifier's coins are fixed. The order is that of the argument for hiding: masks of values, masks of messages,
sumcheck cells, opening masks, R.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reference.algebra import ONE, ZERO, K, P, eq_table, horner, root, total
from reference.by_rows import ByRows
from reference.commitment import theta
from reference.forger import Forger
from reference.lengths import Lengths
from reference.linear import solution
from reference.proof import check, vector_of
from reference.shape import Shape
from reference.systems import Traces
from reference.transcript import Kind, Speaker, Transcript, u64


def elements(said: bytes) -> list[K]:
    numbers = [int.from_bytes(said[i : i + 8], "little") for i in range(0, len(said), 8)]
    return [K(*numbers[i : i + 3]) for i in range(0, len(numbers), 3)]


def messages(forger: Forger, traces: Traces, masks: Sequence[K]) -> list[K]:
    """All that the argument says above the commitment, under the forger's coins."""
    speaker = Speaker(forger.transcript(), masks)
    ByRows(forger.groups, traces, forger.lengths, speaker)
    return elements(bytes(speaker.said))


def are_values(lengths: Lengths) -> list[bool]:
    """For each hidden element whether it is an opened value, not a coefficient of a message."""

    def parts() -> Iterator[tuple[int, bool]]:
        for degrees in lengths.layer_degrees:
            yield from ((sum(degrees), False), (4, True))
        yield lengths.q_length + sum(lengths.round_degrees), False
        yield from ((lengths.openings, True), (sum(lengths.row_degrees), False), (lengths.values, True))

    return [value for count, value in parts() for _ in range(count)]


def solved_masks(forger: Forger, traces: Traces, said: Sequence[K]) -> list[K]:
    """Masks under which other traces say the same; values first, as messages depend on the masks of values."""
    values = are_values(forger.lengths)
    zero = messages(forger, traces, [ZERO] * len(said))
    unit = messages(forger, traces, [ONE if value else ZERO for value in values])
    masks = [(want - a) * (b - a).inverse() if value else ZERO for value, want, a, b in zip(values, said, zero, unit)]
    rest = messages(forger, traces, masks)
    return [mask if value else want - a for value, mask, want, a in zip(values, masks, said, rest)]


def fold_messages(f: list[K], weights: list[K], point: Sequence[K]) -> list[K]:
    """What the rounds of the sumcheck of f·weights say: each g(0) and the coefficient of X²."""
    said = []
    for r in point:
        half = len(f) // 2
        rise = [(f[i + half] - f[i], weights[i + half] - weights[i]) for i in range(half)]
        said += [total([a * b for a, b in zip(f[:half], weights)]), total([a * b for a, b in rise])]
        f = [a + r * b for a, (b, _) in zip(f, rise)]
        weights = [a + r * b for a, (_, b) in zip(weights, rise)]
    return said


def coordinates(values: Sequence[K]) -> list[int]:
    return [c for x in values for c in x.c]


class Swap:
    """A proof of one witness, and what it asks of the masks of another; `proof` is None if there are none."""

    def __init__(self, forger: Forger, other: Traces) -> None:
        self.forger, self.shape, self.other = forger, forger.shape, other
        self.first = forger.prove()
        log = forger.speaker.transcript.log
        start = [name for name, _ in log].index("gamma")
        self.point = [x for name, x in log[start:] if name == "r"][: self.shape.kappa]
        self.c = next(x for name, x in log if name == "c")
        self.drawn = next(x for name, x in log if name == "queries")
        said = b"".join([data for name, data in log[:start] if isinstance(name, Kind) and name > Kind.ROOT])
        self.said = elements(said)[:-1]  # σ is the last of these
        self.masks = solved_masks(forger, other, self.said)
        self.vector = vector_of(forger.lengths, other, self.masks)

    def column(self, i: int) -> list[int]:
        m = self.shape.m
        part = self.vector[i * m : (i + 1) * m]
        return part + [0] * (m - len(part))

    # The cells of the commitment's own sumcheck

    def cell_effect(self, i: int, q: int) -> list[int]:
        """What σ and the rounds say of cell q of column i, if it is 1."""
        count = 1 << self.shape.kappa
        weights = [theta(self.shape, j)[q] for j in range(count)]
        unit = [ONE if j == i else ZERO for j in range(count)]
        return coordinates([weights[i], *fold_messages(unit, weights, self.point)])

    def asked_of_cells(self) -> list[int]:
        """What σ and the rounds said, less what they say of the other vector without tails."""
        shape, forger = self.shape, self.forger
        size = shape.m << shape.kappa
        f = [K(x) for x in self.vector] + [ZERO] * (size - len(self.vector))
        weights = [ZERO] * size
        gamma = next(x for name, x in forger.speaker.transcript.log if name == "gamma")
        factor = ONE
        for claim in forger.claims:
            factor = factor * gamma
            for entry, weight in claim.weight.items():
                weights[entry] += factor * weight
        without = [ZERO, *fold_messages(f, weights, self.point)]
        log = forger.speaker.transcript.log
        kinds = (Kind.SIGMA, Kind.FOLD_ROUND)
        said = [x for name, data in log if name in kinds for x in elements(data)]
        return [(a - b) % P for a, b in zip(coordinates(said[: len(without)]), coordinates(without))]

    # Tails and R

    def leaf_rows(self, i: int) -> tuple[list[list[int]], list[int]]:
        """The equations of a column's tail for its opened values."""
        m, T = self.shape.m, self.shape.T
        rows, rhs = [], []
        for j in self.drawn:
            y = 7 * pow(root(1 << self.shape.log_n0), j, P) % P
            rows.append([pow(y, m + q, P) for q in range(T)])
            value = horner([K(x) for x in self.column(i)], y).c[0]
            rhs.append((self.forger.committed.words[i][j] - value) % P)
        return rows, rhs

    def tails(self) -> list[list[int]] | None:
        """First the cells, then the opening masks of each column."""
        C, T = self.shape.columns, self.shape.T
        effects = [self.cell_effect(i, q) for i in range(C) for q in range(6)]
        cells = solution([list(row) for row in zip(*effects)], self.asked_of_cells())
        if cells is None:
            return None
        tails = []
        for i in range(C):
            mine = cells[6 * i : 6 * i + 6]
            rows, rhs = self.leaf_rows(i)
            rhs = [b - sum(x * y for x, y in zip(row[T - 6 :], mine)) for row, b in zip(rows, rhs)]
            masks = solution([row[: T - 6] for row in rows], [b % P for b in rhs])
            if masks is None:
                return None
            tails.append(masks + mine)
        return tails

    def tails_together(self) -> list[list[int]] | None:
        """The same by one system for all, which needs no more coefficients than there must be."""
        C, T = self.shape.columns, self.shape.T
        rows, rhs = [], []
        for i in range(C):
            mine, values = self.leaf_rows(i)
            rows += [[*[0] * (i * T), *row, *[0] * ((C - 1 - i) * T)] for row in mine]
            rhs += values
        effects = [self.cell_effect(i, q) if q >= 0 else None for i in range(C) for q in range(6 - T, 6)]
        asked = self.asked_of_cells()
        rows += [[effect[e] if effect else 0 for effect in effects] for e in range(len(asked))]
        found = solution(rows, [*rhs, *asked])
        return found and [found[i * T : (i + 1) * T] for i in range(C)]

    def R(self, tails: Sequence[Sequence[int]]) -> list[K]:
        """g = R + c·f' is what it was."""
        mine = [[*self.column(i), *tails[i]] for i in range(self.shape.columns)]
        table = eq_table(self.point)
        changes = [[K(a - b) for a, b in zip(x, y)] for x, y in zip(self.forger.committed.columns, mine)]
        folded = [total([e * x for e, x in zip(table, row)]) for row in zip(*changes)]
        return [r + self.c * x for r, x in zip(self.forger.masks["R"], folded)]

    def proof(self, tails: list[list[int]], R: list[K]) -> bytes:
        forger = self.forger
        masks = {**forger.masks, "argument": self.masks, "tails": tails, "R": R}
        again = Forger(forger.groups, self.other, forger.shape_of, masks=masks, options=forger.options)
        again.transcript = forger.transcript
        return again.prove()


def seen(forger: Forger, proof: bytes) -> bytes:
    """A proof that is accepted, without the root and the digests of its input tree."""
    heard = check(forger.groups, proof, forger.lengths, forger.shape, forger.transcript(), forger.options)
    start, size = next((at, size) for at, size, what in heard.places if what == "digests")
    return proof[32:start] + proof[start + size :]


class Replayed(Transcript):
    """The coins of a proof that was made: what it drew and the nonces that it said, whatever is absorbed."""

    def __init__(self, log: Sequence[tuple[Any, Any]]) -> None:
        super().__init__()
        self.drawn = iter([data for name, data in log if isinstance(name, str)])
        self.nonces = [data for name, data in log if name == Kind.NONCE]

    def draw(self, name: str, refused: Callable[[K], bool] = lambda x: False) -> K:
        self.log.append((name, next(self.drawn)))
        return self.log[-1][1]  # type: ignore[no-any-return]

    def points(self, count: int, size: int) -> list[int]:
        self.log.append(("queries", next(self.drawn)))
        return self.log[-1][1]  # type: ignore[no-any-return]

    def ground(self, nonce: int, bits: int) -> bool:
        said = sum(name == Kind.NONCE for name, _ in self.log)
        return u64(nonce) == self.nonces[said]


def short(shape: Shape, cut: int) -> Shape:
    """A shape whose tails lack some opening masks."""

    class Short(Shape):
        @property
        def T(self) -> int:
            return self.t0 + 6 - cut

    fields: dict[str, Any] = {name: getattr(shape, name) for name in Shape.__dataclass_fields__}
    return Short(**fields)
