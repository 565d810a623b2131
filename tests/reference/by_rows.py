"""The prover above the commitment, by definition: rows one by one, domains as sets (PROTOCOL 6.3 to 6.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .algebra import ONE, ZERO, K, P, eq_table, interpolate, lagrange, powers, root, total
from .lengths import Lengths, Part, classes
from .statement import Expression, Group, evaluate, known, leaves, messages_of
from .transcript import Kind, Speaker, is_bit

Trace = Sequence[Sequence[int]]
"""The columns of a table."""

Weight = dict[int, K]
"""A weight on the vector, by entry."""


@dataclass
class Cube:
    """What one table adds to a sumcheck: multilinear arrays, and the polynomial in them that is summed up."""

    variables: int
    arrays: list[list[K]]
    combine: Callable[[list[K]], K]
    masks: list[K] = field(default_factory=list)
    """Those of the first arrays."""

    def value(self, targets: Sequence[K]) -> K:
        """Σ_y eq(targets, y)·combine(y)."""
        weights = eq_table(targets[len(targets) - self.variables :])
        return total([w * self.combine([a[y] for a in self.arrays]) for y, w in enumerate(weights)])

    def at(self, x: int, targets: Sequence[K], last: bool) -> K:
        """The same with the top variable set to x, over the others."""
        half, result = len(self.arrays[0]) // 2, ZERO
        for y, weight in enumerate(eq_table(targets)):
            values = [a[y] + (a[y + half] - a[y]) * x for a in self.arrays]
            if last:
                values[: len(self.masks)] = [v + mask * (x * (1 - x)) for v, mask in zip(values, self.masks)]
            result = result + weight * self.combine(values)
        return result

    def bind(self, r: K) -> None:
        half = len(self.arrays[0]) // 2
        self.arrays = [[a[y] + r * (a[y + half] - a[y]) for y in range(half)] for a in self.arrays]


def say_rounds(
    speaker: Speaker, kind: Kind, degrees: Sequence[int], targets: Sequence[K], cubes: Sequence[Cube]
) -> list[K]:
    """The rounds of a sumcheck over the tallest cube; short ones are constant in the first variables. The point."""
    constants = {id(cube): cube.value(targets) for cube in cubes}
    point: list[K] = []
    for j, degree in enumerate(degrees):
        left = len(degrees) - j
        constant = total([constants[id(cube)] for cube in cubes if cube.variables < left])
        joined = [cube for cube in cubes if cube.variables >= left]
        values = [
            constant + total([cube.at(x, targets[j + 1 :], left == 1) for cube in joined]) for x in range(degree + 1)
        ]
        speaker.hide(kind, interpolate(range(degree + 1), values)[1:])
        r = speaker.challenge("r", is_bit)
        for cube in joined:
            cube.bind(r)
        point.append(r)
    return point


def masked(cube: Cube, last: K) -> list[K]:
    """The values of a cube's masked arrays at the point."""
    return [a[0] + last * (1 - last) * mask for a, mask in zip(cube.arrays, cube.masks)]


