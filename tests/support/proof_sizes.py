"""Sizes of programs and options, from which shapes and proven bits are reckoned."""

from functools import partial

from l2zk.proof.options import ProofOptions
from l2zk.proof.solver import Profile

plain = partial(ProofOptions, zero_knowledge=False)


def program(length, columns=2, degree=2, offsets=(0, 1), last_read=-1):
    """A profile: transitions of this degree, and boundaries."""
    return Profile(
        length=length,
        columns=columns,
        offsets=offsets,
        constraints=columns + 2,
        last_read=last_read,
        terms=frozenset({(degree, 0, length - 1), (1, 0, 1)}),
    )
