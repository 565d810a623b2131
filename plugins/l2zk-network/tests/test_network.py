"""The network, against NumPy's integers: classes and scores, equal scores, both kinds of weights, and the cheats."""

from __future__ import annotations

from dataclasses import asdict
from zipfile import ZipFile

import numpy as np
import pytest
from click.testing import CliRunner
from l2zk_network import Model, Network, quantise
from l2zk_network import model as module
from l2zk_network.model import run

import l2zk
from l2zk.cli import main
from l2zk.gadgets.files import drawn_salt
from l2zk.testing import Case, check_program

FAST = l2zk.TraceZkVm(
    l2zk.ProofOptions(rate=1 / 2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True), redact=False
)


def network(*sizes, seed=4):
    """A quantised network of random weights, and an input of it."""
    chosen = np.random.default_rng(seed)
    weights = [chosen.normal(size=shape) for shape in zip(sizes[1:], sizes)]
    biases = [chosen.normal(size=size) for size in sizes[1:]]
    samples = chosen.integers(0, 256, (20, sizes[0]))
    return quantise(weights, biases, samples), samples[0]


def layer(weight, bias):
    """A network of one layer."""
    return Model((np.array(weight),), (np.array(bias),), ())


def forged(program, witness, change):
    """What a changed trace violates, in words."""
    trace = FAST.trace(program, witness)
    change(trace)
    return " ".join(one.within(400) for one in FAST.check(program, witness, trace=trace).violations)


def test_it_is_found_by_name():
    assert l2zk.get_program("network") is Network


@pytest.mark.parametrize("sizes", [(1, 1), (3, 2), (7, 5, 3), (16, 8, 8, 4), (30, 12, 10)])
def test_classes_and_scores_are_those_of_numpy(sizes):
    model, x = network(*sizes)
    program = Network.of(model, scores=True)
    proof = FAST.prove(program, program.witness(model, x))
    scores = model.scores(x)
    wanted = {"class": int(np.argmax(scores)), "scores": l2zk.field(scores)}
    assert FAST.verify(program, proof, program.public(model), outputs=wanted)


def test_what_floats_say_is_what_the_quantised_network_says():
    chosen = np.random.default_rng(1)
    weights, biases = [chosen.normal(size=(20, 30)), chosen.normal(size=(5, 20))], [np.zeros(20), np.zeros(5)]
    samples = chosen.integers(0, 256, (200, 30))
    model = quantise(weights, biases, samples)
    floats = np.maximum(0, samples / 255 @ weights[0].T) @ weights[1].T
    ours = np.array([np.argmax(model.scores(x)) for x in samples])
    assert (ours == floats.argmax(axis=1)).mean() > 0.95


def test_of_equal_scores_the_first_is_the_class():
    program = Network((2, 4))
    model = layer([[1, 0], [2, 2], [0, 4], [4, 0]], [0, 0, 0, 0])
    assert FAST.prove(program, program.witness(model, [5, 5])).public_outputs == {"class": 1}
    model = layer([[-1, -1]] * 4, [0] * 4)
    assert FAST.prove(program, program.witness(model, [5, 5])).public_outputs == {"class": 0}


def test_other_weights_another_input_and_another_class_are_refused():
    model, x = network(5, 4, 3)
    program = Network.of(model, public_input=True)
    proof = FAST.prove(program, program.witness(model, x))
    public, found = program.public(model, input=x), proof.public_outputs["class"]
    assert FAST.verify(program, proof, public, outputs={"class": found})
    assert not FAST.verify(program, proof, public, outputs={"class": (found + 1) % 3})
    assert not FAST.verify(program, proof, program.public(model, input=x[::-1]))
    for name in ("layer0.w0_0", "layer1.w2_2"):
        other = {**public, name: public[name].copy()}
        other[name][0] = l2zk.field(int(other[name][0]) + 1)
        assert not FAST.verify(program, proof, other)
    exchanged = {**public, "layer0.w0_0": public["layer0.w1_0"], "layer0.w1_0": public["layer0.w0_0"]}
    assert not FAST.verify(program, proof, exchanged)


