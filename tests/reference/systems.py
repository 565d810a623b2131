"""Programs that use every part of the protocol, each with honest traces."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from .algebra import P
from .statement import EVERY, Domain, Expression, Group, Interaction, Message, Program, Public, Series, Table

Traces = list[list[list[int]]]
Case = tuple[str, list[Group], Traces]


def names(count: int) -> tuple[str, ...]:
    """Names of public scalars."""
    return tuple(f"x{i}" for i in range(count))


def constant(value: int) -> Expression:
    return ("constant", value)


def column(number: int, offset: int = 0) -> Expression:
    return ("column", number, offset)


def public(number: int) -> Expression:
    return ("public", number)


def plus(*terms: Expression) -> Expression:
    result = terms[0]
    for term in terms[1:]:
        result = ("+", result, term)
    return result


def minus(a: Expression, b: Expression) -> Expression:
    return ("-", a, b)


def times(*factors: Expression) -> Expression:
    result = factors[0]
    for factor in factors[1:]:
        result = ("*", result, factor)
    return result


def transitions(x: int = 1) -> Domain:
    return Domain("transitions", x)


def row(x: int) -> Domain:
    return Domain("row", x)


def last(x: int) -> Domain:
    return Domain("last", x)


def cyclic(x: int, y: int) -> Domain:
    return Domain("cyclic", x, y)


def fibonacci(rows: int) -> Program:
    a, b = column(0), column(1)
    stated = (
        (transitions(), minus(column(0, 1), b)),
        (transitions(), minus(column(1, 1), plus(a, b))),
        (row(0), minus(a, public(0))),
        (row(0), minus(b, public(1))),
        (row(rows - 1), minus(a, public(2))),
    )
    return Program("fibonacci", (Table(rows, 2, (), stated),), names(3))


def fibonacci_trace(rows: int, a: int, b: int) -> tuple[Public, Traces]:
    first, second, begun = [], [], (a, b)
    for _ in range(rows):
        first.append(a)
        second.append(b)
        a, b = b, (a + b) % P
    return Public((*begun, first[-1])), [[first, second]]


def cubes(rows: int, period: int) -> Program:
    x = column(0)
    values = tuple(3 * i + 1 for i in range(period))
    stated = (
        (transitions(), minus(column(0, 1), plus(times(x, x, x), ("periodic", 0)))),
        (row(0), minus(x, public(0))),
        (row(rows - 1), minus(x, public(1))),
    )
    return Program("cubes", (Table(rows, 1, (values,), stated),), names(2))


def cubes_trace(rows: int, period: int, x: int) -> tuple[Public, Traces]:
    values = [x]
    for i in range(rows - 1):
        values.append((pow(values[-1], 3, P) + 3 * (i % period) + 1) % P)
    return Public((x, values[-1])), [[values]]


def offsets(rows: int) -> Program:
    """Offsets forward and backward, wrapping and not; rows at the end; cyclic domains of small and large step."""
    a, b, c = column(0), column(1), column(2)
    shift = minus(b, times(column(0, 3), column(0, -1)))
    stated = (
        (EVERY, shift),
        (transitions(3), minus(column(2, 3), plus(c, times(a, column(0, 1))))),
        (row(5), minus(times(a, column(1, -2), c), public(0))),
        (last(4), plus(minus(column(2, -1), c), minus(constant(0), ("sequence", 0, rows - 4, 1)))),
        (cyclic(2, 4), minus(column(0, 1), times(a, a))),
        (cyclic(3, rows // 2), minus(a, public(1))),
        (transitions(rows // 2 + 3), shift),
        (last(rows - 5), shift),
        (EVERY, minus(plus(b, ("row",)), plus(times(column(0, 3), column(0, -1)), ("row",)))),
    )
    return Program("offsets", (Table(rows, 3, (), stated),), names(2), (Series("ends", 4),))


def offsets_trace(rows: int, rng: random.Random) -> tuple[Public, Traces]:
    root = rng.randrange(P)
    a = [rng.randrange(P) for _ in range(rows)]
    for i in (3, 3 + rows // 2):
        a[i - 1], a[i] = root, root * root % P
    for i in range(2, rows, 4):
        a[i + 1] = a[i] * a[i] % P
    b = [a[(i + 3) % rows] * a[i - 1] % P for i in range(rows)]
    c = [rng.randrange(P) for _ in range(3)]
    for i in range(rows - 3):
        c.append((c[i] + a[i] * a[(i + 1) % rows]) % P)
    ends = tuple((c[i - 1] - c[i]) % P for i in range(rows - 4, rows))
    return Public((a[5] * b[3] % P * c[5] % P, root * root % P), (ends,)), [[a, b, c]]


def powers_of(rows: int, degree: int) -> Program:
    x = column(0)
    stated = (
        (transitions(), minus(column(0, 1), plus(times(*[x] * degree), column(1)))),
        (row(rows - 1), minus(x, public(0))),
    )
    return Program("powers", (Table(rows, 2, (), stated),), names(1))


def powers_trace(rows: int, degree: int, end: int, rng: random.Random) -> tuple[Public, Traces]:
    x, y = [rng.randrange(P)], [rng.randrange(P) for _ in range(rows)]
    for i in range(rows - 1):
        if i == rows - 2:
            y[i] = (end - pow(x[-1], degree, P)) % P
        x.append((pow(x[-1], degree, P) + y[i]) % P)
    return Public((end,)), [[x, y]]


def ranges(rows: int) -> Program:
    """x climbs by the same step; x, 15 − x and the next x are looked up in a table of 0 … 15."""
    x, step = column(0), column(1)
    asked = (
        Interaction("range", (x,)),
        Interaction("range", (minus(constant(15), x),)),
        Interaction("range", (column(0, 1),), constant(1), transitions()),
    )
    stated = (
        (transitions(), minus(column(0, 1), plus(x, step))),
        (transitions(), minus(column(1, 1), step)),
        (row(rows - 1), minus(x, public(0))),
    )
    served = Interaction("range", (("row",),), minus(constant(0), column(0)))
    tables = (Table(rows, 2, (), stated, asked), Table(16, 1, (), (), (served,)))
    return Program("ranges", tables, names(1), (), (("range", 1),))


def ranges_trace(rows: int, x: int, step: int) -> tuple[Public, Traces]:
    values = [(x + step * i) % P for i in range(rows)]
    asked = Counter([*values, *[15 - v for v in values], *values[1:]])
    return Public((values[-1],)), [[values, [step] * rows], [[asked[i] for i in range(16)]]]


def xors(rows: int) -> Program:
    """Exclusive ors of pairs of two bits, from a table that is made of its row numbers and their conjunctions."""
    row, left, quarter = ("row",), ("periodic", 0), constant(pow(4, -1, P))
    right = times(quarter, minus(row, left))
    xor = minus(plus(left, right), times(constant(2), ("conjunction", 2)))
    asked = Interaction("xor", (column(0), column(1), column(2)))
    served = Interaction("xor", (left, right, xor), minus(constant(0), column(0)))
    return Program(
        "xors",
        (Table(rows, 3, interactions=(asked,)), Table(16, 1, ((0, 1, 2, 3),), (), (served,))),
        buses=(("xor", 3),),
    )


def xors_trace(rows: int, rng: random.Random) -> tuple[Public, Traces]:
    a, b = [[rng.randrange(4) for _ in range(rows)] for _ in range(2)]
    asked = Counter(zip(a, b))
    return Public(), [[a, b, [x ^ y for x, y in zip(a, b)]], [[asked[i % 4, i // 4] for i in range(16)]]]


def calls(rows: int, short: int) -> Program:
    """A tall table asks a short one for cubes; the short one wraps as well."""
    x, y = column(0), column(1)
    tall = Table(rows, 2, (), ((row(rows - 1), minus(y, public(0))),), (Interaction("cube", (x, y)),))
    stated = (
        (EVERY, minus(column(1), times(x, x))),
        (EVERY, minus(column(2), times(column(1), x))),
        (EVERY, plus(column(4, 1), column(4))),
    )
    served = Interaction("cube", (x, column(2)), minus(constant(0), column(3)))
    return Program("calls", (tall, Table(short, 5, (), stated, (served,))), names(1), (), (("cube", 2),))


def calls_trace(rows: int, short: int, asked: Sequence[int]) -> tuple[Public, Traces]:
    x = [asked[(i * i + i // 3) % len(asked)] for i in range(rows)]
    known = list(dict.fromkeys(x))
    known += [0] * (short - len(known))
    count = [x.count(v) if known.index(v) == i else 0 for i, v in enumerate(known)]
    turns = [5 if i % 2 else P - 5 for i in range(short)]
    columns = [known, [v * v % P for v in known], [pow(v, 3, P) for v in known], count, turns]
    y = [pow(v, 3, P) for v in x]
    return Public((y[-1],)), [[x, y], columns]


def posted(rows: int) -> Program:
    """Some rows, chosen by a bit, post their value; two values are taken by the public."""
    bit = column(1)
    stated = ((EVERY, times(bit, minus(bit, constant(1)))),)
    post = Interaction("box", (column(0), constant(7)), bit)
    taken = tuple(Message(-1, "box", (public(i), constant(7))) for i in range(2))
    return Program("posted", (Table(rows, 2, (), stated, (post,)),), names(2), (), (("box", 2),), taken)


def posted_trace(rows: int, values: Sequence[int], places: Sequence[int], rng: random.Random) -> tuple[Public, Traces]:
    shown, bit = [rng.randrange(10, 99) for _ in range(rows)], [0] * rows
    for value, place in zip(values, places):
        shown[place], bit[place] = value, 1
    return Public(tuple(values)), [[shown, bit]]


def domains(rows: int) -> Program:
    """Interactions on every kind of domain, all taken by a sink."""
    a, b = column(0), column(1)
    sent = (
        Interaction("b", (a, b), constant(1), row(0)),
        Interaction("b", (b, column(0, 1)), constant(1), transitions(2)),
        Interaction("b", (a, a), constant(1), cyclic(1, 4)),
        Interaction("b", (a, b), constant(1), last(2)),
    )
    sink = Table(2 * rows, 3, (), (), (Interaction("b", (a, b), minus(constant(0), column(2))),))
    return Program("domains", (Table(rows, 2, (), (), sent), sink), (), (), (("b", 2),))


def domains_trace(rows: int, rng: random.Random) -> tuple[Public, Traces]:
    a, b = [[rng.randrange(9) for _ in range(rows)] for _ in range(2)]
    sent = Counter([(a[0], b[0]), *[(b[i], a[i + 1]) for i in range(rows - 2)]])
    sent += Counter([(a[i], a[i]) for i in range(1, rows, 4)]) + Counter([(a[i], b[i]) for i in (rows - 2, rows - 1)])
    taken = [(x, y, count) for (x, y), count in sent.items()]
    taken += [(0, 0, 0)] * (2 * rows - len(taken))
    return Public(), [[a, b], [list(values) for values in zip(*taken)]]


def stacked(parts: Sequence[tuple[Public, Traces]]) -> tuple[tuple[Public, ...], Traces]:
    """Statements of one program, and the traces of its stacked tables; missing blocks are copies of the last."""
    publics = tuple(public for public, _ in parts)
    count = 1 << (len(parts) - 1).bit_length()
    all_parts = [*parts, *[parts[-1]] * (count - len(parts))]
    first = parts[0][1]
    columns = [
        [[v for _, traces in all_parts for v in traces[t][c]] for c in range(len(table))]
        for t, table in enumerate(first)
    ]
    return publics, columns


def one(name: str, program: Program, made: tuple[Public, Traces]) -> Case:
    return name, [(program, (made[0],))], made[1]


def many(name: str, program: Program, parts: Sequence[tuple[Public, Traces]]) -> Case:
    publics, traces = stacked(parts)
    return name, [(program, publics)], traces


def cases(seed: int = 1) -> Iterator[Case]:
    """Everything that the protocol can do, in small."""
    rng = random.Random(seed)
    for rows in (2, 4, 16, 64):
        yield one(f"{rows} rows", fibonacci(rows), fibonacci_trace(rows, 3, 4))
    for rows, period in ((16, 2), (32, 16), (32, 32)):
        yield one(f"period {period}", cubes(rows, period), cubes_trace(rows, period, 5))
    yield one("offsets", offsets(32), offsets_trace(32, rng))
    yield one("degree 7", powers_of(16, 7), powers_trace(16, 7, 55, rng))
    yield one("ranges", ranges(16), ranges_trace(16, 0, 1))
    yield one("xors", xors(32), xors_trace(32, rng))
    yield one("calls", calls(64, 8), calls_trace(64, 8, [3, 5, 11]))
    yield one("a table of 2 rows", calls(16, 2), calls_trace(16, 2, [3, 5]))
    yield one("posted", posted(8), posted_trace(8, (9, 1), (5, 2), rng))
    yield one("domains", domains(16), domains_trace(16, rng))
    yield many("3 stacked", fibonacci(8), [fibonacci_trace(8, a, a + 1) for a in (1, 4, 6)])
    yield many("17 stacked", fibonacci(4), [fibonacci_trace(4, a, a + 1) for a in range(17)])
    yield many("stacked messages", posted(8), [posted_trace(8, v, (1, 6), rng) for v in ((9, 1), (4, 8))])
    programs = [one("", fibonacci(16), fibonacci_trace(16, 2, 3)), one("", ranges(16), ranges_trace(16, 15, P - 1))]
    programs += [one("", calls(32, 8), calls_trace(32, 8, [2, 5])), programs[1]]
    groups = [group for _, groups, _ in programs for group in groups]
    yield "four programs", groups, [table for *_, traces in programs for table in traces]
