"""Bitwise: integers as their bits, of which `& | ^`, shifts and masks are made without further columns.

A value is split where one of its bits is needed, once; a word that is a bitwise operation has the bits that come of
those of its operands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import zip_longest

from l2zk.language.code import integer
from l2zk.language.loops.refusal import refusal
from l2zk.language.loops.tape import Node, Op
from l2zk.language.loops.terms import HIGHEST, Term, Terms, is_flag, is_power, shift_of

BITWISE = (Op.AND, Op.OR, Op.XOR)

WIDEST = 62
"""Bits of what is split."""


SHIFTS = 2
"""Shifts and masks of a value by so many powers of two cost less than its bits."""


def find_split(terms: Terms, needed: Iterable[int]) -> set[int]:
    """The nodes whose bits are needed, or are there without further columns."""
    ordered = sorted(needed)
    found = _often_shifted(terms, ordered)
    for number in reversed(ordered):
        node = terms.tape.nodes[number]
        if _is_word(terms, node):
            found.update(node.operands)
        elif number in found:
            found.update(one for one in _handed(terms, node) if _can_be_split(terms, one))
    for number in ordered:
        node = terms.tape.nodes[number]
        if _is_word(terms, node) or (shift_of(node) is not None and node.operands[0] in found):
            found.add(number)
    return found


def _is_word(terms: Terms, node: Node) -> bool:
    """True for an operation on the bits of two words."""
    return node.op in BITWISE and not all(is_flag(terms.bounds, one) for one in node.operands)


def _often_shifted(terms: Terms, ordered: Iterable[int]) -> set[int]:
    """The nodes that are shifted and masked by many powers of two."""
    by: defaultdict[int, set[int]] = defaultdict(set)
    for number in ordered:
        node = terms.tape.nodes[number]
        if shift_of(node) is not None:
            by[node.operands[0]].add(int(node.data))
    return {number for number, divisors in by.items() if len(divisors) > SHIFTS and _can_be_split(terms, number)}


def _can_be_split(terms: Terms, number: int) -> bool:
    found = terms.bounds[number]
    return found is not None and found.least >= 0 and found.greatest.bit_length() <= WIDEST


def _handed(terms: Terms, node: Node) -> list[int]:
    """The operand whose bits are those of the node, at other places."""
    if shift_of(node) is not None:
        return list(node.operands)
    if node.op is Op.MUL:
        return [one for one, other in _factors(terms, node) if other is not None]
    return []


def _factors(terms: Terms, node: Node) -> list[tuple[int, int | None]]:
    """Each factor with k, if the other one is the constant 2^k."""
    one, other = node.operands
    found = []
    for number, by in ((one, other), (other, one)):
        constant = terms.tape.constant_of(by)
        found.append((number, constant.bit_length() - 1 if constant and constant > 0 and is_power(constant) else None))
    return found


def bits_of(terms: Terms, number: int, line: Node) -> list[Term]:
    """The bits of a node, the least first."""
    if number not in terms.bits:
        terms.bits[number] = _bits(terms, number, line)
    return terms.bits[number]


def _bits(terms: Terms, number: int, line: Node) -> list[Term]:
    node = terms.tape.nodes[number]
    constant = terms.tape.constant_of(number)
    if constant is not None and constant >= 0:
        return [terms.constant(constant >> k & 1) for k in range(constant.bit_length())]
    if _is_word(terms, node):
        return _combined(terms, node)
    shift = shift_of(node)
    if shift is not None and node.operands[0] in terms.split:
        below = bits_of(terms, node.operands[0], node)
        return below[shift:] if node.op is Op.FLOOR else below[:shift]
    if is_flag(terms.bounds, number):
        return [terms.terms[number]]
    for factor, places in _factors(terms, node) if node.op is Op.MUL else ():
        if places is not None and factor in terms.split:
            return [terms.constant(0)] * places + bits_of(terms, factor, node)
    return _made(terms, number, line)


def _made(terms: Terms, number: int, line: Node) -> list[Term]:
    """Columns of the bits of a value, which are bits and make it up."""
    found = terms.bounds_of(number, line, "the bits")
    count = found.greatest.bit_length()
    if found.least < 0 or count > WIDEST:
        raise refusal(
            f"the bits of an integer that may be negative or have more than {WIDEST} bits: claim its bits by"
            " l2zk.u32(x), or cut it by & 0xFFFFFFFF",
            line.line,
        )
    term = terms.terms[number]
    made = [terms.hint(f"bit{k}", (integer(term.value) >> k) & 1) for k in range(count)]
    for bit in made:
        terms.below(f"{bit.value}", bit, 2)
    terms.zero("bits make up their value", term.value - value_of(terms, made).value)
    return made


def _combined(terms: Terms, node: Node) -> list[Term]:
    """The bits of an operation on two words, each of which has bounds or is a constant."""
    for number in node.operands:
        if terms.tape.constant_of(number) is None:
            terms.bounds_of(number, node, "the bits")
    one, other = (bits_of(terms, number, node) for number in node.operands)
    zero = terms.constant(0)
    return [_BY_BIT[node.op](terms, x, y) for x, y in zip_longest(one, other, fillvalue=zero)]


def value_of(terms: Terms, bits: list[Term]) -> Term:
    """The integer of these bits."""
    if not bits:
        return terms.constant(0)
    return terms.sum(*(terms.scaled(bit, 1 << k) for k, bit in enumerate(bits)))


def bitwise(terms: Terms, node: Node) -> Term:
    """The value of `& | ^`."""
    if all(is_flag(terms.bounds, number) for number in node.operands):
        one, other = (terms.terms[number] for number in node.operands)
        return _BY_BIT[node.op](terms, one, other)
    return value_of(terms, _combined(terms, node))


def _constant(term: Term) -> int | None:
    """0 or 1 for a bit that is known."""
    text = repr(term.value) if not term.degree else ""
    return int(text) if text in ("0", "1") else None


def _and(terms: Terms, one: Term, other: Term) -> Term:
    for bit, rest in ((one, other), (other, one)):
        known = _constant(bit)
        if known is not None:
            return rest if known else bit
    return terms.product(*_low(terms, one, other))


def _or(terms: Terms, one: Term, other: Term) -> Term:
    return terms.difference(terms.sum(one, other), _and(terms, one, other))


def _xor(terms: Terms, one: Term, other: Term) -> Term:
    for bit, rest in ((one, other), (other, one)):
        known = _constant(bit)
        if known is not None:
            return terms.difference(terms.constant(1), rest) if known else rest
    both = terms.product(*_low(terms, one, other))
    return terms.difference(terms.sum(one, other), terms.scaled(both, 2))


def _low(terms: Terms, one: Term, other: Term) -> tuple[Term, Term]:
    """Two bits whose product is not too high; columns for those that would make it so."""
    if one.degree + other.degree <= HIGHEST:
        return one, other
    return terms.column("bit_of", one), terms.column("bit_of", other)


_BY_BIT: dict[Op, Callable[[Terms, Term, Term], Term]] = {Op.AND: _and, Op.OR: _or, Op.XOR: _xor}
