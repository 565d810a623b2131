# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
# cython: freethreading_compatible=True
"""The core: proves and verifies, given a program as arrays and integers. C knows arrays, this module knows the protocol.

What each part holds, each after those that it stands on; the sections are those of PROTOCOL.md. No part but those of door/ holds
a Python object: all others are C in Cython's spelling.
"""

include "_protocol/base/native.pxi"           # what the C kernels and the crew of threads offer
include "_protocol/base/numbers.pxi"          # sizes, and elements as bytes
include "_protocol/base/arena.pxi"            # the memory of one proof
include "_protocol/base/indices.pxi"          # sets of query indices
include "_protocol/base/storage.pxi"          # points of H and L, order of storage
include "_protocol/base/evaluation.pxi"       # a polynomial's value at a point
include "_protocol/base/randomness.pxi"       # masks and salts of a hiding proof (10)

include "_protocol/statement/plan.pxi"        # what a proof is of: a program and its shape (3, 4.2)
include "_protocol/statement/domains.pxi"     # the rows of a constraint (3.3)
include "_protocol/statement/shape.pxi"       # what follows from a shape (4.2)
include "_protocol/statement/code.pxi"        # the constraints at one point (6.6, 7.6)

include "_protocol/channel/transcript.pxi"    # Fiat-Shamir (5.4)

include "_protocol/oracle/tree.pxi"           # Merkle trees: hashed up (5.1, 5.2)
include "_protocol/oracle/reopen.pxi"         # and opened down (5.3)
include "_protocol/oracle/extension.pxi"      # low-degree extension (6.2, 6.4, 6.8)

include "_protocol/prover/state.pxi"          # what a proof in the making consists of
include "_protocol/prover/trace.pxi"          # the rows
include "_protocol/prover/check.pxi"          # every constraint on every row
include "_protocol/prover/commit.pxi"         # commitments to trace and quotient, masked (6.2, 6.4)
include "_protocol/prover/overflow.pxi"       # coefficients beyond a coset
include "_protocol/prover/quotient.pxi"       # the constraints divided by their domains (6.3)
include "_protocol/prover/values.pxi"         # out-of-domain values (6.6)
include "_protocol/prover/batch.pxi"          # one polynomial for all openings (6.7)
include "_protocol/prover/fold.pxi"           # FRI: folds, words, final polynomial (6.8, 6.9)
include "_protocol/prover/queries.pxi"        # grinding and openings (6.10, 6.11)
include "_protocol/prover/memory.pxi"         # where all of it lies
include "_protocol/prover/prover.pxi"         # prove: the spine (6)
include "_protocol/prover/series.pxi"         # many proofs, one after the other

include "_protocol/verifier/state.pxi"        # what a verification consists of, and how it reads
include "_protocol/verifier/openings.pxi"     # leaves that lead to roots (7.8, 7.9)
include "_protocol/verifier/words.pxi"        # the words of FRI at the queries (7.10 to 7.12)
include "_protocol/verifier/verifier.pxi"     # verify: the spine and its checks (7)

include "_protocol/door/arrays.pxi"           # from Python's numbers and buffers to arrays
include "_protocol/door/row_code.pxi"         # a step's code arranged for one row at a time
include "_protocol/door/table.pxi"            # a program as arrays, checked (3)
include "_protocol/door/compiled.pxi"         # and in one shape (4.2)
include "_protocol/door/session.pxi"          # a call's threads and memory
include "_protocol/door/run.pxi"              # what a caller gives, and gets back
include "_protocol/door/interface.pxi"        # prove, run the trace, verify
include "_protocol/door/machine.pxi"          # hashes, memory that is kept, instruction sets
