"""The key of a stored proof: one for a request in every process, another for any other; and the secret behind it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from example_programs import Fibonacci, Powers
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from leaks import Generated
from quick import QUICK
from storing import files, finished, machine, outcomes, put, python, text_of_a_program, told

from l2zk import CachedZkVm, ProofOptions, TraceProgram
from l2zk._core import blake3
from l2zk.base.field import MODULUS
from l2zk.errors import WitnessError
from l2zk.language.witness import bind
from l2zk.vm.settings import Asked
from l2zk.vm.store import key as store_key
from l2zk.vm.store import origin as store_origin
from l2zk.vm.store.key import key_of

SECRET = bytes(range(32))


def key(program: Any, witness: Any = (), **asked: Any) -> bytes | None:
    known = key_of(SECRET, QUICK.options, program, witness, Asked(**asked))
    return known and known[0]


@dataclass(frozen=True)
class Pair(TraceProgram):
    """A public input, a private one without a default, a private column."""

    id = "store-pair.v0"

    def define(self, m: Any) -> None:
        m.rows(4)
        s, (x, y) = m.private_column("s"), m.columns("x", "y")
        m.start({x: m.public_input("a", default=2), y: m.private_input("k")})
        m.step({x: x + s * y, y: y})
        m.output("end", x, row=3)


COLUMN = [1, 2, 3, 4]


def test_forms_of_one_witness_have_one_key() -> None:
    one = key(Pair(), (2, 5, COLUMN))
    assert one is not None
    for witness in (
        [2, 5, tuple(COLUMN)],
        (np.uint64(2), np.int8(5), np.array(COLUMN)),
        {"k": 5, "s": COLUMN},  # the default
        {"s": np.array([1, 2, 3, 4], dtype=object), "k": 5, "a": 2},
        (2, 5, np.repeat(np.array(COLUMN, dtype=">u8"), 2)[::2]),
        {"\uff41": 2, "k": 5, "s": COLUMN},  # another way to write the name
    ):
        assert key(Pair(), witness) == one
    assert key(Pair(), (2, 5, [1, 2, 3])) == key(Pair(), (2, 5, [1, 2, 3, 3]))  # as it is padded


def test_other_requests_have_other_keys() -> None:
    trace = QUICK.trace(Pair(), (2, 5, COLUMN))
    other = trace.copy()
    other["x"][1] += 1
    witness = {"a": 2, "k": 5, "s": COLUMN}
    keys = [
        key(Pair(), witness),
        key(Pair(), {**witness, "a": 3}),
        key(Pair(), {**witness, "k": 6}),
        key(Pair(), {**witness, "s": [1, 2, 3, 5]}),
        key(Pair(), witness, check=False),
        key(Pair(), witness, trace=trace),
        key(Pair(), witness, trace=other),
        key(Pair(), {"a": 2, "k": 5}, trace=trace),  # what it names is compared with the trace
        key(Pair(), {"a": 2}, trace=trace),
        key(Pair(), {"a": 2, "k": 0}, trace=trace),
        key(Fibonacci(10)),
        key(Fibonacci(11)),
        key(Powers(3, 10), [1]),
        key(Powers(3, 10), [2]),
    ]
    assert None not in keys and len(set(keys)) == len(keys)
    others = [(SECRET, ProofOptions()), (bytes(32), QUICK.options), (SECRET, QUICK.options)]
    assert len({key_of(secret, options, Fibonacci(10), (), Asked()) for secret, options in others} - {None}) == 3
    assert key(Fibonacci(10), threads=1, progress=print) == key(Fibonacci(10))


@dataclass(frozen=True)
class Remembers(TraceProgram):
    """A memory that the witness fills: a private column of a further table."""

    id = "store-remembers.v0"

    def define(self, m: Any) -> None:
        m.rows(2)
        value = m.memory("ram", 2, initial="first").read(m.row_number())
        m.output("value", value, row=0)


def test_the_private_columns_of_further_tables_are_in_the_key(tmp_path: Path) -> None:
    witnesses = [{"ram.first": [value, 1]} for value in (5, 6)]
    one, other = (key(Remembers(), witness) for witness in witnesses)
    assert one is not None and one != other
    assert one == key(Remembers(), {"ram.first": np.array([5, 1])})
    made = [CachedZkVm(vm=QUICK, store=tmp_path / "proofs.db").prove(Remembers(), one) for one in witnesses]
    assert [proof.public_outputs["value"] for proof in made] == [5, 6]


@pytest.mark.parametrize(
    "witness",
    [(), (2,), (2, 5), {"k": 5}, (2, 5, [MODULUS]), (True, 5, COLUMN), "25", (2, 5, COLUMN, 7), {"z": 1}, None],
)
def test_what_no_proof_can_be_made_of_has_no_key(witness: Any) -> None:
    assert key(Pair(), witness) is None
    with pytest.raises(WitnessError):
        QUICK.prove(Pair(), witness)
    assert key(Pair) is None and key(None) is None and key(Pair(), (2, 5, COLUMN), trace=5) is None


def test_a_fault_of_our_own_is_told_rather_than_nothing_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a core that was built before it took a key is beside this code."""

    def refuses(data: Any, *, key: bytes | None = None) -> bytes:
        if key is not None:
            raise TypeError("blake3() got an unexpected keyword argument 'key'")
        return blake3(data)

    monkeypatch.setattr(store_key, "blake3", refuses)
    with pytest.raises(TypeError, match="unexpected keyword"):
        key(Fibonacci(10))


