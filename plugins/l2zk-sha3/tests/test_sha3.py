"""SHA3-256 and Keccak-256: digests by hashlib, by published vectors and by Keccak bit by bit; files; wrong claims."""

import hashlib

import pytest
from l2zk_sha3 import Keccak256, Sha3

import l2zk
from l2zk.testing import Case, check_program

QUICK = l2zk.TraceZkVm(l2zk.ProofOptions(rate=1 / 2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True))

EMPTY = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
ABC = "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"


def keccak(message, suffix):
    """The digest, by the definition of the bits of FIPS 202: slowly, and with nothing in common with the gadget."""
    blocks = bytearray(message + bytes([suffix]) + bytes(135 - len(message) % 136))
    blocks[-1] |= 128
    state = [[[0] * 64 for _ in range(5)] for _ in range(5)]  # x, y, z
    for at in range(0, len(blocks), 136):
        for k, bit in enumerate(blocks[at + k // 8] >> k % 8 & 1 for k in range(1088)):
            state[k // 64 % 5][k // 320][k % 64] ^= bit
        for number in range(24):
            state = one_round(state, number)
    bits = [state[x][0][z] for x in range(4) for z in range(64)]
    return bytes(sum(bit << k for k, bit in enumerate(bits[at : at + 8])) for at in range(0, 256, 8))


def one_round(a, number):
    """Theta, rho and pi, chi, iota."""
    parity = [[sum(a[x][y][z] for y in range(5)) % 2 for z in range(64)] for x in range(5)]
    a = [
        [[a[x][y][z] ^ parity[x - 1][z] ^ parity[(x + 1) % 5][z - 1] for z in range(64)] for y in range(5)]
        for x in range(5)
    ]
    b = [[[0] * 64 for _ in range(5)] for _ in range(5)]
    b[0][0], x, y = a[0][0], 1, 0
    for t in range(24):
        b[y][(2 * x + 3 * y) % 5] = [a[x][y][(z - (t + 1) * (t + 2) // 2) % 64] for z in range(64)]
        x, y = y, (2 * x + 3 * y) % 5
    made = [
        [[b[x][y][z] ^ (1 - b[(x + 1) % 5][y][z]) * b[(x + 2) % 5][y][z] for z in range(64)] for y in range(5)]
        for x in range(5)
    ]
    for j in range(7):
        made[0][0][2**j - 1] ^= shifted(j + 7 * number)
    return made


def shifted(t):
    """Bit t of the register of the round constants."""
    register = [1, 0, 0, 0, 0, 0, 0, 0]
    for _ in range(t % 255):
        register = [0, *register]
        for k in (0, 4, 5, 6):
            register[k] ^= register[8]
        register = register[:8]
    return register[0]


def message(size):
    return bytes(k * k % 251 for k in range(size))


def test_they_are_found_by_name():
    assert l2zk.get_program("sha3-256") is Sha3
    assert l2zk.get_program("keccak256") is Keccak256


def test_the_slow_keccak_is_that_of_hashlib_and_of_the_published_vectors():
    assert keccak(message(200), 6) == hashlib.sha3_256(message(200)).digest()
    assert (keccak(b"", 1).hex(), keccak(b"abc", 1).hex()) == (EMPTY, ABC)


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 135, 136, 137, 271, 272])
def test_sha3_is_that_of_hashlib(size):
    program, data = Sha3(size), message(size)
    proof, digest = QUICK.prove(program, data), hashlib.sha3_256(data).hexdigest()
    assert proof.public_outputs["digest"] == digest
    assert f"digest={digest}" in proof.claim
    assert QUICK.verify(program, proof, outputs={"digest": digest})
    assert not QUICK.verify(program, proof, outputs={"digest": hashlib.sha3_256(data + b"\0").hexdigest()})


@pytest.mark.parametrize("data, digest", [(b"", EMPTY), (b"abc", ABC)])
def test_keccak256_is_the_published_one(data, digest):
    proof = QUICK.prove(Keccak256(len(data)), data)
    assert proof.public_outputs["digest"] == digest


@pytest.mark.parametrize("size", [135, 271])
def test_keccak256_is_that_of_the_bits(size):
    proof = QUICK.prove(Keccak256(size), message(size))
    assert proof.public_outputs["digest"] == keccak(message(size), 1).hex()


def test_a_proof_that_hides():
    machine, program = l2zk.TraceZkVm(), Sha3(5)
    proof = machine.prove(program, "hello")
    assert machine.verify(program, proof, outputs={"digest": hashlib.sha3_256(b"hello").hexdigest()})
    assert not machine.verify(Keccak256(5), proof)
    assert not machine.verify(Sha3(6), proof)


def test_several_in_one_proof():
    programs, data = [Sha3(3), Sha3(3), Keccak256(0)], [b"abc", b"abd", b""]
    proof = QUICK.prove_together(programs, data)
    assert QUICK.verify_together(programs, proof)
    digests = [one.public_outputs["digest"] for one in proof.statements]
    assert digests == [hashlib.sha3_256(b"abc").hexdigest(), hashlib.sha3_256(b"abd").hexdigest(), EMPTY]


def test_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(message(300))
    program, data = Sha3.from_file(path)
    assert (program, data) == (Sha3(300), message(300))
    for wrong, said in ((data, "the message has 300 bytes, and the program is for 8"), (8, "bytes or a text, not int")):
        with pytest.raises(l2zk.WitnessError, match=said):
            Sha3(8).check(wrong, redact=False)


@pytest.mark.parametrize(
    "size, wrong", [(3, {"message": [1, 2]}), (3, {"message": [1, 2, 256]}), (3, b"abcd"), (0, b"a")]
)
def test_a_witness_that_is_no_such_message(size, wrong):
    with pytest.raises(l2zk.WitnessError):
        QUICK.prove(Sha3(size), wrong)


def test_sizes():
    with pytest.raises(l2zk.ProgramError, match="a message has"):
        _ = Sha3(-1).definition


def test_the_kit():
    digest = hashlib.sha3_256(b"abc").hexdigest()
    assert check_program(Sha3, [Case({"length": 3}, b"abc", {"digest": digest})], vm=QUICK, seconds=0.5)
