"""Settings: those of a machine, given once, and those of a single proof.

Both are looked at when they are said, so that nothing is begun with what cannot be meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

from l2zk.air.trace import ExecutionTrace
from l2zk.base.arguments import callback, flag
from l2zk.base.progress import Progress
from l2zk.base.resources import default_threads, memory_limit, require_instruction_set, thread_count
from l2zk.base.wording import short
from l2zk.errors import OptionsError, SecurityError
from l2zk.proof.options import ProofOptions


class ProveSettings(TypedDict, total=False):
    """The settings of `TraceZkVm.prove`, where a method passes them on to it."""

    trace: ExecutionTrace | None
    check: bool
    threads: int | None
    progress: Progress | None


@dataclass(kw_only=True, slots=True)  # not frozen, which would take a fifth of the time of a cache's hit
class Asked:
    """The settings of one proof, looked at: those of `TraceZkVm.prove`, which says what they mean."""

    trace: ExecutionTrace | None = None
    check: bool = True
    threads: int | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        flag("check", self.check)
        callback("progress", self.progress)
        if self.threads is not None:
            thread_count(self.threads)


class Settings:
    """The settings of a machine, which stay as they are: those of `TraceZkVm`, which says what they mean."""

    def __init__(
        self,
        options: ProofOptions | None = None,
        *,
        min_security: int | None = None,
        threads: int | None = None,
        max_memory: int | None = None,
        redact: bool = True,
    ) -> None:
        require_instruction_set()
        if options is not None and not isinstance(options, ProofOptions):
            raise OptionsError(f"options are a ProofOptions, not {type(options).__name__}; write ProofOptions(...)")
        self._options = ProofOptions() if options is None else options
        self._exact = options is not None and min_security is None
        self._min_security = self._options.security if min_security is None else _bits(min_security)
        self._threads = default_threads() if threads is None else thread_count(threads)
        self._max_memory = memory_limit(max_memory)
        self._redact = flag("redact", redact)

    @property
    def options(self) -> ProofOptions:
        """The options of the proofs that it makes."""
        return self._options

    @property
    def min_security(self) -> int | None:
        """The proven bits that `verify` demands; None where it demands exactly `options`."""
        return None if self._exact else self._min_security

    @property
    def threads(self) -> int:
        """The number of threads that work on one proof."""
        return self._threads

    @property
    def max_memory(self) -> int | None:
        """The bytes that one proof or trace may take; None for all that there are."""
        return self._max_memory

    @property
    def redact(self) -> bool:
        """True if private values are left out of errors and reports."""
        return self._redact

    def __repr__(self) -> str:
        settings = f"min_security={self.min_security}, threads={self._threads}, max_memory={self._max_memory}"
        settings += "" if self._redact else ", redact=False"
        return f"TraceZkVm({self._options!r}, {settings})"

    def _count(self, threads: int | None) -> int:
        """The threads of one proof."""
        return self._threads if threads is None else thread_count(threads)


def _bits(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 128:
        raise SecurityError(f"min_security={short(value)} is not allowed; it must be an integer from 1 to 128")
    return value
