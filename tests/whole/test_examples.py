"""Every example runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from places import ROOT, from_its_folder
from prometheus_client.parser import text_string_to_metric_families

from l2zk import Proof, TraceZkVm, get_program, metrics

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize(
    "example", [path for path in EXAMPLES if path.stem != "performance_demo"], ids=lambda path: path.stem
)
def test_an_example_runs(example: Path) -> None:
    ended = subprocess.run([sys.executable, example], env=from_its_folder(), capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of the service of examples/service.py, on a port that is free."""
    with subprocess.Popen([sys.executable, ROOT / "examples" / "service.py", "0"], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        yield running.stdout.readline().decode().strip().removesuffix("/metrics")
        running.terminate()


def scraped(service: str) -> dict[str, float]:
    """The samples by name, of several with one name the last."""
    with urlopen(f"{service}/metrics", timeout=30) as answer:
        assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
        families = text_string_to_metric_families(answer.read().decode())
    return {one.name: one.value for family in families for one in family.samples}


def test_the_service_proves_and_is_scraped(service: str) -> None:
    assert scraped(service)["l2zk_info"] == 1
    for _ in range(3):
        with urlopen(f"{service}/fib?rounds=20", timeout=30) as answer:
            proof = Proof.from_bytes(answer.read())
    assert TraceZkVm().verify(get_program("fib")(rounds=20), proof, outputs={"result": 6765})
    numbers = scraped(service)
    assert numbers["l2zk_proofs_total"] == numbers["l2zk_cache_misses_total"] == 1
    assert numbers["l2zk_cache_hits_total"] == 2 and numbers["l2zk_cache_bytes"] == proof.size


@pytest.mark.parametrize(
    ("path", "status"), [("/", 404), ("/fib", 400), ("/fib?rounds=0", 400), ("/fib?rounds=x", 400), ("//[", 400)]
)
def test_the_service_refuses_what_it_does_not_know(service: str, path: str, status: int) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{service}{path}", timeout=30)
    assert refused.value.code == status
    refused.value.close()
