"""Functions of integer code, for m.hint: `from l2zk import hints`. See l2zk/language/code.py."""

from l2zk.language.code import (
    Code,
    equal,
    integer,
    inverse,
    look_up,
    maximum,
    minimum,
    power,
    rotate_left,
    rotate_right,
    select,
)

__all__ = [
    "Code",
    "equal",
    "integer",
    "inverse",
    "look_up",
    "maximum",
    "minimum",
    "power",
    "rotate_left",
    "rotate_right",
    "select",
]
