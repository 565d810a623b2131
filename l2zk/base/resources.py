"""What a process may use, and what it keeps: processors, threads, memory.

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
    """The processors that this process may use; of a quota, a part of one counts as one."""
    affinity = getattr(os, "sched_getaffinity", None)
    ours = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    quota = container().processors
    return ours if quota is None else max(1, min(ours, math.ceil(quota)))


@cached(1)
def container() -> Limits:
    """The limits of the container that this process runs in, as they were when they were first looked at."""
    return limits()


def default_threads() -> int:
    """What the environment says, or else a thread for each processor."""
    text = os.environ.get(VARIABLE, "")
    if not text:
        return min(processors(), MOST_THREADS)
    return thread_count(int(text) if text.isdecimal() and len(text) < 10 else text, VARIABLE)


def thread_count(value: Any, name: str = "threads") -> int:
    """The value, if it is a number of threads."""
    if type(value) is not int or not 1 <= value <= MOST_THREADS:
        raise OptionsError(f"{name}={short(value)} is not allowed; it must be an integer from 1 to {MOST_THREADS}")
    return value


def require_instruction_set() -> None:
    """Refuse to prove or verify where L2ZK_ISA asked for what there is not, rather than to be slow without a word."""
    if _core.ISA_REFUSED:
        raise OptionsError(_core.ISA_REFUSED)


def memory_limit(value: Any) -> int | None:
    """The value, if it is a bound on memory or None."""
    if value is not None and (type(value) is not int or value < 1):
        raise OptionsError(f"max_memory={short(value)} is not allowed; it must be a number of bytes, 1 or more")
    return value


def require_memory(needed: int, limit: int | None) -> None:
    """Refuse what takes more memory than the limit, by default all that there is, rather than be killed for it."""
    allowed = physical_memory() if limit is None else limit
    if allowed is not None and needed > allowed:
        bound = "max_memory is" if limit is not None else _whose(allowed)
        raise MemoryLimitError(
            f"{needed:,} bytes of memory are needed, but {bound} {allowed:,}; take a shorter trace or a smaller blowup"
        )


def physical_memory() -> int | None:
    """The bytes of memory that this machine has, or its container may use; None where the system does not say."""
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
    """Keep at most so many bytes between proofs from now on, at first 2^30; what is kept beyond is given back at once.

    0 keeps nothing, and each proof takes fresh memory. Any number of threads may call it at any time.
    """
    if type(limit) is not int or not 0 <= limit < 2**63:
        raise OptionsError(f"limit={short(limit)} is not allowed; it must be a number of bytes, 0 or more")
    _core.keep_memory(limit)


def release_memory() -> int:
    """Give back all that is kept between proofs, and say how many bytes of proofs' memory that were.

    Besides that memory these are threads, and definitions, compiled programs and other results that are made again when
    they are asked for. Proofs that a CachedZkVm holds stay: `clear_cache` lets them go. Proofs in the making go on, and what
    they have is kept when they end, up to the bound of `keep_memory`. Any number of threads may call it at any time.
    """
    forget()
    return _core.release_memory()