def test_the_kit_finds_nothing():
    model, x = network(3, 2, 2)
    program = Network.of(model)
    witness = program.witness(model, x)
    honest = Case(asdict(program), witness, {"class": int(np.argmax(model.scores(x)))})
    false = ({**witness, "x": l2zk.field(values)} for values in ([256, 0, 1], [0, -1, 1]))
    check_program(Network, [honest, *(Case(asdict(program), one, refused=True) for one in false)])


def test_the_kit_finds_nothing_where_weights_are_committed_to():
    model, x = network(2, 2)
    program = Network.of(model, committed=True)
    witness = program.witness(model, x, salt=[1, 2, 3, 4])
    check_program(Network, [Case(asdict(program), witness, {"class": int(np.argmax(model.scores(x)))})], seconds=1)


def test_a_class_that_is_not_the_greatest_is_refused():
    model, x = network(5, 3)
    program = Network.of(model)
    other = (int(np.argmax(model.scores(x))) + 1) % 3

    def change(trace):
        trace["best.larger"][:] = [row == other for row in range(3)]

    assert "best.larger" in forged(program, program.witness(model, x), change)


def test_sums_and_bytes_of_another_run_are_refused():
    model, x = network(5, 4, 3)
    program = Network.of(model)
    witness = program.witness(model, x)
    sums = run(model.weights, model.biases, model.scales, x)[0].sums

    def another_sum(trace):
        trace.tables["neurons0"]["sum"][2] = l2zk.field(int(sums[2]) + 2**24)

    def another_byte(trace):
        trace.tables["neurons0"]["scaled.small"][2] += 1

    assert "y0" in forged(program, witness, another_sum)
    assert "x1" in forged(program, witness, another_byte)


def test_committed_weights_are_bound_by_their_commitment():
    model, x = network(3, 2)
    program, salts = Network.of(model, committed=True), drawn_salt()
    witness = program.witness(model, x, salt=salts)
    public = program.public(model, salt=salts)
    proof = FAST.prove(program, witness)
    assert set(public) == set(proof.public_inputs) == {f"layer0.commitment{k}" for k in range(4)}
    assert FAST.verify(program, proof, public, outputs={"class": int(np.argmax(model.scores(x)))})
    assert not FAST.verify(program, proof, program.public(model, salt=drawn_salt()))
    exchanged = layer(model.weights[0][::-1], model.biases[0])
    assert not FAST.verify(program, proof, program.public(exchanged, salt=salts))
    with pytest.raises(l2zk.ConstraintError, match="commitment"):
        FAST.prove(program, {**program.witness(exchanged, x, salt=salts), **public})


@pytest.mark.parametrize("inputs", [2, 4])
def test_a_committed_bias_cannot_take_from_the_weight_beside_it(inputs):
    """What the bias gains is 256 times what that weight loses, which an x of 0 multiplies: the hash is the same."""
    program = Network((inputs, 3), committed=True)
    witness = program.witness(layer(np.ones((3, inputs), int), [0, 0, 0]), [0] * inputs)
    row, lane = divmod(inputs, 4)
    for column, value in ((f"w2_{lane}", 25600), (f"w2_{lane + 1}", l2zk.MODULUS - 100)):
        witness[f"layer0.{column}"][row] = value
    assert all(witness[name] == value for name, value in program.commitments(witness).items())
    with pytest.raises(l2zk.ConstraintError, match="is 0 behind the bias"):
        FAST.prove(program, witness)


@pytest.mark.parametrize("salt", [[], [1, 2, 3], [1, 2, 3, -1], [1, 2, 3, l2zk.MODULUS], np.ones(4), 5])
def test_a_salt_that_is_none_is_refused(salt):
    with pytest.raises(l2zk.WitnessError, match="salt of a network is 4 integers"):
        Network((1, 1), committed=True).witness(layer([[1]], [0]), [1], salt=salt)


