"""Right calls of all that is public of bundles, receipts and many statements, to try what is given by mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from example_programs import Fibonacci
from quick import QUICK

from l2zk import BatchProcessor, CachedZkVm, ProofBundle, Receipt

PROGRAM = Fibonacci(5)
PROOF = QUICK.prove(PROGRAM)
BUNDLE = ProofBundle([PROOF])
RECEIPT = BUNDLE.receipt(0)
NOWHERE = Path("no folder", "no file")


def nothing(*_: Any) -> None:
    pass


BUNDLES = {
    "vm": QUICK,
    "programs": [PROGRAM],
    "hints": [()],
    "outputs": [()],
    "max_workers": 1,
    "progress": nothing,
}
RECEIVED = {"vm": QUICK, "root": BUNDLE.root, "program": PROGRAM, "witness_hint": (), "outputs": ()}

TOGETHER = {"programs": [PROGRAM], "witnesses": [()], "check": True, "threads": 1, "progress": nothing}

BUNDLE_CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "ProofBundle": (ProofBundle, {"proofs": [PROOF]}),
    "ProofBundle of one": (lambda one: ProofBundle([one]), {"one": PROOF}),
    "ProofBundle.verify": (BUNDLE.verify, BUNDLES),
    "ProofBundle.check_proofs": (BUNDLE.check_proofs, BUNDLES),
    "ProofBundle.receipt": (BUNDLE.receipt, {"index": 0}),
    "ProofBundle.from_bytes": (ProofBundle.from_bytes, {"data": bytes(BUNDLE)}),
    "ProofBundle.load": (ProofBundle.load, {"path": NOWHERE, "max_bytes": 2**20}),
    "ProofBundle.save": (BUNDLE.save, {"path": NOWHERE}),
    "ProofBundle.write": (ProofBundle.write, {"path": NOWHERE, "proofs": [PROOF]}),
    "ProofBundle.stream": (lambda path: list(ProofBundle.stream(path)), {"path": NOWHERE}),
    "Receipt": (Receipt, {"index": 0, "count": 1, "proof": PROOF, "path": ()}),
    "Receipt.check": (RECEIPT.check, {"root": BUNDLE.root}),
    "Receipt.verify": (RECEIPT.verify, RECEIVED),
    "Receipt.check_proof": (RECEIPT.check_proof, RECEIVED),
    "Receipt.from_bytes": (Receipt.from_bytes, {"data": bytes(RECEIPT)}),
    "Receipt.load": (Receipt.load, {"path": NOWHERE}),
    "Receipt.save": (RECEIPT.save, {"path": NOWHERE}),
    "TraceZkVm.prove_together": (QUICK.prove_together, TOGETHER),
    "TraceZkVm.profile_together": (QUICK.profile_together, TOGETHER),
    "TraceZkVm.report_together": (
        QUICK.report_together,
        {"programs": [PROGRAM], "together": PROOF, "apart": [PROOF], "threads": 1},
    ),
    "CachedZkVm.prove_together": (CachedZkVm(vm=QUICK).prove_together, {**TOGETHER, "cache": True}),
    "BatchProcessor.prove_groups": (
        BatchProcessor(QUICK).prove_groups,
        {"programs": [PROGRAM], "witnesses": [()], "most_statements": 5, "progress": nothing},
    ),
}
