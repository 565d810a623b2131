"""Output words: several outputs that people read and demand as one hexadecimal text, and the protocol as itself."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hostile import few
from hypothesis import given
from hypothesis import strategies as st
from quick import QUICK
from twin import prove, twin_proof, twin_verify

from l2zk import MODULUS, Machine, ProgramError, Proof, ProofError, TraceProgram, WitnessError
from l2zk.language.output_words import OutputWord, told_names, told_values, words_in
from l2zk.testing import Case, check_program


@dataclass(frozen=True)
class Words(TraceProgram):
    """States its inputs, between two other outputs."""

    id = "test-words.v0"
    count: int = 4
    bits: int = 32
    order: str = "big"

    def define(self, m: Any) -> None:
        columns = m.columns(*(f"w{k}" for k in range(self.count)))
        m.rows(4)
        m.start({column: m.public_input(f"in{k}", default=k) for k, column in enumerate(columns)})
        m.step({column: column for column in columns})
        m.output("before", columns[0], row=0)
        m.output_word("digest", columns, bits=self.bits, order=self.order)
        m.output("after", columns[-1] + 1, row="last")


VALUES = [0xBA7816BF, 0x01, 0xFFFFFFFF, 0]
TEXT = "ba7816bf00000001ffffffff00000000"
SHOWN = {"before": VALUES[0], "digest": TEXT, "after": 1}


@pytest.fixture(scope="module")
def proof() -> Proof:
    return QUICK.prove(Words(), VALUES)


def test_people_read_one_text_and_the_protocol_states_each_word(proof: Proof) -> None:
    assert dict(proof.public_outputs) == SHOWN == dict(proof.statement.public_outputs)
    names = ("before", "digest0:big32", "digest1:big32", "digest2:big32", "digest3:big32", "after")
    assert Words().definition.air.outputs == names == proof.header.program.outputs
    assert proof.header.outputs == (VALUES[0], *VALUES, 1)
    assert proof.claim.endswith(f"-> before={VALUES[0]}, digest={TEXT}, after=1")
    again = Proof.from_bytes(proof.to_bytes())
    assert again.claim == proof.claim and pickle.loads(pickle.dumps(proof)).public_outputs == proof.public_outputs


def test_a_text_of_64_digits_is_whole_in_a_claim() -> None:
    proof = QUICK.prove(Words(count=8), [2**32 - 1 - k for k in range(8)])
    text = proof.public_outputs["digest"]
    assert len(text) == 64 and f"digest={text}, " in proof.claim
    long = QUICK.prove(Words(count=40))
    assert "…" in long.claim and len(long.claim) < 700
    assert f">{text}</td>" in proof._repr_html_() and f"{long.public_outputs['digest'][:60]}" in long._repr_html_()


@pytest.mark.parametrize(
    "bits, order, values, text",
    [
        (8, "big", [0, 255, 1, 16], "00ff0110"),
        (32, "little", VALUES, "bf1678ba01000000ffffffff00000000"),
        (24, "big", [1, 2, 3, 2**24 - 1], "000001000002000003ffffff"),
        (64, "big", [0, 1, MODULUS - 1, 2**63], "00000000000000000000000000000001ffffffff000000008" + "0" * 15),
        (64, "little", [0, 1, MODULUS - 1, 2**63], "0" * 16 + "01" + "0" * 14 + "00000000ffffffff" + "0" * 14 + "80"),
    ],
)
def test_sizes_and_orders(bits: int, order: str, values: list[int], text: str) -> None:
    program = Words(bits=bits, order=order)
    proof = QUICK.prove(program, values)
    assert proof.public_outputs["digest"] == text
    hint = [None] * 4
    for wanted in (text, text.upper(), f"0x{text}", bytes.fromhex(text), bytearray.fromhex(text), values):
        assert QUICK.verify(program, proof, hint, outputs={"digest": wanted})
        QUICK.check_proof(program, proof, hint, outputs={"digest": wanted, "before": values[0]})
        assert QUICK.verify(program, proof, hint, outputs=[None, wanted, None])
    other = bytes([bytes.fromhex(text)[0] ^ 1]) + bytes.fromhex(text)[1:]
    assert not QUICK.verify(program, proof, hint, outputs={"digest": other})
    with pytest.raises(ProofError, match=f"states output digest = {text}, but {other.hex()} is demanded"):
        QUICK.check_proof(program, proof, hint, outputs={"digest": other})


def test_every_form_of_a_demand(proof: Proof) -> None:
    hint = [None] * 4
    right: list[Any] = [TEXT, bytes.fromhex(TEXT), memoryview(bytes.fromhex(TEXT)), VALUES, tuple(VALUES), None]
    for wanted in (*right, np.array(VALUES), np.array(VALUES, dtype=np.uint32), [np.uint64(one) for one in VALUES]):
        assert QUICK.verify(Words(), proof, hint, outputs={"digest": wanted})
    assert QUICK.verify(Words(), proof, hint, outputs={"digest0:big32": VALUES[0], "after": 1})
    assert not QUICK.verify(Words(), proof, hint, outputs={"digest1:big32": VALUES[0]})
    assert QUICK.verify(Words(), proof, hint, outputs=[VALUES[0], TEXT, 1])
    assert not QUICK.verify(Words(), proof, hint, outputs=[VALUES[0], TEXT, 2])


@pytest.mark.parametrize(
    "wrong, told",
    [
        (TEXT[:-1], "32 hexadecimal digits, 16 bytes, or 4 words, not 31 digits"),
        (TEXT + "0", "not 33 digits"),
        (TEXT + "00", "not 34 digits"),
        ("", "not 0 digits"),
        ("0x", "not 0 digits"),
        (TEXT[:-1] + "g", "has other characters"),
        (TEXT[:-1] + " ", "has other characters"),
        (TEXT[:-1] + "\n", "has other characters"),
        (TEXT[:-1] + "\N{FULLWIDTH DIGIT ONE}", "has other characters"),
        ("0x0x" + TEXT[:-2], "has other characters"),
        ("-" + TEXT[1:], "has other characters"),
        (TEXT.encode(), "not 32 bytes"),
        (bytes(15), "not 15 bytes"),
        (b"", "not 0 bytes"),
        (int(TEXT, 16), "not int"),
        (VALUES[:3], "not 3 words"),
        ([], "not 0 words"),
        ([2**32, 0, 0, 0], "words of 32 bits, and word 0 is 4294967296"),
        ([0, -1, 0, 0], "word 1 of output 'digest' is -1"),
        ([0, 0, True, 0], "word 2 of output 'digest' is True"),
        ([0, 0, 0, 0.5], "word 3 of output 'digest' is 0.5"),
        ([0, None, 0, 0], "word 1 of output 'digest' is None"),
        (np.zeros((4, 1), dtype=int), "is an array: an integer is needed"),
        (np.array(5), "not ndarray"),
        ({"a": 1}, "not dict"),
        (object(), "not object"),
    ],
)
def test_what_is_no_such_word_is_refused(proof: Proof, wrong: Any, told: str) -> None:
    with pytest.raises(WitnessError) as caught:
        QUICK.verify(Words(), proof, outputs={"digest": wrong})
    assert told in str(caught.value) and "digest" in str(caught.value)
    with pytest.raises(WitnessError):
        QUICK.verify(Words(), proof, outputs=[None, wrong, None])


def test_what_no_proof_states_is_refused() -> None:
    """A word of 64 bits that is no element."""
    with pytest.raises(WitnessError, match="elements of the field, and word 1 is 18446744069414584321"):
        QUICK.verify(Words(bits=64), b"", outputs={"digest": "0" * 16 + f"{MODULUS:x}" + "0" * 32})


def test_names_and_orders_of_demands(proof: Proof) -> None:
    with pytest.raises(WitnessError, match="has no output 'digests'; did you mean 'digest'"):
        QUICK.verify(Words(), proof, outputs={"digests": TEXT})
    with pytest.raises(WitnessError, match=r"has 3 public outputs \(before, digest, after\); 6 were given"):
        QUICK.verify(Words(), proof, outputs=[VALUES[0], *VALUES, 1])
    with pytest.raises(WitnessError, match="'digest' of test-words.v0 is an output: demand it by outputs="):
        QUICK.verify(Words(), proof, {"digest": TEXT})


def test_a_refusal_names_the_output_that_differs(proof: Proof) -> None:
    right = {"before": VALUES[0], "digest": TEXT, "after": 1}
    for name, other in (("before", 7), ("digest", "0" * 32), ("after", 7)):
        with pytest.raises(ProofError, match=f"states output {name} = {right[name]}, but {other} is demanded"):
            QUICK.check_proof(Words(), proof, [None] * 4, outputs={**right, name: other})


def test_a_value_that_is_too_large_has_no_text() -> None:
    proof = QUICK.prove(Words(), [2**32, 1, 2, 3])
    assert proof.public_outputs["digest0:big32"] == 2**32 and "digest" not in proof.public_outputs
    assert "digest0:big32=4294967296" in proof.claim
    wanted = "00000000000000010000000200000003"
    with pytest.raises(ProofError, match=f"digest = words that are not below 2\\^32, but {wanted} is demanded"):
        QUICK.check_proof(Words(), proof, [None] * 4, outputs={"digest": wanted})
    assert QUICK.verify(Words(), proof, [None] * 4, outputs={"digest0:big32": 2**32})


def test_several_statements_together() -> None:
    programs = [Words(), Words(), Words(bits=8), Words(order="little")]
    witnesses = [VALUES, [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]]
    texts = [TEXT, "00000001000000020000000300000004", "01020304", "01000000020000000300000004000000"]
    proof = QUICK.prove_together(programs, witnesses)
    assert [one.public_outputs["digest"] for one in proof.statements] == texts
    assert all(f"digest={text}" in one.claim for one, text in zip(proof.statements, texts))
    hints = [[None] * 4] * 4
    assert QUICK.verify_together(programs, proof, hints, [{"digest": text} for text in texts])
    assert not QUICK.verify_together(programs, proof, hints, [None, None, None, {"digest": texts[1]}])
    with pytest.raises(ProofError, match=r"statement 3: the proof states output digest = 0100.* is demanded"):
        QUICK.check_together(programs, proof, hints, [None, None, None, {"digest": texts[1]}])
    with pytest.raises(WitnessError, match="statement 2: output 'digest' is 8 hexadecimal digits"):
        QUICK.check_together(programs, proof, hints, [None, None, {"digest": TEXT}, None])


def test_the_kit_takes_a_text() -> None:
    case = Case({}, VALUES, {"digest": TEXT})
    check_program(Words, [case], vm=QUICK)


def test_words_in_a_scope_and_in_constraints() -> None:
    @dataclass(frozen=True)
    class Two(TraceProgram):
        id = "two-words.v0"

        def define(self, m: Any) -> None:
            x = m.column("x")
            m.rows(4)
            m.start({x: 5})
            m.step({x: x})
            for side in ("left", "right"):
                with m.scope(side):
                    words = m.output_word("h2", [x, x + 1], row=0, bits=16)
            m.constrain("read", words[0] == x, on=2)
            m.output_word("one", [x])

    proof = QUICK.prove(Two())
    assert dict(proof.public_outputs) == {"left.h2": "00050006", "right.h2": "00050006", "one": "00000005"}
    assert QUICK.verify(Two(), proof, outputs={"left.h2": "00050006", "one": "00000005"})
    assert Two().definition.air.outputs[:2] == ("left.h20:big16", "left.h21:big16")


@pytest.mark.parametrize(
    "arguments, told",
    [
        ({"bits": 0}, "bits=0 of output word 'h'"),
        ({"bits": 12}, "bits=12"),
        ({"bits": 72}, "bits=72"),
        ({"bits": True}, "bits=True"),
        ({"bits": "32"}, "bits='32'"),
        ({"bits": 32.0}, "bits=32.0"),
        ({"order": "Big"}, "order='Big' of output word 'h': 'big' or 'little' is needed"),
        ({"order": None}, "order=None"),
        ({"order": np.array(["big"])}, "order="),
        ({"words": []}, "a sequence of expressions is needed"),
        ({"words": 5}, "a sequence of expressions is needed"),
        ({"words": "xy"}, "a sequence of expressions is needed"),
        ({"words": [None]}, "NoneType"),
        ({"row": "every"}, "is the value on one row"),
        ({"name": "a b"}, "is no name for an output word"),
        ({"name": "x"}, "the name 'x' of an output word is taken by a column"),
        ({"name": "result"}, "the name 'result' of an output word is taken by an output"),
        ({"name": "n" * 250}, "is too long for its outputs' names"),
    ],
)
def test_what_cannot_be_a_word(arguments: dict[str, Any], told: str) -> None:
    m = Machine()
    x = m.column("x")
    m.rows(4)
    m.start({x: 5})
    m.step({x: x})
    m.output("result", x, row=0)
    given = {"name": "h", "words": [x], **arguments}
    with pytest.raises(ProgramError) as caught:
        m.output_word(given.pop("name"), given.pop("words"), **given)
        m.finish("test.v0", b"\0\0").air.digest
    assert told in str(caught.value)


def test_a_word_is_said_once() -> None:
    m = Machine()
    x = m.column("x")
    m.output_word("h", [x])
    for again in (lambda: m.output_word("h", [x]), lambda: m.output("h", x, row=0), lambda: m.public_input("h")):
        with pytest.raises(ProgramError, match="the name 'h' .* is taken by an output word"):
            again()


@pytest.mark.parametrize(
    "names, taken, words",
    [
        (("h0:big32", "h1:big32"), (), [OutputWord("h", 0, 2, 32, "big")]),
        (("h0:big32", "h1:big16"), (), [OutputWord("h", 0, 1, 32, "big")]),
        (("h0:big32", "h2:big32"), (), [OutputWord("h", 0, 1, 32, "big")]),
        (("h1:big32", "h0:big32"), (), [OutputWord("h", 1, 1, 32, "big")]),
        (("h10:big8", "h11:big8"), (), [OutputWord("h1", 0, 2, 8, "big")]),
        (("h0:big32", "h"), (), []),
        (("h0:big32",), ("h",), []),
        (("h0:big32", "h0:little32"), (), [OutputWord("h", 0, 1, 32, "big")]),
        (("h0:big12", "0:big32", "h0:big72", "h0:big032", "h0:middle32", "h:big32", "h0:big"), (), []),
        (("h\n0:big32",), (), [OutputWord("h\n", 0, 1, 32, "big")]),
        ((), (), []),
    ],
)
def test_words_in_the_names_of_a_stranger(names: Any, taken: Any, words: Any) -> None:
    assert list(words_in(names, taken)) == words
    told = told_names(names, words_in(names, taken))
    assert len(set(told)) == len(told) == len(names) - sum(word.count - 1 for word in words)
    values = list(range(len(names)))
    assert [name for name, _ in told_values(names, words_in(names, taken), values)] == told


@given(st.lists(st.integers(0, 2**16 - 1), min_size=1, max_size=5), st.sampled_from(["big", "little"]))
def test_a_text_comes_back(values: list[int], order: str) -> None:
    word = OutputWord("h", 1, len(values), 16, order)
    text = word.text([7, *values, 2**40])
    assert text is not None and word.values(text) == values == word.values(bytes.fromhex(text)) == word.values(values)


def test_many_names_of_a_stranger_are_read_in_a_moment() -> None:
    names = [f"{k}0:big32" for k in range(65535)]
    assert len(words_in(names)) == 65535


def test_the_twin_knows_the_words_as_outputs(proof: Proof) -> None:
    """The protocol has no words: the slow twin reads names and values of outputs."""
    own = prove(Words(), few(), VALUES)
    verified = twin_verify(Words(), own)
    assert twin_proof(Words(), own, VALUES) == bytes(own)
    assert verified is not None and own.public_outputs == proof.public_outputs
