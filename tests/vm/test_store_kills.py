"""Processes on one store, one of them killed at random moments; `python tests/long_store.py` does it for longer."""

from __future__ import annotations

from pathlib import Path

from kills import again, run


def test_kills_at_random_moments_cost_no_proof_and_corrupt_nothing(tmp_path: Path) -> None:
    path = tmp_path / "proofs.db"
    outcome = run(path, requests=600, distinct=150, kills=3, pause=0.3, seed=7)
    assert outcome.integrity == "ok" and outcome.repeated == 0 and outcome.kills == 3
    assert sum(outcome.made.values()) <= len(outcome.made) + outcome.kills and len(outcome.made) <= outcome.entries + 3
    later = again(path, requests=150, distinct=150, seed=9)
    assert later["store_hits"] > later["misses"] and later["misses"] + outcome.entries <= 150
