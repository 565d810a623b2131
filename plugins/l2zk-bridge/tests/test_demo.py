"""The demo's table of attacks: what is not refused for its reason is an error. The rest is in whole_bridge.py."""

from __future__ import annotations

import pytest
from l2zk_bridge.attacks import ATTACKS, Scene, refusal
from l2zk_bridge.failures import BridgeError


def test_each_attack_is_told_once() -> None:
    assert len({what for what, _, _ in ATTACKS}) == len({attack for _, attack, _ in ATTACKS}) == len(ATTACKS) == 25


def test_an_attack_that_succeeds_or_fails_otherwise_is_told() -> None:
    with pytest.raises(BridgeError, match="not refused: nothing at all"):
        refusal(None, "nothing at all", lambda scene: None, BridgeError)

    def fails(scene: Scene) -> None:
        raise BridgeError("for a reason of its own")

    with pytest.raises(BridgeError, match="for another reason: a try: for a reason of its own"):
        refusal(None, "a try", fails, Scene)
