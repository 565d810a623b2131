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
include "_protocol2/statement/sizes.pxi"

include "_protocol2/channel/transcript.pxi"

include "_protocol/oracle/tree.pxi"
include "_protocol/oracle/reopen.pxi"
include "_protocol2/oracle/encoding.pxi"

include "_protocol2/prover/state.pxi"
include "_protocol2/prover/body.pxi"
include "_protocol2/prover/trace.pxi"
include "_protocol2/prover/check.pxi"
include "_protocol2/prover/commit.pxi"
include "_protocol2/prover/skip.pxi"
include "_protocol2/prover/zerocheck.pxi"
include "_protocol2/prover/rows.pxi"
include "_protocol2/prover/opening.pxi"
include "_protocol2/prover/words.pxi"
include "_protocol2/prover/memory.pxi"
include "_protocol2/prover/prover.pxi"
include "_protocol2/prover/series.pxi"

include "_protocol2/verifier/state.pxi"
include "_protocol2/verifier/argument.pxi"
include "_protocol2/verifier/openings.pxi"
include "_protocol2/verifier/words.pxi"
include "_protocol2/verifier/verifier.pxi"

include "_protocol/door/arrays.pxi"
include "_protocol/door/row_code.pxi"
include "_protocol2/door/sizes.pxi"
include "_protocol2/door/table.pxi"
include "_protocol2/door/compiled.pxi"
include "_protocol2/door/stages.pxi"
include "_protocol/door/session.pxi"
include "_protocol2/door/run.pxi"
include "_protocol2/door/interface.pxi"


def use_isa(str name):
    """Use the kernels of this instruction set, which the machine and the build must have."""
    if l2zk_select(name.encode()):
        raise ValueError(f"this machine and build have no instruction set {name!r}")


l2zk_select(NULL)


def keep_memory(size_t size):
    """Keep so many bytes of a proof's block for the next one."""
    l2zk_block_keep(size)


def layer_probe(unsigned log_n, size_t repeats):
    """Seconds for all rounds of one layer of 2^log_n fractions, the best of some repeats, and its first round's sums.
    (PROTOCOL-2 6.3)"""
    from time import thread_time
    cdef size_t n = <size_t>1 << log_n, stride = n + TILE, half, k, first
    cdef k3 sums[2]
    cdef k3 found[2]
    cdef k3 r = k_from(5)
    cdef uint64_t *arrays
    best, shown = None, None
    r.c[1], r.c[2] = 7, 11
    for _ in range(repeats):
        values = np.arange(15 * stride, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) % np.uint64(P)
        arrays = <uint64_t *><size_t>values.ctypes.data
        begun = thread_time()
        half = n // 2
        while half >= 8:
            l2zk_active.add_multiple(arrays + 12 * stride, stride, arrays + 12 * stride + half, stride, half, k_from(1))
            sums[0] = sums[1] = k_from(0)
            for first from 0 <= first < half by 1024:
                l2zk_active.layer_products(arrays, stride, arrays + 12 * stride, stride, first,
                                           smaller(first + 1024, half), half, found)
                sums[0], sums[1] = k_add(sums[0], found[0]), k_add(sums[1], found[1])
            if shown is None:
                shown = [[sums[k].c[i] for i in range(3)] for k in range(2)]
            for k in range(4):
                l2zk_active.fold_pairs(arrays + 3 * k * stride, stride, half, half, r)
            half //= 2
        taken = thread_time() - begun
        best = taken if best is None else min(best, taken)
    return best, shown
