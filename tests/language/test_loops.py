"""Programs by l2zk.program: what they state is what the function computes, and their hints leave a prover no choice."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from loop_programs import DRAWN, Drawn, collatz, fibonacci, gcd, largest

import l2zk
from l2zk.language.loops.recorder import outputs_of
from l2zk.language.loops.terms import HIGHEST, Term, Terms
from l2zk.testing import Case, check_program

SEEDS = range(5)

pytestmark = pytest.mark.filterwarnings("ignore::l2zk.LengthWarning")


def plainly(drawn: Drawn) -> dict[str, int]:
    """What the function gives on Python's own integers."""
    parameters = {name: value for name, value in drawn.parameters.items() if name != "rows"}
    result = drawn.program.function(**parameters, **drawn.witness)
    return {name: value % l2zk.MODULUS for name, value in outputs_of(result).items()}


@pytest.mark.parametrize("name", DRAWN)
def test_a_proof_states_what_the_function_computes(name):
    for seed in SEEDS:
        drawn = DRAWN[name](Random(f"{name} {seed}"))
        program = drawn.program(**drawn.parameters)
        computed = program.run(drawn.witness)
        assert computed == plainly(drawn)
        assert program.check(drawn.witness, redact=False)
        vm = l2zk.TraceZkVm()
        proof = vm.prove(program, drawn.witness)
        assert dict(proof.public_outputs) == dict(computed)
        public = {one.name: drawn.witness[one.name] for one in program._signature.given if one.public}
        assert vm.verify(program, proof, public, outputs=computed)


@pytest.mark.parametrize("name", DRAWN)
def test_the_kit_finds_no_fault(name):
    drawn = DRAWN[name](Random(name))
    outputs = drawn.program(**drawn.parameters).run(drawn.witness)
    assert check_program(drawn.program, [Case(drawn.parameters, drawn.witness, outputs)])


def lying(place: int, lie: int, made: list[str]) -> Callable[..., Term]:
    """Terms.hint, but that the hint at a place gives something else."""
    hint = Terms.hint

    def made_up(terms: Terms, stem: str, code: Any) -> Term:
        made.append(stem)
        return hint(terms, stem, code + lie * (len(made) == place + 1))

    return made_up


@pytest.mark.parametrize("name", DRAWN)
def test_another_value_of_a_hint_breaks_a_constraint(name, monkeypatch):
    """All that comes after it is filled as it follows from the lie."""
    random = Random(f"{name} lies")
    drawn = DRAWN[name](random)
    honest, stems = drawn.program(**drawn.parameters).digest, list[str]()
    with monkeypatch.context() as patch:
        patch.setattr(Terms, "hint", lying(-1, 0, stems))
        assert l2zk.program(drawn.program.function)(**drawn.parameters).digest == honest
    one_of_each = {stem: place for place, stem in enumerate(stems)}
    bits = {stem for stem in one_of_each if stem.startswith("bit")}
    places = {
        *(place for stem, place in one_of_each.items() if stem not in bits),
        *random.sample(range(len(stems)), min(4, len(stems))),
    }
    for place in places:
        for lie in (1, -1):
            with monkeypatch.context() as patch:
                patch.setattr(Terms, "hint", lying(place, lie, []))
                false = l2zk.program(drawn.program.function)(**drawn.parameters)
                assert false.digest == honest
            assert not false.check(drawn.witness), (stems[place], lie)


def test_the_function_itself_computes_on_ordinary_integers():
    assert fibonacci.function(90, 0, 1) == 2880067194370816120
    assert fibonacci(100).run({}) == {"result": 354224848179261915075 % l2zk.MODULUS}
    assert gcd.function(40, 1071, 462) == 21
    assert largest.function([3, 1, 4]) == 4


def test_a_class_is_an_ordinary_program():
    program = collatz(rounds=4)
    assert isinstance(program, l2zk.TraceProgram) and collatz.id == "collatz.v0"
    again = pickle.loads(pickle.dumps(program))
    assert again == program and type(again) is collatz and again.digest == program.digest
    assert collatz.__doc__ == "How many rounds of the Collatz map are below 1, and the number after all."
    with pytest.raises(l2zk.ProgramError, match="parameter 'rounds' of collatz is '4'"):
        _ = collatz(rounds="4").definition


