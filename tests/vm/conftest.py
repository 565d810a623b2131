"""Batches leave nothing running; a cluster of two worker processes for those that need one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from batching import batch_threads


@pytest.fixture(autouse=True)
def nothing_left() -> Any:
    """After a test no thread of a batch is running."""
    yield
    assert batch_threads() == []


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Dask's: a scheduler in this process and two workers of 1 GiB, which it starts again when they die."""
    from distributed import LocalCluster

    settings = {"n_workers": 2, "threads_per_worker": 1, "memory_limit": "1GiB", "host": "127.0.0.1"}
    with LocalCluster(dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL, **settings) as made:
        yield made


@pytest.fixture(scope="module")
def client(cluster: Any) -> Iterator[Any]:
    """A client of the cluster."""
    from distributed import Client

    with Client(cluster) as made:
        yield made
