"""The instruction sets: one is chosen by its name, and all of them make the same proof."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from field_by_hand import (
    P,
)

from l2zk import ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.errors import L2zkError


@contextmanager
def instruction_set(name):
    before = _core.isa()
    _core.use_isa(name)
    try:
        yield name
    finally:
        _core.use_isa(before)


def test_the_instruction_sets_are_named_best_first():
    names = _core.isas()
    assert names[-1] == "portable" and len(set(names)) == len(names)
    for name in names:
        with instruction_set(name):
            assert _core.isa() == name
    with instruction_set(None):
        assert _core.isa() == names[0]
    before = _core.isa()
    with pytest.raises(L2zkError, match="no instruction set 'abacus': choose one of .*portable"):
        _core.use_isa("abacus")
    assert _core.isa() == before


@dataclass(frozen=True)
class Chain(TraceProgram):
    """Every kernel has something to do: a periodic column, two offsets, degree 3, an input and an output."""

    id = "chain.v0"
    rounds: int

    def define(self, m):
        x, y = m.columns("x", "y")
        key = m.periodic([1, 2**63, 3, P - 1])
        m.start({x: m.public_input("x"), x[1]: 2, y: 0, y[1]: 1})
        m.step({x[2]: (x[1] + key) ** 3 - y, y[2]: x * y[1] + 5})
        m.constrain("start", y[1] - y == 1, on="first")
        m.output("end", x + y, row=self.rounds)


@pytest.mark.parametrize("hiding", [False, True])
@pytest.mark.parametrize("rounds", [2, 100, 1000])
def test_all_instruction_sets_give_the_same_proof(monkeypatch, rounds, hiding):
    """Also where masks and salts enter it, if the randomness is the same."""
    monkeypatch.setattr("l2zk.vm.zkvm.os.urandom", lambda count: bytes(range(count)))
    machine = TraceZkVm(ProofOptions(queries=20, allow_insecure=True, grinding=8, zero_knowledge=hiding))
    proofs = {}
    for name in _core.isas():
        with instruction_set(name):
            proofs[name] = machine.prove(Chain(rounds), [P - 5])
            for proof in proofs.values():
                assert machine.verify(Chain(rounds), proof, [P - 5])
    assert len({proof.to_bytes() for proof in proofs.values()}) == 1
