"""A quantised network as arrays: its file, what it computes, and how one is made of weights that are floats.

Layer k makes y = clamp(floor((W x + b) * multiplier / 2^shift + 1/2), 0, 255) of its x, integers 0 … 255; the last one
gives the scores W x + b. The class is the number of the greatest score, of equal ones the first.

A file is an .npz with the arrays weight0, bias0, scale0, weight1, bias1, …: weightK are integers from -128 to 127 of
shape (outputs, inputs), biasK integers of less than 2^31 in amount, of shape (outputs,), and scaleK the two integers
multiplier, 1 to 65535, and shift, 1 to 40, which the last layer does not have. Where a run is to be proved there is an
`input` too, integers 0 … 255 in an array of any shape with as many entries as the network has inputs; and where its
weights are committed to, there may be a `salt`, 4 elements of the field.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from l2zk import WitnessError

Integers = NDArray[np.int64]

MOST = 2**16
"""Inputs and neurons of a layer, at most."""

MOST_BYTES = 2**30
"""Of all arrays in a file."""


@dataclass(frozen=True, eq=False)
class Model:
    """A network: the weights, biases and scales (multiplier, shift) of its layers; the last one has no scale."""

    weights: tuple[Integers, ...]
    biases: tuple[Integers, ...]
    scales: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if not len(self.weights) == len(self.biases) == len(self.scales) + 1:
            raise WitnessError("a network has a weight and a bias for each layer, and a scale for each but the last")
        inputs = self.sizes[0]
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            _check_layer(number, weight, bias, inputs)
            inputs = len(weight)
        for number, (multiplier, shift) in enumerate(self.scales):
            check_scale(number, multiplier, shift, WitnessError)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs, and of the neurons of each layer."""
        return (self.weights[0].shape[-1], *map(len, self.weights))

    @classmethod
    def load(cls, source: str | os.PathLike[str] | bytes) -> Model:
        """The network in an .npz, or in its bytes. Raises WitnessError for a file that is none."""
        return cls.of_arrays(arrays_in(source))

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Any]) -> Model:
        """The network of the arrays in such a file."""
        count = sum(name.startswith("weight") for name in arrays)
        weights = tuple(_integers(arrays, f"weight{k}", 2) for k in range(count))
        biases = tuple(_integers(arrays, f"bias{k}", 1) for k in range(count))
        scales = [_integers(arrays, f"scale{k}", 1) for k in range(count - 1)]
        if not count or any(scale.shape != (2,) for scale in scales):
            raise WitnessError("a network needs weight0, bias0, scale0, …, each scale of a multiplier and a shift")
        return cls(weights, biases, tuple((int(one), int(other)) for one, other in scales))

    def save(self, path: str | os.PathLike[str], **others: Any) -> None:
        """Write the network to an .npz, and with it others of its arrays, as input= and salt=."""
        arrays: dict[str, Any] = {
            name: np.asarray(value, dtype=np.uint64 if name == "salt" else None) for name, value in others.items()
        }  # integers from 2^63 on and less than it together would become floats
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            arrays |= {f"weight{number}": weight.astype(np.int8), f"bias{number}": bias.astype(np.int32)}
        arrays |= {f"scale{number}": np.array(scale) for number, scale in enumerate(self.scales)}
        np.savez(path, **arrays)

    def input(self, values: Any) -> Integers:
        """The values as an input of the network, int64[inputs]; WitnessError for others than bytes."""
        made = np.asarray(values)
        if made.dtype.kind not in "iub" or made.size != self.sizes[0]:
            raise WitnessError(f"an input of this network has {self.sizes[0]} integers from 0 to 255")
        if made.size and (made.min() < 0 or made.max() > 255):
            raise WitnessError("an input of a network has integers from 0 to 255, and this has others")
        return made.astype(np.int64).ravel()

    def scores(self, x: Any) -> Integers:
        """The scores of an input."""
        return run(self.weights, self.biases, self.scales, self.input(x))[-1].sums


class Run(NamedTuple):
    """What a layer takes, and its sums."""

    x: Integers
    sums: Integers


def run(
    weights: Sequence[Integers], biases: Sequence[Integers], scales: Sequence[tuple[int, int]], x: Any
) -> list[Run]:
    """Of each layer its x and W x + b, of integers that nobody has looked at."""
    found: list[Run] = []
    for number, (weight, bias) in enumerate(zip(weights, biases)):
        total = weight @ x + bias
        found.append(Run(x, total))
        if number < len(scales):
            x = requantised(total, *scales[number])
    return found


