"""Integers: quotients, remainders and comparisons, each a column by a hint with the claims that leave it one value."""

from __future__ import annotations

from collections.abc import Sequence

from l2zk.base.field import MODULUS
from l2zk.base.wording import cut
from l2zk.language.code import equal as equal_code
from l2zk.language.code import integer, inverse
from l2zk.language.loops.bounds import Found
from l2zk.language.loops.refusal import refusal
from l2zk.language.loops.tape import Claim, Node, Op, Phase, Tape
from l2zk.language.loops.terms import Term, Terms, is_flag

LONGEST_TEXT = 50
"""Characters of an assertion's text in the name of its claim."""


def floor(terms: Terms, node: Node) -> Term:
    """x // d for a constant d."""
    return _divided(terms, node)[0]


def rest(terms: Terms, node: Node) -> Term:
    """x % d for a constant d."""
    return _divided(terms, node)[1]


def _divided(terms: Terms, node: Node) -> tuple[Term, Term]:
    """Quotient and rest: x - d*low = d*q + r with 0 <= r < d and 0 <= q < 2^k, which d*2^k < p makes the only ones."""
    (number,), divisor = node.operands, int(node.data)
    found = terms.bounds_of(number, node, "a quotient or a rest")
    low = found.least // divisor
    value = terms.sum(terms.terms[number], terms.constant(-divisor * low))
    most = (found.greatest - divisor * low) // divisor
    if not most:
        return terms.constant(low), value
    key = ("divided", number, divisor)
    if key not in terms.made:
        quotient = terms.hint("quotient", integer(value.value) // divisor)
        bits = most.bit_length()
        if divisor << bits >= MODULUS:
            raise refusal("the quotient of an integer that may be 2^62 or more: claim fewer bits", node.line)
        terms.below("the quotient", quotient, 1 << bits)
        terms.below("the rest", terms.difference(value, terms.scaled(quotient, divisor)), divisor)
        terms.made[key] = quotient
    quotient = terms.made[key]
    return terms.sum(quotient, terms.constant(low)), terms.difference(value, terms.scaled(quotient, divisor))


def quotient(terms: Terms, node: Node) -> Term:
    """x // y."""
    return _by_value(terms, node)[0]


def remainder(terms: Terms, node: Node) -> Term:
    """x % y."""
    return _by_value(terms, node)[1]


def _by_value(terms: Terms, node: Node) -> tuple[Term, Term]:
    """Quotient and rest of a divisor that differs from row to row: x = y*q + r with 0 <= r < y, where y*q does not
    wrap."""
    number, divisor = node.operands
    found = terms.bounds_of(number, node, "a quotient or a rest")
    by = terms.bounds_of(divisor, node, "a division by a value")
    if found.least < 0 or by.least < 0 or by.greatest < 1:
        raise refusal("a division of or by what may be negative: these are integers 0 <= x < 2^k", node.line)
    if by.least < 1 and node.phase is Phase.AFTER and terms.tape.rounds > 1:
        raise refusal("a division after the loop by what may be 0 after a round: divide by max(x, 1)", node.line)
    bits = max(1, (found.greatest // max(1, by.least)).bit_length())
    if by.greatest << bits >= MODULUS:
        raise refusal("a quotient and a divisor that have more than 63 bits together: claim fewer", node.line)
    key = ("by value", number, divisor)
    x, y = terms.terms[number], terms.column("divisor", terms.terms[divisor])
    if key not in terms.made:
        made = terms.hint("quotient", integer(x.value) // integer(y.value))
        left = terms.column("rest", terms.difference(x, terms.product(y, made)))
        terms.below("the quotient", made, 1 << bits)
        terms.below("the rest", left, 1 << by.greatest.bit_length())
        below = terms.difference(terms.sum(y, terms.constant(-1)), left)
        terms.below("the divisor less the rest", below, 1 << by.greatest.bit_length())
        terms.made[key], terms.made[(*key, "rest")] = made, left
    return terms.made[key], terms.made[(*key, "rest")]


def less(terms: Terms, node: Node) -> Term:
    """1 where x < y: x - y + 2^k = 2^k*g + r with 0 <= r < 2^k, and g is 0."""
    one, other = (terms.bounds_of(number, node, "a comparison") for number in node.operands)
    least, greatest = one.least - other.greatest, one.greatest - other.least
    if greatest < 0 or least >= 0:
        return terms.constant(int(greatest < 0))
    bits = max(greatest.bit_length(), (-least - 1).bit_length())
    x, y = (terms.terms[number] for number in node.operands)
    moved = terms.sum(terms.difference(x, y), terms.constant(1 << bits))
    reached = terms.hint("not_less", integer(moved.value) >> bits)
    terms.below(f"{reached.value}", reached, 2)
    terms.below("the difference", terms.difference(moved, terms.scaled(reached, 1 << bits)), 1 << bits)
    return terms.difference(terms.constant(1), reached)


def equal(terms: Terms, node: Node) -> Term:
    """1 where x == y: with the inverse of d = x - y, or 0, d*inverse = 1 - z, d*z = 0 and inverse*z = 0."""
    if not node.data:
        for number in node.operands:
            terms.bounds_of(number, node, "== (l2zk.equal compares modulo p)")
    x, y = (terms.terms[number] for number in node.operands)
    if all(is_flag(terms.bounds, number) for number in node.operands):
        both = terms.product(x, y)
        return terms.sum(terms.constant(1), terms.scaled(x, -1), terms.scaled(y, -1), terms.scaled(both, 2))
    gap = terms.column("gap", terms.difference(x, y))
    if not gap.degree:
        raise refusal("== between values that are the same on every row: whoever verifies can compare them", node.line)
    same, inverted = terms.hint("same", equal_code(gap.value, 0)), terms.hint("inverse", inverse(gap.value))
    terms.zero("same where the gap is 0", gap.value * inverted.value - 1 + same.value)
    terms.zero("same is 0 elsewhere", gap.value * same.value)
    terms.zero("inverse is 0 where the gap is", inverted.value * same.value)
    return same


def inverted(terms: Terms, node: Node) -> Term:
    """1 / x, and 0 where x is 0: x*(x*i - 1) = 0 and i*(x*i - 1) = 0."""
    x = terms.column("base", terms.terms[node.operands[0]])
    if not x.degree:
        raise refusal(
            "the inverse of what is the same on every row: make it an input, and assert their product", node.line
        )
    made = terms.hint("inverse", inverse(x.value))
    terms.zero("the inverse, unless the base is 0", x.value * (x.value * made.value - 1))
    terms.zero("the inverse is 0 where the base is", made.value * (x.value * made.value - 1))
    return made


def asserted_nodes(tape: Tape, bounds: Sequence[Found], number: int) -> list[int]:
    """The nodes that the claim of a condition reads: of a comparison its sides."""
    op, operands, *_ = tape.nodes[number]
    if op is Op.AND and all(is_flag(bounds, one) for one in operands):
        return [one for side in operands for one in asserted_nodes(tape, bounds, side)]
    return list(operands) if op in (Op.LESS, Op.EQUAL) else [number]


def said_by(claim: Claim) -> str:
    """The name of what an assertion claims: its line and its text, if it has one."""
    printable = "".join(c if c.isprintable() else " " for c in claim.text)
    text = cut(" ".join(printable.split()), LONGEST_TEXT)
    return f'line {claim.line.number}: "{text}"' if text else "what assert says"


def asserted(terms: Terms, number: int, on: int | None, node: Node, said: str) -> None:
    """Claim that a condition is 1, without a column for it where it is a comparison. said: the name of the claim."""
    op, operands, *_ = made = terms.tape.nodes[number]
    if op is Op.AND and all(is_flag(terms.bounds, one) for one in operands):
        for one in operands:
            asserted(terms, one, on, node, said)
    elif op is Op.LESS:
        _assert_less(terms, made, on, said)
    elif op is Op.EQUAL:
        _assert_equal(terms, made, on, said)
    else:
        terms.zero(said, terms.flag(number, node).value - 1, on)


def _assert_less(terms: Terms, node: Node, on: int | None, said: str) -> None:
    one, other = (terms.bounds[number] for number in node.operands)
    if one is None or other is None:
        terms.bounds_of(node.operands[one is not None], node, "a comparison")
        return
    least, greatest = other.least - one.greatest - 1, other.greatest - one.least - 1
    if greatest < 0:
        raise refusal("the assertion is false whatever the witness is", node.line)
    if least < 0:
        x, y = (terms.terms[number] for number in node.operands)
        gap = terms.sum(terms.difference(y, x), terms.constant(-1))
        terms.below(said, gap, 1 << greatest.bit_length(), on)


def _assert_equal(terms: Terms, node: Node, on: int | None, said: str) -> None:
    if not node.data:
        for number in node.operands:
            if terms.bounds[number] is None:
                terms.bounds_of(number, node, "== (l2zk.equal compares modulo p)")
    x, y = (terms.terms[number] for number in node.operands)
    terms.zero(said, x.value - y.value, on)