VALUES = st.integers(0, 3) | st.sampled_from([MODULUS - 1, 2**32])
BOUND = st.tuples(VALUES, VALUES, st.lists(VALUES, min_size=1, max_size=4))


@settings(max_examples=examples(200), deadline=None)
@given(BOUND, BOUND)
def test_keys_are_equal_exactly_where_inputs_and_columns_are(one: Any, other: Any) -> None:
    def bound(witness: Any) -> Any:
        found = bind(Pair().definition, witness)
        return found.public_inputs, found.private_inputs, [column.tolist() for column in found.columns.values()]

    assert (key(Pair(), one) == key(Pair(), other)) == (bound(one) == bound(other))


# ---- what fills a trace ----------------------------------------------------------------------------------------------


def started(factor: int, default: int = 1, name: str = "a") -> TraceProgram:
    """Programs of one id, of one place and, since their input is private, of the same constraints."""

    @dataclass(frozen=True)
    class Started(TraceProgram):
        id = "store-started.v0"

        def define(self, m: Any) -> None:
            a = m.column(name)
            m.start({a: factor * m.private_input("secret", default=default)})
            m.step({a: a + 1})
            m.output("end", a, row=5)

    return Started()


def generated(value: Any, extra: Callable[[], int] = lambda: 0) -> TraceProgram:
    """Programs whose generate_trace encloses a value and calls another function."""

    @dataclass(frozen=True)
    class Made(TraceProgram):
        id = "store-made.v0"

        def define(self, m: Any) -> None:
            m.rows(4)
            x = m.column("x")
            m.constrain("same", x.next == x, on="transitions")
            m.output("x", x, row=0)

        def generate_trace(self, witness: Any) -> dict[str, Any]:
            return {"x": [value + extra()] * 4}

    return Made()


def test_programs_of_one_digest_that_fill_their_traces_otherwise_have_other_keys(tmp_path: Path) -> None:
    programs = [started(2), started(3), started(2, default=5), generated(1), generated(2), generated(1, lambda: 4)]
    assert len({program.digest for program in programs}) == 2 and len({key(program) for program in programs}) == 6
    ends = [machine(tmp_path / "proofs.db").prove(program).public_outputs for program in programs]
    again = [machine(tmp_path / "proofs.db").prove(program).public_outputs for program in programs]
    assert ends == again and [*(end["end"] for end in ends[:3]), *(end["x"] for end in ends[3:])] == [7, 8, 15, 1, 2, 5]
    assert [key(started(2)), key(generated(1))] == [key(programs[0]), key(programs[3])]


def test_code_that_has_no_stable_form_is_not_stored(tmp_path: Path) -> None:
    program = generated(1, type("Called", (), {"__slots__": (), "__call__": lambda self: 4})())
    made = machine(tmp_path / "proofs.db")
    assert key(program) is None and made.prove(program).public_outputs["x"] == 5
    assert outcomes(made) == (1, 0, 0) and made.prove(program) is made.prove(program)


