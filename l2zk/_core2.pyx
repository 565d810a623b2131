# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
# cython: freethreading_compatible=True
"""The core of protocol 2, beside that of protocol 1 until it takes its place. Sections are those of PROTOCOL-2.md."""

include "_protocol/base/native.pxi"
include "_protocol/base/numbers.pxi"
include "_protocol/base/arena.pxi"
include "_protocol/base/indices.pxi"
include "_protocol/base/storage.pxi"
include "_protocol/base/randomness.pxi"

include "_protocol2/statement/plan.pxi"
include "_protocol2/statement/planar.pxi"
include "_protocol2/statement/selectors.pxi"
include "_protocol2/statement/code.pxi"
include "_protocol2/statement/forms.pxi"
include "_protocol2/statement/closed.pxi"

include "_protocol2/channel/transcript.pxi"

include "_protocol/oracle/tree.pxi"
include "_protocol/oracle/reopen.pxi"
include "_protocol2/oracle/encoding.pxi"

include "_protocol2/prover/state.pxi"
include "_protocol2/prover/body.pxi"
include "_protocol2/prover/commit.pxi"
include "_protocol2/prover/skip.pxi"
include "_protocol2/prover/zerocheck.pxi"
include "_protocol2/prover/rows.pxi"
include "_protocol2/prover/opening.pxi"
include "_protocol2/prover/words.pxi"
include "_protocol2/prover/memory.pxi"
include "_protocol2/prover/prover.pxi"

include "_protocol2/verifier/state.pxi"
include "_protocol2/verifier/argument.pxi"
include "_protocol2/verifier/openings.pxi"
include "_protocol2/verifier/words.pxi"
include "_protocol2/verifier/verifier.pxi"

include "_protocol/door/arrays.pxi"
include "_protocol2/door/session.pxi"
include "_protocol2/door/statement.pxi"


def use_isa(str name):
    """Use the kernels of this instruction set, which the machine and the build must have."""
    if l2zk_select(name.encode()):
        raise ValueError(f"this machine and build have no instruction set {name!r}")


l2zk_select(NULL)


def keep_memory(size_t size):
    """Keep so many bytes of a proof's block for the next one."""
    l2zk_block_keep(size)
