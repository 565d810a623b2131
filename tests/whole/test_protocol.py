"""PROTOCOL.md: its worked example, its tables and the limits that it names are those of the twin and of the library.

And what it and docs/soundness.md name of the repository is there.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import pairwise

import pytest
from fuzzing import examples
from places import HOUSE, ROOT
from protocol_tables import shapes, sizes
from reference.algebra import P, root
from reference.bits import ONE, proven_together
from reference.demand import Challenge, Demand
from reference.options import NoShape, Options
from reference.sizes import MOST_CLAIMS, MOST_DEGREE, MOST_ENTRIES, MOST_POINTS, choose
from worked_example import Example

from l2zk import ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.air.parameter_bytes import MAX_DEPTH, MAX_PARAMETERS, MAX_VALUES
from l2zk.base.field import LONGEST_TRACE, MODULUS
from l2zk.base.names import LONGEST_NAME, MOST_NAMES
from l2zk.proof.header import VERSION
from l2zk.proof.options import LEAST_SECURITY
from l2zk.proof.proof import MAX_BYTES

TEXT = (HOUSE / "PROTOCOL.md").read_text(encoding="utf-8")
HEADINGS = [*re.finditer(r"^(?:## (\d+)\. |\*\*(\d+\.\d+) )", TEXT, re.MULTILINE)]
SECTIONS = {here[1] or here[2]: TEXT[here.start() : there.start()] for here, there in pairwise(HEADINGS)}
SECTIONS[HEADINGS[-1][2]] = TEXT[HEADINGS[-1].start() :]


# ---- the worked example ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Squares(TraceProgram):
    """The program of the example."""

    id = "squares.v1"

    def define(self, m):
        a = m.column("a")
        m.start({a: m.public_input("first")})
        m.step({a: a * a})
        m.output("last", a, row=15)


@pytest.fixture(scope="module")
def example():
    return Example()


def test_the_text_shows_the_numbers_of_the_twin(example):
    text = "".join(SECTIONS[f"13.{i}"] for i in range(1, 8))
    shown = re.findall(r"(?:^    .*\n(?:\n(?=    ))?)+", text, re.MULTILINE)
    made = ["".join(f"    {line}".rstrip() + "\n" for line in block) for block in example.blocks()]
    assert [block.rstrip("\n") for block in shown] == [block.rstrip("\n") for block in made]


def test_the_library_makes_the_proof_of_the_example(example):
    options = ProofOptions(rate=1 / 2, grinding=4, zero_knowledge=False, queries=2, allow_insecure=True)
    proof = TraceZkVm(options).prove(Squares(), {"first": 3})
    assert proof.to_bytes() == example.header + example.body
    assert TraceZkVm(options).verify(Squares(), proof, {"first": 3}, outputs={"last": example.trace[-1]})


def test_the_prose_of_the_example_counts_right(example):
    assert len(example.header) == 120 and "120 bytes" in SECTIONS["13.1"]
    assert example.lengths.openings == 2 and example.shape.fin == 3 and example.shape.columns == 2


def test_roots_of_unity_are_those_of_the_text():
    assert "ω_{2^32} = 7^((p−1)/2^32) = 0x185629dcda58878c" in SECTIONS["2.1"]
    assert (root(1 << 32), root(64), root(8)) == (0x185629DCDA58878C, 1 << 39, P - (1 << 24))


# ---- tables and bounds of 4 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [shapes, sizes], ids=["shapes", "sizes"])
def test_tables_are_what_the_search_finds(table):
    assert "\n".join(table()) in SECTIONS["4.8"]


def together(rng, most):
    """The bits of the sum for near so many entries, at any rate and grinding."""
    entries = most - rng.randrange(most // 8)
    demand = Demand(entries, rng.choice((1, 8, 100)), rng.randrange(1, 31), (Challenge("alpha, tau", 150, 150),))
    options = Options("default", rng.randrange(1, 5), 128, rng.randrange(33), rng.random() < 0.5)
    return proven_together(choose(demand, options), demand, 128)


@pytest.mark.parametrize(("log_entries", "least"), [(22, 126), (24, 125), (30, 124)])
def test_bits_of_the_sum(log_entries, least):
    assert f"{least} up to 2^{log_entries}" in " ".join(SECTIONS["4.7"].split())
    rng = random.Random(log_entries)
    assert all(together(rng, 1 << log_entries) >= least * ONE for _ in range(examples(40)))


def test_folds_together_are_at_most_three_times_the_worst():
    """With c, which has one E more."""
    for columns in range(2, 161):
        kappa = (columns - 1).bit_length()
        assert columns <= 3 * max(columns - (1 << kappa - 1), 1 << kappa >> 2)
    assert all((1 << k) - 1 <= 2 * (1 << k - 1) for k in range(1, 5))


@pytest.mark.parametrize("rate", [1, 2, 3, 4])
@pytest.mark.parametrize("grinding", [0, 32])
def test_every_length_has_a_shape_up_to_the_limits(rate, grinding):
    for entries in (1, 9, 1000, 1 << 20, MOST_ENTRIES):
        demand = Demand(entries, MOST_CLAIMS, 26, (Challenge("alpha, tau", 1 << 56, 1 << 56),))
        assert choose(demand, Options(log_rate=rate, grinding=grinding))
    with pytest.raises(NoShape):
        choose(Demand(MOST_ENTRIES + 1, 1, 26), Options(log_rate=rate))


# ---- limits ----------------------------------------------------------------------------------------------------------

LIMITS = {
    "3.1": (f"at most {MOST_NAMES} of each", f"B ≤ 2^{LONGEST_TRACE.bit_length() - 1}"),
    "3.7": (f"At most 2^{MAX_VALUES.bit_length() - 1} values", f"{MAX_DEPTH} deep", "at most 2^20 bytes"),
    "4.2": (f"at most the degree {_core.MOST_LEAVES}",),
    "4.5": (f"below {LEAST_SECURITY} bits",),
    "4.9": (
        f"|f| ≤ 2^{MOST_ENTRIES.bit_length() - 1}",
        f"A ≤ 2^{MOST_CLAIMS.bit_length() - 1}",
        f"name ≤ 2^{MOST_DEGREE.bit_length() - 1}",
        f"2^{MOST_POINTS} points",
    ),
    "9.1": (
        f"u32 version = {VERSION};",
        f"{LONGEST_NAME} bytes of UTF-8",
        f"{MOST_NAMES} each",
        f"1 … 2^{LONGEST_TRACE.bit_length() - 1}",
        f"at most 2^{MAX_PARAMETERS.bit_length() - 1}, and their bytes",
    ),
    "9.3": (f"2^{MAX_BYTES.bit_length() - 1} bytes",),
}


@pytest.mark.parametrize("section", LIMITS)
def test_limits_are_those_of_the_library(section):
    text = " ".join(SECTIONS[section].split())
    assert not [limit for limit in LIMITS[section] if limit not in text]


def test_the_field_is_that_of_the_library():
    assert P == MODULUS == 2**64 - 2**32 + 1 and "p = 2^64 − 2^32 + 1" in SECTIONS["2.1"]


# ---- what is named ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["l2zk/PROTOCOL.md", "docs/soundness.md"])
def test_files_that_the_texts_name_exist(page):
    named = re.findall(r"`((?:tests|docs|l2zk)/[\w./-]*)`", (ROOT / page).read_text(encoding="utf-8"))
    assert named and not [name for name in named if not (ROOT / name).exists()]


def test_statements_that_the_argument_refers_to_exist():
    text = (ROOT / "docs" / "soundness.md").read_text(encoding="utf-8")
    stated = re.findall(r"^\*\*Statement (\d+) \(", text, re.MULTILINE)
    assert stated == [str(number) for number in range(1, len(stated) + 1)]
    referred = re.findall(r"statements?\s(\d+)(?:\sto\s(\d+))?", text, re.IGNORECASE)
    assert {number for several in referred for number in several if number} <= set(stated)
