"""Lowering: a tape becomes columns, steps, hints, claims and outputs of a table with a row for each round.

What nothing reads is left out. A variable that every round hands on as it is becomes no column, unless it is private.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from l2zk.language.builder import Machine
from l2zk.language.expression import Expression
from l2zk.language.loops.bitwise import BITWISE, bits_of, bitwise, find_split, value_of
from l2zk.language.loops.bounds import Found, find_bounds, invariant
from l2zk.language.loops.inputs import Inputs
from l2zk.language.loops.integers import (
    asserted,
    asserted_nodes,
    equal,
    floor,
    inverted,
    less,
    quotient,
    remainder,
    rest,
    said_by,
)
from l2zk.language.loops.recorder import Recorded
from l2zk.language.loops.refusal import Line, refusal
from l2zk.language.loops.signature import Given
from l2zk.language.loops.tape import Node, Op, Phase, State, Tape
from l2zk.language.loops.terms import Term, Terms, shift_of


def lower(m: Machine, recorded: Recorded, given: Sequence[Given], line: Line) -> None:
    """State the program of a tape on the builder; line: of the function."""
    tape = recorded.tape
    m.rows(tape.rounds)
    bounds = find_bounds(tape, {one.name: one.bits for one in given})
    needed, states = _needed(recorded, bounds)
    taken = {*recorded.outputs, *(one.name for one in given)}
    terms = Terms(m, tape, bounds, dict.fromkeys(taken))
    inputs = Inputs(terms, given)
    inputs.declare({str(tape.nodes[one].data) for one in needed | _starts(tape, states)}, line)
    columns = [_column(m, terms, tape, state) for state in states]
    for state, column in zip(states, columns):
        terms.terms[state.leaf] = Term(column, 1)
        inputs.start(state, column)
    terms.split = find_split(terms, needed)
    terms.loose = _loose(tape)
    for number in sorted(needed):
        _lower_node(terms, inputs, number)
    terms.line = None
    inputs.finish()
    for state, column in zip(states, columns):
        m.step({column: terms.terms[state.next].value})
    for claim in tape.claims:
        terms.line = claim.line
        node = tape.nodes[claim.node]._replace(line=claim.line)
        asserted(terms, claim.node, terms.last_row(claim.phase), node, said_by(claim))
    for name, number in recorded.outputs.items():
        m.output(name, terms.terms[number].value, row=tape.rounds - 1)


def _needed(recorded: Recorded, bounds: Sequence[Found]) -> tuple[set[int], list[State]]:
    """The nodes that outputs and claims are made of, and the variables that become columns."""
    tape = recorded.tape
    waiting = [*recorded.outputs.values()]
    waiting += [one for claim in tape.claims for one in asserted_nodes(tape, bounds, claim.node)]
    waiting += [number for number, node in enumerate(tape.nodes) if node.op is Op.BELOW]
    needed: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number in needed:
            continue
        needed.add(number)
        node = tape.nodes[number]
        waiting += node.operands
        if node.op is Op.STATE:
            state = tape.states[int(node.data)]
            waiting.append(state.first if invariant(state) else state.next)
    return needed, [one for one in tape.states if one.leaf in needed and not invariant(one)]


def _starts(tape: Tape, states: Sequence[State]) -> set[int]:
    """The nodes that first values are made of."""
    found: set[int] = set()
    waiting = [state.first for state in states]
    while waiting:
        number = waiting.pop()
        found.add(number)
        waiting += tape.nodes[number].operands
    return found


def _loose(tape: Tape) -> set[int]:
    """The nodes that depend on bounds which are claimed on the first or the last row alone."""
    found: set[int] = set()
    for number, node in enumerate(tape.nodes):
        claimed = node.op is Op.BELOW and node.phase is Phase.AFTER and tape.rounds > 1
        if claimed or found.intersection(node.operands):
            found.add(number)
    return found


def _column(m: Machine, terms: Terms, tape: Tape, state: State) -> Expression:
    """The column of a variable, which may have the name of the input that it starts with."""
    first = tape.nodes[state.first]
    own = first.op in (Op.PUBLIC, Op.PRIVATE) and first.data == state.name
    return m.column(state.name if own else terms.name(state.name))


def _lower_node(terms: Terms, inputs: Inputs, number: int) -> None:
    """Make the term of a node; those of its operands are there."""
    if number in terms.terms:
        return
    node = terms.tape.nodes[number]
    terms.line = node.line
    if node.op is Op.STATE:  # one that every round hands on
        terms.terms[number] = terms.terms[terms.tape.states[int(node.data)].first]
    elif node.op in _LEAVES:
        terms.terms[number] = inputs.leaf(number, node)
    elif shift_of(node) is not None and node.operands[0] in terms.split:
        terms.terms[number] = value_of(terms, bits_of(terms, number, node))
    else:
        terms.terms[number] = _BY_OPERATION[node.op](terms, node)
    if node.op is Op.BELOW:
        _claim_below(terms, number, node)


_LEAVES = (Op.CONSTANT, Op.PUBLIC, Op.PRIVATE, Op.ENTRY, Op.KNOWN)


def _claim_below(terms: Terms, number: int, node: Node) -> None:
    """Claim what u32(x) says, unless the bounds of x say it, or the bits of x."""
    found, on = terms.bounds[node.operands[0]], terms.last_row(node.phase)
    if found is not None and found.least >= 0 and found.greatest < 2 ** int(node.data):
        return
    if terms.is_split(number) and on is None:
        bits_of(terms, number, node)
        return
    if not terms.terms[number].degree:
        raise refusal(
            "a claim about a public input: whoever verifies can look at it, or it is declared so, as"
            " l2zk.Public[l2zk.u32]",
            node.line,
        )
    terms.below(f"u{node.data} of a value", terms.terms[number], 2 ** int(node.data), on)


def _add(terms: Terms, node: Node) -> Term:
    return terms.sum(*(terms.terms[one] for one in node.operands))


def _subtract(terms: Terms, node: Node) -> Term:
    return terms.difference(*(terms.terms[one] for one in node.operands))


def _multiply(terms: Terms, node: Node) -> Term:
    return terms.product(*(terms.terms[one] for one in node.operands))


def _select(terms: Terms, node: Node) -> Term:
    condition = terms.flag(node.operands[0], node)
    then, otherwise = (terms.terms[one] for one in node.operands[1:])
    return terms.sum(otherwise, terms.product(condition, terms.difference(then, otherwise)))


def _same(terms: Terms, node: Node) -> Term:
    return terms.terms[node.operands[0]]


_BY_OPERATION: Mapping[Op, Callable[[Terms, Node], Term]] = {
    Op.ADD: _add,
    Op.SUB: _subtract,
    Op.MUL: _multiply,
    Op.SELECT: _select,
    Op.BELOW: _same,
    Op.FLOOR: floor,
    Op.REST: rest,
    Op.QUOTIENT: quotient,
    Op.REMAINDER: remainder,
    Op.LESS: less,
    Op.EQUAL: equal,
    Op.INVERSE: inverted,
    **dict.fromkeys(BITWISE, bitwise),
}
