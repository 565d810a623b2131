"""The tests' own modules, found beside them; one world, copied for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from bridge_world import ALPHA, World, allow_stand_ins, sending


@pytest.fixture(scope="session")
def stand_ins() -> Iterator[None]:
    """The log takes stand-ins for proofs, too; with L2ZK_REAL_PROOFS=1 in the environment there are none."""
    with pytest.MonkeyPatch.context() as patch:
        allow_stand_ins(patch)
        yield


@pytest.fixture(scope="session")
def funded_once(stand_ins: None, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World.funded(tmp_path_factory.mktemp("funded"))


@pytest.fixture
def world(funded_once: World, tmp_path: Path) -> World:
    """A log of two ledgers, with alice in alpha and bob in beta."""
    return funded_once.copy(tmp_path)


@pytest.fixture
def sent(world: World) -> World:
    """Three messages are on their way to beta, at tick 0."""
    world.settle(ALPHA, sending(10), sending(20), sending(30))
    return world
