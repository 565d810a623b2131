"""The conformance kit, which looks for faults of a program by cheating with it: `check_program`."""

from l2zk.testing.cases import Case
from l2zk.testing.determinacy import Change, Choices, Determinacy, Forgery
from l2zk.testing.found import Conformance, ConformanceError, FreeCell
from l2zk.testing.kit import check_program, examine_program

__all__ = [
    "Case",
    "Change",
    "Choices",
    "Conformance",
    "ConformanceError",
    "Determinacy",
    "Forgery",
    "FreeCell",
    "check_program",
    "examine_program",
]
