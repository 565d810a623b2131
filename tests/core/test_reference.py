"""The slow twin against hand calculation, brute force and hostile bytes (PROTOCOL, all sections)."""

import dataclasses
import random
from contextlib import suppress
from functools import cache

import pytest
from blake3 import blake3
from reference import (
    GOLDILOCKS,
    Air,
    Field,
    Masks,
    NoShape,
    Options,
    PrimeField,
    Prover,
    Refused,
    Transcript,
    air_of,
    blake3_nodes,
    fri,
    header,
    prove,
    proven_bits,
    security,
    solve,
    tree,
    verify,
)
from reference import air as ir
from reference.field import evaluate_extension_on, evaluate_on, horner, interpolate, interpolate_extension, ntt
from reference.shape import shape_for
from reference.transcript import u64

F, K, P = GOLDILOCKS.F, GOLDILOCKS.K, GOLDILOCKS.F.p
TOY = Field(PrimeField(17, 3), (3, 0))  # K: x^2 = 3


# Programs and their traces, worked out by hand

EVERY = (ir.EVERY, 0, 0)


def last_rows_free(count):
    return (ir.TRANSITION, count, 0)


def row(i):
    return (ir.ROW, i, 0)


def column(c, offset=0):
    return (ir.COLUMN, c, offset)


def periodic(i):
    return (ir.PERIODIC, i, 0)


def plus(x, y):
    return (ir.SUM, x, y)


def minus(x, y):
    return (ir.DIFFERENCE, x, y)


def times(x, y):
    return (ir.PRODUCT, x, y)


@cache
def fibonacci(n: int, N: int = 0) -> Air:
    a, b, a_next, b_next = column(0), column(1), column(0, 1), column(1, 1)
    return air_of(
        [
            (last_rows_free(1), minus(a_next, b)),
            (last_rows_free(1), minus(minus(b_next, a), b)),
            (row(0), minus(a, (ir.INPUT, 0, 0))),
            (row(0), minus(b, (ir.INPUT, 1, 0))),
            (row(n - 1), minus(a, (ir.OUTPUT, 0, 0))),
        ],
        id="fibonacci",
        parameters=header.encode_parameters([("steps", n)]),
        rows=n,
        length=N or n,
        columns=2,
        inputs=("first", "second"),
        outputs=("last",),
    )


def fibonacci_trace(n, first=1, second=1, N=0, p=P):
    a, b = [first], [second]
    while len(a) < (N or n):
        a.append(b[-1])
        b.append((a[-2] + b[-1]) % p)
    return [a, b], (first, second), (a[n - 1],)


KEYS = (3, 1, 4, 15)


@cache
def cubes(N: int) -> Air:
    """a' = a^3 + key + input; b = -key a^2; c = a on rows 1, 5, 9 ...; d'' = d a^2 + 2; offsets 0, 1, 2."""
    a, a_next, b, c, d = column(0), column(0, 1), column(1), column(2), column(3)
    square = times(a, a)
    return air_of(
        [
            (last_rows_free(1), minus(a_next, plus(plus(times(square, a), periodic(0)), (ir.INPUT, 0, 0)))),
            (EVERY, minus(b, (ir.NEGATION, times(periodic(0), square), 0))),
            ((ir.CYCLIC, 1, 4), minus(c, a)),
            (last_rows_free(2), minus(column(3, 2), plus(times(d, square), (ir.CONSTANT, 2, 0)))),
            (row(N - 1), minus(a, (ir.OUTPUT, 0, 0))),
        ],
        id="cubes",
        rows=N,
        length=N,
        columns=4,
        inputs=("shift",),
        outputs=("end",),
        periodic=(KEYS,),
    )


def cubes_trace(N, shift=5):
    a, d = [2], [7, 8]
    for i in range(N - 1):
        a.append((a[i] ** 3 + KEYS[i % 4] + shift) % P)
    for i in range(N - 2):
        d.append((d[i] * a[i] ** 2 + 2) % P)
    b = [-KEYS[i % 4] * x * x % P for i, x in enumerate(a)]
    c = [x if i % 4 == 1 else i for i, x in enumerate(a)]
    return [a, b, c, d], (shift,), (a[-1],)


def small(**changes):
    """Options of a proof with few queries."""
    few = {"queries": 3, "allow_insecure": 1, "blowup": 4, "grinding": 0, "rows_per_leaf": 1}
    return Options(**few | changes)


