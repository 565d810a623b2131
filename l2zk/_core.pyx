# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
# cython: freethreading_compatible=True
"""The core: proves and verifies, given a program as arrays and integers. C knows arrays, this module knows the protocol.

What each part holds, in the order of reading; the sections are those of PROTOCOL.md.
"""

include "_protocol/native.pxi"        # what the C kernels and the crew of threads offer
include "_protocol/rows.pxi"          # a step's code arranged for one row at a time
include "_protocol/plan.pxi"          # what a proof is of: a program and its shape (3, 4.2)
include "_protocol/program.pxi"       # a program as arrays, checked (3)
include "_protocol/compiled.pxi"      # and in one shape (4.2)
include "_protocol/points.pxi"        # points of H and L, order of storage
include "_protocol/domains.pxi"       # the rows of a constraint (3.3)
include "_protocol/arena.pxi"         # the memory of one proof
include "_protocol/indices.pxi"       # sets of query indices
include "_protocol/transcript.pxi"    # Fiat-Shamir (5.4)
include "_protocol/masks.pxi"         # randomness of a hiding proof (10)
include "_protocol/tree.pxi"          # Merkle trees (5.1 to 5.3)
include "_protocol/prover_state.pxi"  # what a proof in the making consists of
include "_protocol/trace.pxi"         # the rows, and the check of every constraint on them
include "_protocol/point.pxi"         # the constraints at one point (6.6, 7.6)
include "_protocol/commit.pxi"        # extension to L and commitment (6.2, 6.4)
include "_protocol/overflow.pxi"      # coefficients beyond a coset
include "_protocol/quotient.pxi"      # the constraints divided by their domains (6.3)
include "_protocol/values.pxi"        # out-of-domain values (6.6)
include "_protocol/fri.pxi"           # batch, folds, final polynomial (6.7 to 6.9)
include "_protocol/queries.pxi"       # grinding and openings (6.10, 6.11)
include "_protocol/prover.pxi"        # prove: the spine (6)
include "_protocol/verifier.pxi"      # verify: the spine and its checks (7)
include "_protocol/interface.pxi"     # what Python calls
include "_protocol/probes.pxi"        # the kernels one by one, for tests and benchmarks
