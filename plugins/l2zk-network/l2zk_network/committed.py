"""Weights that are private, and public commitments to them: the Poseidon2 hash of each layer's weights and a salt.

Of a row of a layer's table the hash has the 8 elements w[k][2j] + 256*w[k][2j+1], k and j from 0, with w[k][lane] the
weight of a sum and a lane, negative ones as p minus their amount. The last row, where x is 0, has the layer's salt, 4
elements, in w[k][0] for k = 0 … 3. Everything else is in a range: weights are bytes with a sign, biases of 32 bits with
zeros behind them, so that an element is of one pair alone.
The salt of layer k is the hash of k with the salt of the network, 4 random elements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import l2zk
from l2zk import gadgets as g
from l2zk import poseidon2
from l2zk.base.field import whole
from l2zk.gadgets.products import Matrix, Shape


def put_salt(shape: Shape, columns: dict[str, Any], salt: Sequence[int], number: int) -> None:
    """Put the salt of a layer into the last row of its columns: the hash of the network's salt and its number."""
    made = [whole(one) for one in salt] if np.ndim(salt) == 1 else []
    if len(made) != 4 or not all(one is not None and 0 <= one < l2zk.MODULUS for one in made):
        raise l2zk.WitnessError("the salt of a network is 4 integers from 0 to p - 1")
    for k, value in enumerate(poseidon2.hash([number], made)):
        columns[f"{shape.name}.w{k}_0"][-1] = int(value)


def commitment(shape: Shape, columns: Mapping[str, Any]) -> dict[str, int]:
    """The commitment to a layer, by the names of the public inputs."""
    pairs = _pairs([l2zk.signed(columns[name]) for name in shape.names])  # beside a salt stands 0
    digest = poseidon2.hash(l2zk.field(np.stack(pairs, axis=1)).ravel())
    return {f"{shape.name}.commitment{k}": int(value) for k, value in enumerate(digest)}


def _pairs(weights: Sequence[Any]) -> list[Any]:
    """What is hashed of a row: two weights in an element."""
    return [one + 256 * other for one, other in zip(weights[::2], weights[1::2])]


def weight(m: l2zk.Machine) -> Any:
    """What makes the column of a table, a sum and a lane, which the prover chooses."""

    def make(table: Any, k: int, lane: int) -> Any:
        column = table.column(f"w{k}_{lane}", pad=0)
        table.choice(column)
        return column

    return make


def commit(m: l2zk.Machine, layer: Matrix) -> None:
    """Claim that the weights of a layer are what its public commitment is of, and that they are in their ranges."""
    table, shape = layer.table, layer.shape
    for k, lane in shape.places:
        column = layer.weights[k][lane]
        with m.scope(shape.name):
            m.private_array(f"w{k}_{lane}", shape.rows)
        _bound(table, shape, f"w{k}_{lane}", column, lane)
    row = [layer.weights[k][lane] for k, lane in shape.places]
    digest = g.poseidon2.sponge(table, "hash", _pairs(row), length=len(row) // 2 * shape.rows)
    with m.scope(shape.name):
        for k, value in enumerate(digest):
            table.constrain(f"commitment{k}", value == m.public_input(f"commitment{k}"), on="last")


def _bound(table: Any, shape: Shape, name: str, column: Any, lane: int) -> None:
    """A weight is a byte with a sign, a bias has 32 bits; on the last row of a block, where x is 0, it is anything.

    Beside a bias stands 0: else what is taken from the one byte could be put on the bias, 256 times, in the same hash.
    """
    row, own = divmod(shape.inputs, shape.lanes)
    bias = {row} if own == lane else set()
    if lane > own:
        with table.when(table.rows_where(shape.height, row.__eq__)):
            table.constrain(f"{name} is 0 behind the bias", column == 0)
    for what, rows, bits in (("byte", set(range(shape.height - 1)) - bias, 8), ("bias", bias, 32)):
        if rows:
            with table.when(table.rows_where(shape.height, rows.__contains__)):
                table.range(f"{name} is a {what}", column + 2 ** (bits - 1), bits=bits)