def proof_of(air, statement, options, prover=Prover, **choices):
    masks = None
    if options.zero_knowledge:
        masks = Masks.random(solve(options, air), GOLDILOCKS, random.Random(5))
    return prover(air, *statement, options=options, masks=masks, **choices).prove()


def refused(air, proof, **demands):
    with pytest.raises(Refused) as caught:
        verify(air, proof, **demands)
    return caught.value.check


# 2 Fields


def test_roots_of_unity():
    assert F.root(2**32) == 0x185629DCDA58878C
    assert F.root(64) == 2**39
    assert F.root(8) == P - 2**24
    assert all(F.root(2 * m) ** 2 % P == F.root(m) for m in (1, 2, 4, 2**20))
    assert all(pow(7, (P - 1) // q, P) != 1 for q in (2, 3, 5, 17, 257, 65537))


def test_extension_by_hand():
    phi = (0, 1, 0)
    assert K.pow(phi, 3) == (1, 1, 0)
    # (1 + 2 x + 3 x^2) (4 + 5 x + 6 x^2) = 4 + 13 x + 28 x^2 + 27 x^3 + 18 x^4
    assert K.mul((1, 2, 3), (4, 5, 6)) == (4 + 27, 13 + 27 + 18, 28 + 18)
    assert TOY.K.mul((1, 2), (3, 4)) == (3 + 24 - 17, 10)


@pytest.mark.parametrize("field", [GOLDILOCKS, TOY])
def test_fields_are_fields(field):
    rng = random.Random(1)

    def draw():
        return tuple(rng.randrange(field.F.p) for _ in range(field.degree))

    for _ in range(50):
        a, b, c = draw(), draw(), draw()
        k = field.K
        assert k.mul(a, k.mul(b, c)) == k.mul(k.mul(c, a), b)
        assert k.mul(a, k.add(b, c)) == k.sub(k.mul(a, b), k.neg(k.mul(a, c)))
        assert k.scale(a[0], b) == k.mul(k.embed(a[0]), b)
        if any(a):
            assert k.mul(a, k.inv(a)) == k.embed(1) == k.pow(a, field.order - 1)
    with pytest.raises(ZeroDivisionError):
        field.K.inv(field.K.zero)


@pytest.mark.parametrize("m", [1, 2, 8, 64])
def test_ntt_is_evaluation(m):
    rng = random.Random(m)
    f = [rng.randrange(P) for _ in range(m)]
    omega = F.root(m)
    naive = [sum(c * pow(omega, i * j, P) for i, c in enumerate(f)) % P for j in range(m)]
    assert ntt(F, f, omega) == naive
    shifted = evaluate_on(F, f, 2 * m, 7)
    assert shifted == [horner(F, f, 7 * pow(F.root(2 * m), j, P) % P) for j in range(2 * m)]
    assert interpolate(F, shifted, 7) == f + [0] * m
    g = [(c, 1, 2) for c in f]
    assert interpolate_extension(GOLDILOCKS, evaluate_extension_on(GOLDILOCKS, g, m, 7), 7) == g


# 5 Hashing, trees, transcript


def blake3_from_compressions(data: bytes) -> bytes:
    """The whole of BLAKE3, from the compression function of the twin."""
    chunks = [data[i : i + 1024] for i in range(0, len(data), 1024)] or [b""]
    values = []
    for counter, chunk in enumerate(chunks):
        blocks, value = [chunk[i : i + 64] for i in range(0, len(chunk), 64)] or [b""], blake3_nodes.IV
        for i, block in enumerate(blocks):
            flags = blake3_nodes.CHUNK_START * (i == 0) + blake3_nodes.CHUNK_END * (i == len(blocks) - 1)
            flags += blake3_nodes.ROOT * (i == len(blocks) - 1 and len(chunks) == 1)
            digest = blake3_nodes.compress(value, block.ljust(64, b"\0"), counter, len(block), flags)
            value = tuple(int.from_bytes(digest[k : k + 4], "little") for k in range(0, 32, 4))
        values.append(digest)

    def join(nodes, root):
        if len(nodes) == 1:
            return nodes[0]
        left = 1 << (len(nodes) - 1).bit_length() - 1
        pair = join(nodes[:left], False), join(nodes[left:], False)
        if not root:
            return blake3_nodes.parent(*pair)
        top = blake3_nodes.PARENT | blake3_nodes.ROOT
        return blake3_nodes.compress(blake3_nodes.IV, b"".join(pair), 0, 64, top)

    return join(values, True)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, 3072, 3073, 5120, 7168, 8193])