def test_each_round_is_a_row_and_no_row_is_more():
    assert [fibonacci(n).definition.air.rows for n in (1, 8, 1024)] == [1, 8, 1024]
    assert fibonacci(1024).definition.air.length == 1024


@pytest.mark.parametrize("name", DRAWN)
def test_no_degree_is_high(name):
    drawn = DRAWN[name](Random(name))
    degrees = l2zk.TraceZkVm().check(drawn.program(**drawn.parameters), drawn.witness).degrees
    assert degrees is not None and degrees.degree <= HIGHEST


def test_what_stays_the_same_is_no_column():
    @l2zk.program
    def scaled(n: int, factor: l2zk.Public[int], x: l2zk.Private[int]) -> int:
        twice = 2 * factor
        for _ in range(n):
            x = x * twice
        return x

    assert scaled(4).definition.air.columns == ("x",)
    assert scaled(4).run([3, 5]) == {"result": 5 * 6**4}


def test_an_assertion_that_fails_is_a_constraint_that_fails():
    @l2zk.program
    def spent(n: int, money: l2zk.Private[l2zk.u32], price: l2zk.Public[l2zk.u32]) -> int:
        for _ in range(n):
            assert price <= money
            money = money - price
        return money

    assert spent(4).run([100, 25]) == {"result": 0} and spent(4).check([100, 25])
    with pytest.raises(AssertionError):
        spent(4).run([99, 25])
    report = spent(4).check([99, 25], redact=False)
    assert not report and {one.row for one in report.violations} == {3}


def test_a_value_that_is_too_large_for_its_declaration_is_refused():
    with pytest.raises(l2zk.ConstraintError):
        l2zk.TraceZkVm().prove(largest(rows=2), {"values": [1, 2**32]})


def test_a_claimed_value_is_claimed_in_each_round():
    @l2zk.program
    def grown(n: int, x: l2zk.Private[l2zk.u8]) -> int:
        for _ in range(n):
            x = l2zk.u8(2 * x)
        return x

    assert grown(3).check([31])
    report = grown(3).check([32], redact=False)
    assert not report
    with pytest.raises(l2zk.WitnessError, match=r"test_loops.py:\d+: 256 is not an integer 0 <= x < 2\^8"):
        grown(3).run([32])


def test_lists_and_tuples_are_handed_from_round_to_round():
    @l2zk.program
    def shifted(n: int, x: l2zk.Public[int]) -> list[int]:
        window, pair = [x, 2, 3], (0, [1])
        for i in range(n):
            window.append(window[0] + window[1] * i)
            window.pop(0)
            pair = (pair[1][0], [pair[0] + window[2]])
        return [*window, *pair[1]]

    assert list(shifted(6).run([7]).values()) == list(shifted.function(6, 7))
    assert dict(l2zk.TraceZkVm().prove(shifted(6), [7]).public_outputs) == shifted(6).run([7])


def test_several_loops_and_the_one_of_rows():
    @l2zk.program
    def blocks(n: int, x: l2zk.Public[int]) -> int:
        factors = []
        for k in range(3):
            factors.append(k + 2)
        for i in l2zk.rows(1, n + 1):
            for factor in factors:
                x = x * factor + i
        for _ in range(2):
            x = x + 1
        return x

    program = blocks(5)
    assert program.definition.air.rows == 5
    assert dict(l2zk.TraceZkVm().prove(program, [3]).public_outputs) == program.run([3])


def test_helpers_closures_and_constants_of_the_module():
    step = 3

    def helper(x: int, i: int) -> int:
        return x * step + i

    @l2zk.program(id="closed.v3")
    def closed(n: int, x: l2zk.Private[int]) -> int:
        for i, constant in enumerate(range(5, 5 + n)):
            x = helper(x, i) + constant
        return x

    assert closed.id == "closed.v3"
    assert dict(l2zk.TraceZkVm().prove(closed(4), [9]).public_outputs) == closed(4).run([9])


