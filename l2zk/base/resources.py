"""Resources of a process: the processors and threads it may use, and the memory that it keeps.

    processors = those that the process may run on, or fewer if its container has a quota
    threads = L2ZK_NUM_THREADS, else the processors
    kept memory <= the bound of `keep_memory`

The memory of a proof is kept for the next one, since the first touch of fresh memory is slow.
"""

from __future__ import annotations

import math
import os
from typing import Any

from l2zk import _core
from l2zk.base.caches import cached, forget
from l2zk.base.container import Limits, limits
from l2zk.base.wording import short
from l2zk.errors import MemoryLimitError, OptionsError

MOST_THREADS = 1024
VARIABLE = "L2ZK_NUM_THREADS"


def processors() -> int:
    """The number of processors that this process may use; the fraction of a quota counts as one."""
    affinity = getattr(os, "sched_getaffinity", None)
    ours = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    quota = container().processors
    return ours if quota is None else max(1, min(ours, math.ceil(quota)))


@cached(1)
def container() -> Limits:
    """The limits of the container that this process runs in, as they were when first looked at."""
    return limits()


def default_threads() -> int:
    """The number of threads that L2ZK_NUM_THREADS says, else one for each processor."""
    text = os.environ.get(VARIABLE, "")
    if not text:
        return min(processors(), MOST_THREADS)
    return thread_count(int(text) if text.isdecimal() and len(text) < 10 else text, VARIABLE)


def thread_count(value: Any, name: str = "threads") -> int:
    """The value, if it is a number of threads that is allowed; else an OptionsError."""
    if type(value) is not int or not 1 <= value <= MOST_THREADS:
        raise OptionsError(f"{name}={short(value)} is not allowed; it must be an integer from 1 to {MOST_THREADS}")
    return value


def require_instruction_set() -> None:
    """Refuse to prove or verify if L2ZK_ISA names a set that is not there, rather than be silently slow."""
    if _core.ISA_REFUSED:
        raise OptionsError(_core.ISA_REFUSED)


def memory_limit(value: Any) -> int | None:
    """The value, if it is a number of bytes or None; else an OptionsError."""
    if value is not None and (type(value) is not int or value < 1):
        raise OptionsError(f"max_memory={short(value)} is not allowed; it must be a number of bytes, 1 or more")
    return value


def require_memory(needed: int, limit: int | None) -> None:
    """Refuse work that needs more bytes than the limit (by default all there are), rather than be killed for it."""
    allowed = physical_memory() if limit is None else limit
    if allowed is not None and needed > allowed:
        bound = "max_memory is" if limit is not None else _whose(allowed)
        raise MemoryLimitError(
            f"{needed:,} bytes of memory are needed, but {bound} {allowed:,}; take a shorter trace or a larger rate"
        )


def physical_memory() -> int | None:
    """The bytes of memory of this machine, or that its container may use; None if the system does not say."""
    bounds = [bound for bound in (_machine_memory(), container().memory) if bound is not None]
    return min(bounds, default=None)


def _machine_memory() -> int | None:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return size if size > 0 else None


def _whose(memory: int) -> str:
    return "this container may use" if memory == container().memory else "this machine has"


def kept_memory() -> int:
    """The bytes that this process keeps between proofs; `release_memory` gives them back."""
    return _core.kept_memory()


def keep_memory(limit: int) -> None:
    """Set how many bytes this process keeps between proofs, 2^30 at first; what is kept beyond is given back at once.

    With 0 nothing is kept, and each proof takes fresh memory. Thread-safe.
    """
    if type(limit) is not int or not 0 <= limit < 2**63:
        raise OptionsError(f"limit={short(limit)} is not allowed; it must be a number of bytes, 0 or more")
    _core.keep_memory(limit)


def release_memory() -> int:
    """Give back everything that is kept between proofs; returns how many bytes of proofs' memory that were.

    Threads are given back too, and definitions, compiled programs and other results that can be made again. Proofs in a
    CachedZkVm stay until its `clear_cache`. Proofs in the making go on; their memory is kept when they end, up to the
    bound of `keep_memory`. Thread-safe.
    """
    forget()
    return _core.release_memory()