def requantised(total: Integers, multiplier: int, shift: int) -> Integers:
    """The sums of a layer as bytes."""
    scaled: Integers = np.clip((total * multiplier + (1 << (shift - 1))) >> shift, 0, 255)
    return scaled


def quantise(weights: Sequence[Any], biases: Sequence[Any], samples: Any, *, unit: float = 1 / 255) -> Model:
    """The network of layers with weights and biases that are floats, ReLU between them.

    samples: inputs, integers 0 … 255 of shape (count, inputs), by which the size of what each layer gives is found.
    unit: what 1 of an input stands for. Each layer has one scale: its greatest weight becomes 127, and what is the
    greatest of its neurons' values on the samples becomes 255; what is greater on another input is cut off there.
    """
    given = np.asarray(samples, dtype=np.float64) * unit
    made, added, scales = [], [], []
    for number, (weight, bias) in enumerate(zip(weights, biases)):
        step = float(np.abs(weight).max() or 1.0) / 127
        made.append(np.rint(np.asarray(weight) / step).astype(np.int64))
        added.append(np.rint(np.asarray(bias) / (unit * step)).astype(np.int64))
        if number < len(weights) - 1:
            given = np.maximum(0, given @ np.asarray(weight).T + bias)
            after = float(given.max() or 1.0) / 255
            scales.append(_scale(unit * step / after))
            unit = after
    return Model(tuple(made), tuple(added), tuple(scales))


def _scale(ratio: float) -> tuple[int, int]:
    """A multiplier of 15 or 16 bits and a shift of which the quotient is about the ratio."""
    shift = 1
    while shift < 40 and ratio * 2 ** (shift + 1) < 2**16 - 1:
        shift += 1
    return max(1, min(2**16 - 1, round(ratio * 2**shift))), shift


def arrays_in(source: Any) -> Mapping[str, Any]:
    """The arrays in an .npz, or in its bytes, by name."""
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    try:
        with ZipFile(BytesIO(data)) as file:
            size = sum(one.file_size for one in file.infolist())
        arrays = {} if size > MOST_BYTES else dict(np.load(BytesIO(data), allow_pickle=False))
    except Exception:  # of many kinds, from NumPy's readers
        raise WitnessError("a network is read from an .npz with weight0, bias0, scale0, …: this is none") from None
    if not all(isinstance(one, np.ndarray) for one in arrays.values()):
        raise WitnessError("a network is read from an .npz of arrays alone, and this holds other files")
    if size > MOST_BYTES:
        raise WitnessError(f"the arrays of a network have {MOST_BYTES} bytes at most, and these have {size}")
    return arrays


def _integers(arrays: Mapping[str, Any], name: str, dimensions: int) -> Integers:
    if name not in arrays:
        raise WitnessError(f"the network has no array {name}")
    array = arrays[name]
    if array.dtype.kind not in "iu" or array.ndim != dimensions:
        raise WitnessError(
            f"{name} is an array of integers with {dimensions} dimensions, not of {array.dtype.name} with {array.ndim}"
        )
    if array.dtype.kind == "u" and array.size and array.max() >= 2**63:
        raise WitnessError(f"{name} has integers of 2^63 and more")
    return np.asarray(array, dtype=np.int64)


def _check_layer(number: int, weight: Integers, bias: Integers, inputs: int) -> None:
    if weight.ndim != 2 or not all(1 <= size <= MOST for size in weight.shape) or weight.shape[1] != inputs:
        raise WitnessError(f"weight{number} has the shape (outputs, {inputs}), with at most {MOST} of each")
    if bias.shape != weight.shape[:1]:
        raise WitnessError(f"bias{number} has an entry for each of the {len(weight)} neurons")
    if weight.min() < -128 or weight.max() > 127:
        raise WitnessError(f"weight{number} has integers from -128 to 127, and this has others")
    if not -(2**31) < bias.min() <= bias.max() < 2**31:
        raise WitnessError(f"bias{number} has integers of less than 2^31 in amount, and this has others")


def check_scale(number: int, multiplier: int, shift: int, error: type[Exception]) -> None:
    """Refuse the scale of a layer that is none."""
    if not (1 <= multiplier < 2**16 and 1 <= shift <= 40):
        raise error(f"the scale of layer {number} is a multiplier from 1 to 65535 and a shift from 1 to 40")
