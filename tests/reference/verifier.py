"""The verifier: the twelve checks of PROTOCOL 7. Whatever the bytes, it answers: Verified or Refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .air import Air, quotient_at
from .deep import Batch, openings
from .field import GOLDILOCKS, Element, Field, base_bytes, extension_bytes, horner
from .fri import fold_leaf, leaves_of, unknown_members
from .header import FormatError, Header, Reader, parse
from .options import Options
from .security import proven_bits
from .shape import NoShape, Shape, solve
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
from .tree import root_of, siblings

CAP = 16 * 2**20


class Refused(Exception):
    """The number of the check of PROTOCOL 7 that failed, and why."""

    def __init__(self, check: int, reason: str):
        super().__init__(f"check {check}: {reason}")
        self.check, self.reason = check, reason


@dataclass(frozen=True)
class Verified:
    header: Header
    shape: Shape
    log: list[tuple[int | str, Any]]  # the transcript: messages (kind, bytes) and challenges (name, value)


def verify(
    air: Air,
    proof: bytes,
    *,
    inputs: Mapping[str, int] | None = None,
    outputs: Mapping[str, int] | None = None,
    options: Options | None = None,
    least_bits: float = 0,
    challenges: Challenges | None = None,
    field: Field = GOLDILOCKS,
    shape: Shape | None = None,
) -> Verified:
    """Refused, or what was proved. The caller fixes public values and demands options or a least security."""
    verifier = Verifier(air, proof, field, challenges)
    return verifier.run(inputs or {}, outputs or {}, options, least_bits, shape)


class Verifier:
    def __init__(self, air: Air, proof: bytes, field: Field, challenges: Challenges | None):
        self.air, self.proof, self.field = air, proof, field
        self.transcript = Transcript(field, challenges)

    def run(
        self,
        inputs: Mapping[str, int],
        outputs: Mapping[str, int],
        options: Options | None,
        least_bits: float,
        shape: Shape | None,
    ) -> Verified:
        body = self.read_header()  # 1
        self.check_statement(inputs, outputs)  # 2
        self.shape = self.check_options(options, least_bits, shape)  # 3
        self.read_fixed_part(body)  # 4
        self.replay()  # 5
        self.check_out_of_domain()  # 6
        self.check_grinding()  # 7
        s = self.shape
        J = sorted(set(self.transcript.queries(s.queries, s.leaves)))
        self.read_openings(body, J)  # 8
        self.check_input_trees(J)  # 9
        known = self.first_word(J)  # 10
        known = self.check_words(known)  # 11, and 9 for each word
        self.check_final(known)  # 12
        return Verified(self.header, s, self.transcript.log)

    def read_header(self) -> Reader:
        """1: the cap, and the header byte by byte."""
        if len(self.proof) > CAP:
            raise Refused(1, f"{len(self.proof)} bytes are more than {CAP}")
        try:
            self.header, position = parse(self.proof, self.field.F.p)
        except FormatError as error:
            raise Refused(1, str(error)) from error
        self.header_bytes = self.proof[:position]
        return Reader(self.proof, position)

    def check_statement(self, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> None:
        """2: the program is the caller's, and so are the values that it fixes."""
        air, header = self.air, self.header
        stated = (header.id, header.parameters, header.digest, header.rows)
        if stated != (air.id, air.parameters, air.digest, air.rows):
            raise Refused(2, f"this is a proof of another program, {header.id!r}")
        for what, names, stated, fixed in (
            ("input", air.inputs, header.inputs, inputs),
            ("output", air.outputs, header.outputs, outputs),
        ):
            if tuple(name for name, _ in stated) != names:
                raise Refused(2, f"the names of the public {what}s are not the program's")
            for name, value in fixed.items():
                if (name, value) not in stated:
                    raise Refused(2, f"public {what} {name} is not {value}")
        self.inputs, self.outputs = [[v for _, v in pairs] for pairs in (header.inputs, header.outputs)]

    def check_options(self, options: Options | None, least_bits: float, shape: Shape | None) -> Shape:
        """3: the options demanded, or at least the bits demanded; they must have a shape."""
        stated = self.header.options
        if options is not None and stated != options:
            raise Refused(3, f"the options are {stated}, not {options}")
        try:
            shape = shape or solve(stated, self.air, self.field)
        except NoShape as error:
            raise Refused(3, str(error)) from error
        if least_bits and proven_bits(stated, self.air, shape, self.field) < least_bits:
            raise Refused(3, f"the proof has fewer than {least_bits} proven bits")
        return shape

    def read_fixed_part(self, body: Reader) -> None:
        """4: roots, values, coefficients and the nonce (8.2)."""
        s = self.shape
        try:
            self.trace_root, self.quotient_root = body.take(32), body.take(32)
            self.values = self.elements(body, len(openings(self.air, s)))
            self.fri_roots = [body.take(32) for _ in s.arities]
            self.final = self.elements(body, s.final_length)
            self.nonce = body.integer(8) if s.grinding else 0
        except FormatError as error:
            raise Refused(4, str(error)) from error

    def replay(self) -> None:
        """5: the transcript up to the final polynomial."""
        t = self.transcript
        t.absorb(SEED, self.header_bytes + self.shape.to_bytes())
        t.absorb(TRACE_ROOT, self.trace_root)
        self.alpha = t.challenge("alpha")
        t.absorb(QUOTIENT_ROOT, self.quotient_root)
        self.zeta = t.point("zeta")
        t.absorb(VALUES, extension_bytes(self.values))
        self.alpha_deep = t.challenge("alpha_deep")
        self.beta_0 = t.challenge("beta_0") if self.shape.rows_per_leaf > 1 else None
        self.betas = []
        for u, root in enumerate(self.fri_roots):
            t.absorb(FRI_ROOT, root)
            self.betas.append(t.challenge(f"beta_{u + 1}"))
        t.absorb(FINAL, extension_bytes(self.final))

    def check_out_of_domain(self) -> None:
        """6: the sum of alpha^i C_i(zeta)/Z_i(zeta) is the sum of zeta^(jM) q_j(zeta)."""
        K, s = self.field.K, self.shape
        values = {(o.slot, o.offset): value for o, value in zip(openings(self.air, s), self.values)}
        quotient = quotient_at(
            self.field, self.air, self.zeta, lambda c, o: values[c, o], self.alpha, self.inputs, self.outputs
        )
        pieces = [values[s.columns + j, 0] for j in range(s.pieces)]
        if quotient != horner(K, pieces, K.pow(self.zeta, s.piece_length)):
            raise Refused(6, "the constraints are not satisfied at the out-of-domain point")

    def check_grinding(self) -> None:
        """7: the zeros of 6.10."""
        bits = self.shape.grinding
        if bits:
            self.transcript.absorb(NONCE, u64(self.nonce))
            if not self.transcript.interactive and not ground(self.transcript.state, bits):
                raise Refused(7, f"the nonce does not give {bits} zero bits")

    def read_openings(self, body: Reader, J: Sequence[int]) -> None:
        """8: J fixes the length of all that follows (8.3)."""
        if body.left != self.openings_length(J):
            raise Refused(8, f"{body.left} bytes of openings where {self.openings_length(J)} are due")
        try:
            self.read_input_openings(body, J)
            self.read_word_openings(body, J)
        except FormatError as error:
            raise Refused(8, str(error)) from error

    def openings_length(self, J: Sequence[int]) -> int:
        s, element = self.shape, self.field.element_bytes
        leaf = s.rows_per_leaf * (8 * s.columns + element * s.pieces)
        leaf += 2 * s.salt_length + (element if s.zero_knowledge else 0)
        length, known = len(J) * leaf + 2 * 32 * len(siblings(J, s.leaves)), J
        for a, size in zip(s.arities, s.word_sizes):
            leaves = leaves_of(known, size // a)
            length += element * (a * len(leaves) - len(known)) + 32 * len(siblings(leaves, size // a))
            known = leaves
        return length

    def read_input_openings(self, body: Reader, J: Sequence[int]) -> None:
        s = self.shape
        count = len(siblings(J, s.leaves))
        self.rows, self.trace_leaves, self.piece_rows, self.quotient_leaves, self.mask = {}, {}, {}, {}, {}
        for j in J:
            self.rows[j] = [self.row(body) for _ in range(s.rows_per_leaf)]
            self.trace_leaves[j] = b"".join(map(base_bytes, self.rows[j])) + body.take(s.salt_length)
        self.trace_digests = [body.take(32) for _ in range(count)]
        for j in J:
            self.piece_rows[j] = [self.elements(body, s.pieces) for _ in range(s.rows_per_leaf)]
            leaf = b"".join(map(extension_bytes, self.piece_rows[j]))
            mask = self.elements(body, 1 if s.zero_knowledge else 0)
            self.mask[j] = mask[0] if mask else self.field.K.zero
            self.quotient_leaves[j] = leaf + extension_bytes(mask) + body.take(s.salt_length)
        self.quotient_digests = [body.take(32) for _ in range(count)]

    def read_word_openings(self, body: Reader, J: Sequence[int]) -> None:
        """For each round its members by place in the word, and its digests."""
        s, known = self.shape, list(J)
        self.members: list[dict[int, Element]] = []
        self.word_digests: list[list[bytes]] = []
        for a, size in zip(s.arities, s.word_sizes):
            count = size // a
            leaves = leaves_of(known, count)
            places = [j + t * count for j in leaves for t in unknown_members(set(known), j, count, a)]
            self.members.append(dict(zip(places, self.elements(body, len(places)))))
            self.word_digests.append([body.take(32) for _ in siblings(leaves, count)])
            known = leaves

    def check_input_trees(self, J: Sequence[int]) -> None:
        """9: the trace tree and the quotient tree."""
        m, salt = self.shape.leaves, self.shape.salt_length
        if root_of(self.trace_leaves, m, self.trace_digests, salt) != self.trace_root:
            raise Refused(9, "the opened rows of the trace do not lead to its root")
        if root_of(self.quotient_leaves, m, self.quotient_digests, salt) != self.quotient_root:
            raise Refused(9, "the opened rows of the quotient do not lead to its root")

    def first_word(self, J: Sequence[int]) -> dict[int, Element]:
        """10: the values of word 1 at J, from the opened rows."""
        s, F, K, batch = self.shape, self.field.F, self.field.K, self.batch()
        omega, word = F.root(s.domain_size), {}
        for j in J:
            points = [F.generator * F.pow(omega, j + t * s.leaves) % F.p for t in range(s.rows_per_leaf)]
            members = [batch.at(*at) for at in zip(points, self.rows[j], self.piece_rows[j])]
            value = members[0]
            if self.beta_0 is not None:
                value = fold_leaf(self.field, members, F.pow(omega, j), self.beta_0)
            word[j] = K.add(value, self.mask[j])
        return word

    def batch(self) -> Batch:
        return Batch(self.field, self.air, self.shape, self.zeta, self.values, self.alpha_deep)

    def check_words(self, known: dict[int, Element]) -> dict[int, Element]:
        """11: put every known value in its leaf, compare the root, fold; the values of word r + 1."""
        s, F = self.shape, self.field.F
        for u, (a, size) in enumerate(zip(s.arities, s.word_sizes)):
            count, values = size // a, {**self.members[u], **known}
            members = {j: [values[j + t * count] for t in range(a)] for j in leaves_of(known, count)}
            leaves = {j: extension_bytes(leaf) for j, leaf in members.items()}
            if root_of(leaves, count, self.word_digests[u]) != self.fri_roots[u]:
                raise Refused(9, f"the leaves of word {u + 1} do not lead to its root")
            omega = F.root(size)
            known = {j: fold_leaf(self.field, leaf, F.pow(omega, j), self.betas[u]) for j, leaf in members.items()}
        return known

    def check_final(self, known: dict[int, Element]) -> None:
        """12: the final polynomial has these values."""
        F, K = self.field.F, self.field.K
        omega = F.root(self.shape.word_sizes[-1])
        for j, value in known.items():
            if value != horner(K, self.final, K.embed(F.pow(omega, j))):
                raise Refused(12, f"the final polynomial has another value at {j}")

    def row(self, body: Reader) -> list[int]:
        return [body.element(self.field.F.p) for _ in range(self.shape.columns)]

    def elements(self, body: Reader, count: int) -> list[Element]:
        p, degree = self.field.F.p, self.field.degree
        return [tuple([body.element(p) for _ in range(degree)]) for _ in range(count)]
