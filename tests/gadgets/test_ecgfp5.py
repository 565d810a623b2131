"""Points of EcGFp5: published vectors, sums by chords and tangents, traces, a signature, and the cheats."""

from dataclasses import dataclass
from itertools import product

import curve_by_hand as hand
import pytest
from quick import QUICK

import l2zk
from l2zk import gadgets as g
from l2zk import poseidon2
from l2zk.base.ecgfp5 import add, is_on_curve, negated_integers
from l2zk.gadgets.ecgfp5 import GENERATOR, HALF, NEUTRAL, ORDER, Point, decode, encode, is_in_group, multiply
from l2zk.testing import Case, check_program

VECTORS = [
    (0, 0, 0, 0, 0),
    (12539254003028696409, 15524144070600887654, 15092036948424041984, 11398871370327264211, 10958391180505708567),
    (11001943240060308920, 17075173755187928434, 3940989555384655766, 15017795574860011099, 5548543797011402287),
    (246872606398642312, 4900963247917836450, 7327006728177203977, 13945036888436667069, 3062018119121328861),
    (8058035104653144162, 16041715455419993830, 7448530016070824199, 11253639182222911208, 6228757819849640866),
    (10523134687509281194, 11148711503117769087, 9056499921957594891, 13016664454465495026, 16494247923890248266),
    (12173306542237620, 6587231965341539782, 17027985748515888117, 17194831817613584995, 10056734072351459010),
    (9420857400785992333, 4695934009314206363, 14471922162341187302, 13395190104221781928, 16359223219913018041),
]
"""y/x of 0, P, Q, P + Q, 2P, 2Q, 2P + Q and P + 2Q, as published with the curve."""

NONE = [
    (13557832913345268708, 15669280705791538619, 8534654657267986396, 12533218303838131749, 5058070698878426028),
    (135036726621282077, 17283229938160287622, 13113167081889323961, 1653240450380825271, 520025869628727862),
]
"""y/x of no point."""

SCALAR = int.from_bytes(
    bytes.fromhex("1b1851c81d22d40d6d36ecce5427416608142f8fff64b47628cd3ff8aa2516d4bad0cc021a447c03"), "little"
)
"""A published scalar, a point, and the point times the scalar."""
MULTIPLIED = (
    (7534507442095725921, 16658460051907528927, 12417574136563175256, 2750788641759288856, 620002843272906439),
    (9486104512504676657, 14312981644741144668, 5159846406177847664, 15978863787033795628, 3249948839313771192),
)


def inputs(m, name, point):
    """A point of columns that is a public input on row 0."""
    for letter, part in zip("xu", point):
        m.start({one: m.public_input(f"{name}{letter}{k}") for k, one in enumerate(part)})


def values(name, point):
    """Its values in a witness."""
    return {f"{name}{letter}{k}": int(one) for letter, part in zip("xu", point) for k, one in enumerate(part)}


def outputs(m, point, row="last"):
    """Its coordinates as outputs."""
    for letter, part in zip("xu", point):
        for k, one in enumerate(part):
            m.output(f"sum{letter}{k}", one, row=row)


@dataclass(frozen=True)
class Sum(l2zk.TraceProgram):
    """The sum of two points, the first of which is in the group."""

    id = "point-sum.v0"

    def define(self, m):
        m.rows(2)
        one, other, half = (g.ecgfp5.columns(m, name) for name in ("one", "other", "half"))
        for name, point in (("one", one), ("other", other)):
            inputs(m, name, point)
            m.step({cell: cell for part in point for cell in part})
        m.start({cell: m.private_input(f"h{k}") for k, cell in enumerate((*half.x, *half.u))})
        m.step({cell: cell for part in half for cell in part})
        g.ecgfp5.belongs(m, "belongs", one, half)
        outputs(m, g.ecgfp5.add(m, "sum", one, other))


@dataclass(frozen=True)
class Multiples(l2zk.TraceProgram):
    """a*G + b*P, of numbers of so many bits."""

    id = "multiples.v0"
    bits: int
    joint: bool = False

    def define(self, m):
        m.rows(self.bits)
        a, b = m.private_columns("a", "b")
        for name, bit in (("a", a), ("b", b)):
            m.constrain(f"{name} is bits", bit * (bit - 1) == 0)
        point = g.ecgfp5.columns(m, "point")
        inputs(m, "point", point)
        m.step({cell: cell for part in point for cell in part})
        terms = [(a, GENERATOR), (b, point)]
        if self.joint:
            both = g.ecgfp5.columns(m, "both")
            inputs(m, "both", both)
            m.step({cell: cell for part in both for cell in part})
            terms = [(1, g.ecgfp5.one_of(m, "chosen", (a, b), GENERATOR, point, both))]
        outputs(m, g.ecgfp5.multiples(m, "sum", terms))


