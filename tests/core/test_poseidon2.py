"""Poseidon2 of every instruction set: the published vectors, and the twin in Python's integers."""

import threading

import numpy as np
import poseidon2_by_hand as twin
import pytest
from field_by_hand import EDGES, numbers

from l2zk import _core, poseidon2
from l2zk.errors import ArgumentError, OptionsError

P = twin.P

PUBLISHED = {
    8: [
        *(0x020CF04A1B214D14, 0x84E14AAAEACAED25, 0x1AE0F640E81C7457, 0xA4D204CBAEB0D8A5),
        *(0x0CF637B627B3A7FF, 0x788D304D948B486B, 0x7327133EA1949AF4, 0xF415ABB924DA395B),
    ],
    12: [
        *(0xF292AB67C0F14B03, 0x0A32F1B37656544C, 0x053C61AB895498DE, 0x02FF92E55B196FFB),
        *(0x58176E8F6F58CAB2, 0xB0AA1206E7AEC0F8, 0xE90C13F3DCE83CA4, 0xF4DA15333EDF39C2),
        *(0x23B701C053C2CA6C, 0xD233D593DCDFBF58, 0x4EFFA5F9516FB52E, 0x0AAF4489F1F40166),
    ],
}
"""Of Plonky3: the permutations of 0, 1, 2, …"""


def rows(count: int, width: int) -> np.ndarray:
    """Elements, those at the edges as often as others."""
    values = [*EDGES, *numbers(5, count * width), *EDGES[::-1]]
    return np.array(values[: count * width] if count < 40 else values[-count * width :], dtype=np.uint64).reshape(
        -1, width
    )


def test_the_constants_are_those_of_the_lfsr():
    assert _core.poseidon2_constants() == {width: twin.constants(width) for width in (8, 12)}


@pytest.mark.parametrize("width", [8, 12])
def test_the_published_vectors(isa, width):
    assert poseidon2.permute(list(range(width))) == PUBLISHED[width] == twin.permute(list(range(width)))


@pytest.mark.parametrize("count", [1, 3, 16, 37])
def test_many_rows_are_those_of_the_twin(isa, count):
    for width in (8, 12):
        states = rows(count, width)
        assert poseidon2.permute(states).tolist() == [twin.permute(one) for one in states.tolist()]
    left, right = rows(count, 4), rows(count, 4)[::-1]
    wanted = [twin.compress(*pair) for pair in zip(left.tolist(), right.tolist())]
    assert poseidon2.compress(left, right).tolist() == wanted == poseidon2.compress(left.tolist(), right.tolist())


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 16, 17])
def test_messages_of_any_length(isa, length):
    messages = rows(5, 17)[:, :length]
    wanted = [twin.hash(one) for one in messages.tolist()]
    assert poseidon2.hash(messages).tolist() == wanted
    assert poseidon2.hash(messages[:, 2:], messages[:, :2]).tolist() == wanted
    assert poseidon2.hash(messages[0].tolist()) == wanted[0]


def test_other_axes_and_other_integers():
    states = np.arange(48).reshape(2, 3, 8)
    found = poseidon2.permute(states)
    assert found.dtype == np.uint64 and found.shape == (2, 3, 8)
    assert found[1, 2].tolist() == twin.permute(states[1, 2].tolist())
    assert poseidon2.permute(states[:, ::2].astype(np.uint8)).tolist() == found[:, ::2].tolist()
    assert poseidon2.hash(np.zeros((0, 8), dtype=np.uint64)).shape == (0, 4)


def test_threads_give_the_same_and_leave_the_interpreter_alone():
    states = np.arange(12 * 5000, dtype=np.uint64).reshape(-1, 12)
    alone, together = (poseidon2.permute(states, threads=count) for count in (1, 3))
    assert (alone == together).all() and alone[4999].tolist() == twin.permute(states[4999].tolist())
    found = []
    workers = [threading.Thread(target=lambda: found.append(poseidon2.permute(states))) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all((one == alone).all() for one in found) and len(found) == 3


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: poseidon2.permute([P, *range(7)]), "18446744069414584321 is no element of the field"),
        (lambda: poseidon2.permute(np.full((2, 8), P + 1, dtype=np.uint64)), "18446744069414584322 is no element"),
        (lambda: poseidon2.permute([-1] * 8), "-1 is no element of the field: 0 <= x < p"),
        (lambda: poseidon2.hash(np.array([3, -2])), "-2 is no element"),
        (lambda: poseidon2.permute(range(9)), "takes 8 or 12 elements, not 9"),
        (lambda: poseidon2.compress([1, 2, 3, 4], [1, 2, 3]), "takes 4 elements, not 3"),
        (lambda: poseidon2.compress(np.ones((2, 4), int), np.ones((3, 4), int)), "arrays of one shape"),
        (lambda: poseidon2.hash(b"bytes"), "a list or an array of integers, not"),
        (lambda: poseidon2.hash(5), "a list or an array of integers, not"),
        (lambda: poseidon2.hash([1.5]), "1.5 is no element"),
        (lambda: poseidon2.hash([[1], [1, 2]]), "lists in a list that are of one length"),
        (lambda: poseidon2.hash(np.array([0.5])), "takes integers along an axis, not float64"),
        (lambda: poseidon2.hash([[1], [2]], salt=[[1], [2], [3]]), "is none for values of shape"),
    ],
)
def test_what_is_no_element_is_refused(call, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        call()


def test_no_thread_is_refused():
    with pytest.raises(OptionsError, match="threads"):
        poseidon2.hash([1], threads=0)
