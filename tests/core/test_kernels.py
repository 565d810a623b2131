"""The arithmetic kernels of every instruction set against Python integers, galois (PROTOCOL 2, 6.2 to 6.9).

Horner's rule and Lagrange's formula are written out here; nothing of the library but its kernels is used.
"""

from __future__ import annotations

import random
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import galois
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk import ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.errors import L2zkError

P = 2**64 - 2**32 + 1
OMEGA = 0x185629DCDA58878C  # of order 2^32

# Where carries, borrows and the two foldings of a 128-bit product change their mind.
EDGES = sorted(
    {0, 1, 2, 3, 7, P // 2, P // 2 + 1, P - 7, P - 3, P - 2, P - 1}
    | {2**e + d for e in (16, 31, 32, 33, 48, 62, 63) for d in (-1, 0, 1)}
    | {P - 2**e + d for e in (16, 31, 32, 33, 48, 63) for d in (-1, 0, 1)}
)

elements = st.one_of(
    st.sampled_from(EDGES), st.integers(0, P - 1), st.integers(0, 2**33), st.integers(P - 2**33, P - 1)
)
triples = st.tuples(elements, elements, elements)
fixed = settings(derandomize=True, deadline=None, max_examples=60)


@contextmanager
def instruction_set(name):
    before = _core.isa()
    _core.use_isa(name)
    try:
        yield name
    finally:
        _core.use_isa(before)


def numbers(seed, count):
    """Field elements, half of them at the edges."""
    rng = random.Random(seed)
    return [rng.choice(EDGES) if rng.random() < 0.5 else rng.randrange(P) for _ in range(count)]


def products_at_the_edges(seed):
    """Pairs whose product modulo p is at an edge: where its reduction carries and borrows at once."""
    factors = [random.Random(f"{seed} {i}").randrange(1, P) for i in range(40)]
    return [(a, edge * pow(a, -1, P) % P) for edge in EDGES for a in factors]


def root(order):
    return pow(OMEGA, 2**32 // order, P)


def horner(coefficients, x):
    value = 0
    for c in reversed(coefficients):
        value = (value * x + c) % P
    return value


# K in Python integers: polynomials modulo X^3 - X - 1.


def k_mul(a, b):
    product = [0] * 5
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            product[i + j] += x * y
    for i in (4, 3):  # X^i = X^(i-2) + X^(i-3)
        product[i - 2] += product[i]
        product[i - 3] += product[i]
    return tuple(x % P for x in product[:3])


def k_add(a, b):
    return tuple((x + y) % P for x, y in zip(a, b, strict=True))


def k_sub(a, b):
    return tuple((x - y) % P for x, y in zip(a, b, strict=True))


def k_horner(coefficients, x):
    value = (0, 0, 0)
    for c in reversed(coefficients):
        value = k_add(k_mul(value, x), c)
    return value


# Which kernels.


@pytest.mark.parametrize("log_n", [17, 19, 20, 21])
def test_long_transforms(isa, log_n):
    """Of polynomials of a few terms, at a few points: stretches, far layers and shifts of every kind of length."""
    rng = random.Random(log_n)
    n, shift = 1 << log_n, rng.randrange(1, P)
    terms = {i: rng.randrange(P) for i in (0, 1, n - 1, *(rng.randrange(n) for _ in range(4)))}
    coefficients = np.zeros(n, dtype=np.uint64)
    for i, c in terms.items():
        coefficients[i] = c
    values = _core.ntt_probe(coefficients, log_n, shift)
    for j in (0, 1, n - 1, *(rng.randrange(n) for _ in range(20))):
        x = shift * pow(OMEGA, j << (32 - log_n), P) % P
        assert values[j] == sum(c * pow(x, i, P) for i, c in terms.items()) % P
    assert (_core.interpolate_probe(_core.ntt_probe(coefficients, log_n)) == coefficients).all()


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


# F.


@pytest.mark.parametrize(
    "name, meant",
    [
        ("add", lambda a, b: (a + b) % P),
        ("sub", lambda a, b: (a - b) % P),
        ("mul", lambda a, b: a * b % P),
        ("pow", lambda a, b: pow(a, b, P)),
    ],
)
def test_field_operations(name, meant):
    pairs = [(a, b) for a in EDGES for b in EDGES] + list(zip(numbers(1, 3000), numbers(2, 3000), strict=True))
    pairs += products_at_the_edges(name)
    found = _core.field_probe(name, [a for a, _ in pairs], [b for _, b in pairs])
    assert found.tolist() == [meant(a, b) for a, b in pairs]


def test_field_inverses():
    values = [x for x in EDGES + numbers(3, 500) if x]
    assert _core.field_probe("inv", values, values).tolist() == [pow(x, -1, P) for x in values]
    assert _core.field_probe("inv", [0], [0]).tolist() == [0]


@fixed
@given(a=elements, b=elements, c=elements)
def test_field_laws(a, b, c):
    def f(name, x, y):
        return int(_core.field_probe(name, [x], [y])[0])

    assert f("mul", a, f("add", b, c)) == f("add", f("mul", a, b), f("mul", a, c))
    assert f("sub", f("add", a, b), b) == a
    assert f("pow", a, P - 1) == (1 if a else 0)


def test_roots_of_unity():
    assert _core.root_of_unity(32) == OMEGA == pow(7, (P - 1) // 2**32, P)
    assert _core.root_of_unity(0) == 1 and _core.root_of_unity(1) == P - 1
    assert _core.root_of_unity(6) == 2**39 and _core.root_of_unity(3) == P - 2**24
    for log_order in range(1, 33):
        omega = _core.root_of_unity(log_order)
        assert omega == root(2**log_order) and pow(omega, 2 ** (log_order - 1), P) == P - 1


# K.


@cache
def galois_k():
    """K as galois builds it; its elements are integers c0 + c1 p + c2 p^2."""
    F = galois.GF(P, primitive_element=7, verify=False)
    polynomial = galois.Poly([1, 0, P - 1, P - 1], field=F)
    assert polynomial.is_irreducible()
    return galois.GF(P, 3, irreducible_poly=polynomial, primitive_element=galois.Poly([1, 0], field=F), verify=False)


def packed(triple):
    return triple[0] + triple[1] * P + triple[2] * P**2


def unpacked(element):
    value = int(element)
    return value % P, value // P % P, value // P**2


def edge_triples():
    corners = (0, 1, 2**32 - 1, 2**32, P - 1)
    corners = [(a, b, c) for a in corners for b in corners for c in corners]
    rng = random.Random(4)
    return corners, [tuple(numbers(rng.random(), 3)) for _ in range(300)]


@pytest.mark.parametrize("name, meant", [("add", k_add), ("sub", k_sub), ("mul", k_mul)])
def test_extension_operations(name, meant):
    corners, others = edge_triples()
    pairs = [(a, b) for a in corners for b in corners[::4]] + list(zip(others, others[::-1], strict=True))
    for a, b in pairs:
        assert _core.extension_probe(name, a, b) == meant(a, b), (a, b)


def test_extension_operations_as_galois_has_them():
    K = galois_k()
    corners, others = edge_triples()
    values = [*corners[::3], *others]
    a, b = K([packed(x) for x in values]), K([packed(x) for x in values[::-1]])
    for name, found in (("add", a + b), ("sub", a - b), ("mul", a * b)):
        assert [_core.extension_probe(name, x, y) for x, y in zip(values, values[::-1], strict=True)] == [
            unpacked(x) for x in found
        ]
    some = [x for x in values if any(x)][::12]
    assert [_core.extension_probe("inv", x, x) for x in some] == [
        unpacked(x) for x in K([packed(x) for x in some]) ** -1
    ]


def test_extension_inverses():
    corners, others = edge_triples()
    for a in corners + others:
        inverse = _core.extension_probe("inv", a, a)
        assert all(x < P for x in inverse)
        assert k_mul(a, inverse) == ((1, 0, 0) if any(a) else (0, 0, 0))
        assert any(a) or inverse == (0, 0, 0)


@fixed
@given(a=triples, b=triples)
def test_extension_laws(a, b):
    assert _core.extension_probe("mul", a, b) == k_mul(a, b) == _core.extension_probe("mul", b, a)
    assert _core.extension_probe("sub", _core.extension_probe("add", a, b), b) == a
    if any(a):
        assert k_mul(a, _core.extension_probe("inv", a, a)) == (1, 0, 0)


# The transform.


def values_by_horner(coefficients, n, shift, places=None):
    omega = root(n)
    return [horner(coefficients, shift * pow(omega, j, P) % P) for j in (places or range(n))]


@pytest.mark.parametrize("log_n", range(7))
def test_values_on_a_coset(isa, log_n):
    n = 1 << log_n
    for count in sorted({0, 1, n // 2, n - 1, n, n + 1, 2 * n, 3 * n + 1}):
        for shift in (1, 7, P - 1, 0x123456789ABCDEF):
            coefficients = numbers((n, count, shift).__repr__(), count)
            expected = values_by_horner(coefficients, n, shift)
            assert _core.ntt_probe(coefficients, log_n, shift).tolist() == expected, (count, shift)


@pytest.mark.parametrize("log_n", range(7))
def test_interpolation(isa, log_n):
    n = 1 << log_n
    for values in (
        numbers(log_n, n),
        [P - 1] * n,
        [(P - 1) * (i % 2) for i in range(n)],
        [2**32 - 1 + i for i in range(n)],
    ):
        coefficients = _core.interpolate_probe(values).tolist()
        assert all(c < P for c in coefficients)
        assert values_by_horner(coefficients, n, 1) == values


@pytest.mark.parametrize("log_n, extra", [(7, 0), (8, 3), (10, 0), (12, 0), (13, 0), (14, 5), (15, 0), (16, 0)])
def test_long_transforms_at_samples(isa, log_n, extra):
    n, shift = 1 << log_n, 7
    coefficients = numbers(log_n, n + extra)
    places = [0, 1, n // 2 - 1, n // 2, n - 1, n // 3, 5 * n // 7]
    found = _core.ntt_probe(coefficients, log_n, shift)
    assert [int(found[j]) for j in places] == values_by_horner(coefficients, n, shift, places)
    back = _core.interpolate_probe(found).tolist()  # of P(7X) modulo X^n - 1
    expected = [c * pow(shift, i, P) % P for i, c in enumerate(coefficients)]
    for i in range(extra):
        expected[i] = (expected[i] + expected[n + i]) % P
    assert back == expected[:n]


@pytest.mark.parametrize("log_n", range(17))
def test_transform_and_interpolation_undo_each_other(isa, log_n):
    values = np.array(numbers(log_n, 1 << log_n), dtype=np.uint64)
    assert np.array_equal(_core.interpolate_probe(_core.ntt_probe(values, log_n)), values)
    assert np.array_equal(_core.ntt_probe(_core.interpolate_probe(values), log_n), values)


@pytest.mark.parametrize("log_n", [0, 1, 2, 3, 4, 5, 9])
def test_a_unit_impulse_gives_the_powers_of_a_root(isa, log_n):
    n = 1 << log_n
    for k in {0, 1, n // 2, n - 1}:
        impulse = [0] * k + [1]
        expected = [pow(7 * pow(root(n), j, P), k, P) for j in range(n)]
        assert _core.ntt_probe(impulse, log_n, 7).tolist() == expected


@fixed
@given(data=st.data(), log_n=st.integers(0, 9), scale=elements, shift=st.integers(1, P - 1))
def test_the_transform_is_linear(isa, data, log_n, scale, shift):
    rng = random.Random(data.draw(st.integers(0, 2**32)))
    n = 1 << log_n
    a, b = numbers(rng.random(), n), numbers(rng.random(), n)
    together = [(scale * x + y) % P for x, y in zip(a, b, strict=True)]
    va, vb = _core.ntt_probe(a, log_n, shift).tolist(), _core.ntt_probe(b, log_n, shift).tolist()
    assert _core.ntt_probe(together, log_n, shift).tolist() == [
        (scale * x + y) % P for x, y in zip(va, vb, strict=True)
    ]


def times(a, b):
    """The product of two polynomials, by one product of two large integers."""
    width = 20  # bytes: each coefficient of the product is below 2^12 p^2 < 2^140
    whole = [int.from_bytes(b"".join(c.to_bytes(width, "little") for c in x), "little") for x in (a, b)]
    product = (whole[0] * whole[1]).to_bytes(width * (len(a) + len(b)), "little")
    return [
        int.from_bytes(product[i : i + width], "little") % P for i in range(0, width * (len(a) + len(b) - 1), width)
    ]


@pytest.mark.parametrize("log_n", [1, 2, 5, 8, 11, 12])
def test_a_product_of_values_is_the_values_of_a_product(isa, log_n):
    n = 1 << log_n
    a, b = numbers((log_n, 1).__repr__(), n // 2), numbers((log_n, 2).__repr__(), n // 2)
    values = [_core.ntt_probe(x, log_n).tolist() for x in (a, b)]
    product = [x * y % P for x, y in zip(*values, strict=True)]
    assert _core.interpolate_probe(product).tolist() == [*times(a, b), 0]


@pytest.mark.parametrize("log_cosets", range(6))
@pytest.mark.parametrize("n", [1, 2, 7, 8, 64, 100])
def test_join_cosets(isa, log_cosets, n):
    """P mod (X^n - u w^j) has the coefficients sum_b (u w^j)^b P_b; joined, they give P back."""
    c, u = 1 << log_cosets, pow(7, n, P)
    blocks = [numbers((n, c, b).__repr__(), n) for b in range(c)]
    residues = []
    for j in range(c):
        point = u * pow(root(c), j, P) % P
        residues.append([horner([block[i] for block in blocks], point) for i in range(n)])
    assert _core.join_cosets_probe(residues, u).tolist() == blocks


@pytest.mark.parametrize("log_n", [0, 1, 3, 6, 10, 13])
def test_a_tail_is_added_to_the_first_coefficients(isa, log_n):
    n, scale = 1 << log_n, pow(7, 1 << log_n, P)
    coefficients = numbers(log_n, n)
    for count in sorted({0, 1, n // 2, n}):
        tail = numbers((log_n, count).__repr__(), count)
        whole = [(c + scale * t) % P for c, t in zip(coefficients, tail + [0] * n, strict=False)]
        found = _core.ntt_probe(coefficients, log_n, 7, tail=tail, tail_scale=scale)
        assert found.tolist() == _core.ntt_probe(whole, log_n, 7).tolist()
        assert int(found[n // 2]) == values_by_horner(coefficients + tail, n, 7, [n // 2])[0]


@pytest.mark.parametrize("log_n", range(11))
def test_scaling_by_powers(isa, log_n):
    coefficients = numbers(log_n, 1 << log_n)
    for shift in (1, 7, P - 1):
        expected = [c * pow(shift, i, P) % P for i, c in enumerate(coefficients)]
        assert _core.scale_probe(coefficients, shift).tolist() == expected


# Folds and evaluation over K.


def lagrange(points, values, x):
    """The polynomial over K through (point, value), points in F, at x in K."""
    total = (0, 0, 0)
    for i, y in enumerate(points):
        term = values[i]
        for j, z in enumerate(points):
            if j != i:
                term = k_mul(term, k_mul(k_sub(x, (z, 0, 0)), (pow(y - z, -1, P), 0, 0)))
        total = k_add(total, term)
    return total


def bit_reversed(items):
    """Item i where the bits of i, read backwards, say."""
    bits = len(items).bit_length() - 1
    return [items[int(f"{i:0{bits}b}"[::-1], 2) if bits else 0] for i in range(len(items))]


def fold_of(coefficients, arity, beta):
    """The fold of coefficients in natural order, in natural order."""
    columns = np.array(bit_reversed(coefficients), dtype=np.uint64).T
    folded = _core.fold_probe(columns, arity.bit_length() - 1, beta)
    return bit_reversed([tuple(c) for c in folded.T.tolist()])


BETAS = [(0, 0, 0), (1, 0, 0), (P - 1, 2**32, 2**63), (3, P - 1, 11)]


@pytest.mark.parametrize("arity", [2, 4, 8])
@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("n", [8, 16, 64])
def test_a_fold_is_interpolation(isa, n, arity, beta):
    """The members of a leaf lie at y*omega_a^t; the next word is their polynomial at beta (PROTOCOL 6.8)."""
    f = [tuple(numbers((n, arity, i).__repr__(), 3)) for i in range(n)]
    folded = fold_of(f, arity, beta)
    assert len(folded) == n // arity
    for j in range(n // arity + 2):
        y = pow(root(2 * n), j, P)
        points = [y * pow(root(arity), t, P) % P for t in range(arity)]
        members = [k_horner(f, (point, 0, 0)) for point in points]
        assert k_horner(folded, (pow(y, arity, P), 0, 0)) == lagrange(points, members, beta)


@pytest.mark.parametrize("arity", [1, 2, 4, 8])
@pytest.mark.parametrize("n", [8, 32, 64, 128, 1024])
def test_a_fold_takes_neighbours_together(isa, n, arity):
    """f = sum_i X^i f_i(X^a) folds to sum_i beta^i f_i."""
    f = [tuple(numbers((n, arity, i).__repr__(), 3)) for i in range(n)]
    for beta in BETAS:
        expected = [k_horner(f[i : i + arity], beta) for i in range(0, n, arity)]
        assert fold_of(f, arity, beta) == expected


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 63, 64, 65, 127, 128, 129, 200, 1000])
def test_evaluation(isa, count):
    coefficients = numbers(repr(count), count)
    for point in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (P - 1, P - 1, P - 1), (2**32, 17, 2**63)):
        assert _core.value_probe(coefficients, point) == k_horner([(c, 0, 0) for c in coefficients], point)


@fixed
@given(coefficients=st.lists(st.integers(0, P - 1), max_size=80), point=triples)
def test_evaluation_anywhere(isa, coefficients, point):
    assert _core.value_probe(coefficients, point) == k_horner([(c, 0, 0) for c in coefficients], point)


# All of them together.


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
