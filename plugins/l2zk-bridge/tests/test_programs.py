"""What a stranger's proof makes the log do: programs of any size are not stated, and few of those that are strange."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
from bridge_world import ALPHA, PROGRAM, World, brought, paying, refused_block
from l2zk_bridge import Block, Reason, Refusal, proofs
from l2zk_bridge.proofs import MOST_NODES, Programs
from l2zk_ledger import public
from l2zk_ledger.program import Ledger

import l2zk

RIGHT = {**asdict(PROGRAM), "nodes": (8,)}

WRONG: list[dict[str, Any]] = [
    {"operations": 2**17},
    {"messages_in": 2**15},
    {"messages_out": 2**15},
    {"accounts": 2**18},
    {"nodes": (8,) * 5},
    {"nodes": (8, 2 * MOST_NODES)},
    {"nodes": (0,)},
    {"nodes": ((8,),)},
    {"nodes": 8},
    {"depth": True},
    {"operations": True},
    {"operations": "8"},
    {"accounts": -1},
    {"authority": None},
    {"authority": "schnorr"},
    {"more": 1},
]


@pytest.mark.parametrize("change", WRONG, ids=repr)
def test_sizes_that_are_none_or_too_large(world: World, change: dict[str, Any]) -> None:
    facts = replace(world.log.ledger(ALPHA), depth=1) if change == {"depth": True} else world.log.ledger(ALPHA)
    assert proofs._program(world.log.ledger(ALPHA), Ledger.id, RIGHT) == Ledger(**RIGHT)
    with pytest.raises(Refusal) as caught:
        proofs._program(facts, Ledger.id, {**RIGHT, **change})
    assert caught.value.reason == Reason.PROGRAM


def test_signed_operations_have_less_room(world: World) -> None:
    facts = replace(world.log.ledger(ALPHA), authority="schnorr")
    given = {**RIGHT, "authority": "schnorr", "operations": 2**14}
    assert proofs._program(facts, Ledger.id, given).operations == 2**14
    with pytest.raises(Refusal, match="up to 16384"):
        proofs._program(facts, Ledger.id, {**given, "operations": 2**15})


@dataclass
class Headers:
    """What a proof says of itself, which nobody has verified."""

    statements: list[Any]


def stating(program: Ledger, block: Block) -> Any:
    inputs = public.values(block.statement)
    return SimpleNamespace(program_id=program.id, parameters=asdict(program), public_inputs=inputs)


def test_blocks_by_one_proof_are_of_one_program(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [brought(world.run(ALPHA, paying(k))) for k in (1, 2)]
    cases = (
        (replace(PROGRAM, accounts=4), Reason.PROGRAM, "of several programs"),
        (PROGRAM, Reason.PROOF, "it was looked at"),
    )
    for other, reason, said in cases:
        header = Headers([stating(PROGRAM, blocks[0]), stating(other, blocks[1])])
        monkeypatch.setattr(l2zk.Proof, "from_bytes", lambda data, header=header: header)
        monkeypatch.setattr(proofs, "machine", looked_at)
        assert said in refused_block(world, reason, b"", *blocks)


def looked_at(bits: int) -> None:
    raise l2zk.ProofError("it was looked at")


def test_a_program_is_not_stated_for_a_proof_of_something_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [brought(world.run(ALPHA, paying(k))) for k in (1, 2)]
    header = Headers([stating(PROGRAM, blocks[0])] * 2)
    monkeypatch.setattr(l2zk.Proof, "from_bytes", lambda data: header)
    monkeypatch.setattr(proofs, "machine", looked_at)
    assert "something else than block 1" in refused_block(world, Reason.PROOF, b"", *blocks)


def test_what_is_known_does_not_wait_for_what_is_strange() -> None:
    """Of strange programs one has its turn at a time; a program whose proof has verified is strange no more."""
    programs, order, go = Programs(), [], threading.Event()
    known, *strange = (Ledger(1, 8 << k) for k in range(3))
    with programs.stated(known):
        pass

    def state(program: Ledger) -> None:
        with programs.stated(program):
            order.append(program)
            go.wait(10)

    threads = [threading.Thread(target=state, args=(one,)) for one in strange]
    for one in threads:
        one.start()
    while not order:
        pass
    with programs.stated(known):
        assert len(order) == 1
    go.set()
    for one in threads:
        one.join()
    assert set(order) == set(strange) and set(programs._known) == {known, *strange}


def test_what_showed_nothing_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    programs, given_back = Programs(), []
    monkeypatch.setattr(l2zk, "release_memory", lambda: given_back.append(1))
    for k in range(2 * Programs.STRANGE):
        with pytest.raises(Refusal), programs.stated(Ledger(1, 8 + k)):
            raise Refusal(Reason.PROOF, "it shows nothing")
    assert len(given_back) == 2 and not programs._known
    for k in range(3 * Programs.KNOWN):
        with programs.stated(Ledger(1, 8 + k)):
            pass
    assert len(programs._known) == Programs.KNOWN
