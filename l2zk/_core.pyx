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
include "_protocol/statement/plan.pxi"        # what a proof is of: programs, statements, its shape (3, 4)
include "_protocol/statement/planar.pxi"      # arrays over K, polynomials
include "_protocol/statement/selectors.pxi"   # the rows of a constraint, by the skipped bits (8.1)
include "_protocol/statement/prelude.pxi"     # what is the same on all rows (7.3)
include "_protocol/statement/interactions.pxi"    # interactions as fractions: their point, public messages (3.4, 6.3)
include "_protocol/statement/forms.pxi"       # linear combinations of masks (7.3)

include "_protocol/channel/log.pxi"           # what is heard and drawn, for whoever wants to see it
include "_protocol/channel/transcript.pxi"    # Fiat-Shamir: absorb, draw (5.4)

include "_protocol/oracle/tree.pxi"           # Merkle trees: hashed up (5.1, 5.2)
include "_protocol/oracle/reopen.pxi"         # and opened down (5.3)
include "_protocol/oracle/encoding.pxi"       # columns as polynomials on a longer domain (6.2, 6.8)

include "_protocol/prover/state.pxi"          # the state of a proof in the making
include "_protocol/prover/sums.pxi"           # sums over rows, and weights for them
include "_protocol/prover/narrow.pxi"         # columns of bits, found and kept as such
include "_protocol/prover/body.pxi"           # the bytes of the proof, as they are sent (9.2)
include "_protocol/prover/known.pxi"          # what everybody knows of the rows
include "_protocol/prover/trace.pxi"          # the rows of a block by its step, and what is read off them
include "_protocol/prover/check.pxi"          # every constraint on every row of a block
include "_protocol/prover/blocks.pxi"         # the blocks of all statements
include "_protocol/prover/commit.pxi"         # the vector, committed to with its masks (6.2)
include "_protocol/prover/skip.pxi"           # the zerocheck's first round: constraints beside the rows (6.4)
include "_protocol/prover/quotient.pxi"       # Q, which follows from them (6.4)
include "_protocol/prover/fractions.pxi"      # leaves of lookups, and the sums above them (4.4, 6.3)
include "_protocol/prover/pieces.pxi"         # sums over leaves as sums over columns (6.3)
include "_protocol/prover/layer.pxi"          # the rounds of a layer of fractions (6.3)
include "_protocol/prover/overhang.pxi"       # the last layer, where few leaves have a second one (6.3)
include "_protocol/prover/lookups.pxi"        # their layers, down to a claim on the leaves (6.3)
include "_protocol/prover/bound.pxi"          # what is known, with the skipped bits bound (6.4)
include "_protocol/prover/zerocheck.pxi"      # its rounds over the rows, and the openings (6.4)
include "_protocol/prover/claims.pxi"         # claims on columns, those on leaves too, as sums over rows (6.5)
include "_protocol/prover/joined.pxi"         # claims that weigh rows alike, joined (6.5)
include "_protocol/prover/rows.pxi"           # all claims on columns brought to one point (6.5)
include "_protocol/prover/opening.pxi"        # claims on the vector, and its first fold (6.6, 6.7)
include "_protocol/prover/words.pxi"          # later words, grinding, queries (6.8, 6.9)
include "_protocol/prover/argument_memory.pxi"    # the layout of the argument's and the opening's arrays
include "_protocol/prover/memory.pxi"         # the layout of all of it in memory
include "_protocol/prover/prover.pxi"         # prove: the spine (6)
include "_protocol/prover/series.pxi"         # many proofs, one after the other

include "_protocol/verifier/closed.pxi"       # selectors, indicators and shifts at a point (8.1, 8.3, 8.4)
include "_protocol/verifier/known.pxi"        # what everybody knows, at a point (8.2)
include "_protocol/verifier/state.pxi"        # the state of a verification, and its reader
include "_protocol/verifier/rounds.pxi"       # rounds of sumchecks, and what they end in (7.3)
include "_protocol/verifier/lookups.pxi"      # the layers of fractions, and what is known of their leaves (7.3)
include "_protocol/verifier/argument.pxi"     # the sumchecks, down to claims on the vector (7.3)
include "_protocol/verifier/openings.pxi"     # leaves that lead to roots (7.5)
include "_protocol/verifier/words.pxi"        # folds and words, down to the final polynomial (7.4 to 7.7)
include "_protocol/verifier/verifier.pxi"     # verify: the spine and its checks (7)

include "_protocol/door/arrays.pxi"           # from Python's numbers and buffers to arrays
include "_protocol/door/sequences.pxi"        # public sequences: their places and their values (3.1, 3.2)
include "_protocol/door/interactions.pxi"     # interactions and public messages, checked (3.4)
include "_protocol/door/code.pxi"             # the code of constraints and steps, checked
include "_protocol/door/row_code.pxi"         # a step's code arranged for one row at a time
include "_protocol/door/sizes.pxi"            # the shape of a commitment, chosen and valued (4.5 to 4.9)
include "_protocol/door/live.pxi"             # the constraints' code where some domains are evaluated
include "_protocol/door/table.pxi"            # a table as arrays, checked (3)
include "_protocol/door/compiled.pxi"         # programs with their statements, in one shape (3.5, 4)
include "_protocol/door/stages.pxi"           # the names of a proof's stages
include "_protocol/door/session.pxi"          # the threads and the memory of a call
include "_protocol/door/instances.pxi"        # many statements of one program as arrays
include "_protocol/door/run.pxi"              # the arguments and the results of a call
include "_protocol/door/interface.pxi"        # prove, run the trace, verify
include "_protocol/door/dissection.pxi"       # what a verification hears and draws
include "_protocol/door/expressions.pxi"      # expressions on the rows of a table (3.2)
include "_protocol/door/powers.pxi"           # powers and inverses of many elements
include "_protocol/door/poseidon2.pxi"        # Poseidon2 of many rows
include "_protocol/door/filling.pxi"          # what fills itself; messages that do not balance
include "_protocol/door/walk.pxi"             # rows one after the other, where a step reads memories
include "_protocol/door/puzzle.pxi"           # constraints looked at one by one, as far as their cells are known
include "_protocol/door/machine.pxi"          # hashes, memory that is kept, instruction sets
