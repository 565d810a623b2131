"""Results are written through links and into pipes, whole or not at all, to a path that was tried before the work."""

from __future__ import annotations

import errno
import os
import resource
import stat
import threading
from pathlib import Path

import numpy as np
import pytest
from commands import l2zk, sentence, spawned

from l2zk import Proof, TraceZkVm, get_program
from l2zk.base.saving import Target

PROOF = TraceZkVm().prove(get_program("fib")(rounds=20))  # type: ignore[call-arg]
OLD = b"what was there"
FIB = ("prove", "fib", "--rounds", "20")
FULL = Path(os.devnull).with_name("full")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def read_pipe(path: Path) -> tuple[threading.Thread, list[bytes]]:
    """A thread that reads all that is written to a pipe."""
    read: list[bytes] = []
    thread = threading.Thread(target=lambda: read.append(path.read_bytes()))
    thread.start()
    return thread, read


def test_a_proof_is_saved_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "proof"
    PROOF.save(path)
    assert Proof.load(path) == PROOF and os.listdir(tmp_path) == ["proof"]
    PROOF.save(str(path))
    assert path.read_bytes() == bytes(PROOF) and os.listdir(tmp_path) == ["proof"]


def test_a_new_file_has_the_mode_that_open_would_give(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    PROOF.save(tmp_path / "proof")
    assert mode(tmp_path / "proof") == mode(tmp_path / "other")


@pytest.mark.parametrize("bits", [0o600, 0o644, 0o666])
def test_a_file_that_is_replaced_keeps_its_mode(bits: int, tmp_path: Path) -> None:
    path = tmp_path / "proof"
    path.write_bytes(OLD)
    path.chmod(bits)
    PROOF.save(path)
    assert mode(path) == bits and path.read_bytes() == bytes(PROOF)


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link_and_what_it_names_is_written(there: bool, absolute: bool, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    real, link, second = tmp_path / "store" / "real", tmp_path / "link", tmp_path / "second"
    if there:
        real.write_bytes(OLD)
    link.symlink_to(real if absolute else "store/real")
    second.symlink_to("link")
    PROOF.save(second)
    assert second.is_symlink() and link.is_symlink() and not real.is_symlink()
    assert real.read_bytes() == bytes(PROOF) and os.listdir(tmp_path / "store") == ["real"]


def test_a_file_of_two_names_keeps_both(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(OLD * 10_000)
    os.link(one, other)
    PROOF.save(one)
    assert one.samefile(other) and other.read_bytes() == bytes(PROOF)


@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_written_into_and_stays_one(linked: bool, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    path = tmp_path / "link" if linked else pipe
    if linked:
        path.symlink_to("pipe")
    thread, read = read_pipe(pipe)
    PROOF.save(path)
    thread.join(10)
    assert read == [bytes(PROOF)] and stat.S_ISFIFO(pipe.lstat().st_mode)


@pytest.mark.parametrize(
    "name, number",
    [
        ("absent/proof", errno.ENOENT),
        ("folder", errno.EISDIR),
        ("folder/", errno.EISDIR),
        ("new/", errno.ENOENT),
        ("", errno.ENOENT),
        ("file/proof", errno.ENOTDIR),
        ("file/", errno.ENOTDIR),
        ("loop", errno.ELOOP),
        ("to_absent", errno.ENOENT),
        ("n" * 256, errno.ENAMETOOLONG),
    ],
)
def test_a_path_that_cannot_be_written_is_named_as_it_was_given(
    name: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").write_bytes(OLD)
    Path("loop").symlink_to("loop")
    Path("to_absent").symlink_to("absent/proof")
    before = sorted(os.listdir())
    with pytest.raises(OSError) as caught:
        PROOF.save(name)
    assert (caught.value.errno, caught.value.filename) == (number, name)
    assert sorted(os.listdir()) == before and Path("file").read_bytes() == OLD
    result = l2zk(*FIB, "-o", name)
    assert result.exit_code == 1 and sentence(result) == f"l2zk: cannot use {name!r}: {os.strerror(number)}"


def test_names_may_be_as_long_as_the_system_allows(tmp_path: Path) -> None:
    PROOF.save(tmp_path / ("n" * 255))
    assert os.listdir(tmp_path) == ["n" * 255]


def test_names_need_not_be_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff[x]\n"
    PROOF.save(os.fsdecode(path))
    assert os.listdir(os.fsencode(tmp_path)) == [b"\xff[x]\n"]
    result = l2zk(*FIB, "-o", os.fsdecode(path))
    assert result.exit_code == 0 and r"written to" in result.stdout and r"/\udcff[x]\n" in result.stdout


def test_the_target_is_tried_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def profile(*arguments: object, **settings: object) -> None:
        raise AssertionError("the proof was begun")

    monkeypatch.setattr(TraceZkVm, "profile", profile)
    assert l2zk(*FIB, "-o", tmp_path / "absent" / "proof").exit_code == 1
    assert l2zk(*FIB, "-o", tmp_path).exit_code == 1
    monkeypatch.setattr(TraceZkVm, "trace", profile)
    assert l2zk("trace", *FIB[1:], "-o", tmp_path).exit_code == 1


def test_trying_leaves_nothing_and_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(OLD)
    Target(tmp_path / "old")
    Target(tmp_path / "new")
    assert os.listdir(tmp_path) == ["old"] and (tmp_path / "old").read_bytes() == OLD
    assert l2zk(*FIB, "--input", "a0=nothing", "-o", tmp_path / "old").exit_code == 2
    assert l2zk(*FIB, "--input", "none=1", "-o", tmp_path / "old").exit_code == 2
    assert (tmp_path / "old").read_bytes() == OLD


def test_what_fails_while_it_is_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "proof"
    path.write_bytes(OLD)
    with pytest.raises(KeyboardInterrupt), Target(path).open() as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == OLD and os.listdir(tmp_path) == ["proof"]


@pytest.mark.parametrize(
    "arguments", [FIB, ("trace", "fib", "--rounds", "2000", "--rows", ":")], ids=["prove", "trace"]
)
def test_a_limit_of_the_size_of_files_is_a_sentence_and_leaves_the_old_file(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "proof"
    path.write_bytes(OLD)

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    run = spawned(*arguments, "-o", path, preexec_fn=few)
    assert run.returncode == 1 and path.read_bytes() == OLD and os.listdir(tmp_path) == ["proof"]
    assert run.stderr == f"l2zk: cannot use {str(path)!r}: {os.strerror(errno.EFBIG)}\n".encode()


@pytest.mark.parametrize("arguments", [FIB, ("trace", *FIB[1:])])
def test_a_full_device_is_a_sentence(arguments: tuple[str, ...]) -> None:
    result = l2zk(*arguments, "-o", FULL)
    assert result.exit_code == 1
    assert sentence(result) == f"l2zk: cannot use {str(FULL)!r}: {os.strerror(errno.ENOSPC)}"
    with pytest.raises(OSError) as caught:
        PROOF.save(FULL)
    assert caught.value.filename == str(FULL) and stat.S_ISCHR(FULL.stat().st_mode)


def test_standard_output_by_its_path_is_not_replaced(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(OLD)
    run = spawned(*FIB, "-o", "/proc/self/fd/1", shell=f"2>&1 >>'{log}' || exit 7")
    assert run.returncode == 0 and log.read_bytes().startswith(OLD + b"l2zk\2")
    assert b"l2zk\2\0\0\0" in spawned(*FIB, "-o", "/proc/self/fd/1", shell="| cat").stdout


def test_a_dash_is_standard_output_and_the_report_goes_to_stderr(tmp_path: Path) -> None:
    for more in ((), ("--json",), ("--profile",)):
        run = spawned(*FIB, "-o", "-", *more, cwd=tmp_path)
        assert run.returncode == 0 and Proof(run.stdout).public_outputs == {"result": 6765}
        assert b"6765" in run.stderr and os.listdir(tmp_path) == []
    piped = spawned("verify", "-", input=run.stdout)
    assert piped.returncode == 0 and piped.stdout.startswith(b"fib.v0(rounds=20)")
    assert spawned("inspect", "-", input=run.stdout).returncode == 0
    assert spawned("security", "-", input=run.stdout).returncode == 0
    assert b"standard input is not a proof" in spawned("verify", "-", input=b"nothing").stderr


def test_a_proof_is_read_from_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for command in ("verify", "inspect", "security"):
        thread = threading.Thread(target=PROOF.save, args=(pipe,))
        thread.start()
        assert l2zk(command, pipe).exit_code == 0
        thread.join(10)


def test_rows_of_a_trace_go_anywhere_too(tmp_path: Path) -> None:
    run = spawned("trace", "fib", "--rounds", "3", "-o", "-")
    assert run.stdout == b"a,b\n0,1\n1,1\n1,2\n2,3\n" and b"written to standard output" in run.stderr
    pipe = tmp_path / "rows.npy"
    os.mkfifo(pipe)
    thread, read = read_pipe(pipe)
    assert l2zk("trace", "fib", "--rounds", "3", "-o", pipe).exit_code == 0
    thread.join(10)
    (tmp_path / "copy.npy").write_bytes(read[0])
    assert np.load(tmp_path / "copy.npy")[3].tolist() == [2, 3]


def test_a_package_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *arguments: object, **settings: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "inner")

    monkeypatch.setattr(Path, "write_text", full)
    result = l2zk("new", "primes", "--into", tmp_path)
    assert result.exit_code == 1 and os.listdir(tmp_path) == []
    assert sentence(result) == f"l2zk: cannot use '{tmp_path}/l2zk-primes': {os.strerror(errno.ENOSPC)}"
