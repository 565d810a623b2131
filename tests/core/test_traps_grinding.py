"""Traps of grinding: a nonce without its zeros, found too early, or that the queries do not depend on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from false_proofs import OPTIONS, Deaf, proof_by, refusal
from reference import Prover
from reference.field import Element
from reference.transcript import NONCE, ground, u64


class DoesNotGrind(Prover):
    """Takes the first nonce that gives no zeros."""

    def grind(self) -> int:
        nonce = next(n for n in range(100) if not ground(self.transcript.after(NONCE, u64(n)), self.shape.grinding))
        self.absorb(NONCE, u64(nonce))
        return nonce


class GrindsEarly(Prover):
    """Grinds before the final polynomial is absorbed, when it could still be changed for better queries."""

    def final_polynomial(self, word: Sequence[Element]) -> list[Element]:
        self.early = super().grind()
        return super().final_polynomial(word)

    def grind(self) -> int:
        return self.early


class GrindsHighBits(Prover):
    """Finds zeros at the other end of the word."""

    def grind(self) -> int:
        bits = self.shape.grinding
        nonce = next(
            n
            for n in range(2**16)
            if self.transcript.after(NONCE, u64(n))[7] < 2 ** (8 - bits)
            and not ground(self.transcript.after(NONCE, u64(n)), bits)
        )
        self.absorb(NONCE, u64(nonce))
        return nonce


class GrindsOneBitLess(Prover):
    """Takes the first nonce that gives all zeros but the highest."""

    def grind(self) -> int:
        bits = self.shape.grinding
        nonce = next(n for n in range(2**16) if self.transcript.after(NONCE, u64(n))[0] % 2**bits == 2 ** (bits - 1))
        self.absorb(NONCE, u64(nonce))
        return nonce


@pytest.mark.parametrize("cheat", [DoesNotGrind, GrindsHighBits, GrindsOneBitLess])
def test_a_nonce_without_its_zeros_is_refused(cheat: type[Prover]) -> None:
    assert refusal(proof_by(cheat)) == "7.7"


def test_grinding_before_the_last_message_is_refused() -> None:
    options = dataclasses.replace(OPTIONS, grinding=12)
    assert refusal(proof_by(GrindsEarly, options=options), options=options) == "7.7"


def test_a_nonce_that_the_queries_do_not_depend_on_is_refused() -> None:
    """The zeros are there, but the queries are those before the nonce."""
    deaf = Deaf(lambda kind, data: None if kind == NONCE else data)
    refusal(proof_by(Prover, transcript=deaf))
