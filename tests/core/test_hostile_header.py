"""The cost of a stranger's header: bytes are compared before anything is decoded, solved, compiled or defined."""

from __future__ import annotations

import copyreg
import dataclasses
import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
from example_programs import Fibonacci
from hostile import few

from l2zk import Machine, Proof, ProofError, ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.base.resources import release_memory
from l2zk.errors import FormatError, ProgramError
from l2zk.language.core_tables import compiled, group, tables
from l2zk.plugins.registry import program_from
from l2zk.proof import claims, statement
from l2zk.proof import stated as stated_module
from l2zk.proof.header import MAX_VALUES, Header, parameters_from_bytes, parameters_to_bytes, stated
from l2zk.proof.values import StatedGroup

PROGRAM = Fibonacci(20)
BODY = bytes(20_000)


def own_header(**changes: Any) -> Header:
    """The header of the program's proofs; `changes` are of the program that it states."""
    program = dataclasses.replace(stated(PROGRAM.definition.air), **changes)
    inputs, outputs = (0,) * len(program.inputs), (0,) * len(program.outputs)
    if not changes:
        inputs, outputs = (0, 1), (6765,)
    return Header.single(options=ProofOptions(), program=program, inputs=inputs, outputs=outputs)


@contextmanager
def counted() -> Iterator[dict[str, mock.Mock]]:
    """Counts of the costly acts without which bytes can be refused."""
    places = {
        "decoded": (claims, "parameters_from_bytes"),
        "named": (stated_module, "read_new_name"),
        "read": (StatedGroup, "read"),
        "solved": (statement, "shape_of"),
        "compiled": (_core, "Compiled"),
        "arranged": (_core, "Table"),
        "verified": (_core, "verify_bytes"),
    }
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(mock.patch.object(owner, attribute, wraps=getattr(owner, attribute)))
            for name, (owner, attribute) in places.items()
        }


def many_names(count: int) -> tuple[str, ...]:
    return tuple(f"{i:x}" for i in range(count))


FOREIGN = {
    "another id": {"program_id": "other.v0"},
    "long parameters": {"parameters": parameters_to_bytes([("rounds", (None,) * 60_000)])},
    "parameters that are none": {"parameters": b"\xff" * 2**20},
    "another parameter": {"parameters": parameters_to_bytes([("rounds", 21)])},
    "another digest": {"digest": bytes(32)},
    "other rows": {"rows": 22},
    "many names": {"inputs": many_names(65535), "outputs": many_names(65535)},
    "another name": {"outputs": ("resulu",)},
    "a name too few": {"inputs": ("a0",)},
}


@pytest.mark.parametrize("change", FOREIGN.values(), ids=FOREIGN)
def test_a_header_of_another_statement_costs_a_comparison(change: dict[str, Any]) -> None:
    data = own_header(**change).to_bytes() + BODY
    with counted() as done, pytest.raises(ProofError) as caught:
        TraceZkVm().check_proof(PROGRAM, data)
    assert caught.value.section == "7.1" and 20 <= len(str(caught.value)) <= 400
    assert {name: times.call_count for name, times in done.items()} == dict.fromkeys(done, 0)


@pytest.mark.parametrize("body", [32, 300, 10**6, 2**24 - 2000])
def test_a_body_of_a_length_that_cannot_be_is_not_compiled_for(body: int) -> None:
    data = own_header().to_bytes() + bytes(body)
    with counted() as done, pytest.raises(ProofError) as caught:
        TraceZkVm().check_proof(PROGRAM, data)
    assert caught.value.section == "7.2"
    assert done["compiled"].call_count == done["verified"].call_count == 0


def strange_options() -> Iterator[ProofOptions]:
    for rate in (1 / 2, 1 / 4, 1 / 8, 1 / 16):
        for queries in (0, 400, 1023):
            for hiding in (False, True):
                yield ProofOptions(rate=rate, queries=queries, zero_knowledge=hiding)


def test_shapes_share_the_programs_arrays() -> None:
    """Whatever options a stranger chooses, with a body that is as long as their proofs are."""
    for kept in (tables, group, compiled):
        kept.cache_clear()
    with counted() as done:
        for options in strange_options():
            size = TraceZkVm(options).estimate(PROGRAM).size
            head = dataclasses.replace(own_header(), options=options).to_bytes()
            assert not TraceZkVm().verify(PROGRAM, head + bytes(size - len(head)))
    assert done["verified"].call_count == 24 and 10 < done["compiled"].call_count <= 24
    assert done["arranged"].call_count == 1


def test_a_refusal_of_options_is_remembered() -> None:
    """Queries that prove too little: the second time nothing is searched."""
    options = ProofOptions(queries=1, allow_insecure=True)
    data = bytearray(dataclasses.replace(own_header(), options=options).to_bytes() + BODY)
    data[13] = 0  # no leave for it
    assert not TraceZkVm().verify(PROGRAM, bytes(data))
    with mock.patch.object(_core, "choose", wraps=_core.choose) as searches:
        assert not TraceZkVm().verify(PROGRAM, bytes(data))
    assert searches.call_count == 0


