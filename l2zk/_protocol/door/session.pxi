# A call's crew and memory. A proof runs without the GIL on a crew of threads of its own, trace generation included,
# while the calling thread looks in every 50 ms for Ctrl-C and progress.

from cpython.exc cimport PyErr_CheckSignals

from l2zk.base.progress import LOOK_IN_SECONDS
from l2zk.errors import L2zkError

cdef double patience = LOOK_IN_SECONDS


cdef class Session:
    """A crew and a block of memory, taken for one call and given back after it."""
    cdef l2zk_crew *crew
    cdef char *block

    def __cinit__(self, unsigned threads):
        self.block = NULL
        self.crew = l2zk_crew_take(threads)
        if self.crew == NULL:
            raise L2zkError("the system gives no thread to prove on")

    def __dealloc__(self):
        l2zk_block_give(self.block)
        if self.crew != NULL:
            l2zk_crew_give(self.crew)

    cdef int take_block(self, size_t size) except -1:
        self.block = <char *>l2zk_block_take(size)
        if self.block == NULL:
            raise MemoryError(f"the system has no {size:,} bytes for this proof")
        return 0

    cdef int carry_out(self, l2zk_job job, void *context, progress, const size_t *done, size_t total) except -1:
        """Start the crew and see it to its end; whatever is raised meanwhile cancels it first."""
        cdef int ended
        l2zk_crew_start(self.crew, job, context)
        try:
            while True:
                with nogil:
                    ended = l2zk_crew_wait(self.crew, patience)
                if ended:
                    break
                PyErr_CheckSignals()
                if progress is not None:
                    self._report(progress, done, total)
        except BaseException:
            l2zk_crew_cancel(self.crew)
            with nogil:
                l2zk_crew_wait(self.crew, -1)
            raise
        if l2zk_crew_is_gone(self.crew):
            raise L2zkError("this process was forked while the proof was being made: only the parent can finish it")
        return 0

    cdef int _report(self, progress, const size_t *done, size_t total) except -1:
        """Report the stage; one whose extent is not known yet is at 0 of 1."""
        cdef l2zk_progress now = l2zk_crew_progress(self.crew)
        if done == NULL:
            progress(STAGES[now.stage], min(now.done, now.total), max(now.total, 1))
        else:
            progress("proofs", done[0], total)
        return 0

    cdef dict seconds(self):
        """Seconds by stage."""
        return {name: l2zk_crew_seconds(self.crew, i) for i, name in enumerate(STAGES)}


def look_in_every(double seconds):
    """Set the seconds between two reports of a proof's progress; returns the seconds before. For tests."""
    global patience
    before, patience = patience, seconds
    return before
