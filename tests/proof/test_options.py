"""Proof options: defaults, presets, refusals, and the 16 bytes of PROTOCOL 8.1."""

import copy
import dataclasses
import inspect
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from l2zk.errors import ArgumentError, FormatError, OptionsError, SecurityError
from l2zk.proof.options import PRESETS, ProofOptions

every_option = st.builds(
    ProofOptions,
    blowup=st.sampled_from([2, 4, 8, 16, 32]),
    security=st.integers(1, 128),
    regime=st.sampled_from(["best", "unique"]),
    grinding=st.integers(0, 32),
    folding=st.sampled_from([2, 4, 8]),
    final_rows=st.sampled_from([2**i for i in range(9)]),
    rows_per_leaf=st.sampled_from([0, 1, 2, 4, 8]),
    zero_knowledge=st.booleans(),
    queries=st.integers(0, 1023),
    allow_insecure=st.just(True),
)


def test_the_default_bytes_by_hand():
    # log 8, 128 bits, best, 16 of work, log 8, log 256, s by rule, hiding, queries solved, secure, zeros
    assert ProofOptions().to_bytes() == bytes([3, 128, 0, 16, 3, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])


def test_other_bytes_by_hand():
    options = ProofOptions(
        blowup=32,
        security=7,
        regime="unique",
        grinding=32,
        folding=2,
        final_rows=1,
        rows_per_leaf=8,
        zero_knowledge=True,
        queries=1023,
        allow_insecure=True,
    )
    assert options.to_bytes() == bytes([5, 7, 1, 32, 1, 0, 4, 1, 0xFF, 3, 1, 0, 0, 0, 0, 0])


@given(every_option)
def test_bytes_and_repr_both_say_the_options(options):
    assert ProofOptions.from_bytes(options.to_bytes()) == options
    assert eval(repr(options)) == options


@given(st.binary(min_size=16, max_size=16))
def test_accepted_bytes_are_the_bytes_written(data):
    try:
        options = ProofOptions.from_bytes(data)
    except FormatError as error:
        assert "byte" in str(error) and error.section == "8.1"
    else:
        assert options.to_bytes() == data


@pytest.mark.parametrize(
    "position, value, words",
    [
        (0, 0, "byte 0 of the options (blowup) is 0"),
        (0, 6, "from 1 to 5"),
        (1, 0, "byte 1 of the options (security) is 0"),
        (1, 129, "is 129"),
        (1, 99, "byte 1"),
        (2, 2, "byte 2"),
        (3, 33, "byte 3"),
        (4, 0, "byte 4"),
        (4, 4, "byte 4"),
        (5, 9, "byte 5"),
        (6, 5, "byte 6"),
        (7, 2, "byte 7"),
        (9, 4, "bytes 8-9 of the options (queries) is 1024"),
        (10, 2, "byte 10"),
        (11, 1, "byte 11"),
        (15, 255, "byte 15"),
    ],
)
def test_a_wrong_byte_is_named(position, value, words):
    data = bytearray(ProofOptions().to_bytes())
    data[position] = value
    with pytest.raises(FormatError, match=r"PROTOCOL 8\.1") as caught:
        ProofOptions.from_bytes(bytes(data))
    assert words in str(caught.value)


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_wrong_length_is_named(length):
    with pytest.raises(FormatError, match=f"{length} bytes, but 16"):
        ProofOptions.from_bytes(bytes(length))


def test_the_word_insecure_is_carried():
    weak = ProofOptions(security=80, allow_insecure=True)
    assert ProofOptions.from_bytes(weak.to_bytes()).allow_insecure
    assert ProofOptions.from_bytes(ProofOptions(allow_insecure=True).to_bytes()) != ProofOptions()


