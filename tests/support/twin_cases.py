"""A statement and options for all that the protocol can vary: on them the core and the slow twin are compared."""

from __future__ import annotations

from collections.abc import Iterator

from cheats import P, few
from example_programs import Constant, Cubes, Domains, Fibonacci, LookAhead, Powers, Silent, Wide

from l2zk import ProofOptions, TraceProgram

Case = tuple[str, TraceProgram, ProofOptions, object]
"""A name, and a program with its options and its witness."""


def cases() -> Iterator[Case]:
    """All of them."""
    yield from traces()
    yield from shapes()
    yield from queries()
    yield from hiding()


def traces() -> Iterator[Case]:
    """Lengths of a trace, kinds of columns, domains and public values."""
    yield "shortest trace", Fibonacci(3), few(), ()
    yield "shortest trace, least blowup", Fibonacci(1), few(blowup=2), ()
    yield "another start", Fibonacci(20), few(), (P - 1, 5)
    yield "padded trace", Fibonacci(8), few(), ()
    yield "periodic column, degree 3", Cubes(29), few(), (7, P - 3)
    yield "look-ahead 2", LookAhead(29), few(), [6]
    yield "every kind of domain", Domains(29), few(), ()
    yield "a full trace of every kind of domain", Domains(32), few(), ()
    yield "no public value", Silent(), few(), ()
    yield "a polynomial that is constant", Constant(5), few(), ()
    yield "a leaf of several chunks", Wide(130, 10), few(blowup=2), ()
    yield "a leaf of several chunks of several rows", Wide(66, 63), few(blowup=2, rows_per_leaf=2), ()


def shapes() -> Iterator[Case]:
    """Degrees, domains, rows per leaf, rounds of folding."""
    for degree in (2, 3, 4, 8):
        yield f"degree {degree}", Powers(degree, 15), few(blowup=8), ()
    yield "degree 16 at blowup 32", Powers(16, 7), few(blowup=32), ()
    for blowup in (2, 4, 8, 16, 32):
        yield f"blowup {blowup}", Fibonacci(16), few(blowup=blowup, final_rows=8), ()
    for s, arity in ((2, 8), (4, 4), (8, 2)):
        yield (
            f"{s} rows a leaf",
            Fibonacci(32 * s - 1),
            few(rows_per_leaf=s, blowup=2, folding=arity, final_rows=4),
            (),
        )
    yield "512 rows", Fibonacci(511), few(rows_per_leaf=8, blowup=2, final_rows=2), ()
    yield "8 rows a leaf, degree 3", Cubes(255), few(rows_per_leaf=8, final_rows=16), ()
    for rounds, folding, final_rows in (
        (0, 2, 64),
        (1, 4, 16),
        (1, 8, 8),
        (2, 8, 4),
        (2, 4, 4),
        (3, 4, 1),
        (6, 2, 1),
    ):
        options = few(blowup=2, folding=folding, final_rows=final_rows)
        yield f"{rounds} rounds of up to {folding} to {final_rows}", Fibonacci(63), options, ()
    for final_rows in (2, 32, 128, 256):
        yield f"{final_rows} final rows", Fibonacci(63), few(blowup=2, final_rows=final_rows), ()


def queries() -> Iterator[Case]:
    """Grinding, and how many queries."""
    for grinding in (1, 8, 11):
        yield f"grinding {grinding}", Fibonacci(15), few(grinding=grinding), ()
    yield "one query", Fibonacci(15), few(queries=1, final_rows=4), ()
    yield "more queries than leaves", Fibonacci(15), few(queries=300, blowup=2, final_rows=4), ()
    yield (
        "solved queries",
        Cubes(20),
        ProofOptions(security=20, allow_insecure=True, grinding=4, zero_knowledge=False),
        (),
    )
    unique = ProofOptions(security=16, regime="unique", allow_insecure=True, grinding=4, zero_knowledge=False)
    yield "unique decoding", Fibonacci(20), unique, ()
    yield "default options", Fibonacci(50), ProofOptions(grinding=8, zero_knowledge=False), ()


def hiding() -> Iterator[Case]:
    """Proofs that hide."""
    for program in (Fibonacci(7), Cubes(13), LookAhead(12), Domains(13), Silent(), Powers(8, 7)):
        yield f"hiding {program.id}", program, few(zero_knowledge=True, blowup=8), ()
    for s, folding in ((2, 8), (4, 4), (8, 2)):
        options = few(zero_knowledge=True, blowup=4, rows_per_leaf=s, folding=folding, final_rows=4)
        yield f"hiding {s} rows a leaf", Cubes(16 * s - 1), options, ()
    yield (
        "hiding more coefficients than points",
        Fibonacci(7),
        few(zero_knowledge=True, queries=40, final_rows=8),
        (),
    )
    yield (
        "hiding a quotient just beyond its cosets",
        Cubes(255),
        few(zero_knowledge=True, queries=1, final_rows=32),
        (),
    )
    yield "hiding with default options", Fibonacci(12), ProofOptions(grinding=8, zero_knowledge=True), ()
