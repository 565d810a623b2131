"""Types of the core; see _protocol/door/ for what each function does."""

from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import disjoint_base

from l2zk.air.bytecode import Code
from l2zk.errors import ProofError

_Buffer = bytes | bytearray | memoryview
_Words = NDArray[np.uint64]
_Progress = Callable[[str, int, int], object]
_Cells = Sequence[tuple[int, int, int]]
_Triple = tuple[int, int, int]

STAGES: tuple[str, ...]
PRESETS: dict[str, int]
REFUSALS: dict[int, tuple[str, str]]
STEP_FUNCTION: str
ISA_REFUSED: str
LOOK_IN_SECONDS: float
MOST_LEAVES: int

_Pairs = Sequence[tuple[int, int]]
_Sequences = Sequence[_Words | Sequence[int]]

class Sizes(NamedTuple):
    columns: int
    log_m: int
    log_n0: int
    queries: int
    tail: int
    grinding: int
    words: tuple[_Triple, ...]
    bits: int
    bits_of_sum: int

class _CommitmentSizes(Protocol):
    @property
    def columns(self) -> int: ...
    @property
    def log_m(self) -> int: ...
    @property
    def log_n0(self) -> int: ...
    @property
    def queries(self) -> int: ...
    @property
    def tail(self) -> int: ...
    @property
    def grinding(self) -> int: ...
    @property
    def words(self) -> Sequence[_Triple]: ...

class _AllSizes(_CommitmentSizes, Protocol):
    @property
    def hiding(self) -> bool: ...
    @property
    def q_length(self) -> int: ...
    @property
    def degree(self) -> int: ...
    @property
    def last_degree(self) -> int: ...
    @property
    def masked(self) -> int: ...
    @property
    def masks_at(self) -> int: ...
    @property
    def lengths(self) -> Sequence[int]: ...

def choose(
    entries: int,
    claims: int,
    log_rows: int,
    degrees: _Pairs,
    *,
    preset: str = "default",
    log_rate: int = 0,
    security: int = 128,
    grinding: int = 16,
    zero_knowledge: bool = True,
    queries: int = 0,
    allow_insecure: bool = False,
) -> Sizes: ...
def rounds(
    sizes: _CommitmentSizes,
    entries: int,
    claims: int,
    log_rows: int,
    degrees: _Pairs,
    security: int,
    hiding: bool,
) -> list[tuple[int, str, int, int]]: ...
def multiplicities(
    sizes: _CommitmentSizes,
    entries: int,
    claims: int,
    log_rows: int,
    degrees: _Pairs,
    security: int,
    hiding: bool,
) -> list[int]: ...

class TraceViolation(Exception):
    first: NDArray[np.int64]
    counts: _Words
    trace: _Words
    outputs: list[int]
    sequences: list[_Words]
    def __init__(
        self, first: NDArray[np.int64], counts: _Words, trace: _Words, outputs: list[int], sequences: list[_Words]
    ) -> None: ...

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
        sequences: _Sequences = (),
        sequence_places: Sequence[int] = (),
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
        needs: Sequence[int] | None,
        pairs: _Pairs,
        periodic: Sequence[Sequence[int]],
        constraints: Code,
        input_count: int,
        output_claims: _Pairs,
        step: Code | None = None,
        step_targets: ArrayLike | None = None,
        step_reach: int = 0,
        step_function: object | None = None,
        sequences: Sequence[tuple[int, bool]] = (),
        placements: Sequence[_Triple] = (),
        sequence_claims: _Pairs = (),
    ) -> None: ...
    def memory(self) -> int: ...

@disjoint_base
class Compiled:
    @property
    def table(self) -> Table: ...
    def __init__(self, table: Table, sizes: _AllSizes) -> None: ...
    def memory(self, threads: int) -> int: ...

def dissect(
    compiled: Compiled,
    header: _Buffer,
    body: _Buffer,
    inputs: Iterable[int],
    outputs: Iterable[int],
    sequences: _Sequences = (),
) -> tuple[list[tuple[Any, ...]], ProofError | None]: ...
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
    sequences: _Sequences = (),
    sequence_places: Sequence[int] = (),
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
    sequences: _Sequences = (),
) -> tuple[_Words, list[int], list[_Words]]: ...
def verify_bytes(
    compiled: Compiled,
    header: _Buffer,
    body: _Buffer,
    inputs: Iterable[int],
    outputs: Iterable[int],
    sequences: _Sequences = (),
) -> None: ...
def stacks() -> dict[int, list[tuple[str, str, FrameType]]]: ...
def blake3(data: _Buffer, *, key: _Buffer | None = None) -> bytes: ...
def tree_memory(leaves: int, cosets: int) -> int: ...
def keep_memory(limit: int) -> None: ...
def release_memory() -> int: ...
def kept_memory() -> int: ...
def isas() -> tuple[str, ...]: ...
def compiled_isas() -> tuple[str, ...]: ...
def machine_isas() -> tuple[str, ...]: ...
def isa() -> str: ...
def use_isa(name: str | None = None) -> None: ...
def look_in_every(seconds: float) -> float: ...