@pytest.mark.parametrize(
    "change",
    [
        {"blowup": 3},
        {"blowup": 64},
        {"blowup": 8.0},
        {"blowup": True},
        {"blowup": "8"},
        {"blowup": None},
        {"security": 0},
        {"security": 129},
        {"security": 128.0},
        {"security": True},
        {"security": -1},
        {"regime": "johnson"},
        {"regime": 0},
        {"regime": None},
        {"grinding": -1},
        {"grinding": 33},
        {"grinding": 16.0},
        {"grinding": False},
        {"folding": 1},
        {"folding": 16},
        {"folding": 8.0},
        {"final_rows": 0},
        {"final_rows": 512},
        {"final_rows": True},
        {"rows_per_leaf": 3},
        {"rows_per_leaf": 16},
        {"rows_per_leaf": False},
        {"zero_knowledge": 1},
        {"zero_knowledge": None},
        {"queries": -1},
        {"queries": 1024},
        {"queries": 76.0},
        {"queries": False},
        {"allow_insecure": 1},
    ],
)
def test_a_wrong_value_is_refused_with_its_name(change):
    ((name, value),) = change.items()
    with pytest.raises(OptionsError) as caught:
        ProofOptions(**change)
    assert f"{name}={value!r}" in str(caught.value) and "must be" in str(caught.value)


def test_options_are_frozen_keyword_only_and_hashable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ProofOptions().blowup = 4
    for wrong in (8, "fast", {"blowup": 4}, 10**5000):
        with pytest.raises(
            ArgumentError, match=r"^ProofOptions takes options by name, as in ProofOptions\(blowup=16\), not"
        ):
            ProofOptions(wrong)  # type: ignore[misc]
    for refused in (ProofOptions, lambda **given: ProofOptions.preset("fast", **given)):
        with pytest.raises(ArgumentError, match="^a proof has no option 'blowups'; did you mean 'blowup'\\?$"):
            refused(blowups=8)
    assert list(inspect.signature(ProofOptions).parameters)[:2] == ["blowup", "security"]
    assert copy.deepcopy(ProofOptions(blowup=4)) == pickle.loads(pickle.dumps(ProofOptions(blowup=4)))
    assert len({ProofOptions(), ProofOptions(blowup=8), ProofOptions(blowup=4)}) == 2


def test_fewer_than_100_bits_must_be_said():
    assert ProofOptions(security=100).security == 100
    with pytest.raises(SecurityError, match="allow_insecure=True"):
        ProofOptions(security=99)
    assert ProofOptions(security=99, allow_insecure=True).security == 99


@pytest.mark.parametrize(
    "name, security, blowup, regime",
    [
        ("default", 128, 8, "best"),
        ("compact", 128, 16, "best"),
        ("lean", 128, 4, "best"),
        ("conservative", 128, 8, "unique"),
        ("fast", 100, 4, "best"),
    ],
)
def test_presets(name, security, blowup, regime):
    options = ProofOptions.preset(name)
    assert (options.security, options.blowup, options.regime) == (security, blowup, regime)
    assert options == dataclasses.replace(ProofOptions(), security=security, blowup=blowup, regime=regime)


def test_a_preset_may_be_changed_and_the_table_may_not():
    assert ProofOptions.preset("fast", blowup=8, zero_knowledge=True) == ProofOptions(security=100, zero_knowledge=True)
    with pytest.raises(TypeError):
        PRESETS["fast"]["blowup"] = 2  # type: ignore[index]


def test_an_unknown_preset_names_the_nearest_or_all():
    with pytest.raises(OptionsError, match="no preset 'Fsat'; did you mean 'fast'"):
        ProofOptions.preset("Fsat")
    with pytest.raises(OptionsError, match="it has 'default', 'compact', 'lean', 'conservative', 'fast'"):
        ProofOptions.preset("xyzzy")
    with pytest.raises(OptionsError) as caught:
        ProofOptions.preset("xyzzy")
    assert "did you mean" not in str(caught.value) and "conservative" in str(caught.value)


def test_repr_shows_the_main_choices_and_what_differs():
    assert repr(ProofOptions()) == "ProofOptions(blowup=8, security=128, zero_knowledge=True)"
    assert repr(ProofOptions(grinding=20)) == "ProofOptions(blowup=8, security=128, grinding=20, zero_knowledge=True)"
