# The functions for Python that make no proof: hashes, memory that is kept, instruction sets.

import gc
import os
import sys

from l2zk.base.wording import short
from l2zk.errors import OptionsError

cdef Py_ssize_t LONG_MESSAGE = 1 << 22  # bytes; a shorter one is hashed in less time than the GIL may take to come back


def blake3(data, *, key=None):
    """The 32-byte BLAKE3 hash of bytes, or of any buffer whose bytes lie together; a long one without the GIL.

    key: 32 bytes; BLAKE3's keyed mode, which is slower here for more than a chunk."""
    cdef Py_buffer view
    cdef uint8_t digest[32]
    if key is not None:
        return _keyed(data, key)
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        if view.len < LONG_MESSAGE:
            l2zk_active.hash_bytes(<const uint8_t *>view.buf, view.len, digest)
        else:
            with nogil:
                l2zk_active.hash_bytes(<const uint8_t *>view.buf, view.len, digest)
    finally:
        PyBuffer_Release(&view)
    return digest[:32]


cdef bytes _keyed(data, key):
    cdef Py_buffer view
    cdef uint8_t digest[32]
    cdef bytes secret = bytes(key)
    cdef const uint8_t *words = secret
    _require(len(secret) == 32, f"a key has 32 bytes, not {len(secret)}")
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        if view.len < LONG_MESSAGE // 8:
            l2zk_active.hash_keyed_bytes(words, <const uint8_t *>view.buf, view.len, digest)
        else:
            with nogil:
                l2zk_active.hash_keyed_bytes(words, <const uint8_t *>view.buf, view.len, digest)
    finally:
        PyBuffer_Release(&view)
    return digest[:32]


def tree_memory(size_t leaves, size_t cosets):
    """The bytes of the levels that a tree keeps while a proof is made."""
    cdef Tree t
    plan_tree(&t, NULL, leaves, cosets)
    return 4 * level_words(&t)


def keep_memory(size_t limit):
    """Keep at most `limit` bytes for the next proofs, and give back the rest now."""
    l2zk_block_keep(limit)


def release_memory():
    """Give back the memory and the threads that are kept for the next proofs, and say how many bytes that were."""
    l2zk_crew_release()
    return l2zk_block_release()


def kept_memory():
    """The bytes that are kept for the next proofs."""
    return l2zk_block_kept()


cdef list _sets = []              # (name, compiled, runs here), best first
cdef l2zk_isa _each = l2zk_isa_at(0)
while _each.name != NULL:
    _sets.append((_each.name.decode(), _each.compiled, _each.runs_here))
    _each = l2zk_isa_at(len(_sets))


def isas():
    """The instruction sets that this build has and this machine can run, best first."""
    return tuple([name for name, compiled, runs_here in _sets if compiled and runs_here])


def compiled_isas():
    """The instruction sets that this build has, best first."""
    return tuple([name for name, compiled, _ in _sets if compiled])


def machine_isas():
    """The instruction sets that kernels are written for and this machine can run, best first."""
    return tuple([name for name, _, runs_here in _sets if runs_here])


def isa():
    """The instruction set in use."""
    return l2zk_active.name.decode()


def use_isa(name=None):
    """Use the kernels of this instruction set, or the best; not while a proof is running."""
    cdef const char *wanted = NULL
    encoded = (name or "").encode(errors="surrogateescape")
    if name is not None:
        wanted = encoded
    if l2zk_select(wanted):
        raise OptionsError(
            f"this machine and build have no instruction set {short(name)}: choose one of {', '.join(isas())}"
        )


ISA_REFUSED = ""  # the fault of L2ZK_ISA, raised when something is proved or verified rather than at import
try:
    use_isa(os.environ.get("L2ZK_ISA") or None)
except OptionsError as refused:
    ISA_REFUSED = f"L2ZK_ISA: {refused}"


def stacks():
    """The code that each thread of Python is at: {thread: [(module, qualified name, frame), ...]}, innermost first.

    All of one moment: nothing else of Python runs while frames are read, no finalizer either, as it may where Python
    itself reads them; a frame whose thread has gone on in the meantime is no ground to stand on (CPython 3.11.7 ends
    the process by a segmentation fault).
    """
    cdef dict found = {}
    cdef list stack
    collecting = gc.isenabled()
    gc.disable()
    try:
        for thread, frame in sys._current_frames().items():
            stack = []
            while frame is not None:
                stack.append((dict.get(frame.f_globals, "__name__", ""), frame.f_code.co_qualname, frame))
                frame = frame.f_back
            found[thread] = stack
    finally:
        if collecting:
            gc.enable()
    return found
