"""Types of the core; see _protocol/door/ for what each function does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
MANY_WORDS: int

_Pairs = Sequence[tuple[int, int]]
_Sequences = Sequence[_Words | Sequence[int]]
_Form = Sequence[tuple[int, int, int, int]]
_Interaction = tuple[int, _Triple, Sequence[_Form], _Form]
_Message = tuple[int, int, Sequence[Sequence[_Triple]]]
_Filled = tuple[_Cells, Mapping[int, _Words] | None, _Words | None]
_Stated = tuple[Iterable[int], Iterable[int], _Sequences]

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
    def layers(self) -> int: ...
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
    statement: int
    table: int
    first: NDArray[np.int64]
    counts: _Words
    trace: _Words
    outputs: list[int]
    sequences: list[_Words]
    def __init__(
        self,
        statement: int,
        table: int,
        first: NDArray[np.int64],
        counts: _Words,
        trace: _Words,
        outputs: list[int],
        sequences: list[_Words],
    ) -> None: ...

@disjoint_base
class Instances:
    @property
    def count(self) -> int: ...
    @property
    def inputs(self) -> _Words: ...
    @property
    def starts(self) -> Sequence[_Words]: ...
    @property
    def output_places(self) -> _Words: ...
    def __init__(
        self, inputs: _Words, starts: Sequence[_Words], *, output_places: Sequence[int] = (), apart: int = 0
    ) -> None: ...

@disjoint_base
class Publics:
    @property
    def count(self) -> int: ...
    @property
    def inputs(self) -> _Words: ...
    @property
    def outputs(self) -> _Words: ...
    def __init__(self, inputs: _Words, outputs: _Words) -> None: ...

@disjoint_base
class Instance:
    @property
    def inputs(self) -> Sequence[int]: ...
    @property
    def runs(self) -> Sequence[_Filled]: ...
    @property
    def output_places(self) -> Sequence[int]: ...
    @property
    def sequences(self) -> _Sequences: ...
    @property
    def sequence_places(self) -> Sequence[int]: ...
    def __init__(
        self,
        inputs: Sequence[int],
        runs: Sequence[_Filled],
        *,
        output_places: Sequence[int] = (),
        sequences: _Sequences = (),
        sequence_places: Sequence[int] = (),
    ) -> None: ...

@disjoint_base
class Execution: ...

@disjoint_base
class Run(Execution):
    def __new__(
        cls,
        compiled: Compiled,
        header: _Buffer,
        instances: Iterable[Instance | Instances],
        *,
        check: bool = True,
        seed: _Buffer | None = None,
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
        blocks: int = 1,
        output_count: int | None = None,
        interactions: Sequence[_Interaction] = (),
    ) -> None: ...
    def memory(self) -> int: ...

@disjoint_base
class Group:
    @property
    def tables(self) -> tuple[Table, ...]: ...
    @property
    def runs(self) -> tuple[Table, ...]: ...
    @property
    def count(self) -> int: ...
    @property
    def buses(self) -> int: ...
    @property
    def messages(self) -> tuple[_Message, ...]: ...
    def __init__(
        self,
        tables: Iterable[Table],
        runs: Iterable[Table],
        count: int,
        buses: int = 0,
        messages: Iterable[_Message] = (),
    ) -> None: ...

@disjoint_base
class Compiled:
    @property
    def groups(self) -> tuple[Group, ...]: ...
    @property
    def table(self) -> Table: ...
    def __init__(self, groups: Iterable[Group], sizes: _AllSizes) -> None: ...
    def memory(self, threads: int) -> int: ...

def dissect(
    compiled: Compiled,
    header: _Buffer,
    body: _Buffer,
    statements: Iterable[_Stated | Publics],
) -> tuple[list[tuple[Any, ...]], ProofError | None]: ...
def prove_bytes(
    compiled: Compiled,
    header: _Buffer,
    instances: Iterable[Instance | Instances],
    *,
    check: bool = True,
    threads: int = 1,
    progress: _Progress | None = None,
    seed: _Buffer | None = None,
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
    outputs: Sequence[int] | None = None,
    check: bool = False,
    progress: _Progress | None = None,
    columns: dict[int, _Words] | None = None,
    sequences: _Sequences = (),
) -> tuple[_Words, list[int], list[_Words]]: ...
def verify_bytes(
    compiled: Compiled,
    header: _Buffer,
    body: _Buffer,
    statements: Iterable[_Stated | Publics],
) -> None: ...

@disjoint_base
class Expressions:
    @property
    def length(self) -> int: ...
    @property
    def fault(self) -> tuple[int, int, int] | None: ...
    def __new__(
        cls,
        length: int,
        nodes: Sequence[_Triple],
        roots: Sequence[int],
        *,
        columns: Mapping[int, _Words] | None = None,
        periodic: Sequence[Sequence[int]] = (),
        inputs: Sequence[int] = (),
        outputs: Sequence[int] = (),
        sequences: _Sequences = (),
        lists: Sequence[Sequence[int]] = (),
        rows: _Triple | None = None,
        checked: int | None = None,
    ) -> Expressions: ...

_Access = tuple[Expressions, Expressions | None, Expressions, _Words | None, _Words | None]

def fill_columns(expressions: Expressions, filled: Sequence[tuple[int, int, int, _Words]]) -> None: ...
def tally(groups: Iterable[Sequence[Expressions]], width: int) -> tuple[_Words, _Words]: ...
def unbalanced(messages: Sequence[Expressions], width: int, most: int = 8) -> tuple[int, _Words, _Words]: ...
def count_indexed(
    messages: Sequence[Expressions], kind: str, bits: int, times: _Words
) -> tuple[int, tuple[int, int]]: ...
def count_tuples(
    messages: Sequence[Expressions], table: Expressions, width: int, times: _Words
) -> tuple[int, tuple[int, int]]: ...
def memory_pass(accesses: Sequence[_Access], rows: int, values: _Words, times: _Words) -> tuple[int, int] | None: ...

_Action = tuple[int, int] | tuple[Expressions, Sequence[tuple[int, int, int, _Words]], int]

def walk(
    actions: Sequence[_Action], memories: Sequence[tuple[Sequence[_Access], int, _Words, _Words]], length: int
) -> tuple[int, int, int] | None: ...
def powers(values: _Words, exponent: int, out: _Words) -> None: ...
def inverses(values: _Words, out: _Words) -> None: ...
def poseidon2(what: str, rows: _Words, size: int, count: int, out: _Words, *, threads: int = 1) -> None: ...
def poseidon2_constants() -> dict[int, list[int]]: ...

@disjoint_base
class Turns:
    def __new__(
        cls,
        kind: NDArray[np.uint8],
        value: _Words,
        claims: Sequence[tuple[Sequence[_Triple], NDArray[np.int64]]],
        pool: Sequence[int],
        reads_first: NDArray[np.int64],
        reads: NDArray[np.int64],
        unknown: NDArray[np.int32],
    ) -> Turns: ...
    def push(self, instance: int) -> None: ...
    def drop(self, instance: int) -> None: ...
    def known(self, cell: int) -> None: ...
    def changed(self, cell: int) -> None: ...
    def forgotten(self, cell: int) -> None: ...
    def clear(self) -> None: ...
    def advance(self) -> tuple[str, int, int | tuple[int, dict[int, int]] | frozenset[int], list[tuple[int, int]]]: ...
    def evaluate(self, instance: int) -> int | tuple[int, dict[int, int]] | frozenset[int]: ...
    def tried(self, instance: int, cells: Sequence[int], values: Sequence[Sequence[int]]) -> list[int | None]: ...

def few_valued_sum(
    variables: Sequence[Sequence[int]], target: int, most: int
) -> list[tuple[int, ...]] | dict[int, Sequence[int]] | None: ...
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