def test_compression_against_the_official_hash(length):
    data = bytes(i % 251 for i in range(length))
    assert blake3_from_compressions(data) == blake3(data).digest()


def test_tree_of_four_by_hand():
    leaves = [bytes([i]) * 70 for i in range(4)]
    d = [blake3(leaf + bytes(58)).digest() for leaf in leaves]
    node = blake3_nodes.parent
    assert tree.Tree(leaves).root == node(node(d[0], d[2]), node(d[1], d[3]))
    assert tree.Tree(leaves[:1]).root == d[0]
    assert tree.Tree(leaves).open([1]) == [d[3], node(d[0], d[2])]


@pytest.mark.parametrize("m", [1, 2, 4, 8])
def test_every_opening_of_small_trees(m):
    leaves = [bytes([i]) for i in range(m)]
    grown = tree.Tree(leaves)
    for subset in range(1, 2**m):
        J = [i for i in range(m) if subset >> i & 1]
        digests = grown.open(J)
        assert tree.root_of({j: leaves[j] for j in J}, m, digests) == grown.root
        assert tree.root_of(dict.fromkeys(J, b"x"), m, digests) != grown.root
        for i in range(len(digests)):
            changed = [*digests[:i], bytes(32), *digests[i + 1 :]]
            assert tree.root_of({j: leaves[j] for j in J}, m, changed) != grown.root


def test_transcript_by_hand():
    t = Transcript(GOLDILOCKS)
    state = blake3(b"l2zk transcript 1").digest()
    t.absorb(2, b"root")
    state = blake3(state + u64(2) + u64(4) + b"root").digest()
    assert t.state == state
    blocks = [blake3(state + b"\xff" * 8 + u64(b)).digest() for b in range(3)]
    words = [int.from_bytes(block[i : i + 8], "little") for block in blocks for i in (0, 8, 16, 24)]
    assert all(w < P for w in words)  # so that nothing is drawn again
    assert [t.challenge("alpha"), t.point("zeta")] == [tuple(words[:3]), tuple(words[3:6])]
    assert t.queries(2, 1024) == [w % 1024 for w in words[6:8]]
    t.absorb(7, b"")
    assert not t.words and t.block == 0
    assert [entry[0] for entry in t.log] == [2, "alpha", "zeta", "queries", 7]


def test_transcript_draws_again_above_p():
    t = Transcript(GOLDILOCKS)
    t.words = [P, 2**64 - 1, P - 1]
    assert t.draw_base() == P - 1
    t.words = [5, 0, 0, 5, 6, 0]
    assert t.point("zeta") == (5, 6, 0)


def test_given_challenges_replace_drawn_ones():
    by_name = Transcript(GOLDILOCKS, {"alpha": (1, 2, 3)})
    assert by_name.challenge("alpha") == (1, 2, 3) != by_name.challenge("zeta")
    in_order = Transcript(TOY, [(1, 2), (3, 4), [5]])
    assert [in_order.challenge("a"), in_order.point("b"), in_order.queries(1, 8)] == [(1, 2), (3, 4), [5]]
    with pytest.raises(ValueError):
        in_order.challenge("c")


# 3, 4, 9 Programs, shape, security


def test_fibonacci_nodes():
    air = fibonacci(8)
    assert air.nodes[:6] == ((1, 0, 1), (1, 1, 0), (6, 0, 1), (1, 1, 1), (1, 0, 0), (6, 3, 4))
    assert air.offsets == (0, 1) and air.columns_read(1) == [0, 1]
    assert air.degrees(7) == [7] * 5 and air.quotient_degree(0) == 6
    with pytest.raises(ValueError):
        dataclasses.replace(air, nodes=(*air.nodes, (1, 0, 3)))
    with pytest.raises(ValueError):
        dataclasses.replace(air, nodes=((1, 1, 0), (1, 0, 1), (6, 1, 0), *air.nodes[3:]))


def test_traces_satisfy_their_programs():
    for air, (trace, inputs, outputs) in ((fibonacci(8), fibonacci_trace(8)), (cubes(16), cubes_trace(16))):
        assert not ir.broken_constraints(air, F, trace, inputs, outputs)
        trace[0][3] += 1
        assert ir.broken_constraints(air, F, trace, inputs, outputs)


