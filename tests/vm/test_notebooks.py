"""What a notebook shows of estimates, profiles, proven bits, proofs and counts: their figures, in right HTML."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pages import HOSTILE, Elements
from quick import QUICK

import l2zk
from l2zk.proof.proof_html import proof_html
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.cache import CachedZkVm
from l2zk.vm.store.proof_store import StoreStats


@dataclass(frozen=True)
class Named(l2zk.TraceProgram):
    """A parameter that is a text, further tables, many outputs."""

    id = "named.v0"
    name: str
    outputs: int = 1

    def define(self, m):
        x = m.column("x")
        m.start({x: m.public_input("x0", default=5)})
        m.step({x: x * x})
        for k in range(self.outputs):
            m.output(f"o{k}", x + k, row=4)
        m.output_column("squares", x)


PROGRAM = Named(HOSTILE)
PROOF = QUICK.prove(PROGRAM)
CACHE = CachedZkVm(vm=QUICK)
CACHE.prove(PROGRAM), CACHE.prove(PROGRAM)

SHOWN = {
    "estimate": (QUICK.estimate(PROGRAM), ["named.v0", "memory to prove", "proven bits", "degree 2"]),
    "together": (QUICK.estimate_together([PROGRAM] * 3), ["3 statements in 1 group", "named.v0", "bytes of proof"]),
    "profile": (QUICK.profile(PROGRAM), ["python", "commit", "zerocheck", "named.v0"]),
    "security": (PROOF.security_as(PROGRAM), ["bits proven", "constraints joined", "queries", "all together"]),
    "proof": (PROOF, ["named.v0", "x0", "squares", f"{PROOF.size:,} bytes", "<script>alert("]),
    "cache": (CACHE.cache_stats(), ["hits, answered without proving", "50.0%", "proofs in memory"]),
    "store": (StoreStats(entries=3, bytes=2**21), ["Store: 3 proofs, 2,097,152 bytes (2 MiB)"]),
    "schedule": (BatchProcessor(QUICK, max_workers=2).schedule([PROGRAM] * 4), ["at once", "s are expected"]),
    "report": (QUICK.check(PROGRAM), ["constraints are satisfied"]),
    "trace": (QUICK.trace(PROGRAM), ["1 column, 5 rows, 8 with padding"]),
}


@pytest.mark.parametrize("name", SHOWN)
def test_it_shows_its_figures(name):
    thing, texts = SHOWN[name]
    found = Elements(thing._repr_html_())
    assert "script" not in found.seen
    for text in texts:
        assert any(text in one for one in found.texts), text


def test_the_round_that_binds_stands_out():
    report = PROOF.security_as(PROGRAM)
    assert f"{report.binding.bits:.2f} *" in report._repr_html_().split("background:")[1]


def test_many_values_and_statements_are_cut():
    many = QUICK.prove(Named("n", outputs=50))
    assert Elements(many._repr_html_()).texts.count("public output") == 17
    joint = QUICK.prove_together([PROGRAM] * 8, [()] * 8)
    page = proof_html(joint.claim, joint.size, joint.options, joint.statements)
    assert page.count("<table") == 5 and "and 3 more statements" in page
