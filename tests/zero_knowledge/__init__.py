"""Tests of hiding: masks suffice, views do not depend on the witness, real proofs hide (PROTOCOL 11)."""