def test_digest_of_a_small_program():
    air = air_of(
        [(row(2), minus(column(0), (ir.INPUT, 0, 0)))],
        id="id",
        parameters=b"\7",
        rows=3,
        length=4,
        columns=1,
        inputs=("x",),
        periodic=((5, 6),),
    )

    def integers(*values):
        return b"".join(map(u64, values))

    assert (
        air.digest
        == blake3(
            b"l2zk program 1"
            + u64(2)
            + b"id"
            + u64(1)
            + b"\7"
            + integers(3, 4, 1)
            + integers(1, 1)
            + b"x"
            + u64(0)
            + integers(1, 2, 5, 6)
            + integers(3, 1, 0, 0, 3, 0, 0, 6, 0, 1)
            + integers(1, 2, 2, 0, 2)
        ).digest()
    )


@pytest.mark.parametrize("domain", [(0, 0, 0), (1, 1, 0), (1, 3, 0), (2, 5, 0), (3, 1, 4), (3, 0, 8)])
def test_divisors_vanish_on_their_rows(domain):
    N, g = 8, F.root(8)
    rows = ir.domain_rows(domain, N)
    assert len(rows) == ir.divisor_degree(domain, N)
    x, expected = 12345, 1
    for i in rows:
        expected = expected * (x - pow(g, i, P)) % P
    assert ir.inverse_divisor(GOLDILOCKS, F, domain, N, x) * expected % P == 1
    assert ir.inverse_divisor(GOLDILOCKS, K, domain, N, K.embed(x)) == K.inv(K.embed(expected))


def test_shape_by_hand():
    s = shape_for(Options(zero_knowledge=1, final_rows=32, rows_per_leaf=2), cubes(64), 2, 3)
    h, h_q = 3 * (6 + 3), 7
    # d a^2 has degree 3 (N + h - 1), on all rows but two; key a^2 has 2 (N + h - 1) + 48, on N rows
    quotient = max(3 * (63 + h) - 62, 2 * (63 + h) + 48 - 64)
    assert (s.mask_length, s.quotient_mask_length, s.pieces) == (h, h_q, 2)
    assert s.piece_length == (quotient + 1 + 1) // 2
    assert s.degree_bound == max(64 + h, s.piece_length + h_q) == 112
    assert (s.domain_length, s.arities, s.final_length) == (128, (2,), 28)
    assert shape_for(Options(final_rows=1), fibonacci(256), 1, 3).arities == (8, 8, 4)


@pytest.mark.parametrize(
    "air, changes, s, why",
    [
        (fibonacci(4), {}, 2, "rows per leaf"),
        (fibonacci(4), {"zero_knowledge": 1}, 1, "N = 4"),
        (cubes(4), {}, 1, "offsets"),
        (cubes(8), {"blowup": 2, "zero_knowledge": 1}, 1, "does not fit"),
        (fibonacci(2**26), {"blowup": 32}, 1, "above 2\\^30"),
    ],
)
def test_shapes_refused(air, changes, s, why):
    with pytest.raises(NoShape, match=why):
        shape_for(small(**changes), air, s, 3)


def test_low_security_must_be_allowed():
    with pytest.raises(ValueError):
        Options(security=80)
    with pytest.raises(NoShape):
        solve(Options(queries=10), fibonacci(16))
    assert solve(Options(queries=75), fibonacci(16)).queries == 75


@pytest.mark.parametrize(
    "hiding, queries",
    [
        (0, [82, 78, 76, 76, 76, 75, 75, 75, 75, 75, 75, 75, 75, 75]),
        (1, [74, 70, 62, 68, 81, 80, 80, 81, 81, 81, 81, 78, 77, 76]),
    ],
)
def test_solved_queries_of_8_to_65536_rows(hiding, queries):
    """Short traces pay for |O| in rho+; short hiding ones have a rate well below 1/B, or up to 1.25/B."""
    options = Options(zero_knowledge=hiding)
    shapes = [solve(options, fibonacci(2**e)) for e in range(3, 17)]
    assert [shape.queries for shape in shapes] == queries
    assert all(128 <= proven_bits(options, fibonacci(shape.rows), shape) for shape in shapes)


