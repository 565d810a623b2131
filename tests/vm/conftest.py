"""Batches leave nothing running."""

from __future__ import annotations

from typing import Any

import pytest
from batching import batch_threads


@pytest.fixture(autouse=True)
def nothing_left() -> Any:
    """After a test no thread of a batch is running."""
    yield
    assert batch_threads() == []
