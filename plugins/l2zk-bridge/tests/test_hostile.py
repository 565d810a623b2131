"""Whatever is given to the log: a Refusal with a reason and nothing written, never an exception that is not ours."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from bridge_world import ALICE, ALPHA, World, brought, paying, really_proved, sending
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from l2zk_bridge import Block, Log, Reason, Refusal
from l2zk_ledger import BlockStatement, address_of

import l2zk

P = l2zk.MODULUS
ODD: list[Any] = [
    *(None, True, False, -1, 2**60, 2**63, 2**64, P, P - 1, 10**60, 1.0, float("nan"), "1", "", b"", b"\xff" * 40),
    *([], {}, (), (1,), (1, 2, 3), (1, 2, 3, P), (1, 2, 3, -1), (1.0, 2, 3, 4), [1, 2, 3, 4, 5], "\ud800", "\0"),
    *("a" * 300, object(), np.uint64(3), np.zeros(4), [[1, 2, 3, 4]], {"identity": 1}, {1: 2}, Block, range(4)),
]
anything = st.sampled_from(ODD) | st.integers() | st.binary(max_size=99) | st.text(max_size=9) | st.lists(st.integers())
quick = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@pytest.fixture(scope="module")
def target(funded_once: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Log, bytes, Block]:
    """A log, and a block that fits it."""
    world = funded_once.copy(tmp_path_factory.mktemp("hostile"))
    made = world.run(ALPHA, paying(3), sending(10))
    return world.log, really_proved(made), brought(made)


def refuses(log: Log, rule: Any, *arguments: Any, **named: Any) -> None:
    before = log.digest()
    with pytest.raises(Refusal) as caught:
        rule(*arguments, **named)
    assert isinstance(caught.value.reason, Reason) and log.digest() == before


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_odd_values_for_every_argument(target: tuple[Log, bytes, Block], value: Any) -> None:
    log, proof, block = target
    address = address_of(ALICE)
    refuses(log, log.accept, proof, value)
    refuses(log, log.accept, proof, [value])
    refuses(log, log.accept, proof, [(block.statement, value)])
    refuses(log, log.accept, proof, [(value, block.messages)])
    refuses(log, log.accept, value, block)
    refuses(log, log.register, "gamma", value)
    refuses(log, log.register, "gamma", 6, value)
    refuses(log, log.register, "gamma", 6, bits=value)
    refuses(log, log.register, "gamma", 6, "preimage", root=[] if value is None else value)
    refuses(log, log.deposit, value, address, 1)
    refuses(log, log.deposit, ALPHA, value, 1)
    refuses(log, log.deposit, ALPHA, address, value)
    refuses(log, log.expire, value, 0)
    refuses(log, log.expire, ALPHA, value)
    refuses(log, log.close, value)
    refuses(log, log.exit, value, proof, address, 1, "alice")
    refuses(log, log.exit, ALPHA, value, address, 1, "alice")
    refuses(log, log.exit, ALPHA, proof, value, 1, "alice")
    refuses(log, log.exit, ALPHA, proof, address, value, "alice")
    refuses(log, log.exit, ALPHA, proof, address, 1, value)
    refuses(log, log.head, value)
    refuses(log, log.inbox, ALPHA, "" if value is None else value)
    refuses(log, log.messages, 0, value)
    refuses(log, log.has, value, "0" * 64)


@pytest.mark.parametrize("value", [None, "", "a\nb", "a" * 65, "\ud800", 5, b"gamma", "alpha"], ids=repr)
def test_names_that_are_none(target: tuple[Log, bytes, Block], value: Any) -> None:
    refuses(target[0], target[0].register, value, 6)


@pytest.mark.parametrize("value", [-1, P, True, 1.0, (1, 2, 3, P), [0, 0, 0, -1]], ids=repr)
def test_each_field_of_a_statement(target: tuple[Log, bytes, Block], value: Any) -> None:
    log, proof, block = target
    for one in fields(BlockStatement):
        refuses(log, log.accept, proof, [({**block.statement.as_dict(), one.name: value}, block.messages)])
        changed = block.statement.as_dict()
        del changed[one.name]
        refuses(log, log.accept, proof, [(changed, block.messages)])
        forged = BlockStatement.from_dict(block.statement.as_dict())
        object.__setattr__(forged, one.name, value)
        refuses(log, log.accept, proof, [(forged, block.messages)])


@pytest.mark.parametrize("value", [-1, P, True, 1.0, "1"], ids=repr)
def test_each_element_of_a_message(target: tuple[Log, bytes, Block], value: Any) -> None:
    log, proof, block = target
    for at in range(16):
        elements = block.messages[0].elements()
        elements[at] = value
        refuses(log, log.accept, proof, [(block.statement, [elements])])


@quick
@given(st.binary(max_size=300) | st.builds(bytes, st.integers(0, 5000)), st.integers(0, 200))
def test_bytes_for_a_proof(target: tuple[Log, bytes, Block], noise: bytes, kept: int) -> None:
    log, proof, block = target
    refuses(log, log.accept, noise, block)
    refuses(log, log.accept, proof[:kept] + noise, block)
    refuses(log, log.accept, proof[: len(proof) - 1 - kept], block)


@quick
@given(anything, anything, anything)
def test_anything_for_a_block(target: tuple[Log, bytes, Block], one: Any, two: Any, three: Any) -> None:
    log, proof, block = target
    refuses(log, log.accept, one, [(two, three)])
    refuses(log, log.accept, proof, [(block.statement, [one, two, three])])
    refuses(log, log.accept, proof, [one, two, three])


def test_after_all_that_the_right_block_is_accepted(target: tuple[Log, bytes, Block]) -> None:
    log, proof, block = target
    assert log.accept(proof, [(block.statement.as_dict(), [one.elements() for one in block.messages])]).new