@pytest.mark.parametrize("hiding", [0, 1])
def test_least_queries_and_best_multiplicity_by_brute_force(hiding):
    options, air = Options(zero_knowledge=hiding, security=100), fibonacci(64)
    shape = solve(options, air)
    counts, rate = security.counts_of(air, shape), security.rate_of(shape)
    every = [security.regime_bits(security.johnson(rate, mu), counts, shape) for mu in range(3, 1001)]
    assert security.johnson_bits(counts, shape) == max(every)
    for n in range(1, shape.queries):
        try:
            fewer = shape_for(options, air, shape.rows_per_leaf, n)
        except NoShape:
            continue
        assert proven_bits(options, air, fewer) < 100


def test_rows_per_leaf_by_rule():
    assert [solve(Options(), fibonacci(2**e)).rows_per_leaf for e in (4, 8, 10, 12)] == [1, 4, 4, 8]


# 8 Bytes


def test_parameters_encode_and_decode():
    fields = [("a", None), ("b", True), ("c", -300), ("d", 0), ("e", "\xe9"), ("f", b"\1"), ("g", (1, (False, "")))]
    data = header.encode_parameters(fields)
    assert header.decode_parameters(data) == fields
    assert header.encode_value(-300) == bytes([3, 1, 2, 0, 44, 1])
    for end in range(len(data)):
        with pytest.raises(header.FormatError):
            header.decode_parameters(data[:end])
    deep = b"\6\1\0\0\0" * 40 + b"\0"
    for bad in (b"\3\1\0\0", b"\3\0\1\0\0", b"\3\2\1\0\1", b"\7", b"\4\1\0\0\0\xff", deep):
        with pytest.raises(header.FormatError):
            header.decode_parameters(b"\1\0\1a" + bad)


def test_options_bytes():
    options = Options(queries=300, rows_per_leaf=4, allow_insecure=1)
    assert options.to_bytes() == bytes([3, 128, 0, 16, 3, 8, 3, 0, 44, 1, 1, 0, 0, 0, 0, 0])
    for i in range(16):
        for byte in range(256):
            data = bytearray(options.to_bytes())
            data[i] = byte
            with suppress(ValueError):
                assert Options.from_bytes(bytes(data)).to_bytes() == data


# 6, 7 Proofs


