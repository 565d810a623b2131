"""Parameters of a program: every field is one, and is of the type that the class declares."""

from __future__ import annotations

import dataclasses
import functools
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
    typing.Sequence[int]: ([(1,), (), b"ab"], [("a",), 1, "7", None, (True,)]),
    typing.Iterable[str]: ([("a",), "abc"], [(1,), 1]),
    typing.Collection[tuple[int, ...]]: ([((1, 2),)], [(1,), 1]),
    typing.Sequence: ([(1,), "a"], [1, None]),
    typing.Optional[typing.Sequence[int]]: ([(1,), None], [("a",), 1]),
    "Sequence[int]": ([(1,)], [("a",), 1]),
    "tuple[Sequence[int], ...]": ([((1,), ())], [(1,), (("a",),)]),
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


CONTAINERS = [
    list,
    list[int],
    set[int],
    frozenset,
    dict[str, int],
    typing.Mapping[str, int],
    typing.MutableSequence[int],
    typing.Iterator[int],
    bytearray,
    tuple[list[int], ...],
    typing.Sequence[list[int]],
    typing.Optional[list[int]],
    list[int] | None,
    "list[int]",
    "Mapping[str, int]",
]


@pytest.mark.parametrize("value", [(1, 2), None, [1, 2]], ids=str)
@pytest.mark.parametrize("annotation", CONTAINERS, ids=str)
def test_a_type_that_no_parameter_has_is_refused(annotation, value):
    sentence = (
        r"'value' of Declared is declared as .*, which no parameter is: declare a tuple, such as tuple\[int, ...\]"
    )
    with pytest.raises(ProgramError, match=sentence):
        declared(("value", annotation))(value).definition


def test_types_are_looked_at_beside_one_that_is_unknown():
    kind = declared(("one", "Unknown"), ("two", "Sequence[int]"))
    assert kind("a", (1,)).definition
    with pytest.raises(ProgramError, match=r"'two' of Declared is '7', .*: Sequence\[int\] is needed"):
        kind("a", "7").definition


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


def init_of(*names, **kept):
    """An __init__ that takes these names and keeps them, and these values besides."""

    def init(self, *values):
        for name, value in [*zip(names, values), *kept.items()]:
            object.__setattr__(self, name, value)

    arguments = ", ".join(names)
    return eval(f"lambda self, {arguments}: init(self, {arguments})", {"init": init})


def test_what_an_own_init_takes_is_a_field():
    """Two programs of the same fields would be two statements under one digest."""

    @dataclass(frozen=True)
    class Smuggled(Counting):
        size: int
        __init__ = init_of("size", "factor")

        def define(self, m):
            x = m.column("x")
            m.start({x: 0})
            m.step({x: x + self.factor})
            m.output("end", x, row=self.size)

    with pytest.raises(ProgramError, match="the __init__ of Smuggled takes 'factor', which is no field"):
        Smuggled(3, 7).definition

    @dataclass(frozen=True)
    class Open(Counting):
        size: int

        def __init__(self, size, **rest):
            object.__setattr__(self, "size", size)

    with pytest.raises(ProgramError, match="the __init__ of Open takes 'rest', which is no field"):
        Open(3).definition

    @dataclass(frozen=True)
    class Named(Counting):
        size: int
        __init__ = init_of("size")

    assert Named(3).definition.air.rows == 6


@dataclass(frozen=True)
class Sized(Counting):
    """A program that keeps what is asked for."""

    size: int

    @functools.cached_property
    def twice(self):
        return 2 * self.size

    def define(self, m):
        x = m.column("x")
        m.start({x: self.twice})
        m.step({x: x + 1})
        m.output("end", x, row=5)


def test_what_a_program_keeps_is_a_field():
    kept = Sized(3)
    assert kept.definition and kept.__dict__["twice"] == 6 and kept.definition
    object.__setattr__(kept, "_factor", 7)
    with pytest.raises(ProgramError, match="Sized keeps '_factor', which is no field and so no parameter"):
        kept.definition


def test_what_a_program_keeps_in_slots_is_a_field():
    class Slotted:
        __slots__ = ("__factor", "other")

    @dataclass(frozen=True)
    class Sly(Sized, Slotted):
        pass

    @dataclass(frozen=True, slots=True)
    class Plain(Counting):
        size: int

    assert Plain(3).definition and Sly(3).definition
    for name in ("_Slotted__factor", "other"):
        sly = Sly(3)
        object.__setattr__(sly, name, 7)
        with pytest.raises(ProgramError, match=f"Sly keeps '{name}'"):
            sly.definition