@dataclass(frozen=True)
class Several(l2zk.TraceProgram):
    """Multiples of several points by numbers of 4 bits, one after the other."""

    id = "several.v0"
    count: int

    def define(self, m):
        m.rows(4 * self.count)
        block, bit = m.blocks(4), m.private_column("bit")
        m.constrain("bit", bit * (bit - 1) == 0)
        point = Point(m.private_columns("x", count=5), m.private_columns("u", count=5))
        g.ecgfp5.stays(m, "point", point, block.within)
        found = g.ecgfp5.multiples(m, "sum", [(bit, point)], restart=block.last)
        for number in range(self.count):
            for k in range(5):
                m.output(f"u{number}_{k}", found.u[k], row=4 * number + 3)


@dataclass(frozen=True)
class Bits(l2zk.TraceProgram):
    """Elements of F by their bits."""

    id = "element-bits.v0"
    count: int

    def define(self, m):
        m.rows(64 * self.count)
        bit = m.private_column("bit")
        m.constrain("bit", bit * (bit - 1) == 0)
        value = g.ecgfp5.element(m, "element", bit)
        for k in range(self.count):
            m.output(f"value{k}", value, row=64 * k + 63)


@dataclass(frozen=True)
class Signed(l2zk.TraceProgram):
    """A signature of a public message by a public key: s*G == R + e*Q, e = hash(R, Q, message), of 128 bits."""

    id = "signed.v0"

    def define(self, m):
        m.rows(320)
        s, e = m.private_columns("s", "e")
        for name, bit in (("s", s), ("e", e)):
            m.constrain(f"{name} is bits", bit * (bit - 1) == 0)
        key, message = g.ecgfp5.columns(m, "key"), m.columns("message", count=4)
        inputs(m, "key", key)
        m.start({one: m.public_input(f"message{k}") for k, one in enumerate(message)})
        m.step({one: one for one in (*key.x, *key.u, *message)})
        sum = g.ecgfp5.multiples(m, "sum", [(s, GENERATOR), (e, g.ecgfp5.negated(key))])
        digest = g.poseidon2.hash(m, "challenge", [*sum.u, *key.u, *message])
        value, upper = g.ecgfp5.element(m, "e", e), m.column("upper")
        fourth = m.rows_where(512, lambda k: k == 255)
        m.start({upper: 0})
        m.step({upper: upper + fourth * value})
        m.constrain("e is short", m.rows_where(512, lambda k: k < 192) * e == 0)
        m.constrain("upper half of the challenge", upper == digest[0], on="last")
        m.constrain("lower half of the challenge", value == digest[1], on="last")


def bits(number, rows):
    """The bits of a number, the most significant first."""
    return [int(bit) for bit in f"{number:0{rows}b}"]


def sums(*points):
    """The witness of `Sum`, and its outputs."""
    half = multiply(HALF, points[0])
    halves = {f"h{k}": one for k, one in enumerate((*half.x, *half.u))}
    return {**values("one", points[0]), **values("other", points[1]), **halves}, values("sum", add(*points))


def signature(secret, message, nonce):
    """s and e of a Schnorr signature."""
    key, point = multiply(secret, GENERATOR), multiply(nonce, GENERATOR)
    digest = poseidon2.hash([*point.u, *key.u, *message])
    e = (digest[0] << 64) + digest[1]
    return (nonce + e * secret) % ORDER, e, key


def test_published_vectors():
    zero, p, q, p_q, p2, q2, p2_q, p_q2 = map(decode, VECTORS)
    assert zero == NEUTRAL and [encode(decode(one)) for one in VECTORS] == VECTORS
    assert (add(p, q), add(p, p), add(q, q), add(p2, q), add(p, q2)) == (p_q, p2, q2, p2_q, p_q2)
    assert not any(map(decode, NONE))
    assert decode((4, 0, 0, 0, 0)) == GENERATOR
    assert encode(multiply(SCALAR, decode(MULTIPLIED[0]))) == MULTIPLIED[1]


def test_sums_are_those_by_chords_and_tangents():
    points = [multiply(k, GENERATOR) for k in (0, 1, 2, 5, ORDER - 1, ORDER - 5)]
    for one, other in product(points, repeat=2):
        assert hand.as_xy(add(one, other)) == hand.total(hand.as_xy(one), hand.as_xy(other))
    assert hand.as_xy(multiply(2**100 + 77, GENERATOR)) == hand.multiple(2**100 + 77, hand.as_xy(GENERATOR))
    assert multiply(ORDER, GENERATOR) == NEUTRAL == multiply(0, GENERATOR)


def other_half():
    """A point of the curve that is not in the group: y/x = 4, and x the other solution, a square."""
    x = tuple((14 * (k == 0) - one) % l2zk.MODULUS for k, one in enumerate(GENERATOR.x))  # the sum of both is w^2 - 2
    return Point(x, GENERATOR.u)


