"""The simulator: a view made of public data and coins, distributed as an honest prover's (PROTOCOL 10).

    q_(k-1)(X) = (Q(X) - sum over j < k - 1 of X^(jM) q_j(X)) / X^((k-1)M),   R = word 1 - the fold of G

It has no trace, and knows every challenge beforehand. What the view shows of the trace is uniform; so are the
first k - 1 pieces, and word 1; the last piece and R are solved for; what is not opened is hidden by salts.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from .air import Air, quotient_at
from .deep import openings
from .field import GOLDILOCKS, Element, Field
from .fri import fold_leaf
from .options import Options
from .prover import Masks, Prover
from .shape import Shape
from .transcript import QUOTIENT_ROOT, TRACE_ROOT
from .tree import Tree, leaf_digest


def random_challenges(shape: Shape, field: Field, random: Random) -> dict[str, Any]:
    """An honest verifier's coins, by the names of the transcript."""
    names = ["alpha", "zeta", "alpha_deep", *[f"beta_{u}" for u in range(len(shape.arities) + 1)]]
    drawn: dict[str, Any] = {name: _element(field, random) for name in names}
    while not any(drawn["zeta"][1:]):
        drawn["zeta"] = _element(field, random)
    return drawn | {"queries": [random.randrange(shape.leaves) for _ in range(shape.queries)]}


def _element(field: Field, random: Random) -> Element:
    return tuple(random.randrange(field.F.p) for _ in range(field.degree))


class Simulator(Prover):
    """Of its masks it takes the salts, and the one of the batch as word 1 itself."""

    def __init__(
        self,
        air: Air,
        inputs: Sequence[int],
        outputs: Sequence[int],
        *,
        options: Options,
        shape: Shape,
        challenges: Mapping[str, Any],
        random: Random,
        field: Field = GOLDILOCKS,
    ):
        super().__init__(
            air,
            (),
            inputs,
            outputs,
            options=options,
            shape=shape,
            field=field,
            challenges=challenges,
            masks=Masks.random(shape, field, random),
        )
        self.coins, self.zeta, self.alpha_deep = random, challenges["zeta"], challenges["alpha_deep"]
        self.beta_0, self.opened = challenges["beta_0"], sorted(set(challenges["queries"]))

    def row_ahead(self, row: int, offset: int) -> int:
        return (row + offset * self.shape.domain_size // self.shape.length) % self.shape.domain_size

    def tree_over(self, leaves: Mapping[int, bytes]) -> Tree:
        digests = {j: leaf_digest(leaf, self.shape.salt_length) for j, leaf in leaves.items()}
        return Tree.of_digests(
            [digests[j] if j in digests else self.coins.randbytes(32) for j in range(self.shape.leaves)]
        )

    # 6.2

    def commit_trace(self) -> None:
        s, p = self.shape, self.field.F.p
        opened = [row for j in self.opened for row in s.rows_of_leaf(j)]
        shown = sorted({self.row_ahead(row, o) for row in opened for o in s.offsets})
        self.rows = {row: [self.coins.randrange(p) for _ in range(s.columns)] for row in shown}
        self.trace_leaves = {j: self.trace_leaf(j) for j in self.opened}
        self.trace_tree = self.tree_over(self.trace_leaves)
        self.absorb(TRACE_ROOT, self.trace_tree.root)

    # 6.4

    def commit_quotient(self) -> None:
        rows = [row for j in self.opened for row in self.shape.rows_of_leaf(j)]
        self.piece_rows = {row: self.pieces_on(row) for row in rows}
        self.values = self.simulated_values()
        self.word_1 = self.batch_mask()
        self.mask_word = {j: self.field.K.sub(self.word_1[j], self.folded_batch(j)) for j in self.opened}
        self.quotient_leaves = {j: self.quotient_leaf(j) for j in self.opened}
        self.quotient_tree = self.tree_over(self.quotient_leaves)
        self.absorb(QUOTIENT_ROOT, self.quotient_tree.root)

    def pieces_on(self, row: int) -> list[Element]:
        K = self.field.K
        return self.pieces_at(K.embed(self.point(row)), lambda c, o: K.embed(self.rows[self.row_ahead(row, o)][c]))

    def pieces_at(self, X: Element, column: Callable[[int, int], Element]) -> list[Element]:
        """All but the last are uniform, and together they are Q(X)."""
        K, s = self.field.K, self.shape
        left = quotient_at(self.field, self.air, X, column, self.alpha, self.inputs, self.outputs)
        pieces = [_element(self.field, self.coins) for _ in range(s.pieces - 1)]
        power, step = K.embed(1), K.pow(X, s.piece_length)
        for piece in pieces:
            left, power = K.sub(left, K.mul(power, piece)), K.mul(power, step)
        return [*pieces, K.mul(left, K.inv(power))]

    def simulated_values(self) -> list[Element]:
        w, listed = self.shape.columns, openings(self.air, self.shape)
        values = {(o.slot, o.offset): _element(self.field, self.coins) for o in listed if o.slot < w}
        for j, piece in enumerate(self.pieces_at(self.zeta, lambda c, o: values[c, o])):
            values[w + j, 0] = piece
        return [values[o.slot, o.offset] for o in listed]

    def folded_batch(self, j: int) -> Element:
        """The fold of G at leaf j."""
        F, batch = self.field.F, self.batch()
        members = [
            batch.at(self.point(row), self.rows[row], self.piece_rows[row]) for row in self.shape.rows_of_leaf(j)
        ]
        return fold_leaf(self.field, members, F.pow(F.root(self.shape.domain_size), j), self.beta_0)

    # 6.6, 6.8

    def open_out_of_domain(self) -> list[Element]:
        return self.values

    def first_word(self) -> list[Element]:
        return self.word_1
