# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
# cython: freethreading_compatible=True
"""The core: proves and verifies, given a program as arrays and integers. C knows arrays,
this module knows the protocol.

The parts in order, each built on those before it; the sections are those of PROTOCOL.md. Only the parts of door/ have
Python objects: all others are C in Cython's spelling.
"""

include "_protocol/base/native.pxi"           # the C kernels and the crew of threads, declared
include "_protocol/base/numbers.pxi"          # sizes, and elements as bytes
include "_protocol/base/arena.pxi"            # the memory of one proof
include "_protocol/base/indices.pxi"          # sets of query indices
include "_protocol/base/storage.pxi"          # points of H and L, order of storage
include "_protocol/base/evaluation.pxi"       # the value of a polynomial at a point of K
include "_protocol/base/randomness.pxi"       # masks and salts of a hiding proof (10)

include "_protocol/statement/plan.pxi"        # the statement: a program and its shape (3, 4.2)
include "_protocol/statement/domains.pxi"     # rows of a constraint; boundary constraints are on one (3.3)
include "_protocol/statement/shape.pxi"       # sizes that follow from a shape (4.2)
include "_protocol/statement/code.pxi"        # the constraints at one point (6.6, 7.6)

include "_protocol/channel/transcript.pxi"    # Fiat-Shamir: absorb, draw (5.4)

include "_protocol/oracle/tree.pxi"           # Merkle trees: hashed up (5.1, 5.2)
include "_protocol/oracle/reopen.pxi"         # and opened down (5.3)
include "_protocol/oracle/extension.pxi"      # low-degree extension (6.2, 6.4, 6.8)

include "_protocol/prover/state.pxi"          # the state of a proof in the making
include "_protocol/prover/body.pxi"           # the bytes of the proof, as they are sent (8.2, 8.3)
include "_protocol/prover/trace.pxi"          # the rows of the trace
include "_protocol/prover/check.pxi"          # every constraint on every row
include "_protocol/prover/commit.pxi"         # masks, and commitments to trace and quotient (6.2, 6.4)
include "_protocol/prover/overflow.pxi"       # coefficients that a coset does not determine
include "_protocol/prover/quotient.pxi"       # the constraints divided by their domains (6.3)
include "_protocol/prover/values.pxi"         # out-of-domain values at zeta (6.6)
include "_protocol/prover/batch.pxi"          # G, one polynomial for all openings: DEEP (6.7)
include "_protocol/prover/fold.pxi"           # FRI: folds, codewords, final polynomial (6.8, 6.9)
include "_protocol/prover/queries.pxi"        # grinding, queries, openings (6.10, 6.11)
include "_protocol/prover/memory.pxi"         # the layout of all of it in memory
include "_protocol/prover/prover.pxi"         # prove: the spine (6)
include "_protocol/prover/series.pxi"         # many proofs, one after the other

include "_protocol/verifier/state.pxi"        # the state of a verification, and its reader
include "_protocol/verifier/openings.pxi"     # leaves that lead to roots (7.8, 7.9)
include "_protocol/verifier/words.pxi"        # the codewords of FRI at the queries (7.10 to 7.12)
include "_protocol/verifier/verifier.pxi"     # verify: the spine and its checks (7)

include "_protocol/door/arrays.pxi"           # from Python's numbers and buffers to arrays
include "_protocol/door/row_code.pxi"         # a step's code arranged for one row at a time
include "_protocol/door/table.pxi"            # a program as arrays, checked (3)
include "_protocol/door/compiled.pxi"         # a table in one shape (4.2)
include "_protocol/door/stages.pxi"           # the names of a proof's stages
include "_protocol/door/session.pxi"          # the threads and the memory of a call
include "_protocol/door/run.pxi"              # the arguments and the results of a call
include "_protocol/door/interface.pxi"        # prove, run the trace, verify
include "_protocol/door/machine.pxi"          # hashes, memory that is kept, instruction sets
