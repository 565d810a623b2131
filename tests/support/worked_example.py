"""The worked example of PROTOCOL 13: the twin's proof, and the blocks of numbers in the text; run, it prints them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from reference.algebra import ZERO, K, P, eq_at, horner, lagrange, powers, product, root, total
from reference.argument import Argument
from reference.by_rows import ByRows
from reference.closed import selector, shifted
from reference.commitment import Committed
from reference.demand import demand
from reference.digest import DOMAINS, Nodes, digest
from reference.lengths import Lengths
from reference.openings import Opening
from reference.options import Options
from reference.proof import dense, header, seed
from reference.sizes import choose
from reference.statement import Domain, Program, Public, Table, evaluate, physical_tables
from reference.transcript import Kind, Listener, Speaker, Transcript
from reference.tree import h3, siblings

ALPHA, GAMMA = "\u03b1", "\u03b3"
ROWS = 16
A, NEXT, FIRST, LAST = ("column", 0, 0), ("column", 0, 1), ("public", 0), ("public", 1)
STATED = (
    (Domain("row", 0), ("-", A, FIRST)),
    (Domain("transitions", 1), ("-", NEXT, ("*", A, A))),
    (Domain("row", ROWS - 1), ("-", A, LAST)),
)
"""a is first in row 0, the square of the row before in each other, and last in row 15."""

SQUARES = Program("squares.v1", (Table(ROWS, 1, (), STATED),), ("first",), outputs=("last",), parameters=bytes(2))
OPTIONS = Options(log_rate=1, grinding=4, zero_knowledge=False, queries=2, allow_insecure=True)


class Seen(Argument):
    """The verifier above the commitment, with what it reckons at the ends of its sumchecks."""

    def constraints_at(self, values: Sequence[K], alpha: K) -> K:
        self.G = super().constraints_at(values, alpha)
        return self.G


class Example:
    """The proof, with every message by kind and every challenge by name, in order."""

    def __init__(self) -> None:
        trace = [3]
        for _ in range(ROWS - 1):
            trace.append(trace[-1] ** 2 % P)
        self.trace = trace
        self.groups = [(SQUARES, (Public((trace[0], trace[-1])),))]
        self.lengths = Lengths(physical_tables(self.groups), False)
        self.shape = choose(demand(self.groups, self.lengths), OPTIONS)
        self.header = header(self.groups, OPTIONS)
        self.numbers = [*self.lengths.words(), *self.shape.numbers()]
        self.prove()
        self.verify()

    def begun(self) -> Transcript:
        transcript = Transcript()
        transcript.absorb(Kind.SEED, seed(self.groups, self.lengths, self.shape, OPTIONS))
        return transcript

    def prove(self) -> None:
        speaker = Speaker(self.begun(), [])
        self.seeded = speaker.transcript.state
        self.committed = Committed(self.shape, self.trace, {}, speaker)
        ByRows(self.groups, [[self.trace]], self.lengths, speaker)
        listener = self.listener(bytes(speaker.said))
        argument = Argument(self.groups, self.lengths, listener)
        self.committed.open([dense(self.lengths, claim) for claim in argument.claims])
        self.body = bytes(speaker.said)

    def listener(self, body: bytes) -> Listener:
        listener = Listener(self.begun(), body, False)
        listener.read(Kind.ROOT, 32)
        return listener

    def verify(self) -> None:
        """Hears the proof; raises what the verifier refuses."""
        listener = self.listener(self.body)
        self.argument = Seen(self.groups, self.lengths, listener)
        self.opening = Opening(self.shape, self.lengths, self.body[:32], self.argument.claims, listener)
        assert listener.at == len(self.body)
        self.log = listener.transcript.log

    def said(self, kind: Kind) -> list[list[K]]:
        """The elements of each message of a kind."""
        found = []
        for name, data in self.log:
            if name == kind:
                numbers = [int.from_bytes(data[i : i + 8], "little") for i in range(0, len(data), 8)]
                found.append([K(*numbers[i : i + 3]) for i in range(0, len(numbers), 3)])
        return found

    def drawn(self, name: str) -> list:
        return [value for key, value in self.log if key == name]

    # The blocks of the text

    def blocks(self) -> Iterator[list[str]]:
        yield self.program()
        yield in_lines([str(x) for x in self.trace], 5)
        yield hexadecimal(self.header)
        yield self.sizes()
        yield self.root()
        yield self.q_message()
        yield self.round()
        yield self.openings()
        yield self.rows()
        yield self.fold()
        yield self.final()
        yield self.opened()
        yield self.last()

    def program(self) -> list[str]:
        """Nodes, then constraints, and the digest."""
        nodes = Nodes(1)
        stated = [(DOMAINS.index(domain.kind), domain.x, domain.y, nodes.number(e)) for domain, e in STATED]
        said = [*map(str, nodes.numbers), *[f"({kind}, {x}, {y}), {node}" for kind, x, y, node in stated]]
        meant = ("a", "first", "a − first", "a in the next row", "a·a", "a in the next row − a·a", "last", "a − last")
        meant += ("constraint 0: row 0", "constraint 1: transitions", "constraint 2: row 15")
        names = [*map(str, range(len(nodes.numbers))), "", "", ""]
        lines = [f"{name:<3}{bytes_:15}{words}" for name, bytes_, words in zip(names, said, meant, strict=True)]
        return [*lines, "", f"digest   {digest(SQUARES).hex()}"]

    def sizes(self) -> list[str]:
        numbers = ", ".join(map(str, self.numbers))
        return [f"seed          header, then as u64 {numbers}", f"state         {self.seeded.hex()}"]

    def root(self) -> list[str]:
        leaf = [int.from_bytes(self.committed.leaves[0][i : i + 8], "little") for i in (0, 8)]
        return [f"leaf 0        {leaf[0]}, {leaf[1]}", f"root          {self.body[:32].hex()}"]

    def q_message(self) -> list[str]:
        [said] = self.said(Kind.Q)
        self.after_q = (self.argument.x**8 - 1) * horner(said, self.argument.x)
        return [
            element(ALPHA, self.drawn("alpha")[0]),
            element("τ_1", self.drawn("tau")[0]),
            *elements("Q_", said),
            element("x", self.argument.x),
            element("claim", self.after_q),
        ]

    def round(self) -> list[str]:
        [said], [tau], r = self.said(Kind.ROUND), self.drawn("tau"), self.argument.r[0]
        self.after_round = after(self.after_q, said, tau, r)
        assert self.after_round == self.argument.G
        return [*elements("g_", said, 1), element("r_1", r), element("claim", self.after_round)]

    def openings(self) -> list[str]:
        argument, [values], [part] = self.argument, self.said(Kind.OPENINGS), self.lengths.parts
        weights = lagrange(8, argument.x)
        read = dict(zip(part.pairs, values))
        publics = [self.trace[0], self.trace[-1]]
        stated = [
            evaluate(e, lambda leaf: read[leaf[1:]] if leaf[0] == "column" else K(publics[leaf[1]])) for _, e in STATED
        ]
        selectors = [selector(part.table, domain, 3, argument.x, argument.r) for domain, _ in STATED]
        roots, r = [argument.x - pow(root(8), z, P) for z in range(8)], argument.r[0]
        assert selectors == [product(roots[1:]) * (1 - r), 1 - r * (1 - roots[7]), product(roots[:7]) * r]
        alphas = powers(self.drawn("alpha")[0], 3)
        assert total([a * i * c for a, i, c in zip(alphas, selectors, stated)]) == self.after_round
        for offset, value in enumerate(values):
            rows = [K(self.trace[(b + offset) % ROWS]) for b in range(ROWS)]
            assert value == total([weights[b // 2] * eq_at(argument.r, b % 2) * x for b, x in enumerate(rows)])
        return [*elements("opening ", values), *elements("C_", stated), *elements("I_", selectors)]

    def rows(self) -> list[str]:
        argument, [xi], rounds, [[value]] = self.argument, self.drawn("xi"), self.said(Kind.ROW_ROUND), self.said(9)
        [first, second] = self.said(Kind.OPENINGS)[0]
        claim = (first + xi * second) * K(16).inverse()
        half, point = K(2).inverse(), self.opening.claims[0].point
        lines = [element("ξ", xi), element("claim", claim)]
        for j, (said, q) in enumerate(zip(rounds, point), 1):
            claim = after(claim, said, half, q)
            lines += [*elements(f"round {j}, g_", said, 1), element(f"q_{j}", q)]
        weights = lagrange(8, argument.x)
        shifts = [shifted(weights, argument.r, point, offset) for offset in (0, 1)]
        assert claim == (shifts[0] + xi * shifts[1]) * value
        assert value == total([eq_at(point, b) * x for b, x in enumerate(self.trace)])
        return [*lines, element("claim", claim), *elements("shift by ", shifts), element("value", value)]

    def fold(self) -> list[str]:
        [gamma], [said], [[value]] = self.drawn("gamma"), self.said(Kind.FOLD_ROUND), self.said(Kind.VALUES)
        r, claim, (low, top) = self.opening.point[0], gamma * value, said
        self.after_fold = horner([low, claim - low - low - top, top], r)
        return [
            element(GAMMA, gamma),
            element("claim", claim),
            element("g(0)", low),
            element("X²", top),
            element("r", r),
            element("claim", self.after_fold),
        ]

    def final(self) -> list[str]:
        [said], r = self.said(Kind.FINAL), self.opening.point[0]
        assert said == [(1 - r) * x + r * y for x, y in zip(self.trace[:8], self.trace[8:])]
        return elements("final ", said)

    def opened(self) -> list[str]:
        [drawn], [final], r = self.drawn("queries"), self.said(Kind.FINAL), self.opening.point[0]
        place = self.body.rindex(b"".join(self.committed.leaves[j] for j in drawn))
        nonce = int.from_bytes(self.body[place - 8 : place], "little")
        lines = [f"nonce         {nonce}", f"U             {', '.join(map(str, drawn))}"]
        for j in drawn:
            a, b = (int.from_bytes(self.committed.leaves[j][i : i + 8], "little") for i in (0, 8))
            assert horner(final, 7 * pow(root(16), j, P)) == (1 - r) * a + r * b
            lines += [f"leaf {j:<9}{a}, {b}", element("  folded", (1 - r) * a + r * b)]
        nodes = [f"node {j} of {16 >> depth}" for depth, j in siblings(drawn, 16)]
        digests = self.body[place + 16 * len(drawn) :]
        said = [digests[i : i + 32].hex() for i in range(0, len(digests), 32)]
        return lines + [f"{node:<14}{hexed}" for node, hexed in zip(nodes, said, strict=True)]

    def last(self) -> list[str]:
        weights = self.opening.weights()
        assert total([w * x for w, x in zip(weights, self.said(Kind.FINAL)[0])]) == self.after_fold
        return [
            *elements("weight ", weights),
            f"body          {len(self.body)} bytes, H₃ {h3(self.body).hex()}",
        ]


def after(claim: K, said: Sequence[K], target: K, r: K) -> K:
    """What a round makes of a claim (7.3)."""
    return claim - target * total(said) + horner([ZERO, *said], r)


def element(name: str, x: K) -> str:
    return f"{name:<14}({', '.join(map(str, x.c))})"


def elements(name: str, values: Sequence[K], first: int = 0) -> list[str]:
    return [element(f"{name}{i}", x) for i, x in enumerate(values, first)]


def in_lines(items: Sequence[str], count: int) -> list[str]:
    return [", ".join(items[i : i + count]) for i in range(0, len(items), count)]


def hexadecimal(data: bytes) -> list[str]:
    return [data[i : i + 32].hex() for i in range(0, len(data), 32)]


if __name__ == "__main__":
    for block in Example().blocks():
        print("\n".join(block), end="\n\n")
