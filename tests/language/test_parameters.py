"""Parameters of a program: every field is one, and is of the type that the class declares."""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass

import pytest

from l2zk import get_program
from l2zk.errors import ProgramError
from l2zk.language.parameters import is_of, written
from l2zk.language.program import TraceProgram

if typing.TYPE_CHECKING:
    pass


class Counting(TraceProgram):
    """A program whose fields are of no matter."""

    id = "counting.v0"

    def define(self, m):
        x = m.column("x")
        m.start({x: 0})
        m.step({x: x + 1})
        m.output("end", x, row=5)


def declared(*fields):
    """A program with these fields, each (name, type) or (name, type, field)."""
    return dataclasses.make_dataclass("Declared", fields, bases=(Counting,), frozen=True)


def test_a_value_of_another_type_is_named_with_its_field():
    sentence = "parameter 'rounds' of Fibonacci.* is '7', of type str: int is needed, as the class declares"
    with pytest.raises(ProgramError, match=sentence):
        get_program("fib")(rounds="7").definition


Size = typing.NewType("Size", int)

VALUES = {
    int: ([0, -1, 2**70], [True, "1", None, (1,)]),
    bool: ([True, False], [0, 1, None]),
    str: (["", "a"], [b"", 1]),
    bytes: ([b"a"], ["a", (1,)]),
    None: ([None], [0, ""]),
    tuple: ([(), (1, ("a",))], [1]),
    tuple[int, ...]: ([(), (1, 2)], [(True,), 1, ("1",), (1, None)]),
    tuple[int, str]: ([(1, "a")], [(1,), ("a", 1), (1, "a", "b")]),
    tuple[()]: ([()], [(1,)]),
    tuple[tuple[int, ...], ...]: ([((1, 2), ())], [(1, 2), (("a",),)]),
    int | None: ([1, None], ["1", False]),
    typing.Optional[bytes]: ([b"", None], [""]),
    typing.Union[int, str]: ([1, "1"], [None, b""]),
    typing.Literal["a", 1]: (["a", 1], ["b", True, 2]),
    typing.Annotated[int, "size"]: ([1], ["1"]),
    Size: ([1], ["1"]),
    object: ([1, None, "a", ()], []),
    typing.Any: ([1, None], []),
    typing.Sequence[int]: ([(1,), ("a",)], []),
    "int": ([1], ["1"]),
    "tuple[int, ...] | None": ([(1,), None], [1, ("a",)]),
    "Unknown": ([1, "a", None], []),
}


@pytest.mark.parametrize("annotation", VALUES, ids=str)
def test_the_types_of_fields(annotation):
    kind = declared(("value", annotation))
    right, wrong = VALUES[annotation]
    for value in right:
        assert kind(value).definition.air.rows == 6
    for value in wrong:
        with pytest.raises(ProgramError, match="parameter 'value' of Declared is .* is needed, as the class declares"):
            kind(value).definition


def test_a_plain_type_is_looked_at_beside_one_that_is_unknown():
    kind = declared(("one", "Unknown"), ("two", "int"))
    assert kind("a", 1).definition
    with pytest.raises(ProgramError, match="'two'"):
        kind("a", "b").definition


def test_types_are_written_as_they_are_declared():
    shown = [int, None, tuple[int, ...], int | None, typing.Optional[str], typing.Literal["a"]]
    assert [written(annotation) for annotation in shown] == [
        "int",
        "None",
        "tuple[int, ...]",
        "int | None",
        "Optional[str]",
        "Literal['a']",
    ]
    assert is_of(3, typing.Final[int])


@pytest.mark.parametrize("compare", [True, False])
def test_a_field_that_is_no_parameter_is_refused(compare):
    @dataclass(frozen=True)
    class Derived(Counting):
        size: int
        twice: int = dataclasses.field(init=False, default=0, compare=compare)

        def __post_init__(self):
            object.__setattr__(self, "twice", 2 * self.size)

    with pytest.raises(ProgramError, match="Derived has a field 'twice' with init=False.* in a property"):
        Derived(3).definition


def test_a_value_for_the_making_alone_is_refused():
    @dataclass(frozen=True)
    class Made(Counting):
        size: dataclasses.InitVar[int]
        version: typing.ClassVar[int] = 3

    with pytest.raises(ProgramError, match="Made takes 'size' as an InitVar"):
        Made(3).definition


def test_a_class_variable_is_no_field():
    @dataclass(frozen=True)
    class Classed(Counting):
        size: int
        version: typing.ClassVar[int] = 3

        @property
        def twice(self):
            return 2 * self.size

    assert Classed(3).definition.air.rows == 6
