"""The program of a block against a ledger in plain Python; the kit; what has no room."""

import random
from dataclasses import dataclass

import l2zk_ledger.program_sizes as sizes
import pytest
from l2zk_ledger import Ledger, Receive, Send, Transfer, execute, identity_of, public
from l2zk_ledger.program_places import place
from ledger_scenes import ADDRESS, DEPTH, KEYS, SECRET, SETTLEMENT, SIZES, block, message, operations, state
from plain_ledger import Plain
from quick import QUICK

import l2zk
from l2zk.testing import Case, check_program


def plain_run(plain, operation):
    """Carry out an operation on the plain ledger."""
    if isinstance(operation, Transfer):
        plain.transfer(operation.secret, operation.recipient, operation.amount, operation.fee)
    elif isinstance(operation, Send):
        one = operation
        plain.send(one.secret, one.destination, one.recipient, one.amount, one.fee, one.deadline)
    else:
        one = operation.message
        facts = one.source, one.sequence, one.kind, one.amount, one.deadline, one.sender, one.recipient
        plain.receive(*facts, operation.outcome)


def plain_inputs(before, plain, height):
    """The public inputs of a block by the plain ledger: what it was and what it is."""
    now = plain.stated()
    values = {f"identity{k}": one for k, one in enumerate(plain.identity)}
    for when, stated in (("before", before), ("after", now)):
        for name, value in stated.items():
            values |= {f"{name}_{when}": value} if type(value) is int else {}
            values |= {f"{name}_{when}{k}": one for k, one in enumerate(value)} if type(value) is list else {}
    return values | {"number": plain.number, "height": height, "operations": plain.count, "fees": plain.fees}


def plain_ledger():
    plain = Plain(identity_of(SETTLEMENT, 1), 1, DEPTH)
    for number in range(4):
        plain.credit(ADDRESS[number], 1000)
    return plain


def test_a_proof_is_of_what_a_plain_ledger_says():
    program, executed, witness = block()
    plain = plain_ledger()
    before = plain.stated()
    for one in operations():
        plain_run(plain, one)
    given = plain_inputs(before, plain, 1)
    assert given == program.demand(executed.statement)["inputs"] and set(given) == set(public.NAMES)
    proof = QUICK.prove(program, witness)
    assert QUICK.verify(program, proof, given)
    assert not any(QUICK.verify(program, proof, given | {name: 999}) for name in public.NAMES)


def random_operation(draw, messages):
    """An operation that the ledger may refuse."""
    places = sorted(KEYS)
    secret, amount, fee = SECRET[draw.choice(places)], draw.randrange(400), draw.randrange(3)
    recipient = draw.choice(KEYS[draw.choice(places)][:2])[1]
    kind = draw.randrange(4)
    if kind == 0:
        return Send(secret, draw.choice([0, 2, 3]), recipient, amount, fee, deadline=draw.randrange(100))
    if kind == 1:
        kind = draw.choice([1, 1, 5, 3])
        made = message(len(messages), kind, amount, recipient if kind != 3 else ADDRESS[0])
        messages.append(made)
        return Receive(made, draw.choice([0, 0, 1]) if kind == 1 else 0)
    return Transfer(secret, recipient, amount, fee)


@pytest.mark.parametrize("seed", range(3))
def test_random_blocks_satisfy_it_and_are_those_of_a_plain_ledger(seed):
    draw, now, plain, messages = random.Random(seed), state(), plain_ledger(), []
    program = Ledger(DEPTH, 32, messages_in=32, messages_out=32, accounts=8, nodes=(4, 2, 1))
    for height in (1, 2):
        before, plain.fees, plain.count = plain.stated(), 0, 0
        executed = execute(now, [random_operation(draw, messages) for _ in range(32)], skip_refused=True)
        assert len(executed.operations) > 8
        for one in executed.operations:
            plain_run(plain, one)
        assert program.demand(executed.statement)["inputs"] == plain_inputs(before, plain, height)
        report = program.check(program.witness(executed), redact=False)
        assert report, report


def test_a_block_that_touches_no_account_keeps_the_root():
    overdue = [Receive(message(0), 1)]
    for what in ([], overdue):
        program, executed, witness = block(what)
        assert executed.statement.root_before == executed.statement.root_after
        assert program.check(witness)