def test_a_salt_is_kept_in_a_file_as_it_is(tmp_path):
    salt = [l2zk.MODULUS - 1, 5, 2**53 + 1, 2**63 + 1]
    layer([[1]], [0]).save(tmp_path / "x.npz", salt=salt)
    assert np.load(tmp_path / "x.npz")["salt"].tolist() == salt


def test_files_that_are_large_or_hold_no_arrays_are_refused(tmp_path, monkeypatch):
    with ZipFile(tmp_path / "x.npz", "w") as file:
        file.writestr("weight0", b"1")
    with pytest.raises(l2zk.WitnessError, match="of arrays alone"):
        Model.load(tmp_path / "x.npz")
    monkeypatch.setattr(module, "MOST_BYTES", 200)
    layer([[1]], [0]).save(tmp_path / "y.npz")
    with pytest.raises(l2zk.WitnessError, match="have 200 bytes at most"):
        Model.load(tmp_path / "y.npz")


@pytest.mark.parametrize(
    ("column", "value", "what"), [("w0_1", 2**7, "w0_1 is a byte"), ("w1_3", 2**31, "w1_3 is a bias")]
)
def test_committed_weights_beyond_their_range_are_refused(column, value, what):
    """A weight and a bias that are one too large, of which the commitment is right."""
    model, x = network(3, 2)
    program = Network.of(model, committed=True)
    witness = program.witness(model, x)
    witness[f"layer0.{column}"][0] = value
    witness |= program.commitments(witness)
    with pytest.raises(l2zk.ConstraintError, match=what):
        FAST.prove(program, witness)


def test_a_file_is_proved_and_verified_from_a_shell(tmp_path, monkeypatch):
    model, x = network(6, 4, 3)
    model.save(tmp_path / "run.npz", input=x)
    commands = (
        "prove network --file run.npz -o run.l2zk",
        "network verify run.l2zk run.npz",
        "prove network --file run.npz --public-input -o open.l2zk",
        "network verify open.l2zk run.npz --class 7",
        "prove network --file one.npz --committed -o hidden.l2zk",
        "network verify hidden.l2zk one.npz",
    )
    layer(model.weights[0], model.biases[0]).save(tmp_path / "one.npz", input=x)
    monkeypatch.chdir(tmp_path)
    done = [CliRunner().invoke(main, command.split()) for command in commands]
    assert [one.exit_code for one in done] == [0, 0, 0, 1, 0, 0], [one.output for one in done]
    assert "verified, by this network" in done[1].output


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({}, "needs weight0"),
        ({"weight0": [[1.5]], "bias0": [1]}, "weight0 is an array of integers"),
        ({"weight0": [[1]]}, "no array bias0"),
        ({"weight0": [[128]], "bias0": [1]}, "from -128 to 127"),
        ({"weight0": [[1]], "bias0": [1, 2]}, "bias0 has an entry"),
        ({"weight0": [[1]], "bias0": [2**31]}, "less than 2\\^31"),
        ({"weight0": [[1]], "bias0": [-(2**63)]}, "less than 2\\^31"),
        ({"weight0": [[2**64 - 1]], "bias0": [0]}, "integers of 2\\^63 and more"),
        (
            {"weight0": [[1]], "bias0": [1], "weight1": [[1, 2]], "bias1": [0], "scale0": [1, 1]},
            "shape \\(outputs, 1\\)",
        ),
        ({"weight0": [[1]], "bias0": [1], "weight1": [[1]], "bias1": [0], "scale0": [0, 1]}, "scale of layer 0"),
    ],
)
def test_a_file_that_is_no_network_is_refused(tmp_path, arrays, sentence):
    np.savez(tmp_path / "x.npz", **{name: np.array(value) for name, value in arrays.items()})
    with pytest.raises(l2zk.WitnessError, match=sentence):
        Model.load(tmp_path / "x.npz")


@pytest.mark.parametrize(("sizes", "shifts"), [((3,), ()), ((3, 0), ()), ((3, 2, 2), ()), ((3, 2, 2), (41,))])
def test_parameters_that_are_none_are_refused(sizes, shifts):
    with pytest.raises(l2zk.ProgramError):
        assert Network(sizes, (5,) * len(shifts), shifts).definition
