"""The options of proofs that the scripts here share on their command lines."""

from __future__ import annotations

import argparse
from fractions import Fraction

from l2zk import ProofOptions

PRESETS = ("default", "compact", "fast")
RATES = ("1/2", "1/4", "1/8", "1/16")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Those that choose the rate of our proofs."""
    parser.add_argument("--preset", choices=PRESETS, default="default", help="of our proofs")
    parser.add_argument("--rate", choices=RATES, help="of our proofs, in place of the preset's")


def options_of(arguments: argparse.Namespace, hiding: bool = True) -> ProofOptions:
    """What was chosen; else the defaults: 128 proven bits, 16 bits of grinding."""
    rate = float(Fraction(arguments.rate)) if arguments.rate else None
    return ProofOptions(preset=arguments.preset, rate=rate, zero_knowledge=hiding)


def as_arguments(arguments: argparse.Namespace) -> list[str]:
    """The same choice for another script."""
    return ["--preset", arguments.preset, *(["--rate", arguments.rate] if arguments.rate else [])]
