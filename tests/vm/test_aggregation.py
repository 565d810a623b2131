"""AggregationReport: what goes together, its costs before and after, and why it is laid out so."""

from __future__ import annotations

import json

import pytest
from example_programs import Cubes, Fibonacci
from pages import Elements
from quick import QUICK
from warned import any_length

from l2zk import ProofOptions, TraceZkVm
from l2zk.errors import ArgumentError, OptionsError, ProofError
from l2zk.vm.together.report import Layout, reason

pytestmark = any_length

PROGRAMS = [Fibonacci(100)] * 6 + [Cubes(9)]
WITNESSES = [()] * 7


def test_before_all_is_expected_and_as_estimated() -> None:
    report, estimate = QUICK.report_together(PROGRAMS), QUICK.estimate_together(PROGRAMS)
    assert not report.is_measured and report.seconds is None
    assert (report.bytes, report.memory, report.groups) == (estimate.size, estimate.memory, len(estimate.groups))
    assert report.bytes_apart == 6 * QUICK.estimate(Fibonacci(100)).size + QUICK.estimate(Cubes(9)).size
    assert [(run.program, run.first, run.statements) for run in report.runs] == [
        ("example-fibonacci.v0", 0, 6),
        ("example-cubes.v0", 6, 1),
    ]
    own = [count for program, count in estimate.groups if program == "example-fibonacci.v0"]
    [chosen] = [one for one in report.runs[0].layouts if one.is_chosen]
    assert list(chosen.groups) == own
    assert all(sum(one.groups) == 6 for one in report.runs[0].layouts)
    products = [one.bytes * one.work for one in report.runs[0].layouts]  # type: ignore[operator]
    assert chosen.bytes * chosen.work == min(products)  # type: ignore[operator]
    assert report.work < report.work_apart


def test_after_it_is_measured_and_compared_with_proofs_apart() -> None:
    together = QUICK.profile_together(PROGRAMS, WITNESSES, threads=1)
    assert QUICK.verify_together(PROGRAMS, together.proof) and {"python", "commit"} <= together.seconds.keys()
    report = QUICK.report_together(PROGRAMS, together)
    assert report.is_measured and report.bytes == together.proof.size and report.seconds == together.total
    assert report.seconds_apart is None and report.threads == 1
    each = [QUICK.profile(program, threads=1) for program in PROGRAMS]
    report = QUICK.report_together(PROGRAMS, together, apart=each)
    assert report.bytes_apart == sum(one.proof.size for one in each)
    assert report.seconds_apart == sum(one.total for one in each)
    assert "against" in report.summary and "s apart by 1 thread" in report.summary
    proofs = QUICK.report_together(PROGRAMS, together.proof, apart=[one.proof for one in each])
    assert proofs.seconds is proofs.seconds_apart is None and proofs.bytes_apart == report.bytes_apart


def test_the_options_are_those_of_the_proof() -> None:
    other = TraceZkVm(ProofOptions(preset="compact"), threads=1)
    report = other.report_together(PROGRAMS, QUICK.prove_together(PROGRAMS, WITNESSES))
    assert report.work == QUICK.report_together(PROGRAMS).work


def test_texts_json_and_notebooks() -> None:
    report = QUICK.report_together(PROGRAMS)
    lines = str(report).splitlines()
    assert lines[0] == report.summary and lines[0].startswith("7 statements in ")
    assert lines[1].startswith("example-fibonacci.v0 x 6, statements 0 to 5: of ") and " *" in str(report)
    assert lines[-1] == "example-cubes.v0 x 1, statement 6: one statement, one group"
    assert json.loads(report.to_json(None)) == report.to_dict()
    assert report.to_dict()["runs"][0]["layouts"][0]["groups"] == list(report.runs[0].layouts[0].groups)
    with pytest.raises(OptionsError, match="indent=-1 is not allowed"):
        report.to_json(-1)
    shown = Elements(report._repr_html_()).texts
    assert any("bytes expected against" in text for text in shown)
    many = QUICK.report_together([Fibonacci(5), Cubes(5)] * 4)
    together = QUICK.estimate_together([Fibonacci(5)] * 4 + [Cubes(5)] * 4).size
    assert len(many.runs) == 8 and many.bytes_sorted == together < many.bytes and report.bytes_sorted is None
    assert str(many).splitlines()[-2:] == [
        "and 3 more runs",
        f"with equal programs next to each other about {together:,} bytes would do",
    ]


def test_why_says_what_no_layout_can_change() -> None:
    one = Layout(groups=(3,), bytes=10, work=10, refused="", is_chosen=True)
    other = Layout(groups=(1, 1, 1), bytes=20, work=10, refused="", is_chosen=False)
    lost = Layout(groups=(2, 1), bytes=None, work=None, refused="too long", is_chosen=False)
    assert (
        reason([one, other], None, 3)
        == "of 2 layouts it has the least bytes times work, the next one 2.00 times as much"
    )
    assert reason([one, lost], None, 3) == "the only layout that is weighed"
    assert reason([], "constraint 'x' reads beyond", 3) == "none are stacked, as constraint 'x' reads beyond"
    swapped = [Layout(**{**vars(one), "is_chosen": False}), Layout(**{**vars(other), "is_chosen": True})]
    assert "another of these layouts has less" in reason(swapped, None, 3)
    assert reason([other], None, 3) == "this library would lay them out otherwise"
    assert (one.name, other.name, lost.name) == ("3", "3 x 1", "2 + 1")


def test_misuse_and_proofs_of_others() -> None:
    proof = QUICK.prove_together(PROGRAMS, WITNESSES)
    with pytest.raises(ProofError, match="the proof is of example-fibonacci.v0 with other parameters"):
        QUICK.report_together([Fibonacci(101)] * 6 + [Cubes(9)], proof)
    with pytest.raises(ArgumentError, match="the proof holds 7 x statement, and 6 x program came"):
        QUICK.report_together(PROGRAMS[:6], proof)
    with pytest.raises(ArgumentError, match="together takes a Proof or a ProofProfile, not bytes"):
        QUICK.report_together(PROGRAMS, bytes(proof))  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="apart has 1 x proof, and there are 7 x statement"):
        QUICK.report_together(PROGRAMS, proof, apart=[proof])
    each = [QUICK.prove(program) for program in PROGRAMS]
    for other in (proof, TraceZkVm(ProofOptions(security=100, grinding=3)).prove(PROGRAMS[6])):
        with pytest.raises(ArgumentError, match="apart: proof 6 is not of one statement with the options of the proof"):
            QUICK.report_together(PROGRAMS, proof, apart=[*each[:6], other])
    with pytest.raises(ProofError, match="^statement 6: the proof is of program .example-fibonacci.v0., not of"):
        QUICK.report_together(PROGRAMS, proof, apart=[*each[:6], each[0]])
    with pytest.raises(ArgumentError, match="apart is a list with a Proof"):
        QUICK.report_together(PROGRAMS, proof, apart=5)  # type: ignore[arg-type]
