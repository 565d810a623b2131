"""The program: the tables of inputs, layers and neurons, and the trace of a network's run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import l2zk
from l2zk import gadgets as g
from l2zk.gadgets.products import Matrix, Shape
from l2zk_network import committed
from l2zk_network.model import MOST, Model, arrays_in, check_scale, run


@dataclass(frozen=True)
class Network(l2zk.TraceProgram):
    """The class that a quantised network gives an input; its weights are public, or committed to."""

    id = "network.v0"
    sizes: tuple[int, ...] = field(metadata={"help": "Inputs, and neurons of each layer, as 784,128,10."})
    multipliers: tuple[int, ...] = field(default=(), metadata={"help": "Of the scale of each layer but the last."})
    shifts: tuple[int, ...] = field(default=(), metadata={"help": "Bits that each of these scales shifts by."})
    committed: bool = field(default=False, metadata={"help": "Weights are private, and commitments to them public."})
    public_input: bool = field(default=False, metadata={"help": "The input is public."})
    scores: bool = field(default=False, metadata={"help": "The scores are public."})

    @classmethod
    def of(cls, model: Model, **options: bool) -> Network:
        """The program of a network. options: committed, public_input, scores."""
        multipliers, shifts = zip(*model.scales) if model.scales else ((), ())
        return cls(model.sizes, multipliers, shifts, **options)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **options: bool) -> tuple[Network, Any]:
        """An .npz of weights, biases, scales and an input; see l2zk_network/model.py.

        The salt of a commitment is the one in the file, or else stands beside it, in FILE.salt.
        """
        arrays = dict(arrays_in(path))
        program = cls.of(Model.of_arrays(arrays), **options)
        if program.committed and "salt" not in arrays:
            arrays["salt"] = g.files.salt_beside(path)
        return program, program.witness_of(arrays)

    def encode(self, data: bytes) -> Mapping[str, Any]:
        """The witness of the bytes of an .npz that has an input."""
        arrays = {"salt": g.files.salt_of_data(data), **arrays_in(data)}
        return self.witness_of(arrays)

    def witness_of(self, arrays: Mapping[str, Any]) -> Mapping[str, Any]:
        """The witness of the arrays of an .npz."""
        if "input" not in arrays:
            raise l2zk.WitnessError("there is no array input in the file: Model.save(path, input=…) writes one")
        return self.witness(Model.of_arrays(arrays), arrays["input"], salt=arrays.get("salt"))

    def witness(self, model: Model, input: Any, *, salt: Any = None) -> dict[str, Any]:
        """The witness of a network and an input. salt: 4 elements, of a commitment; left out, new ones."""
        if Network.of(model) != Network(self.sizes, self.multipliers, self.shifts):
            raise l2zk.WitnessError("the network has other sizes or scales than the program's parameters")
        columns = self._columns(model, g.files.drawn_salt() if salt is None else salt)
        public = self.commitments(columns) if self.committed else {}
        return {**public, **columns, "x": l2zk.field(model.input(input))}

    def public(self, model: Model, *, input: Any = None, salt: Any = None) -> dict[str, Any]:
        """What a verifier demands of a proof of this network: its weights, or the commitments with this salt to them,
        and the input where it is public."""
        if self.committed and salt is None:
            raise l2zk.WitnessError("the commitments to a network are demanded with their salt: give salt=")
        if self.public_input and input is None:
            raise l2zk.WitnessError("the input of this program is public, and is demanded: give input=")
        columns = self._columns(model, salt)
        known = self.commitments(columns) if self.committed else columns
        return {**known, "x": l2zk.field(model.input(input))} if self.public_input else known

    def define(self, m: l2zk.Machine) -> None:
        self._check()
        m.rows(self.sizes[-1])
        values = self._input(m)
        for number, shape in enumerate(self.shapes):
            layer = Matrix(m, shape.name, shape.outputs, shape.inputs, weight=self._weight(m))
            layer.take(values)
            sums = m.bus(f"y{number}", "position", "value")
            layer.give(sums)
            if self.committed:
                committed.commit(m, layer)
            if number < len(self.shifts):
                values = self._neurons(m, number, sums)
        self._answer(m, sums)

    @property
    def shapes(self) -> list[Shape]:
        """How the layers lie in their tables."""
        pairs = enumerate(pairwise(self.sizes))
        return [Shape(f"layer{number}", outputs, inputs) for number, (inputs, outputs) in pairs]

    def generate_trace(self, witness: Mapping[str, Any]) -> Mapping[str, Any]:
        scales, shapes = list(zip(self.multipliers, self.shifts)), self.shapes
        weights, biases = zip(*(shape.matrix(witness) for shape in shapes))
        layers = run(weights, biases, scales, l2zk.signed(witness["x"]))
        made: dict[str, Any] = {"score": l2zk.field(layers[-1].sums), "input": {"value": witness["x"]}}
        for number, (shape, layer) in enumerate(zip(shapes, layers)):
            own = {name.partition(".")[2]: witness[name] for name in shape.names} if self.committed else {}
            made[shape.name] = {**shape.layout(l2zk.field(layer.x)), **own}
            if number < len(scales):
                made[f"neurons{number}"] = {"sum": l2zk.field(layer.sums)}
        return made

    def _check(self) -> None:
        layers = len(self.sizes) - 1
        if layers < 1 or not all(1 <= size <= MOST for size in self.sizes):
            raise l2zk.ProgramError(f"sizes are two or more numbers from 1 to {MOST}, as 784,128,10: not {self.sizes}")
        if not len(self.multipliers) == len(self.shifts) == layers - 1:
            raise l2zk.ProgramError(f"a network of {layers} layers has {layers - 1} multipliers and as many shifts")
        for number, scale in enumerate(zip(self.multipliers, self.shifts)):
            check_scale(number, *scale, l2zk.ProgramError)

    def _columns(self, model: Model, salt: Any) -> dict[str, Any]:
        """The columns of the weights of all layers, by name."""
        columns: dict[str, Any] = {}
        for number, shape in enumerate(self.shapes):
            columns |= shape.weights(model.weights[number], model.biases[number])
            if self.committed:
                committed.put_salt(shape, columns, salt, number)
        return columns

    def commitments(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The commitments to all layers, by the names of the public inputs."""
        return {name: value for shape in self.shapes for name, value in committed.commitment(shape, columns).items()}

    def _weight(self, m: l2zk.Machine) -> Any:
        return committed.weight(m) if self.committed else None

    def _bits(self, number: int) -> int:
        """The bits of the amount of a layer's sums: of W x, and of b."""
        return max((self.sizes[number] * 2**15).bit_length(), 31) + 1

    def _input(self, m: l2zk.Machine) -> Any:
        """The input, bytes at their positions."""
        table = m.table("input", rows=self.sizes[0])
        value = table.column("value", pad=0)
        if self.public_input:
            table.constrain("the public input", value == table.public_column("x"))
        else:
            m.private_array("x", self.sizes[0])
            table.choice(value)
        return self._bytes(m, table, "x0", value)

    def _bytes(self, m: l2zk.Machine, table: Any, name: str, value: Any) -> Any:
        """A bus on which a table sends its values, which are bytes."""
        table.range("byte", value, bits=8)
        bus = m.bus(name, "position", "value")
        table.send(bus, (table.row_number(), value))
        return bus

    def _neurons(self, m: l2zk.Machine, number: int, sums: Any) -> Any:
        """The neurons of a layer: their sums, scaled, rounded and kept in a byte, which is the ReLU."""
        table = m.table(f"neurons{number}", rows=self.sizes[number + 1])
        total = table.column("sum", pad=0)
        table.receive(sums, (table.row_number(), total))
        scale = self.multipliers[number], self.shifts[number]
        value = g.products.requantise(table, "scaled", total, *scale, bits=self._bits(number), low=0, high=255)
        bus = m.bus(f"x{number + 1}", "position", "value")
        table.send(bus, (table.row_number(), value))
        return bus

    def _answer(self, m: l2zk.Machine, sums: Any) -> None:
        """The scores, and the first of the greatest."""
        score = m.column("score", pad=0)
        m.receive(sums, (m.row_number(), score))
        best = g.products.Argmax(m, "best", score, bits=self._bits(len(self.shifts)))
        m.output("class", best.at, row="last")
        if self.scores:
            m.output_column("scores", score)