def test_the_variable_of_the_loop_is_known():
    @l2zk.program
    def indexed(n: int, x: l2zk.Private[int]) -> int:
        for i in range(10, 10 - 2 * n, -2):
            x += l2zk.where(i % 3 == 0, i * i, (7, 9, 11)[i % 3]) * (i >> 1 | 1) + l2zk.inverse(i % 5)
        return x

    for n in (1, 2, 7):
        assert dict(l2zk.TraceZkVm().prove(indexed(n), [9]).public_outputs) == indexed(n).run([9])


@l2zk.program
def weighed(data: l2zk.Private[list[l2zk.u8]], factor: l2zk.Private[int] = 3) -> int:
    total = 0
    for byte in data:
        total += byte * factor
    return total


@l2zk.program
def keyed(data: l2zk.Private[list[l2zk.u8]], factor: l2zk.Private[int]) -> int:
    total = 0
    for byte in data:
        total += byte * factor
    return total


@dataclass(frozen=True)
class Keyed(keyed):  # type: ignore[misc,valid-type]
    def encode(self, data: bytes) -> dict[str, Any]:
        return {"factor": data[0], "data": list(data[1:])}


@dataclass(frozen=True)
class Halved(weighed):  # type: ignore[misc,valid-type]
    def encode(self, data: bytes) -> dict[str, Any]:
        return {"data": list(data[::2])}


def test_bytes_and_files_are_the_only_array_of_u8(tmp_path):
    file = tmp_path / "data.bin"
    file.write_bytes(b"abc")
    program, witness = weighed.from_file(file)
    assert program == weighed(rows=3) and witness == b"abc"
    for given in (b"abc", bytearray(b"abc"), file):
        assert dict(program.run(given)) == {"result": 3 * sum(b"abc")} and program.check(given)
    assert weighed.from_file(file, rows=2)[0] == weighed(rows=2)
    assert dict(Keyed(rows=3).run(b"\x02abc")) == {"result": 2 * sum(b"abc")}
    with pytest.raises(TypeError, match="rows"):
        Halved.from_file(file)


@pytest.mark.parametrize("program, data", [(weighed(rows=3), "abc"), (keyed(rows=3), b"abc")])
def test_other_data_are_refused_with_what_to_write(program, data):
    kind = type(program).__name__
    with pytest.raises(
        l2zk.WitnessError, match=rf"^{kind} .*`@dataclass\(frozen=True\) class X\({kind}\):`.*def encode"
    ):
        program.check(data)


@l2zk.program
def guarded(values: l2zk.Private[list[l2zk.u8]], top: l2zk.Public[l2zk.u32]) -> None:
    total = 0
    for value in values:
        assert value % 5 < 3, "the rest is small"
        assert value != 7
        total += value
    assert total < top, "too   much"


def test_an_assertion_that_fails_is_reported_by_its_line_and_text():
    assert guarded(rows=3).check({"values": [1, 5, 12], "top": 19})
    assert not dict(guarded(rows=3).run({"values": [1, 5, 12], "top": 19}))
    first = guarded.function.__code__.co_firstlineno
    report = guarded(rows=3).check({"values": [1, 3, 7], "top": 4}, redact=False)
    found = {one.constraint: one for one in report.violations}
    rest = found.pop(f'line {first + 4}: "the rest is small" is below 2^2')
    assert rest.row == 1 and rest.values == "-1 == 0"
    assert found.pop(f'line {first + 7}: "too much" is below 2^32').said.endswith("= -8 is not below 2^32")
    assert set(found) == {f"what assert says, line {first + 5}"}


def test_what_is_declared_is_named_by_it():
    report = guarded(rows=3).check({"values": [1, 5, 256], "top": 2**33}, redact=False)
    assert {"each of values is below 2^8", "input top is below 2^32"} <= {one.constraint for one in report.violations}


@l2zk.program
def divided(n: int, x: l2zk.Private[list[l2zk.u8]], y: l2zk.Private[list[l2zk.u8]]) -> tuple[int, int]:
    total, rests = 0, 0
    for i in range(n):
        total += x[i] // (y[i] + 1)
        rests += x[i] % (y[i] + 1) + x[i] // 5
    return total, rests


def test_a_rest_is_below_its_divisor():  # a constant one that is no power of two, and one of the row
    found = divided(n=4).examine({"x": [8, 0, 255, 7], "y": [3, 0, 255, 6]})
    assert found, found
