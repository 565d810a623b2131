"""Poseidon2 over the field of the library, width 8: a component that others use, and a chain of permutations.

x^7, 8 full and 22 partial rounds.
"""

from dataclasses import dataclass

from grain import DIAGONAL, constants

import l2zk


def outer(state):
    """The linear layer of full rounds."""
    mixed = []
    for a, b, c, d in (state[:4], state[4:]):
        t, u = a + b + c + d + b, a + b + c + d + d
        mixed += [t + a + b, t + 2 * c, u + c + d, u + 2 * a]
    return [one + mixed[k % 4] + mixed[4 + k % 4] for k, one in enumerate(mixed)]


def inner(state):
    """The linear layer of partial rounds."""
    return [sum(state) + factor * one for factor, one in zip(DIAGONAL, state)]


def permutation(state, kept=lambda value: value):
    """The permutation of 8 numbers or expressions; `kept` gives each new value of a round in a shorter form."""
    state = outer(list(state))
    for added in constants():
        boxed = [(one + constant) ** 7 for one, constant in zip(state, added)]
        state = outer(list(map(kept, boxed))) if len(added) == 8 else inner([kept(boxed[0]), *state[1:]])
    return state


def permute(m, name, state):
    """The permutation of 8 expressions, on each row: 86 columns of degree 7, which fill themselves."""
    with m.scope(name):
        count = iter(range(86))
        return permutation(state, lambda value: m.let(f"s{next(count)}", value))


def permuted(state):
    """The permutation of 8 numbers."""
    return [one % l2zk.MODULUS for one in permutation(state, lambda value: value % l2zk.MODULUS)]


@dataclass(frozen=True)
class Poseidon2Chain(l2zk.TraceProgram):
    """So many permutations, one after the other, from a private state to a public one."""

    id = "poseidon2-chain.v0"
    permutations: int

    def define(self, m):
        m.rows(self.permutations)
        state = m.columns("x", count=8)
        after = permute(m, "p", state)
        m.start({one: m.private_input(f"in{k}") for k, one in enumerate(state)})
        m.step(dict(zip(state, after)))
        m.output_word("end", after, row="last", bits=64)


if __name__ == "__main__":
    program, machine = Poseidon2Chain(permutations=16), l2zk.TraceZkVm()
    proof = machine.prove(program, list(range(8)))
    assert machine.verify(program, proof)
    print(proof.claim)