def test_a_queue_without_room_has_no_table():
    receiving, sending = [Receive(message(0)), Receive(message(1), 1)], [Send(SECRET[0], 2, ADDRESS[6], 20, 1)]
    for what, room, table in ((receiving, {"messages_in": 2}, "inbox"), (sending, {"messages_out": 1}, "outbox")):
        program, _, witness = block(what, {"depth": DEPTH, "operations": 8, **room})
        assert program.check(witness)
        tables = [one.name for one in program.definition.air.tables]
        assert [one for one in tables if one in ("inbox", "outbox")] == [table]
        stays = "outbox" if table == "inbox" else "inbox"
        broken = program.check(witness | {f"{stays}_after0": 5}).violations
        assert [one.constraint for one in broken] == [f"the {stays} stays 0"]


@dataclass(frozen=True)
class Place(l2zk.TraceProgram):
    """The places of elements."""

    id = "place.v0"
    depth: int

    def define(self, m):
        m.rows(8)
        m.output_column("place", place(m, "place", m.private_column("element", pad=0), self.depth))


ELEMENTS = [5, 2**32 - 2, 2**32 - 1, 2**63 + 7, l2zk.MODULUS - 2, l2zk.MODULUS - 1]


@pytest.mark.parametrize("depth", [1, 31, 32, 33, 60])
def test_the_place_of_an_element_is_its_lowest_bits(depth):
    outputs = QUICK.prove(Place(depth), {"element": ELEMENTS}).public_outputs["place"]
    assert outputs.tolist()[: len(ELEMENTS)] == [one % 2**depth for one in ELEMENTS]


@pytest.mark.parametrize("element", [0, 5, 2**32 - 2])
def test_the_second_form_of_an_element_has_no_place(element):
    program, form = Place(3), element + l2zk.MODULUS
    trace = QUICK.trace(program, {"element": [element]})
    for low, high in ((0, 3), (3, 32), (32, 64)):
        trace[f"place.bits{low}"][0] = (form >> low) % 2 ** (high - low)
        for bit in range(low, high):
            trace[f"place.bits_{low}_to_{high - 1}{bit - low}"][0] = form >> bit & 1
    trace["place.greatest"][0], trace["place.greatest_inverse"][0] = 1, 0
    broken = QUICK.check(program, {"element": [element]}, trace=trace).violations
    assert [one.constraint for one in broken] == ["place.below p"]


def test_the_kit_finds_nothing_in_places():
    check_program(Place, [Case({"depth": 33}, {"element": ELEMENTS})], seconds=0.5)


@pytest.mark.parametrize(
    ("small", "what"),
    [
        ({"operations": 8}, "9 operations"),
        ({"accounts": 4}, "touched accounts"),
        ({"nodes": (4,)}, "touched nodes"),
        ({"messages_in": 0}, "received messages"),
        ({"messages_in": 2}, "received messages"),
        ({"messages_out": 0}, "sent messages"),
        ({"messages_out": 1}, "sent messages"),
        ({"depth": 4}, "a tree of depth 3"),
    ],
)
def test_a_block_for_which_there_is_no_room_is_refused(small, what):
    executed = execute(state(), [*operations(), Transfer(SECRET[3], ADDRESS[7], 1)])
    with pytest.raises(l2zk.WitnessError, match=what):
        Ledger(**({**SIZES, "operations": 16, "nodes": (8, 4)} | small)).witness(executed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"depth": 0},
        {"depth": 61},
        {"operations": 4},
        {"operations": 12},
        {"messages_in": 3},
        {"nodes": (8, 3)},
        {"accounts": 32},
        {"operations": 2**21},
        {"messages_out": 16},
        {"nodes": (8,) * 5},
        {"authority": "schnorr", "operations": 2**17},
    ],
)
def test_sizes_that_are_none_are_refused(wrong):
    with pytest.raises(l2zk.ProgramError, match="is right"):
        assert Ledger(**(SIZES | wrong)).definition


def test_tables_of_nodes_have_room_and_little_padding():
    for count in [*range(1, 3000), 38_355, 260_000, 262_144, 262_145]:
        heights = sizes.tables(count)
        assert sum(heights) >= count and all(one & (one - 1) == 0 for one in heights)
        assert sum(heights) <= max(8, 2 * count if count <= 2048 else 1.25 * count)
    assert {len(sizes.tables(count)) for count in range(1, 3000)} == {1, 2}