def test_a_changed_file_of_a_program_gives_another_key(tmp_path: Path) -> None:
    """In generate_trace, in a constant, in a function that it calls; a comment changes nothing."""
    text = text_of_a_program("TABLE = [3, 4]\ndef helped():\n    return 2", "TABLE[0] + helped()")
    code = "sys.path[:0] = [sys.argv[2]]\nfrom storing import machine, outcomes\nfrom filed import Made\n"
    code += "made = machine(sys.argv[1])\nprint(made.prove(Made()).public_outputs['x'], outcomes(made)[1])\n"
    printed, environment = [], {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    edits = [("helped()] * 4}", "helped() + 1] * 4}"), ("TABLE = [3, 4]", "TABLE = [5, 4]"), ("return 2", "return 7")]
    for version in (text, "# a comment\n" + text, *(text.replace(*edit) for edit in edits)):
        (tmp_path / "filed.py").write_text(version)
        printed.append(finished(python(code, tmp_path / "proofs.db", tmp_path, env=environment)))
    assert printed == ["5 0", "5 1", "6 0", "7 0", "10 0"]


def test_the_version_of_the_proofs_is_in_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an older l2zk has put into a file is not found by this one, and stays until its turn to go."""
    with monkeypatch.context() as older:
        older.setattr(store_key, "VERSION", 1)
        before = key(Fibonacci(10))
        put(tmp_path / "proofs.db", 3)
    assert key(Fibonacci(10)) not in (None, before)
    again = put(tmp_path / "proofs.db", 3)
    assert outcomes(again) == (3, 0, 3) and again._store.stats().entries == 6  # type: ignore[union-attr]


def test_the_version_of_a_distribution_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for version in ("1.0", "1.1"):
        monkeypatch.setattr(store_origin, "_release", lambda module, version=version: (f"some {version}",))
        keys.append(key(Generated(), {"key": 5}))
    assert None not in keys and keys[0] != keys[1]


def test_a_c_function_has_an_origin_only_in_a_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    class Definition:
        generate, step_function = None, object()

        @property
        def tables(self) -> Any:
            return [self]

    with pytest.raises(store_origin.Unstable):
        store_origin.origin(Pair, Definition())  # type: ignore[arg-type]
    monkeypatch.setattr(store_origin, "_release", lambda module: ("some 1.0",))
    assert len(store_origin.origin(Pair, Definition())) == 32  # type: ignore[arg-type]
    assert store_origin._distributions()["numpy"] == ["numpy"]


# ---- the secret ------------------------------------------------------------------------------------------------------


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        machine(tmp_path / "proofs.db")
    finally:
        os.umask(old)
    found = (tmp_path / "proofs.db.key").stat()
    assert stat.S_IMODE(found.st_mode) == 0o600 and found.st_size == 32
    code = "from l2zk.vm.store.secret import secret_in\nprint(secret_in(sys.argv[1]).hex())\n"
    several = [python(code, tmp_path / "new.key") for _ in range(4)]
    assert len({finished(one) for one in several}) == 1
    assert not [name for name in files(tmp_path) if name.startswith("new.key.")]


@pytest.mark.parametrize("what", ["gone", "replaced"])
def test_without_its_secret_a_store_finds_nothing_and_goes_on(what: str, tmp_path: Path) -> None:
    path, secret = tmp_path / "proofs.db", tmp_path / "proofs.db.key"
    put(path, 3)
    before = secret.read_bytes()
    secret.unlink() if what == "gone" else secret.write_bytes(os.urandom(32))
    made = put(path, 3)
    assert outcomes(made) == (3, 0, 3) and secret.read_bytes() != before
    assert made._store is not None and made._store.stats().entries == 6
    small = put(path, 3, max_bytes=5 * 1600)
    assert outcomes(small)[1] == 3 and small._store.stats().entries == 5  # type: ignore[union-attr]
    secret.write_bytes(before)
    assert outcomes(put(path, 3))[1] == 2  # the ones that nobody found any more have gone first


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, "folder", "pipe"])
def test_a_key_file_that_holds_no_key(content: Any, tmp_path: Path) -> None:
    secret = tmp_path / "proofs.db.key"
    if isinstance(content, bytes):
        secret.write_bytes(content)
    else:
        secret.mkdir() if content == "folder" else os.mkfifo(secret)
    with told() as texts:
        assert outcomes(put(tmp_path / "proofs.db", 3)) == (3, 0, 0)
    assert len(texts) == 1 and "key" in texts[0] and "xxx" not in texts[0]


def test_a_key_of_the_callers_own_needs_no_file(tmp_path: Path) -> None:
    path = tmp_path / "proofs.db"
    proof = CachedZkVm(vm=QUICK, store=path, store_key=SECRET).prove(Fibonacci(10))
    same, other = (CachedZkVm(vm=QUICK, store=path, store_key=key) for key in (SECRET, bytes(32)))
    assert same.prove(Fibonacci(10)) == proof and other.prove(Fibonacci(10))
    assert outcomes(same) == (0, 1, 0) and outcomes(other) == (1, 0, 1)
    assert "proofs.db.key" not in files(tmp_path)
