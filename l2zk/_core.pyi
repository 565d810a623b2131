"""Types of the core; see _protocol/door/ for what each function does."""

from collections.abc import Callable, Iterable, Sequence
from types import FrameType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import disjoint_base

from l2zk.air.bytecode import Code
from l2zk.proof.shape import Shape

_Buffer = bytes | bytearray | memoryview
_Words = NDArray[np.uint64]
_Progress = Callable[[str, int, int], object]
_Cells = Sequence[tuple[int, int, int]]
_Triple = tuple[int, int, int]

STAGES: tuple[str, ...]
REFUSALS: dict[int, tuple[str, str]]
STEP_FUNCTION: str
ISA_REFUSED: str
LOOK_IN_SECONDS: float

class TraceViolation(Exception):
    first: NDArray[np.int64]
    counts: _Words
    trace: _Words
    outputs: list[int]
    def __init__(self, first: NDArray[np.int64], counts: _Words, trace: _Words, outputs: list[int]) -> None: ...

@disjoint_base
class Execution: ...

@disjoint_base
class Run(Execution):
    def __new__(
        cls,
        compiled: Compiled,
        header: _Buffer,
        output_places: Sequence[int],
        inputs: Sequence[int],
        start: _Cells,
        *,
        check: bool = True,
        seed: _Buffer | None = None,
        columns: dict[int, _Words] | None = None,
    ) -> Run: ...

@disjoint_base
class Session:
    def __new__(cls, threads: int) -> Session: ...

@disjoint_base
class Table:
    def __init__(
        self,
        length: int,
        *,
        columns: int,
        rows: int,
        domains: Sequence[_Triple],
        reads: Sequence[tuple[int, Sequence[int]]],
        periodic: Sequence[Sequence[int]],
        constraints: Code,
        input_count: int,
        output_claims: Sequence[tuple[int, int]],
        step: Code | None = None,
        step_targets: ArrayLike | None = None,
        step_reach: int = 0,
        step_function: object | None = None,
    ) -> None: ...
    def memory(self) -> int: ...

@disjoint_base
class Compiled:
    def __init__(self, table: Table, shape: Shape) -> None: ...
    def memory(self, threads: int) -> int: ...

def prove_bytes(
    compiled: Compiled,
    header: _Buffer,
    output_places: Sequence[int],
    inputs: Sequence[int],
    start: _Cells,
    *,
    trace: _Words | None = None,
    check: bool = True,
    threads: int = 1,
    progress: _Progress | None = None,
    seed: _Buffer | None = None,
    columns: dict[int, _Words] | None = None,
    profile: dict[str, float] | None = None,
) -> tuple[bytes, bytes]: ...
def prove_many(
    runs: Sequence[Run], *, threads: int = 1, progress: _Progress | None = None, stop_at_failure: bool = True
) -> list[tuple[bytes, bytes] | None]: ...
def run_trace(
    table: Table,
    inputs: Sequence[int],
    start: _Cells,
    *,
    trace: _Words | None = None,
    check: bool = False,
    progress: _Progress | None = None,
    columns: dict[int, _Words] | None = None,
) -> tuple[_Words, list[int]]: ...
def verify_bytes(
    compiled: Compiled, header: _Buffer, body: _Buffer, inputs: Iterable[int], outputs: Iterable[int]
) -> None: ...
def stacks() -> dict[int, list[tuple[str, str, FrameType]]]: ...
def blake3(data: _Buffer, *, key: _Buffer | None = None) -> bytes: ...
def tree_memory(leaves: int, blowup: int) -> int: ...
def keep_memory(limit: int) -> None: ...
def release_memory() -> int: ...
def kept_memory() -> int: ...
def isas() -> tuple[str, ...]: ...
def compiled_isas() -> tuple[str, ...]: ...
def machine_isas() -> tuple[str, ...]: ...
def isa() -> str: ...
def use_isa(name: str | None = None) -> None: ...
def look_in_every(seconds: float) -> float: ...
