"""The slow twin: prover and verifier in plain Python, written from l2zk/PROTOCOL.md and from nothing else."""

from .air import Air, Constraint, air_of
from .field import GOLDILOCKS, Field, PrimeField
from .options import Options
from .prover import Masks, Prover, prove
from .security import proven_bits
from .shape import NoShape, Shape, solve
from .simulator import Simulator, random_challenges
from .transcript import Transcript
from .verifier import Refused, Verified, verify

__all__ = [
    "GOLDILOCKS",
    "Air",
    "Constraint",
    "Field",
    "Masks",
    "NoShape",
    "Options",
    "PrimeField",
    "Prover",
    "Refused",
    "Shape",
    "Simulator",
    "Transcript",
    "Verified",
    "air_of",
    "prove",
    "proven_bits",
    "random_challenges",
    "solve",
    "verify",
]
