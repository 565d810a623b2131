"""Paths of SHA-256: roots of a plain tree by hashlib and of RFC 6962; what is no path to the root is refused."""

import hashlib

import commands
import pytest
from l2zk_merkle import EMPTY_LEAF, Sha256MerkleProgram, Sha256Tree, sha256_leaf
from quick import QUICK

import l2zk
from l2zk.gadgets.sha256_paths import columns, layout_of
from l2zk.testing import Case, check_program

NAMES = ["ann", "bob", "cyd", "dan", "eve"]
RFC_6962 = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]


def plain_root(items, depth):
    """The root by a list of all nodes of each level."""
    level = [hashlib.sha256(b"\0" + item).digest() for item in items]
    level += [EMPTY_LEAF] * (2**depth - len(level))
    while len(level) > 1:
        level = [hashlib.sha256(b"\1" + one + other).digest() for one, other in zip(level[::2], level[1::2])]
    return level[0].hex()


@pytest.mark.parametrize("count, depth", [(5, None), (1, None), (3, 4), (0, 2)])
def test_a_tree_is_the_plain_one(count, depth):
    tree = Sha256Tree.of(NAMES[:count], depth)
    assert tree.root == plain_root([name.encode() for name in NAMES[:count]], tree.depth)
    assert Sha256Tree({place: tree.node(0, place) for place in range(count)}, tree.depth).root == tree.root


def test_the_root_of_eight_leaves_is_that_of_certificate_transparency():
    tree = Sha256Tree.of([bytes.fromhex(item) for item in RFC_6962])
    assert tree.root == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_paths_of_data_end_at_the_root():
    """Data of 54 bytes fill a block with what stands before and behind them; of 55, as below, they need two."""
    items = [name.ljust(54) for name in NAMES]
    tree, program = Sha256Tree.of(items), Sha256MerkleProgram(3, paths=2, length=54, public_leaves=True)
    proof = QUICK.prove(program, program.witness(tree, [4, 0], [items[4], items[0]]))
    assert tree.root == plain_root([item.encode() for item in items], 3)
    wanted = {"root": tree.root, "leaf0": tree.node(0, 4).hex(), "leaf1": tree.node(0, 0).hex()}
    assert QUICK.verify(program, proof, outputs=wanted)
    assert not QUICK.verify(program, proof, outputs=wanted | {"root": wanted["leaf0"]})
    assert not QUICK.verify(program, proof, outputs=wanted | {"leaf1": wanted["leaf0"]})


def test_a_path_may_have_64_levels():
    tree, program = Sha256Tree({2**64 - 1: sha256_leaf("ann"), 5: sha256_leaf("bob")}, 64), Sha256MerkleProgram(64)
    witness = program.witness(tree, [2**64 - 1])
    assert program.check(witness) and QUICK.trace(program, witness)
    assert not program.check(witness | {"path.bit": 0 * witness["path.bit"]})


def test_a_file_marks_the_lines_that_are_proved(tmp_path):
    file, out = tmp_path / "names.txt", tmp_path / "proof"
    file.write_text("ann\n* bob\ncyd\n* dan\n* eve\n")
    program, witness = Sha256MerkleProgram.from_file(file)
    assert program == Sha256MerkleProgram(depth=3, paths=4, length=3) and len(witness) == 6
    file.write_text("ann\n* bob\n")
    made = commands.l2zk("prove", "merkle-sha256", "--file", file, "-o", out)
    assert made.exit_code == 0 and f"root={plain_root([b'ann', b'bob'], 1)}" in made.stdout


def test_no_fault_is_found():
    witness = Sha256MerkleProgram(1).witness(Sha256Tree.of(NAMES[:2]), [1])
    root = plain_root([b"ann", b"bob"], 1)
    assert all(check_program(Sha256MerkleProgram, [Case({"depth": 1}, witness, outputs={"root": root})], vm=QUICK).runs)


# ---- traces that lie -------------------------------------------------------------------------------------------------