DEFINED: list[int] = []


@dataclass(frozen=True)
class Picky(TraceProgram):
    """A definition that most parameters fail."""

    id = "picky.v0"
    n: int
    padding: bytes = b""

    def define(self, m: Machine) -> None:
        DEFINED.append(self.n)
        if self.n != 7:
            raise ValueError(f"{self.n} is not 7")
        x = m.column("x")
        m.start({x: m.public_input("a", default=1)})
        m.step({x: x + self.n})
        m.output("r", x, row=5)


@pytest.mark.parametrize("padding", [b"", bytes(2**15)], ids=len)
@pytest.mark.parametrize("n", [6, 7])
def test_a_header_costs_one_definition_which_is_kept_though_it_fails(n: int, padding: bytes) -> None:
    fields = parameters_to_bytes([("n", n), ("padding", padding)])
    data = own_header(program_id="picky.v0", parameters=fields).to_bytes() + BODY
    DEFINED.clear()
    said = set()
    for _ in range(5):
        try:
            TraceZkVm().check_proof(program_from(Picky, Proof(data)), data)
        except ProofError as error:
            said.add(str(error))
    assert DEFINED == [n] and len(said) == 1


@pytest.mark.parametrize("pickled_whole", [False, True])
def test_the_error_of_a_definition_is_told_again_without_what_it_came_of(
    pickled_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it where Dask is imported, by whose leave errors are pickled, and copied, with traceback and cause."""
    if pickled_whole:
        pickling_support = pytest.importorskip("tblib.pickling_support")
        monkeypatch.setitem(copyreg.dispatch_table, ProgramError, pickling_support.pickle_exception)
    release_memory()
    errors = []
    for _ in range(3):
        with pytest.raises(ProgramError, match="ValueError: 5 is not 7") as caught:
            _ = Picky(5).definition
        errors.append(caught.value)
    assert len(set(map(id, errors))) == 3 and len(set(map(str, errors))) == 1
    assert errors[0].__cause__ is not None and errors[1].__cause__ is None
    assert errors[1].__notes__ == errors[0].__notes__
    errors[1].add_note("mine")
    with pytest.raises(ProgramError) as caught:
        _ = Picky(5).definition
    assert caught.value.__notes__ == errors[0].__notes__


def test_errors_that_are_kept_hold_no_program_in_the_making() -> None:
    for n in range(100, 140):
        with pytest.raises(ProgramError):
            _ = Picky(n).definition
    gc.collect()
    assert sum(isinstance(thing, Machine) for thing in gc.get_objects()) < 5


# Parameters


def test_as_many_values_as_parameters_may_hold() -> None:
    most = (None,) * (MAX_VALUES - 1)
    data = parameters_to_bytes([("a", most)])
    assert parameters_from_bytes(data) == (("a", most),)
    for fields in ([("a", (*most, None))], [("a", most), ("b", 1)], [("a", ((),) * 40_000), ("b", ((),) * 30_000)]):
        with pytest.raises(ProgramError, match="at most 65536 fit in a proof"):
            parameters_to_bytes(fields)


@pytest.mark.parametrize("content", [b"\0", b"\6\0\0\0\0", b"\3\0\0\0"], ids=["None", "()", "0"])
def test_more_values_are_refused_unread(content: bytes) -> None:
    count = (2**20 - 20) // len(content)
    data = b"\1\0\1a\6" + count.to_bytes(4, "little") + content * count
    with pytest.raises(FormatError, match=f"byte 5: found a tuple of {count} values .* at most 65535"):
        parameters_from_bytes(data)


def test_values_are_counted_through_tuples_within_tuples() -> None:
    inner = b"\6" + (1000).to_bytes(4, "little") + bytes(1000)
    data = b"\1\0\1a\6" + (100).to_bytes(4, "little") + inner * 100
    with pytest.raises(FormatError, match=r"found a tuple of 1000 values in parameter 'a', expected at most"):
        parameters_from_bytes(data)


def test_a_proof_with_many_names_is_read() -> None:
    changed = own_header(inputs=many_names(65535), outputs=many_names(65535))
    read = Proof(changed.to_bytes() + BODY)
    assert read.header == changed and len(read.public_inputs) == 65535
    with pytest.raises(FormatError, match="'0' for the second time"):
        Proof(own_header(inputs=many_names(3)).to_bytes().replace(b"\1\x32", b"\1\x30") + BODY)


def test_good_proofs_are_accepted_as_proofs_and_as_bytes() -> None:
    machine = TraceZkVm(few())
    made = machine.prove(PROGRAM)
    for given in (made, bytes(made), bytearray(bytes(made)), memoryview(bytes(made))):
        assert machine.verify(PROGRAM, given)