def test_half_of_the_curve_is_the_group():
    assert is_in_group(GENERATOR) and is_in_group(NEUTRAL)
    assert is_on_curve(other_half()) and not is_in_group(other_half())
    assert is_in_group(add(other_half(), other_half()))
    assert not is_on_curve(Point(GENERATOR.x, GENERATOR.x))


@pytest.mark.parametrize("scalars", [(3, 5), (3, 3), (3, -3), (0, 3), (3, 0), (0, 0)])
def test_a_sum_in_a_trace(scalars):
    witness, wanted = sums(*(multiply(one, GENERATOR) for one in scalars))
    proof = QUICK.prove(Sum(), witness)
    known = {name: value for name, value in witness.items() if name[0] == "o"}
    assert QUICK.verify(Sum(), proof, known, outputs=wanted)


def test_the_kit_finds_nothing_in_a_sum():
    witness, wanted = sums(multiply(7, GENERATOR), GENERATOR)
    assert all(check_program(Sum, [Case({}, witness, wanted)], seconds=3).runs)


def test_a_point_beyond_the_group_does_not_belong():
    witness, _ = sums(GENERATOR, GENERATOR)
    with pytest.raises(l2zk.ConstraintError, match="is twice"):
        QUICK.prove(Sum(), {**witness, **values("one", other_half())})
    half = multiply(HALF, GENERATOR)
    wrong = {f"h{k}": one for k, one in enumerate((*half.u, *half.x))}
    with pytest.raises(l2zk.ConstraintError, match="on the curve"):
        QUICK.prove(Sum(), {**witness, **wrong})


def test_multiples_down_the_rows():
    point = multiply(11, GENERATOR)
    witness = {"a": bits(201, 8), "b": bits(6, 8), **values("point", point)}
    wanted = values("sum", multiply(201 + 6 * 11, GENERATOR))
    assert all(check_program(Multiples, [Case({"bits": 8}, witness, wanted)], seconds=2).runs)
    joint = {**witness, **values("both", add(GENERATOR, point))}
    assert QUICK.prove(Multiples(8, joint=True), joint).public_outputs == wanted
    assert QUICK.prove(Multiples(8), {**witness, "a": [0] * 8, "b": [0] * 8}).public_outputs == values("sum", NEUTRAL)


def test_several_multiples_one_after_the_other():
    points, numbers = [GENERATOR, multiply(5, GENERATOR)], (13, 7)
    bit = [one for number in numbers for one in bits(number, 4)]
    places = product("xu", range(5))
    cells = {f"{letter}{k}": [getattr(one, letter)[k] for one in points for _ in range(4)] for letter, k in places}
    sums = [multiply(number, point) for number, point in zip(numbers, points)]
    wanted = {f"u{number}_{k}": one.u[k] for number, one in enumerate(sums) for k in range(5)}
    assert QUICK.prove(Several(2), {"bit": bit, **cells}).public_outputs == wanted
    cells["u2"][5] = 0
    with pytest.raises(l2zk.ConstraintError, match="point u2 stays"):
        QUICK.prove(Several(2), {"bit": bit, **cells})


@pytest.mark.parametrize("name", ["sum.twice.x0", "sum.with1.u3", "sum.before.x1", "point.u0"])
def test_another_coordinate_is_refused(name):
    witness = {"a": bits(201, 8), "b": bits(6, 8), **values("point", GENERATOR)}
    trace = QUICK.trace(Multiples(8), witness)
    trace[name][5] = l2zk.field(int(trace[name][5]) + 1)
    assert not QUICK.check(Multiples(8), witness, trace=trace)


def test_elements_by_their_bits():
    numbers = [0, 1, 2**32 - 2, 2**32 - 1, 2**63, l2zk.MODULUS - 1, l2zk.MODULUS - 2**32, 5]
    program = Bits(len(numbers))
    proof = QUICK.prove(program, {"bit": [bit for number in numbers for bit in bits(number, 64)]})
    assert list(proof.public_outputs.values()) == numbers


@pytest.mark.parametrize("number", [0, 1, 2**32 - 2])
def test_bits_of_p_and_more_are_refused(number):
    with pytest.raises(l2zk.ConstraintError, match="below p"):
        QUICK.prove(Bits(1), {"bit": bits(l2zk.MODULUS + number, 64)})


def test_a_signature_and_what_is_none():
    message = [5, 6, 7, 8]
    s, e, key = signature(2**300 + 12345, message, 2**310 + 999)
    public = {**values("key", key), **{f"message{k}": one for k, one in enumerate(message)}}
    witness = {"s": bits(s, 320), "e": bits(e, 320), **public}
    proof = QUICK.prove(Signed(), witness)
    assert QUICK.verify(Signed(), proof, public)
    others = (
        {"s": bits(s + 1, 320)},
        {"e": bits(e + 1, 320)},
        {"message2": 9},
        {f"keyu{k}": one for k, one in enumerate(negated_integers(key).u)},
    )
    for other in others:
        assert not QUICK.check(Signed(), {**witness, **other})