DATA = [name.ljust(55) for name in NAMES]
PROGRAM, TREE, LAYOUT = Sha256MerkleProgram(3, length=55), Sha256Tree.of(DATA), layout_of(3)


def honest(place=3):
    return PROGRAM.witness(TREE, [place], [DATA[place]])


def refused(witness):
    """The names of the constraints that fail, and "leaves" if the bus of these is out of balance."""
    return {getattr(one, "constraint", "leaves") for one in QUICK.check(PROGRAM, witness).violations}


def changed(name, rows, value, place=3):
    witness = honest(place)
    witness[name] = witness[name].copy()
    witness[name][rows] = value
    return refused(witness)


def test_an_honest_witness_breaks_nothing():
    assert not refused(honest())


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_bit_is_a_bit_and_one_for_a_hash(number):
    rows = range(LAYOUT.row(number), LAYOUT.row(number + 1)) if number < 2 else range(LAYOUT.row(2), 512)
    assert "path.bit is a bit" in changed("path.bit", rows, 2)
    assert "path.bit stays" in changed("path.bit", rows[20], number == 2)  # the path of 3 is 1, 1, 0
    assert "path.the child is the node" in changed("path.bit", rows, number == 2)


@pytest.mark.parametrize("number", [0, 2])
def test_each_byte_of_a_child_has_to_be_the_nodes(number):
    """Of a right child all 32, the last of which stands in the next block; of a left one as well."""
    for place in (3, 4):
        child = 32 * (place >> number & 1)
        for byte in (0, 17, 31):
            assert lies(place, number, child + byte), (place, byte)


def lies(place, number, byte):
    """Whether a message of a hash with another byte, from which all goes on as it should, is refused for it."""
    siblings, bits = TREE.path(place)
    layout, given, node = LAYOUT, [], TREE.node(0, place)
    for k in range(layout.places):
        pair = (siblings[k], node) if bits[k] else (node, siblings[k])
        message = bytearray(b"\1" + pair[0] + pair[1])
        message[1 + byte] ^= (k == number) * 0x40
        given.append(bytes(message))
        node = hashlib.sha256(message).digest()
    nodes = [TREE.node(0, place), *(hashlib.sha256(message).digest() for message in given)]
    witness = honest(place)
    names = refused(witness | forged_columns(witness, given, nodes))
    return names and names <= {"path.the child is the node", "path.its last word is the node's"}


def forged_columns(witness, messages, nodes):
    """Columns of messages that are hashed as they are, and of nodes that are held as they come."""
    padded = b"".join(one + b"\x80".ljust(61, b"\0") + (520).to_bytes(2, "big") for one in messages)
    found = {"path.sha.w": LAYOUT.column(padded)}
    for name, first in (("node_a", 0), ("node_e", 4)):
        column = witness[f"path.{name}"].copy()
        for number, node in enumerate(nodes):
            begins = LAYOUT.end(number - 1) - 3 if number else 0
            for row in range(begins, LAYOUT.end(number) - 3 if number < 3 else 512):
                word = 4 * (first + (3 - row) % 4)
                column[row] = int.from_bytes(node[word : word + 4], "big")
        found[f"path.{name}"] = column
    last = witness["path.last"].copy()
    for number, message in enumerate(messages):
        last[LAYOUT.row(number) :] = message[64]
    return found | {"path.last": last}


def test_another_last_byte_and_another_node_are_refused():
    assert "path.last stays" in changed("path.last", 30, 5)
    assert "path.its last byte is the one that stays" in changed("path.last", range(140), 5)
    assert "path.the node goes on in a" in changed("path.node_a", LAYOUT.end(0), 5)
    assert "path.the node goes on in e" in changed("path.node_e", 200, 5)
    assert "leaves" in refused(PROGRAM.witness(TREE, [2], [DATA[2]]) | {"data.sha.w": honest()["data.sha.w"]})


