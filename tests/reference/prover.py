"""The prover, one step of PROTOCOL 6 a method, so that a test can build one that cheats in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from .air import Air, inverse_divisor
from .deep import Batch, openings
from .field import (
    GOLDILOCKS,
    Element,
    Field,
    base_bytes,
    evaluate_extension_on,
    evaluate_on,
    extension_bytes,
    horner,
    interpolate,
    interpolate_extension,
)
from .fri import fold_word, leaf_members, leaves_of, unknown_members
from .header import Header
from .options import Options
from .shape import Shape, solve
from .transcript import (
    FINAL,
    FRI_ROOT,
    NONCE,
    QUOTIENT_ROOT,
    SEED,
    TRACE_ROOT,
    VALUES,
    Challenges,
    Transcript,
    ground,
    u64,
)
from .tree import Tree


@dataclass(frozen=True, kw_only=True)
class Masks:
    """The randomness of a hiding proof."""

    trace: Sequence[Sequence[int]]  # r_c: h coefficients for each column
    pieces: Sequence[Sequence[Element]]  # t_j: h_q coefficients, j = 0 ... k - 2
    batch: Sequence[Element]  # R: ceil((D - 1)/s) coefficients
    trace_salts: Sequence[bytes]  # 16 bytes for each leaf
    quotient_salts: Sequence[bytes]

    @classmethod
    def random(cls, shape: Shape, field: Field, random: Random) -> "Masks":
        base = partial(random.randrange, field.F.p)

        def extension(count: int) -> list[Element]:
            return [tuple(base() for _ in range(field.degree)) for _ in range(count)]

        return cls(
            trace=[[base() for _ in range(shape.mask_length)] for _ in range(shape.columns)],
            pieces=[extension(shape.quotient_mask_length) for _ in range(shape.pieces - 1)],
            batch=extension(shape.batch_mask_length),
            trace_salts=[random.randbytes(16) for _ in range(shape.leaves)],
            quotient_salts=[random.randbytes(16) for _ in range(shape.leaves)],
        )


class Prover:
    """prove() returns the bytes; the transcript and every intermediate thing stay readable."""

    def __init__(
        self,
        air: Air,
        trace: Sequence[Sequence[int]],
        inputs: Sequence[int] = (),
        outputs: Sequence[int] = (),
        *,
        options: Options = Options(),
        masks: Masks | None = None,
        challenges: Challenges | None = None,
        field: Field = GOLDILOCKS,
        shape: Shape | None = None,
    ):
        self.air, self.trace, self.inputs, self.outputs = air, trace, inputs, outputs
        self.options, self.masks, self.field = options, masks, field
        self.shape = shape or solve(options, air, field)
        self.transcript = Transcript(field, challenges)
        if (masks is not None) != self.shape.zero_knowledge:
            raise ValueError("masks are given with zero knowledge, and only then")

    def prove(self) -> bytes:
        s = self.shape
        header = self.header().to_bytes()
        self.absorb(SEED, header + s.to_bytes())  # 6.1
        self.commit_trace()  # 6.2
        self.alpha = self.transcript.challenge("alpha")
        self.commit_quotient()  # 6.3, 6.4
        self.zeta = self.transcript.point("zeta")  # 6.5
        self.values = self.open_out_of_domain()  # 6.6
        self.absorb(VALUES, extension_bytes(self.values))
        self.alpha_deep = self.transcript.challenge("alpha_deep")  # 6.7
        self.fold_words(self.first_word())  # 6.8
        self.final = self.final_polynomial(self.words[-1])  # 6.9
        self.absorb(FINAL, extension_bytes(self.final))
        self.nonce = self.grind()  # 6.10
        queries = self.transcript.queries(s.queries, s.leaves)  # 6.11
        roots = [tree.root for tree in (self.trace_tree, self.quotient_tree)]
        return b"".join(
            [
                header,
                *roots,
                extension_bytes(self.values),
                *[tree.root for tree in self.fri_trees],
                extension_bytes(self.final),
                u64(self.nonce) if s.grinding else b"",
                self.open(sorted(set(queries))),
            ]
        )

    def absorb(self, kind: int, data: bytes) -> None:
        self.transcript.absorb(kind, data)

    def header(self) -> Header:
        air = self.air
        return Header(
            options=self.options,
            digest=air.digest,
            id=air.id,
            rows=air.rows,
            parameters=air.parameters,
            inputs=tuple(zip(air.inputs, self.inputs)),
            outputs=tuple(zip(air.outputs, self.outputs)),
        )

    # 6.2

    def commit_trace(self) -> None:
        s, F = self.shape, self.field.F
        self.polynomials = self.trace_polynomials()
        columns = [evaluate_on(F, T, s.domain_size, F.generator) for T in self.polynomials]
        self.rows = list(zip(*columns))
        self.trace_leaves = [self.trace_leaf(i) for i in range(s.leaves)]
        self.trace_tree = Tree(self.trace_leaves, s.salt_length)
        self.absorb(TRACE_ROOT, self.trace_tree.root)

    def trace_polynomials(self) -> list[list[int]]:
        """T_c, and with hiding T_c + (X^N - 1) r_c."""
        F, N = self.field.F, self.shape.length
        polynomials = [interpolate(F, column) for column in self.trace]
        if self.masks:
            for T, r in zip(polynomials, self.masks.trace):
                T += [0] * len(r)
                for i, c in enumerate(r):
                    T[i + N] = (T[i + N] + c) % F.p
                    T[i] = (T[i] - c) % F.p
        return polynomials

    def trace_leaf(self, i: int) -> bytes:
        rows = b"".join(base_bytes(self.rows[j]) for j in self.shape.rows_of_leaf(i))
        return rows + (self.masks.trace_salts[i] if self.masks else b"")

    # 6.3, 6.4

    def commit_quotient(self) -> None:
        s, field = self.shape, self.field
        self.pieces = self.mask_pieces(self.cut(self.quotient()))
        values = [evaluate_extension_on(field, q, s.domain_size, field.F.generator) for q in self.pieces]
        self.piece_rows = list(zip(*values))
        self.mask_word = self.batch_mask()
        self.quotient_leaves = [self.quotient_leaf(i) for i in range(s.leaves)]
        self.quotient_tree = Tree(self.quotient_leaves, s.salt_length)
        self.absorb(QUOTIENT_ROOT, self.quotient_tree.root)

    def quotient(self) -> list[Element]:
        """Q's coefficients, from its values on L."""
        size, F = self.shape.domain_size, self.field.F
        N = self.shape.length
        stretched = [_stretch(v, N) for v in self.air.periodic_polynomials(F)]
        periodic = [evaluate_on(F, v, size, F.generator) for v in stretched]
        omega, x, values = F.root(size), F.generator, []
        for j in range(size):
            values.append(self.quotient_at(j, x, [v[j] for v in periodic]))
            x = x * omega % F.p
        return interpolate_extension(self.field, values, F.generator)

    def quotient_at(self, j: int, x: int, periodic: Sequence[int]) -> Element:
        """The sum of alpha^i C_i(x)/Z_i(x) at point j of L."""
        F, K, N, size = self.field.F, self.field.K, self.shape.length, self.shape.domain_size
        results = self.air.evaluate(
            F, lambda c, o: self.rows[(j + o * size // N) % size][c], periodic, self.inputs, self.outputs
        )
        quotients = [
            r * inverse_divisor(self.field, F, c.domain, N, x) % F.p for r, c in zip(results, self.air.constraints)
        ]
        return horner(K, [K.embed(q) for q in quotients], self.alpha)

    def cut(self, coefficients: list[Element]) -> list[list[Element]]:
        """The k pieces of M coefficients; whatever is left must be zero, or the trace breaks a constraint."""
        k, M, zero = self.shape.pieces, self.shape.piece_length, self.field.K.zero
        if any(any(c) for c in coefficients[k * M :]):
            raise ValueError("the trace breaks a constraint: the quotient is no polynomial of its degree")
        coefficients = coefficients + [zero] * (k * M - len(coefficients))
        return [coefficients[j * M : (j + 1) * M] for j in range(k)]

    def mask_pieces(self, pieces: list[list[Element]]) -> list[list[Element]]:
        """q_j + X^M t_j - t_(j-1)."""
        K, M, h_q = self.field.K, self.shape.piece_length, self.shape.quotient_mask_length
        if self.masks is None or len(pieces) == 1:
            return pieces
        masked = [q + [K.zero] * h_q for q in pieces]  # max(M, h_q) of them would do for the last
        for j, t in enumerate(self.masks.pieces):
            for i, c in enumerate(t):
                masked[j][M + i] = K.add(masked[j][M + i], c)
                masked[j + 1][i] = K.sub(masked[j + 1][i], c)
        return masked

    def batch_mask(self) -> list[Element]:
        """R(7^s omega^i) on the |L|/s points of word 1, or zeros."""
        s, F = self.shape, self.field.F
        if self.masks is None:
            return [self.field.K.zero] * s.leaves
        shift = F.pow(F.generator, s.rows_per_leaf)
        return evaluate_extension_on(self.field, self.masks.batch, s.leaves, shift)

    def quotient_leaf(self, i: int) -> bytes:
        leaf = b"".join(extension_bytes(self.piece_rows[j]) for j in self.shape.rows_of_leaf(i))
        if self.masks:
            leaf += extension_bytes([self.mask_word[i]]) + self.masks.quotient_salts[i]
        return leaf

    # 6.6

    def open_out_of_domain(self) -> list[Element]:
        K, g = self.field.K, self.field.F.root(self.shape.length)
        polynomials = [[K.embed(c) for c in T] for T in self.polynomials] + self.pieces
        return [
            horner(K, polynomials[o.slot], K.scale(self.field.F.pow(g, o.offset), self.zeta))
            for o in openings(self.air, self.shape)
        ]

    # 6.7, 6.8

    def first_word(self) -> list[Element]:
        """R + G, folded by s at beta_0 where s > 1."""
        s, word = self.shape.rows_per_leaf, self.batch_word()
        if s > 1:
            word = fold_word(self.field, word, s, self.transcript.challenge("beta_0"))
        return [self.field.K.add(r, v) for r, v in zip(self.mask_word, word)]

    def point(self, j: int) -> int:
        """Point j of L."""
        F = self.field.F
        return F.generator * F.pow(F.root(self.shape.domain_size), j) % F.p

    def batch(self) -> Batch:
        return Batch(self.field, self.air, self.shape, self.zeta, self.values, self.alpha_deep)

    def batch_word(self) -> list[Element]:
        """Word 0: G on L."""
        batch, rows = self.batch(), zip(self.rows, self.piece_rows)
        return [batch.at(self.point(j), row, pieces) for j, (row, pieces) in enumerate(rows)]

    def fold_words(self, word: list[Element]) -> None:
        self.words, self.fri_trees = [word], []
        for u, arity in enumerate(self.shape.arities):
            leaves = [extension_bytes(leaf_members(word, i, arity)) for i in range(len(word) // arity)]
            self.fri_trees.append(Tree(leaves))
            self.absorb(FRI_ROOT, self.fri_trees[-1].root)
            word = fold_word(self.field, word, arity, self.transcript.challenge(f"beta_{u + 1}"))
            self.words.append(word)

    # 6.9, 6.10

    def final_polynomial(self, word: list[Element]) -> list[Element]:
        coefficients, count = interpolate_extension(self.field, word), self.shape.final_length
        if any(any(c) for c in coefficients[count:]):
            raise ValueError("the last word is no polynomial of its degree")
        return coefficients[:count]

    def grind(self) -> int:
        """The least nonce; 0 in the interactive protocol, where nobody looks at its zeros."""
        bits, nonce = self.shape.grinding, 0
        if not bits:
            return 0
        while not (self.transcript.interactive or ground(self.transcript.after(NONCE, u64(nonce)), bits)):
            nonce += 1
        self.absorb(NONCE, u64(nonce))
        return nonce

    # 6.11, 8.3

    def open(self, J: list[int]) -> bytes:
        parts = [
            *[self.trace_leaves[j] for j in J],
            *self.trace_tree.open(J),
            *[self.quotient_leaves[j] for j in J],
            *self.quotient_tree.open(J),
        ]
        for word, tree, arity in zip(self.words, self.fri_trees, self.shape.arities):
            count = len(word) // arity
            leaves = leaves_of(J, count)
            for leaf in leaves:
                unknown = unknown_members(set(J), leaf, count, arity)
                parts.append(extension_bytes([word[leaf + t * count] for t in unknown]))
            parts += tree.open(leaves)
            J = leaves
        return b"".join(parts)


def _stretch(v: Sequence[int], N: int) -> list[int]:
    """The coefficients of v(X^(N/P))."""
    return [c for coefficient in v for c in (coefficient, *[0] * (N // len(v) - 1))]


def prove(
    air: Air, trace: Sequence[Sequence[int]], inputs: Sequence[int] = (), outputs: Sequence[int] = (), **choices: Any
) -> bytes:
    """A proof; the choices are those of Prover."""
    return Prover(air, trace, inputs, outputs, **choices).prove()