class ByRows:
    """One proof's argument; afterwards `claims` has a dense weight and a value for each claim on the vector."""

    def __init__(self, groups: Sequence[Group], traces: Sequence[Trace], lengths: Lengths, speaker: Speaker) -> None:
        self.groups, self.traces, self.lengths, self.speaker = groups, traces, lengths, speaker
        self.leaf_terms: list[tuple[Part, dict[int, list[K]]]] = []
        self.point: list[K] = []
        self.lookups()
        self.zerocheck()
        self.rows()

    def leaf(self, part: Part, row: int) -> Callable[[Expression], K]:
        trace, table = self.traces[part.table.number], part.table
        return lambda e: K(trace[e[1]][(row + e[2]) % table.rows] if e[0] == "column" else known(table, e, row))

    # Lookups (PROTOCOL 6.3)

    def lookups(self) -> None:
        lengths, speaker = self.lengths, self.speaker
        if not lengths.layers:
            return
        self.psi, self.eta = speaker.challenge("psi"), speaker.challenge("eta")
        levels = self.fractions()
        if "leaves" in speaker.cheat:
            speaker.cheat["leaves"](*levels[0])
        while len(levels[-1][0]) > 1:
            p, q = levels[-1]
            half = len(p) // 2
            above = [p[i] * q[i + half] + p[i + half] * q[i] for i in range(half)]
            levels.append((above, [q[i] * q[i + half] for i in range(half)]))
        if levels[-1][1][0] == 0 and not speaker.cheat:
            raise ArithmeticError("a denominator is 0: draw everything again")
        lambda_, point = self.messages(), list[K]()
        for layer, degrees in enumerate(lengths.layer_degrees):
            p, q = levels[-2 - layer]
            half = len(p) // 2
            arrays = [p[:half], p[half:], q[:half], q[half:]]
            if layer == 0:
                arrays = [[a[0], a[0]] for a in arrays]
            targets = point if layer else [speaker.challenge("artificial")]

            def combine(v: list[K], lambda_: K = lambda_) -> K:
                return v[0] * v[3] + v[1] * v[2] + lambda_ * v[2] * v[3]

            # the masks of the values stand behind those of the rounds
            of_values = speaker.masks[speaker.used + sum(degrees) :][:4] or [ZERO] * 4
            cube = Cube(len(degrees), arrays, combine, list(of_values))
            at = say_rounds(speaker, Kind.LAYER, degrees, targets, [cube])
            speaker.next_masks(4)
            speaker.say(Kind.LAYER_VALUES, masked(cube, at[-1]))
            mu, lambda_ = speaker.challenge("mu"), speaker.challenge("lambda")
            point = [mu, *(at if layer else [])]
        self.weigh_leaves(point, lambda_)

    def messages(self) -> K:
        """λ, the sum of the public messages' fractions."""
        lambda_ = ZERO
        for message, number, public in messages_of(self.groups, [part.table for part in self.lengths.parts]):
            values = [evaluate(e, lambda leaf: K(public.scalars[leaf[1]])) for e in message.tuple]
            lambda_ = lambda_ + self.denominator(K(number), values).inverse() * message.sign
        return lambda_

    def denominator(self, number: K, values: Sequence[K]) -> K:
        return self.psi - number - total([e * v for e, v in zip(powers(self.eta, len(values) + 1)[1:], values)])

    def fractions(self) -> list[tuple[list[K], list[K]]]:
        """The leaves: multiplicity and denominator of each interaction in each row, 0/1 elsewhere."""
        count = 1 << self.lengths.layers
        p, q = [ZERO] * count, [ONE] * count
        for at, part, index in self.lengths.fractions:
            table = part.table
            interaction = table.table.interactions[index]
            start, step = table.buses[interaction.bus]
            rows = table.rows_of(interaction.domain)
            for row in range(table.rows):
                leaf = self.leaf(part, row)
                values = [evaluate(e, leaf) for e in interaction.tuple]
                q[at + row] = self.denominator(K(start + step * (row // table.block)), values)
                if row in rows:
                    p[at + row] = evaluate(interaction.multiplicity, leaf)
        return [(p, q)]

    def weigh_leaves(self, point: Sequence[K], lambda_: K) -> None:
        """p + λ·q of the leaves at the point as weights of columns, for each table."""
        terms: dict[int, dict[int, list[K]]] = {}
        eq = eq_table(point)
        for at, part, index in self.lengths.fractions:
            table = part.table
            interaction = table.table.interactions[index]
            weights = terms.setdefault(table.number, {})
            rows = table.rows_of(interaction.domain)
            for row in range(table.rows):
                if row in rows:
                    self.weigh(weights, table.rows, interaction.multiplicity, row, eq[at + row])
                for power, e in zip(powers(self.eta, len(interaction.tuple) + 1)[1:], interaction.tuple):
                    self.weigh(weights, table.rows, e, row, -(eq[at + row] * lambda_ * power))
        self.leaf_terms = [
            (part, terms[part.table.number]) for part in self.lengths.parts if part.table.number in terms
        ]

    @staticmethod
    def weigh(weights: dict[int, list[K]], rows: int, expression: Expression, row: int, factor: K) -> None:
        """Add factor·expression at a row to the weights of the columns: an affine expression's slope in each leaf."""
        read = [leaf for leaf in set(leaves(expression)) if leaf[0] == "column"]
        zero = evaluate(expression, lambda e: ZERO)
        for leaf in read:
            slope = evaluate(expression, lambda e, leaf=leaf: K(int(e == leaf))) - zero  # type: ignore[misc]
            array = weights.setdefault(leaf[1], [ZERO] * rows)
            array[(row + leaf[2]) % rows] += factor * slope

    # Zerocheck (PROTOCOL 6.4)

    def zerocheck(self) -> None:
        lengths, speaker = self.lengths, self.speaker
        alpha = speaker.challenge("alpha")
        self.alphas = powers(alpha, lengths.constraints)
        tau = [speaker.challenge("tau") for _ in range(lengths.rounds)]
        size = 1 << lengths.skipped
        points = [7 * pow(root(1 << 20), e, P) % P for e in range(lengths.q_length)]
        values = [
            total([cube.value(tau) for cube in self.cubes(K(point))]) * pow(pow(point, size, P) - 1, -1, P)
            for point in points
        ]
        speaker.hide(Kind.Q, interpolate(points, values))
        self.x = speaker.challenge("x", lambda x: x.in_base)
        cubes = self.cubes(self.x)
        masks = iter(speaker.masks[speaker.used + sum(lengths.round_degrees) :] or [ZERO] * lengths.openings)
        for cube, part in zip(cubes, self.constrained()):
            cube.masks = [next(masks) for _ in part.pairs]
        self.r = say_rounds(speaker, Kind.ROUND, lengths.round_degrees, tau, cubes)
        speaker.next_masks(lengths.openings)
        speaker.say(Kind.OPENINGS, [v for cube in cubes for v in masked(cube, self.r[-1])])

    def constrained(self) -> list[Part]:
        return [part for part in self.lengths.parts if part.table.table.constraints]

    def cubes(self, x: K) -> list[Cube]:
        """Every table with its skipped bits bound to x: pairs, then known leaves, then selectors."""
        cubes, first = [], 0
        for part in self.constrained():
            stated = part.table.table.constraints
            cubes.append(self.cube(part, x ** (1 << (self.lengths.skipped - part.skipped)), first))
            first += len(stated)
        return cubes

    def cube(self, part: Part, x: K, first: int) -> Cube:
        table, height = part.table, part.height
        stated = table.table.constraints
        weights = lagrange(1 << part.skipped, x)
        trace = self.traces[table.number]

        def mix(value: Callable[[int], int]) -> list[K]:
            return [total([w * value(z * height + y) for z, w in enumerate(weights)]) for y in range(height)]

        others = sorted({leaf for _, e in stated for leaf in leaves(e) if leaf[0] not in ("column", "constant")})
        arrays = [mix(lambda i, c=c, o=o: trace[c][(i + o) % table.rows]) for c, o in part.pairs]  # type: ignore
        arrays += [mix(lambda i, e=e: known(table, e, i)) for e in others]  # type: ignore[misc]
        arrays += [self.selector(part, domain, x) for domain, _ in stated]
        alphas = self.alphas[first : first + len(stated)]
        places = {("column", *pair): i for i, pair in enumerate(part.pairs)}
        places |= {e: len(part.pairs) + i for i, e in enumerate(others)}

        def combine(v: list[K]) -> K:
            selectors = v[len(v) - len(stated) :]
            return total(
                [a * s * evaluate(e, lambda leaf: v[places[leaf]]) for a, s, (_, e) in zip(alphas, selectors, stated)]
            )

        return Cube(part.variables, arrays, combine)

    @staticmethod
    def selector(part: Part, domain: Any, x: K) -> list[K]:
        """I(x, y) for every y (PROTOCOL 8.1)."""
        kinds, rows = classes(part.table, domain, part.skipped), part.table.rows_of(domain)
        points = [pow(root(1 << part.skipped), z, P) for z in range(1 << part.skipped)]
        empty = partial = ONE
        for z in kinds.empty:
            empty = empty * (x - points[z])
        for z in kinds.partial:
            partial = partial * (x - points[z])
        result = []
        for y in range(part.height):
            inside = ONE
            if kinds.partial:
                inside = K(int(kinds.partial[0] * part.height + y in rows))
                if kinds.full:
                    inside = 1 - (1 - inside) * (1 - partial)
            result.append(empty * inside)
        return result

    # The sumcheck of rows (PROTOCOL 6.5)

    def rows(self) -> None:
        lengths, speaker = self.lengths, self.speaker
        xis = powers(speaker.challenge("xi"), lengths.openings + 1)
        weights = self.dense_weights(xis)
        n = lengths.log_rows
        masks = iter(speaker.masks[speaker.used + sum(lengths.row_degrees) :] or [ZERO] * lengths.values)
        cubes = []
        for part in lengths.parts:
            if not part.columns:
                continue
            trace = self.traces[part.table.number]
            arrays = [[K(v) for v in trace[c]] for c in part.columns]
            arrays += [weights[part.table.number][c] for c in part.columns]
            scale, count = pow(2, part.table.log_rows - n, P), len(part.columns)

            def combine(v: list[K], scale: int = scale, count: int = count) -> K:
                return total([a * b for a, b in zip(v[:count], v[count:])]) * scale

            cubes.append(Cube(part.table.log_rows, arrays, combine, [next(masks) for _ in part.columns]))
        half = [K(pow(2, -1, P))] * n
        self.point = say_rounds(speaker, Kind.ROW_ROUND, lengths.row_degrees, half, cubes)
        speaker.next_masks(lengths.values)
        speaker.say(Kind.VALUES, [v for cube in cubes for v in masked(cube, self.point[-1])])

    def dense_weights(self, xis: Sequence[K]) -> Mapping[int, dict[int, list[K]]]:
        """For each table and column, the weight of each row in all claims on columns together."""
        result = {part.table.number: {c: [ZERO] * part.table.rows for c in part.columns} for part in self.lengths.parts}
        factors = iter(xis)
        for part in self.lengths.parts:
            table = part.table
            lagranges = lagrange(1 << part.skipped, self.x ** (1 << (self.lengths.skipped - part.skipped)))
            eq = eq_table(self.r[len(self.r) - part.variables :])
            base = [w * e for w in lagranges for e in eq]
            for column, offset in part.pairs:
                factor, array = next(factors), result[table.number][column]
                for b in range(table.rows):
                    array[b] += factor * base[(b - offset) % table.rows]
        for part, terms in self.leaf_terms:
            for column, weights in terms.items():
                array = result[part.table.number][column]
                for b, weight in enumerate(weights):
                    array[b] += xis[-1] * weight
        return result