def message_of(number, message):
    """The honest witness with another padded message of a node."""
    witness = honest()
    rows = [LAYOUT.word_row(number, word) for word in range(0, 32, 16)]
    column = witness["path.sha.w"].copy()
    other = LAYOUT.column(message * LAYOUT.places)
    for row in rows:
        column[row : row + 64] = other[row : row + 64]
    return refused(witness | {"path.sha.w": column})


def test_a_leaf_is_no_node_and_a_node_is_no_leaf():
    pair, end = bytes(64), b"\x80".ljust(61, b"\0")
    assert "path.message byte 0" in message_of(1, b"\0" + pair + end + (520).to_bytes(2, "big"))
    data = (b"\1" + DATA[3].encode() + b"\x80").ljust(126, b"\0") + (448).to_bytes(2, "big")
    witness = honest() | {"data.sha.w": PROGRAM._data_layout.column(data)}
    assert "message byte 0" in refused(witness)


def test_another_length_is_refused():
    pair, end = b"\1" + bytes(64), b"\x80".ljust(61, b"\0")
    assert "path.message byte 3" in message_of(2, pair + end + (528).to_bytes(2, "big"))
    assert "path.message byte 2" in message_of(2, pair + b"\x80\1".ljust(61, b"\0") + (520).to_bytes(2, "big"))
    data = b"\0" + DATA[3].encode()
    for end, byte in ((b"\x81".ljust(70, b"\0") + b"\1\xc0", 0), (b"\x80".ljust(70, b"\0") + b"\1\xc8", 3)):
        names = refused(honest() | {"data.sha.w": PROGRAM._data_layout.column(data + end)})
        assert f"message byte {byte}" in names


@pytest.mark.parametrize("row", [LAYOUT.row(1), LAYOUT.row(2) + 3])
def test_each_hash_begins_with_the_constants(row):
    trace = QUICK.trace(PROGRAM, honest())
    for name in ("a", "chain_a", "a_0"):
        trace[f"path.sha.{name}"][row] = int(trace[f"path.sha.{name}"][row]) ^ 1
    failed = {(one.constraint, one.row) for one in QUICK.check(PROGRAM, trace=trace).violations}
    assert ("path.sha.chain_a", row - 1) in failed


def test_paths_end_at_one_root():
    program = Sha256MerkleProgram(1, 2)
    several = [(tree.node(0, 0), *tree.path(0)) for tree in (Sha256Tree.of(NAMES[:2]), Sha256Tree.of(NAMES[2:4]))]
    assert program.check(columns("path", 1, several[:1] * 2))
    names = {one.constraint for one in QUICK.check(program, columns("path", 1, several)).violations}
    assert names and all(name.startswith("the root of each") for name in names)


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda: Sha256MerkleProgram(2, 3).definition, "paths is a power of two, not 3"),
        (lambda: Sha256MerkleProgram(65).definition, "depth of a path is an integer from 1 to 64, not 65"),
        (lambda: Sha256MerkleProgram(2, length=5000).definition, "have 1 to 4096 bytes, or 0: none, not 5000"),
        (lambda: Sha256MerkleProgram(2).witness(TREE, [1]), "a tree of depth 2"),
        (lambda: PROGRAM.witness(TREE, [1], [DATA[4]]), "not those that its"),
        (lambda: PROGRAM.witness(TREE, [1], ["bobby"]), "55 bytes of each"),
        (lambda: Sha256Tree.of(NAMES, 2), "places 0 to 2^2 - 1, not 4"),
        (lambda: Sha256Tree([b"short"]), "a leaf is 32 bytes"),
        (lambda: PROGRAM.encode("ann\nbob\n"), "no line begins"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(l2zk.L2zkError, match=sentence.replace("^", r"\^")):
        make()


def test_a_text_is_its_bytes_in_utf_8():
    assert sha256_leaf("Grüße") == sha256_leaf("Grüße".encode()) == hashlib.sha256(b"\0" + "Grüße".encode()).digest()