def test_fold_is_the_interpolant_at_beta():
    """A word of f(X) = sum of X^i f_i(X^a) folds to sum of beta^i f_i."""
    f, beta = [(i, i * i, 7) for i in range(32)], (3, 5, 8)
    word = evaluate_extension_on(GOLDILOCKS, f, 64)
    for a in (2, 4, 8):
        folded = [horner(K, f[j * a : j * a + a], beta) for j in range(32 // a)]
        assert fri.fold_word(GOLDILOCKS, word, a, beta) == evaluate_extension_on(GOLDILOCKS, folded, 64 // a)


SIZES = {1: 8, 2: 32, 4: 64, 8: 128}
PROGRAMS = {
    "fibonacci": lambda N: (fibonacci(N), fibonacci_trace(N)),
    "cubes": lambda N: (cubes(N), cubes_trace(N)),
}


@pytest.mark.parametrize("hiding", [0, 1])
@pytest.mark.parametrize("rounds", [0, 1, 2])
@pytest.mark.parametrize("s", [1, 2, 4, 8])
@pytest.mark.parametrize("program", ["fibonacci", "cubes"])
def test_proofs_verify(program, s, rounds, hiding):
    N = SIZES[s] * (1 if hiding or s == 1 else 2)
    air, statement = PROGRAMS[program](N)
    options = small(rows_per_leaf=s, zero_knowledge=hiding, blowup=4 if hiding else 2, final_rows=256)
    rows = solve(options, air).domain_length // s
    final_rows, folding = {0: (min(rows, 256), 8), 1: (rows // 4, 4), 2: (rows // 4, 2)}[rounds]
    options = dataclasses.replace(options, final_rows=final_rows, folding=folding)
    shape = solve(options, air)
    assert len(shape.arities) == rounds and shape.pieces == {"fibonacci": 1, "cubes": 2}[program]
    proof = proof_of(air, statement, options)
    verified = verify(
        air,
        proof,
        options=options,
        inputs=dict(zip(air.inputs, statement[1])),
        outputs=dict(zip(air.outputs, statement[2])),
    )
    assert verified.shape == shape
    wrong = {air.outputs[0]: statement[2][0] + 1}
    assert refused(air, proof, options=options, outputs=wrong) == 2


def test_prover_and_verifier_have_one_transcript():
    options = small(rows_per_leaf=2, final_rows=4, grinding=4)
    air, (trace, inputs, outputs) = fibonacci(64), fibonacci_trace(64)
    prover = Prover(air, trace, inputs, outputs, options=options)
    log = verify(air, prover.prove(), options=options).log
    assert log == prover.transcript.log
    assert [kind for kind, _ in log] == [
        1,
        2,
        "alpha",
        3,
        "zeta",
        4,
        "alpha_deep",
        "beta_0",
        5,
        "beta_1",
        6,
        7,
        "queries",
    ]


@cache
def tiny(hiding):
    air, options = fibonacci(8), small(queries=1, zero_knowledge=hiding, blowup=2, final_rows=4, grinding=2)
    return air, options, proof_of(air, fibonacci_trace(8), options)


@pytest.mark.parametrize("hiding", [0, 1])
def test_every_flipped_byte_is_refused(hiding):
    air, options, proof = tiny(hiding)
    verify(air, proof, options=options)
    for i in range(len(proof)):
        changed = bytearray(proof)
        changed[i] ^= 1 << i % 8
        refused(air, bytes(changed), options=options)
        refused(air, bytes(changed))


@pytest.mark.parametrize("hiding", [0, 1])
def test_truncated_and_extended_proofs_are_refused(hiding):
    air, options, proof = tiny(hiding)
    for end in range(len(proof)):
        refused(air, proof[:end], options=options)
    assert refused(air, proof + b"\0", options=options) == 8
    assert refused(air, b"", options=options) == 1
    assert refused(air, bytes(16 * 2**20 + 1)) == 1


def test_random_bytes_are_refused():
    air, _, proof = tiny(0)
    rng = random.Random(3)
    for _ in range(300):
        changed = bytearray(proof)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(proof))
            changed[at : at + rng.randrange(3)] = rng.randbytes(rng.randrange(9))
        if changed != proof:
            refused(air, bytes(changed))


def test_unreduced_elements_are_refused():
    air, options, proof = tiny(0)
    head = header.parse(proof, P)[1]
    changed = bytearray(proof)
    changed[head + 64 : head + 72] = u64(P)
    assert refused(air, bytes(changed), options=options) == 4
    changed = bytearray(proof)
    changed[head - 8 : head] = u64(P)
    assert refused(air, bytes(changed), options=options) == 1


def test_a_wrong_nonce_is_refused():
    air, options = fibonacci(8), small(blowup=2, grinding=12, final_rows=4)
    proof = proof_of(air, fibonacci_trace(8), options)
    at = header.parse(proof, P)[1] + 64 + 24 * 5 + 32 + 24 * solve(options, air).final_length
    assert refused(air, proof[:at] + u64(2**40) + proof[at + 8 :], options=options) == 7


def test_another_program_and_other_options_are_refused():
    air, options, proof = tiny(0)
    assert refused(cubes(8), proof) == 2
    assert (
        refused(
            dataclasses.replace(air, constraints=(*air.constraints[:-1], air.constraints[-2]), nodes=air.nodes[:-2]),
            proof,
        )
        == 2
    )
    assert refused(air, proof, options=dataclasses.replace(options, queries=2)) == 3
    assert refused(air, proof, least_bits=100) == 3
    verify(air, proof, least_bits=2)


# Cheating provers


class Unscrupulous(Prover):
    """Cuts the quotient and the final polynomial to size without looking at what it cuts off."""

    def cut(self, coefficients):
        return super().cut(coefficients[: self.shape.pieces * self.shape.piece_length])

    def final_polynomial(self, word):
        return interpolate_extension(self.field, word)[: self.shape.final_length]


@pytest.mark.parametrize("hiding", [0, 1])
@pytest.mark.parametrize("place", [(0, 0), (0, 5), (1, 5), (2, 1), (2, 13), (3, 15)])
def test_a_false_trace_is_refused(place, hiding):
    options, air = small(zero_knowledge=hiding), cubes(16)
    trace, inputs, outputs = cubes_trace(16)
    trace[place[0]][place[1]] += 1
    with pytest.raises(ValueError):
        proof_of(air, (trace, inputs, outputs), options)
    proof = proof_of(air, (trace, inputs, outputs), options, Unscrupulous)
    assert refused(air, proof, options=options) == 6


def test_a_free_cell_is_free():
    options, air = small(), cubes(16)
    trace, inputs, outputs = cubes_trace(16)
    trace[2][0] = 99  # c is bound on rows 1, 5, 9, 13 only
    verify(air, proof_of(air, (trace, inputs, outputs), options), options=options)


def test_a_wrong_public_value_is_refused():
    options, air = small(), fibonacci(16)
    trace, inputs, outputs = fibonacci_trace(16)
    proof = proof_of(air, (trace, inputs, (outputs[0] + 1,)), options, Unscrupulous)
    assert refused(air, proof, options=options) == 6


def test_values_of_no_polynomial_are_refused():
    class Liar(Unscrupulous):
        """Opens a column, and a piece that satisfies check 6 with it, at values that are not theirs."""

        def open_out_of_domain(self):
            values = super().open_out_of_domain()
            column, piece = values[0], values[2]
            assert self.shape.pieces == 1 and values[0] != values[2]
            return [K.add(column, (1, 0, 0)), values[1], self.corrected(piece), *values[3:]]

        def corrected(self, piece):
            """a stands in constraints 1 (with -1), 2 and 4 (with 1)."""
            terms = [(1, K.neg(K.embed(1))), (2, K.embed(1)), (4, K.embed(1))]
            for i, c in terms:
                inverse = ir.inverse_divisor(GOLDILOCKS, K, self.air.constraints[i].domain, 16, self.zeta)
                piece = K.add(piece, K.mul(K.mul(K.pow(self.alpha, i), c), inverse))
            return piece

    for final_rows in (4, 128):
        options = small(final_rows=final_rows, queries=20)
        proof = proof_of(fibonacci(16), fibonacci_trace(16), options, Liar)
        assert refused(fibonacci(16), proof, options=options) == 12


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 6, 7])
def test_an_omitted_absorb_is_refused(kind):
    class Forgetful(Prover):
        def absorb(self, kind_, data):
            if kind_ != kind:
                super().absorb(kind_, data)

    options = small(rows_per_leaf=2, final_rows=4, grinding=4)
    proof = proof_of(fibonacci(64), fibonacci_trace(64), options, Forgetful)
    refused(fibonacci(64), proof, options=options)


# Given challenges, and another field


def test_interactive_proof():
    challenges = {
        "alpha": (1, 2, 3),
        "zeta": (4, 5, 6),
        "alpha_deep": (7, 8, 9),
        "beta_1": (1, 1, 1),
        "queries": [3, 3, 17],
    }
    air, options = fibonacci(16), small(final_rows=4, grinding=30)
    proof = proof_of(air, fibonacci_trace(16), options, challenges=challenges)
    log = verify(air, proof, options=options, challenges=challenges).log
    assert dict(entry for entry in log if isinstance(entry[0], str)) == challenges
    refused(air, proof, options=options)


@pytest.mark.parametrize("hiding", [0, 1])
def test_toy_field(hiding):
    """p = 17, N = 4, L = 3 <order 8>: 4.2 has no such shape with hiding, so it is written down."""
    air = fibonacci(4)
    shape = shape_for(small(blowup=2, queries=1), air, 1, 1, TOY)
    if hiding:
        shape = dataclasses.replace(
            shape, zero_knowledge=True, mask_length=2, piece_length=5, degree_bound=6, final_length=5
        )
    assert shape.domain_size == 8
    trace, inputs, outputs = fibonacci_trace(4, p=17)
    challenges = [(1, 2), (3, 4), (5, 6), [3]]
    masks = Masks.random(shape, TOY, random.Random(1)) if hiding else None
    proof = prove(
        air,
        trace,
        inputs,
        outputs,
        options=small(blowup=2, queries=1),
        masks=masks,
        challenges=challenges,
        field=TOY,
        shape=shape,
    )
    verify(air, proof, challenges=challenges, field=TOY, shape=shape)
    challenges[3] = [4]
    refused(air, proof, challenges=challenges, field=TOY, shape=shape)


# Default options


@pytest.mark.parametrize("hiding", [0, 1])
def test_default_options(hiding):
    air, options = fibonacci(256), Options(zero_knowledge=hiding)
    proof = proof_of(air, fibonacci_trace(256), options)
    verify(air, proof, options=options, least_bits=128)
