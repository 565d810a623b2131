"""A cluster shows no private value: in logs, task keys, pages of the dashboard, states, events and errors."""

from __future__ import annotations

import base64
import os
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import pytest
from dask_workers import fail, fail_with_no_word, talk
from elsewhere import FIBONACCI
from endless import ENDLESS
from example_programs import Masked, Powers
from leaks import ARRAYS, FORMS, SECRET, WITNESS, Arrays, Generated, Vault, raised, said
from quick import QUICK
from warned import any_length

from l2zk.errors import ConstraintError, OptionsError
from l2zk.vm.batch.dask import DaskEngine
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.batch.wire import Sealed

pytestmark = any_length

WORD = SECRET.to_bytes(8, "little")
IN_BASE64 = [base64.b64encode(bytes(shift) + WORD)[4:-4] for shift in range(3)]
FORBIDDEN = [
    *(form.encode() for form in FORMS),
    *(form % SECRET for form in (b"%x", b"%X")),
    *(WORD, WORD[::-1], repr(WORD)[2:-1].encode(), repr(WORD[::-1])[2:-1].encode()),
    *(WORD.hex().encode(), WORD[::-1].hex().encode(), *IN_BASE64),
]


def found(*shown: object) -> list[bytes]:
    """The forms of the private value that are shown."""
    data = b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in shown)
    assert len(data) > 50  # there is something to look at
    data += re.sub(rb"\\+", rb"\\", data)  # a repr within a repr doubles backslashes
    return [form for form in FORBIDDEN if form in data]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file that the processes of the cluster print into."""
    path = tmp_path_factory.mktemp("cluster") / "output"
    kept = os.dup(1), os.dup(2)
    with open(path, "wb") as file:
        for fd in (1, 2):
            os.dup2(file.fileno(), fd)
    yield path
    for fd, before in zip((1, 2), kept):
        os.dup2(before, fd)
        os.close(before)


@pytest.fixture(scope="module")
def talkative(output: Path, cluster: Any, client: Any) -> Any:
    """The client of a cluster whose workers log whatever there is to say."""
    client.run(talk)
    return client


def pages(base: str, keys: list[str]) -> Iterator[bytes]:
    """The pages of the dashboard, those of the tasks too, and whatever they lead to."""
    seen, waiting = set[str](), ["/info/main/workers.html", "/json/index.html", "/json/identity.json", "/metrics"]
    waiting += [f"/info/{page}/{key}.html" for key in keys for page in ("task", "call-stack")]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.startswith(("/info", "/json", "/metrics")):
            continue
        seen.add(path)
        try:
            with urllib.request.urlopen(base + path) as answer:
                page = answer.read()
        except urllib.error.HTTPError as error:  # of a task that is over
            page = error.read()
        yield path.encode() + page
        links = (link.decode() for link in re.findall(rb'href="([^"]+)"', page))
        waiting += [urllib.parse.urljoin(path, link) for link in links if "static" not in link]
    assert len(seen) > 10


def everything(client: Any, cluster: Any, output: Path) -> list[object]:
    """All that a cluster tells of what it did."""
    logs = [*client.get_worker_logs().values(), client.get_scheduler_logs(), cluster.get_logs()]
    return [*logs, client.get_events(), client.get_task_stream(), client.profile(), output.read_bytes()]


def test_while_proofs_are_made(talkative: Any, cluster: Any, output: Path, tmp_path: Path) -> None:
    ended: list[OptionsError] = []

    def prove() -> None:
        try:
            BatchProcessor(ENDLESS, executor=talkative, by_value=True).prove_batch_parallel(
                [Powers(3, 5), Masked()] * 2, [(SECRET,), {"values": [SECRET], "mask": [0] * 8}] * 2
            )
        except OptionsError as error:
            ended.append(error)

    thread = threading.Thread(target=prove)
    thread.start()
    end = time.monotonic() + 60
    while not (
        len(talkative.processing()) == 2 and all(talkative.processing().values()) and len(cluster.scheduler.tasks) == 4
    ):
        assert time.monotonic() < end
        time.sleep(0.02)
    keys = sorted(cluster.scheduler.tasks)
    assert all(re.fullmatch("l2zk-[0-9a-f]{32}", key) for key in keys)
    talkative.dump_cluster_state(str(tmp_path / "state"), format="yaml")
    base = cluster.dashboard_link.removesuffix("/status")
    shown = [keys, talkative.processing(), talkative.call_stack(keys=keys), (tmp_path / "state.yaml").read_bytes()]
    shown += [*pages(base, keys), *everything(talkative, cluster, output)]
    talkative.cancel([distributed.Future(key, talkative) for key in keys], force=True)
    thread.join(60)
    assert not found(*shown, *map(said, ended), b" " * 50) and ended


def test_when_proofs_fail(talkative: Any, cluster: Any, output: Path) -> None:
    batch = BatchProcessor(QUICK, executor=talkative, by_value=True)
    programs: list[Any] = [Vault(), *(Generated(how) for how in ("value", "key", "exit", "told by one of l2zk's"))]
    programs += [Arrays(how) for how in ("well", "array", "key")]
    witnesses: list[Any] = [WITNESS] + [{"key": SECRET}] * 4 + [ARRAYS] * 3
    errors = batch.prove_batch_parallel(programs, witnesses, return_exceptions=True)
    assert isinstance(errors[0], ConstraintError)
    shown = [said(error) for error in errors] + everything(talkative, cluster, output)
    assert not found(*shown, *pages(cluster.dashboard_link.removesuffix("/status"), []))


def test_a_task_that_fails_by_itself_does_not_show_its_arguments(talkative: Any, cluster: Any, output: Path) -> None:
    """As `make` never does, but a worker might, on the way to it."""
    future = DaskEngine(talkative).send(fail_with_no_word, Sealed(WORD * 3), "")
    with pytest.raises(ValueError):
        future.result(60)
    logs = everything(talkative, cluster, output)
    assert "Compute Failed" in str(logs) and not found(*logs)


def test_equal_jobs_have_keys_of_their_own(client: Any, cluster: Any) -> None:
    engine = DaskEngine(client)
    futures = [engine.send(bytes, Sealed(b"part"), "") for _ in range(2)]
    assert len({engine._keys[future] for future in futures}) == 2
    assert [future.result(60) for future in futures] == [b"part"] * 2
    assert raised(lambda: QUICK.prove(FIBONACCI[0], (True,)))


def test_a_task_of_dasks_own_would_show_it(talkative: Any, output: Path) -> None:
    """So the searches above find what there is to be found. It comes last, since a cluster forgets nothing."""
    with pytest.raises(ValueError):
        talkative.submit(fail, SECRET).result()
    assert found(*talkative.get_worker_logs().values())
    with pytest.raises(ValueError):
        talkative.submit(fail, WORD).result()
    assert repr(WORD)[2:-1].encode() in found(*talkative.get_worker_logs().values())
    assert found(output.read_bytes())
