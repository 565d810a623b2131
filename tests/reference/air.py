"""An AIR as plain data: values, degrees and divisors of its constraints, its digest (PROTOCOL 3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .field import E, Element, Field, PrimeField, Ring, horner, interpolate
from .transcript import u64
from .tree import h3

CONSTANT, COLUMN, PERIODIC, INPUT, OUTPUT, SUM, DIFFERENCE, PRODUCT, NEGATION = range(9)
EVERY, TRANSITION, ROW, CYCLIC = range(4)

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Constraint:
    domain: Triple
    node: int


@dataclass(frozen=True, kw_only=True)
class Air:
    """The data of 3.1, with n = rows, N = length and w = columns."""

    id: str
    parameters: bytes = b"\0\0"
    rows: int
    length: int
    columns: int
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    periodic: tuple[tuple[int, ...], ...] = ()
    nodes: tuple[Triple, ...]
    constraints: tuple[Constraint, ...]

    def __post_init__(self) -> None:
        n, N = self.rows, self.length
        if not (1 <= n <= N and 4 <= N <= 2**26 and N & (N - 1) == 0):
            raise ValueError(f"n = {n} and N = {N}: N must be a power of two, max(4, n) <= N <= 2^26")
        if self.columns < 1 or not self.constraints or not self.id:
            raise ValueError("an AIR has an id, a column and a constraint at least")
        for values in self.periodic:
            if not (1 <= len(values) <= N and len(values) & (len(values) - 1) == 0):
                raise ValueError(f"a period of {len(values)} is not a power of two up to N = {N}")
        for index, triple in enumerate(self.nodes):
            _check_node(self, index, triple)
        for c in self.constraints:
            _check_domain(c.domain, N)
        order = depth_first(self.nodes, [c.node for c in self.constraints])
        if order != list(range(len(self.nodes))) or len(set(self.nodes)) != len(self.nodes):
            raise ValueError("the nodes are not those of a depth-first walk of the constraints, each once")

    @property
    def offsets(self) -> tuple[int, ...]:
        """O, sorted; 0 is always in it."""
        return tuple(sorted({0} | {y for kind, _, y in self.nodes if kind == COLUMN}))

    def columns_read(self, offset: int) -> list[int]:
        """The columns that some constraint reads at this offset, in order."""
        return sorted({x for kind, x, y in self.nodes if kind == COLUMN and y == offset})

    def periodic_polynomials(self, F: PrimeField) -> list[list[int]]:
        """v of degree < P with v(omega_P^i) = entry i; the column is v(X^(N/P))."""
        return [interpolate(F, values) for values in self.periodic]

    def evaluate(
        self,
        ring: Ring[E],
        column: Callable[[int, int], E],
        periodic: Sequence[E],
        inputs: Sequence[int],
        outputs: Sequence[int],
    ) -> list[E]:
        """The values of the constraints' expressions, in their order."""
        v: list[E] = []
        for kind, x, y in self.nodes:
            if kind == CONSTANT:
                v.append(ring.embed(x))
            elif kind == COLUMN:
                v.append(column(x, y))
            elif kind == PERIODIC:
                v.append(periodic[x])
            elif kind == INPUT:
                v.append(ring.embed(inputs[x]))
            elif kind == OUTPUT:
                v.append(ring.embed(outputs[x]))
            elif kind == SUM:
                v.append(ring.add(v[x], v[y]))
            elif kind == DIFFERENCE:
                v.append(ring.sub(v[x], v[y]))
            elif kind == PRODUCT:
                v.append(ring.mul(v[x], v[y]))
            else:
                v.append(ring.neg(v[x]))
        return [v[c.node] for c in self.constraints]

    def degrees(self, column_degree: int) -> list[int]:
        """The degree of each constraint's expression when a column has this one (3.4)."""
        d: list[int] = []
        for kind, x, y in self.nodes:
            if kind == COLUMN:
                d.append(column_degree)
            elif kind == PERIODIC:
                d.append(self.length - self.length // len(self.periodic[x]))
            elif kind in (SUM, DIFFERENCE):
                d.append(max(d[x], d[y]))
            elif kind == PRODUCT:
                d.append(d[x] + d[y])
            else:
                d.append(d[x] if kind == NEGATION else 0)
        return [d[c.node] for c in self.constraints]

    def quotient_degree(self, h: int) -> int:
        """deg Q(h) (3.4)."""
        degrees = self.degrees(self.length + h - 1)
        return max(0, *[d - divisor_degree(c.domain, self.length) for d, c in zip(degrees, self.constraints)])

    @property
    def digest(self) -> bytes:
        """3.5."""
        return h3(
            b"l2zk program 1"
            + _bytes(self.id.encode())
            + _bytes(self.parameters)
            + u64(self.rows)
            + u64(self.length)
            + u64(self.columns)
            + _list([_bytes(name.encode()) for name in self.inputs])
            + _list([_bytes(name.encode()) for name in self.outputs])
            + _list([_list([u64(x) for x in values]) for values in self.periodic])
            + _list([b"".join(map(u64, triple)) for triple in self.nodes])
            + _list([b"".join(map(u64, (*c.domain, c.node))) for c in self.constraints])
        )


def _bytes(x: bytes) -> bytes:
    return u64(len(x)) + x


def _list(items: Sequence[bytes]) -> bytes:
    return u64(len(items)) + b"".join(items)


# Domains (3.3)


def divisor_degree(domain: Triple, N: int) -> int:
    kind, x, y = domain
    return {EVERY: N, TRANSITION: N - x, ROW: 1, CYCLIC: N // y if y else 0}[kind]


def domain_rows(domain: Triple, N: int) -> range:
    kind, x, y = domain
    return {EVERY: range(N), TRANSITION: range(N - x), ROW: range(x, x + 1), CYCLIC: range(x, N, y or 1)}[kind]


def inverse_divisor(field: Field, ring: Ring[E], domain: Triple, N: int, X: E) -> E:
    """1/Z(X)."""
    kind, x, y = domain
    g, one = field.F.root(N), ring.embed(1)
    if kind == ROW:
        return ring.inv(ring.sub(X, ring.embed(field.F.pow(g, x))))
    if kind == CYCLIC:
        return ring.inv(ring.sub(ring.pow(X, N // y), ring.embed(field.F.pow(g, x * (N // y)))))
    result = ring.inv(ring.sub(ring.pow(X, N), one))
    for t in range(1, x + 1 if kind == TRANSITION else 1):
        result = ring.mul(result, ring.sub(X, ring.embed(field.F.pow(g, N - t))))
    return result


def quotient_at(
    field: Field,
    air: Air,
    X: Element,
    column: Callable[[int, int], Element],
    alpha: Element,
    inputs: Sequence[int],
    outputs: Sequence[int],
) -> Element:
    """The sum of alpha^i C_i(X)/Z_i(X), from the columns' values at g^offset X (6.3)."""
    K, N = field.K, air.length
    periodic = [horner(K, [K.embed(c) for c in v], K.pow(X, N // len(v))) for v in air.periodic_polynomials(field.F)]
    results = air.evaluate(K, column, periodic, inputs, outputs)
    quotients = [K.mul(r, inverse_divisor(field, K, c.domain, N, X)) for r, c in zip(results, air.constraints)]
    return horner(K, quotients, alpha)


def broken_constraints(
    air: Air, F: PrimeField, trace: Sequence[Sequence[int]], inputs: Sequence[int], outputs: Sequence[int]
) -> list[tuple[int, int]]:
    """(constraint, row) wherever the statement of 3.1 does not hold."""
    N, broken = air.length, []
    for row in range(N):
        values = air.evaluate(
            F, lambda c, o: trace[c][(row + o) % N], [v[row % len(v)] for v in air.periodic], inputs, outputs
        )
        broken += [(i, row) for i, c in enumerate(air.constraints) if values[i] and row in domain_rows(c.domain, N)]
    return broken


# Building: an expression is a nested triple, its operands being expressions instead of indices


def flatten(expressions: Sequence[Any]) -> tuple[tuple[Triple, ...], tuple[int, ...]]:
    """Nodes in the order of 3.2, and each expression's (small ones: a shared operand is walked again)."""
    order: dict[Triple, int] = {}

    def number(expression: Any) -> int:
        kind, x, y = expression
        if kind in (SUM, DIFFERENCE, PRODUCT):
            x, y = number(x), number(y)
        elif kind == NEGATION:
            x = number(x)
        return order.setdefault((kind, x, y), len(order))

    indices = tuple(number(expression) for expression in expressions)
    return tuple(order), indices


def air_of(constraints: Sequence[tuple[Triple, Any]], **fields: Any) -> Air:
    """An AIR from pairs of a domain and an expression."""
    nodes, indices = flatten([expression for _, expression in constraints])
    pairs = zip(constraints, indices)
    return Air(nodes=nodes, constraints=tuple(Constraint(d, i) for (d, _), i in pairs), **fields)


def depth_first(nodes: Sequence[Triple], roots: Sequence[int]) -> list[int]:
    """The nodes below these roots, left operand first, each after its operands and once."""
    order: list[int] = []
    seen: set[int] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, finished = stack.pop()
        if finished:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            kind, x, y = nodes[node]
            stack.append((node, True))
            stack += [(y, False)] * (SUM <= kind <= PRODUCT) + [(x, False)] * (kind >= SUM)
    return order


def _check_node(air: Air, here: int, triple: Triple) -> None:
    kind, x, y = triple
    limits = {
        CONSTANT: 2**64,
        COLUMN: air.columns,
        PERIODIC: len(air.periodic),
        INPUT: len(air.inputs),
        OUTPUT: len(air.outputs),
    }
    if kind not in range(9) or min(x, y) < 0 or x >= limits.get(kind, here):
        raise ValueError(f"node {here}, {triple}, names something that is not there")
    if (SUM <= kind <= PRODUCT and y >= here) or (kind not in (COLUMN, SUM, DIFFERENCE, PRODUCT) and y):
        raise ValueError(f"node {here}, {triple}, has a wrong second entry")


def _check_domain(domain: Triple, N: int) -> None:
    kind, x, y = domain
    good = {
        EVERY: x == 0 and y == 0,
        TRANSITION: 1 <= x < N and y == 0,
        ROW: 0 <= x < N and y == 0,
        CYCLIC: 2 <= y <= N and y & (y - 1) == 0 and 0 <= x < y,
    }
    if not good.get(kind, False):
        raise ValueError(f"{domain} is not a domain of 3.3 for N = {N}")
