"""Proof options: defaults, presets, refusals, and the 16 bytes of PROTOCOL 9.1."""

import copy
import dataclasses
import inspect
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from l2zk.errors import ArgumentError, FormatError, OptionsError, SecurityError
from l2zk.proof.options import PRESETS, REPLACED, ProofOptions

every_option = st.builds(
    ProofOptions,
    preset=st.sampled_from(PRESETS),
    rate=st.sampled_from([None, 1 / 2, 1 / 4, 1 / 8, 1 / 16]),
    security=st.integers(1, 128),
    grinding=st.integers(0, 32),
    zero_knowledge=st.booleans(),
    queries=st.integers(0, 1023),
    allow_insecure=st.just(True),
)


def test_the_default_bytes_by_hand():
    # default, the preset's rate, 128 bits, 16 of work, hiding, secure, queries solved, zeros
    assert ProofOptions().to_bytes() == bytes([0, 0, 128, 16, 1, 0, 0, 0, *bytes(8)])


def test_other_bytes_by_hand():
    options = ProofOptions(
        preset="fast",
        rate=1 / 16,
        security=7,
        grinding=32,
        zero_knowledge=False,
        queries=1023,
        allow_insecure=True,
    )
    assert options.to_bytes() == bytes([2, 4, 7, 32, 0, 1, 0xFF, 3, *bytes(8)])


@given(every_option)
def test_bytes_and_repr_both_say_the_options(options):
    assert ProofOptions.from_bytes(options.to_bytes()) == options
    assert eval(repr(options)) == options


@given(st.binary(min_size=16, max_size=16))
def test_accepted_bytes_are_the_bytes_written(data):
    try:
        options = ProofOptions.from_bytes(data)
    except FormatError as error:
        assert "byte" in str(error) and error.section == "9.1"
    else:
        assert options.to_bytes() == data


@pytest.mark.parametrize(
    "position, value, words",
    [
        (0, 3, "byte 0 of the options (preset) is 3, but must be from 0 to 2"),
        (1, 5, "byte 1 of the options (rate) is 5"),
        (2, 0, "byte 2 of the options (security) is 0"),
        (2, 129, "is 129"),
        (2, 99, "byte 2"),
        (3, 33, "byte 3"),
        (4, 2, "byte 4"),
        (5, 2, "byte 5"),
        (7, 4, "bytes 6-7 of the options (queries) is 1024"),
        (8, 1, "byte 8"),
        (15, 255, "byte 15"),
    ],
)
def test_a_wrong_byte_is_named(position, value, words):
    data = bytearray(ProofOptions().to_bytes())
    data[position] = value
    with pytest.raises(FormatError, match=r"PROTOCOL 9\.1") as caught:
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
        {"preset": "lean"},
        {"preset": 0},
        {"preset": None},
        {"rate": 1 / 3},
        {"rate": 1 / 32},
        {"rate": 1.0},
        {"rate": 4},
        {"rate": True},
        {"rate": "1/4"},
        {"rate": float("nan")},
        {"security": 0},
        {"security": 129},
        {"security": 128.0},
        {"security": True},
        {"security": -1},
        {"grinding": -1},
        {"grinding": 33},
        {"grinding": 16.0},
        {"grinding": False},
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


def test_rates_are_said_as_they_are_written():
    with pytest.raises(OptionsError, match=r"must be one of None, 1/2, 1/4, 1/8, 1/16$"):
        ProofOptions(rate=1 / 3)
    assert ProofOptions(rate=Fraction(1, 8)) == ProofOptions(rate=0.125)  # type: ignore[arg-type]
    with pytest.raises(OptionsError, match="rate=0.333"):
        ProofOptions(rate=Fraction(1, 3))  # type: ignore[arg-type]


@pytest.mark.parametrize("rate, log", [(None, 0), (1 / 2, 1), (1 / 4, 2), (1 / 8, 3), (1 / 16, 4)])
def test_the_logarithm_of_a_rate(rate, log):
    assert ProofOptions(rate=rate).log_rate == log


@pytest.mark.parametrize("name", REPLACED)
def test_an_option_of_version_1_is_refused_with_what_is_in_its_place(name):
    with pytest.raises(ArgumentError, match=f"^a proof no longer has the option {name}: {REPLACED[name][:20]}"):
        ProofOptions(**{name: 8})


def test_options_are_frozen_keyword_only_and_hashable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ProofOptions().rate = 1 / 4
    for wrong, example in ((8, "rate=1/8"), ("fast", "preset='fast'"), ({"rate": 1 / 4}, "rate=1/8")):
        with pytest.raises(ArgumentError) as caught:
            ProofOptions(wrong)  # type: ignore[misc]
        assert str(caught.value).startswith(
            f"ProofOptions takes options by name, as in ProofOptions({example}), not {wrong!r}"
        )
    with pytest.raises(ArgumentError, match="^a proof has no option 'rates'; did you mean 'rate'\\?$"):
        ProofOptions(rates=8)
    assert list(inspect.signature(ProofOptions).parameters)[:2] == ["preset", "rate"]
    assert copy.deepcopy(ProofOptions(rate=1 / 4)) == pickle.loads(pickle.dumps(ProofOptions(rate=1 / 4)))
    assert len({ProofOptions(), ProofOptions(preset="default"), ProofOptions(rate=1 / 4)}) == 2


def test_fewer_than_100_bits_must_be_said():
    assert ProofOptions(security=100).security == 100
    with pytest.raises(SecurityError, match="allow_insecure=True"):
        ProofOptions(security=99)
    assert ProofOptions(security=99, allow_insecure=True).security == 99


def test_repr_shows_the_main_choices_and_what_differs():
    assert repr(ProofOptions()) == "ProofOptions(preset='default', security=128, zero_knowledge=True)"
    assert repr(ProofOptions(rate=1 / 4, grinding=20)) == (
        "ProofOptions(preset='default', rate=0.25, security=128, grinding=20, zero_knowledge=True)"
    )
