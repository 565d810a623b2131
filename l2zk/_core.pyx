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
include "_protocol/base/storage.pxi"          # points of a domain, order of storage
include "_protocol/base/randomness.pxi"       # masks and salts of a hiding proof (11)

include "_protocol/statement/sizes.pxi"       # the shape of a commitment, declared (4.5 to 4.9)
include "_protocol/statement/plan.pxi"        # the statement: a program and its shape (3, 4)
include "_protocol/statement/planar.pxi"      # arrays over K, polynomials
include "_protocol/statement/selectors.pxi"   # the rows of a constraint, by the skipped bits (8.1)
include "_protocol/statement/prelude.pxi"     # what is the same on all rows (7.3)
include "_protocol/statement/forms.pxi"       # linear combinations of masks (7.3)

include "_protocol/channel/log.pxi"           # what is heard and drawn, for whoever wants to see it
include "_protocol/channel/transcript.pxi"    # Fiat-Shamir: absorb, draw (5.4)

include "_protocol/oracle/tree.pxi"           # Merkle trees: hashed up (5.1, 5.2)
include "_protocol/oracle/reopen.pxi"         # and opened down (5.3)
include "_protocol/oracle/encoding.pxi"       # columns as polynomials on a longer domain (6.2, 6.8)

include "_protocol/prover/state.pxi"          # the state of a proof in the making
include "_protocol/prover/sums.pxi"           # sums over rows, and weights for them
include "_protocol/prover/body.pxi"           # the bytes of the proof, as they are sent (9.2)
include "_protocol/prover/trace.pxi"          # the rows of the trace
include "_protocol/prover/check.pxi"          # every constraint on every row
include "_protocol/prover/commit.pxi"         # the vector, committed to with its masks (6.2)
include "_protocol/prover/skip.pxi"           # the zerocheck's first round: Q (6.4)
include "_protocol/prover/zerocheck.pxi"      # its rounds over the rows, and the openings (6.4)
include "_protocol/prover/rows.pxi"           # all claims on columns brought to one point (6.5)
include "_protocol/prover/opening.pxi"        # claims on the vector, and its first fold (6.6, 6.7)
include "_protocol/prover/words.pxi"          # later words, grinding, queries (6.8, 6.9)
include "_protocol/prover/memory.pxi"         # the layout of all of it in memory
include "_protocol/prover/prover.pxi"         # prove: the spine (6)
include "_protocol/prover/series.pxi"         # many proofs, one after the other

include "_protocol/verifier/closed.pxi"       # what everybody knows, at a point (8.1 to 8.3)
include "_protocol/verifier/state.pxi"        # the state of a verification, and its reader
include "_protocol/verifier/argument.pxi"     # the sumchecks, down to claims on the vector (7.3)
include "_protocol/verifier/openings.pxi"     # leaves that lead to roots (7.5)
include "_protocol/verifier/words.pxi"        # folds and words, down to the final polynomial (7.4 to 7.7)
include "_protocol/verifier/verifier.pxi"     # verify: the spine and its checks (7)

include "_protocol/door/arrays.pxi"           # from Python's numbers and buffers to arrays
include "_protocol/door/sequences.pxi"        # public sequences: their places and their values (3.1, 3.2)
include "_protocol/door/row_code.pxi"         # a step's code arranged for one row at a time
include "_protocol/door/sizes.pxi"            # the shape of a commitment, chosen and valued (4.5 to 4.9)
include "_protocol/door/table.pxi"            # a program as arrays, checked (3)
include "_protocol/door/compiled.pxi"         # a table in one shape (4)
include "_protocol/door/stages.pxi"           # the names of a proof's stages
include "_protocol/door/session.pxi"          # the threads and the memory of a call
include "_protocol/door/run.pxi"              # the arguments and the results of a call
include "_protocol/door/interface.pxi"        # prove, run the trace, verify
include "_protocol/door/dissection.pxi"       # what a verification hears and draws
include "_protocol/door/machine.pxi"          # hashes, memory that is kept, instruction sets
