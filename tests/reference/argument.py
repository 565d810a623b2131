"""The verifier above the commitment: from the statements to linear claims on the committed vector (PROTOCOL 7.3).

Nothing is compared here but without hiding: every check becomes a claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .algebra import ONE, ZERO, K, P, eq_at, horner, lagrange, powers, total
from .closed import indicator, indicator_between, known_at, selector, shifted
from .lengths import Lengths, Part
from .statement import Expression, Group, affine, evaluate, messages_of
from .transcript import Claim, Form, Kind, Listener, Refused, hear_rounds, opened


@dataclass
class Linear:
    """A claim on the vector: Σ form[e]·mask_e + weight·(the column's extension at a point) = value (PROTOCOL 6.6)."""

    value: K
    form: Form = field(default_factory=dict)
    column: tuple[int, int] | None = None
    point: Sequence[K] = ()


@dataclass
class Leaves:
    """What GKR ends in: Σ over the fractions' leaves at a point, as weights of columns (PROTOCOL 6.3)."""

    claim: Claim
    terms: list[tuple[K, Part, int, int, Sequence[K], object]]
    """(c, part, column, offset, z, domain or None): the term c·Σ_b 1_domain(b)·eq(z, b)·T(b + offset)."""


class Argument:
    """One proof's check above the commitment; `claims` is its result."""

    def __init__(self, groups: Sequence[Group], lengths: Lengths, listener: Listener, *, compare: bool = True) -> None:
        self.groups, self.lengths, self.listener, self.compare = groups, lengths, listener, compare
        self.claims: list[Linear] = []
        leaves = self.lookups()
        openings = self.zerocheck()
        self.rows(openings, leaves)

    def settle(self, claim: Claim) -> None:
        """Σ form·mask = value is a claim on the masks; without them the value is 0."""
        if self.lengths.hiding:
            self.claims.append(Linear(claim.value, claim.form))
        elif self.compare and claim.value != 0:
            raise Refused("the argument does not add up")

    # Lookups (PROTOCOL 6.3)

    def lookups(self) -> Leaves | None:
        lengths, listener = self.lengths, self.listener
        if not lengths.layers:
            return None
        self.psi, self.eta = listener.challenge("psi"), listener.challenge("eta")
        lambda_ = self.messages()
        claim, point = Claim(ZERO), list[K]()
        for layer, degrees in enumerate(lengths.layer_degrees):
            targets = point if layer else [listener.challenge("artificial")]
            claim, at = hear_rounds(listener, Kind.LAYER, degrees, claim, targets)
            values, masks = listener.unmask(Kind.LAYER_VALUES, 4)
            p0, p1, q0, q1 = values
            self.settle(claim.less(p0 * q1 + p1 * q0 + lambda_ * q0 * q1))
            mu, lambda_ = listener.challenge("mu"), listener.challenge("lambda")
            claim = opened([1 - mu, mu, lambda_ * (1 - mu), lambda_ * mu], values, masks, at[-1])
            point = [mu, *(at if layer else [])]
        return self.leaves_at(point, lambda_, claim)

    def messages(self) -> K:
        """λ, the sum of the public messages' fractions."""
        lambda_ = ZERO
        for message, number, public in messages_of(self.groups, [part.table for part in self.lengths.parts]):
            values = [evaluate(e, lambda leaf: K(public.scalars[leaf[1]])) for e in message.tuple]
            denominator = self.psi - number - self.eta * horner(values, self.eta)
            if denominator == 0:
                raise Refused("a public message has the denominator 0")
            lambda_ = lambda_ + denominator.inverse() * message.sign
        return lambda_

    def leaves_at(self, point: Sequence[K], lambda_: K, claim: Claim) -> Leaves:
        """p + λ·q of all leaves at the point, less what is known of it."""
        leaves = Leaves(claim, [])
        unused = ONE
        for at, part, index in self.lengths.fractions:
            table = part.table
            interaction = table.table.interactions[index]
            n = table.log_rows
            stretch = eq_at(point[: len(point) - n], at >> n)
            low = point[len(point) - n :]
            unused = unused - stretch
            start, step = table.buses[interaction.bus]
            for leaf, c in affine(interaction.multiplicity).items():
                self.add_leaf(leaves, part, leaf, stretch * c, low, interaction.domain)
            one: Expression = ("constant", 1)
            self.add_leaf(leaves, part, one, stretch * lambda_ * (self.psi - start), low, None)
            self.add_leaf(leaves, part, ("block",), -(stretch * lambda_ * step), low, None)
            for power, e in zip(powers(self.eta, len(interaction.tuple) + 1)[1:], interaction.tuple):
                for leaf, c in affine(e).items():
                    self.add_leaf(leaves, part, leaf, -(stretch * lambda_ * power * c), low, None)
        leaves.claim = leaves.claim.less(unused * lambda_)
        return leaves

    def add_leaf(
        self, leaves: Leaves, part: Part, leaf: Expression, factor: K, low: Sequence[K], domain: object
    ) -> None:
        """factor·Σ_b 1_domain(b)·eq(low, b)·leaf(b): a term, or known."""
        table = part.table
        if leaf[0] == "column":
            leaves.terms.append((factor, part, leaf[1], leaf[2], low, domain))
            return
        if leaf[0] == "constant":
            value = ONE if domain is None else indicator(low, domain, table.block)  # type: ignore[arg-type]
        elif domain is not None and domain.kind != "every":  # type: ignore[attr-defined]
            raise ValueError("a multiplicity that is known stands on every row")
        else:
            value = known_at(table, leaf, [ONE], low)
        leaves.claim = leaves.claim.less(factor * value)

    # Zerocheck (PROTOCOL 6.4)

    def zerocheck(self) -> list[Claim]:
        """The openings, as claims on the columns at offsets."""
        lengths, listener = self.lengths, self.listener
        alpha = listener.challenge("alpha")
        tau = [listener.challenge("tau") for _ in range(lengths.rounds)]
        size = 1 << lengths.skipped
        said, masks = listener.unmask(Kind.Q, lengths.q_length)
        self.x = listener.challenge("x", lambda x: x.in_base)
        vanishing = self.x**size - 1
        form = {e: vanishing * power for e, power in zip(masks, powers(self.x, len(said)))}
        claim = Claim(vanishing * horner(said, self.x), form)
        claim, self.r = hear_rounds(listener, Kind.ROUND, lengths.round_degrees, claim, tau)
        values, masks = listener.unmask(Kind.OPENINGS, lengths.openings)
        self.settle(claim.less(self.constraints_at(values, alpha)))
        return [opened([ONE], [value], masks[e : e + 1], self.r[-1]) for e, value in enumerate(values)]

    def point_of(self, part: Part) -> tuple[K, list[K]]:
        """The table's own point: x to a power, where fewer bits are skipped, and its row coordinates."""
        return self.x ** (1 << (self.lengths.skipped - part.skipped)), self.r[len(self.r) - part.variables :]

    def constraints_at(self, values: Sequence[K], alpha: K) -> K:
        """G: all constraints at the opened values."""
        given = iter(values)
        result, power = ZERO, ONE
        for part in self.lengths.parts:
            x, r = self.point_of(part)
            weights = lagrange(1 << part.skipped, x)
            read = {pair: next(given) for pair in part.pairs}

            def leaf(e: Expression, part: Part = part, read: dict = read, weights=weights, r=r) -> K:  # type: ignore
                return read[e[1], e[2]] if e[0] == "column" else known_at(part.table, e, weights, r)

            for domain, e in part.table.table.constraints:
                factor = selector(part.table, domain, part.skipped, x, r)
                result, power = result + power * factor * evaluate(e, leaf), power * alpha
        return result

    # The sumcheck of rows (PROTOCOL 6.5)

    def rows(self, openings: Sequence[Claim], leaves: Leaves | None) -> None:
        """One sumcheck that takes every claim on a column, at whatever offset, to its value at one point."""
        lengths, listener = self.lengths, self.listener
        xis = powers(listener.challenge("xi"), len(openings) + 1)
        claim = Claim(ZERO)
        for factor, opening in zip(xis, openings):
            claim = claim.plus(factor, opening)
        if leaves:
            claim = claim.plus(xis[-1], leaves.claim)
        n = lengths.log_rows
        claim = Claim(ZERO).plus(K(pow(2, -n, P)), claim)
        half = K(pow(2, -1, P))
        claim, point = hear_rounds(listener, Kind.ROW_ROUND, lengths.row_degrees, claim, [half] * n)
        values, masks = listener.unmask(Kind.VALUES, lengths.values)
        weights = self.row_weights(point, xis, leaves)
        keys = [(part, column) for part in lengths.parts for column in part.columns]
        self.settle(
            claim.less(total([weights[part.table.number, column] * v for (part, column), v in zip(keys, values)]))
        )
        last = point[-1] * (1 - point[-1])
        for index, ((part, column), value) in enumerate(zip(keys, values)):
            form = {masks[index]: last} if masks else {}
            at = point[n - part.table.log_rows :]
            self.claims.append(Linear(value, form, (part.table.number, column), at))

    def row_weights(self, point: Sequence[K], xis: Sequence[K], leaves: Leaves | None) -> dict[tuple[int, int], K]:
        """The factor of each column's value in the last round's polynomial."""
        n = self.lengths.log_rows
        weights = {(part.table.number, column): ZERO for part in self.lengths.parts for column in part.columns}
        factors = iter(xis)
        for part in self.lengths.parts:
            x, r = self.point_of(part)
            lagranges = lagrange(1 << part.skipped, x)
            p = point[n - part.table.log_rows :]
            scale = pow(2, part.table.log_rows - n, P)
            for column, offset in part.pairs:
                weights[part.table.number, column] += next(factors) * shifted(lagranges, r, p, offset) * scale
        for factor, part, column, offset, low, domain in leaves.terms if leaves else ():
            p = point[n - part.table.log_rows :]
            scale = pow(2, part.table.log_rows - n, P)
            if domain is None:
                weight = shifted([ONE], low, p, offset)
            elif offset == 0:
                weight = indicator_between(low, p, domain, part.table.block)  # type: ignore[arg-type]
            else:
                raise ValueError("a multiplicity reads its own row")
            weights[part.table.number, column] += xis[-1] * factor * weight * scale
        return weights
