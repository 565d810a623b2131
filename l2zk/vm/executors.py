"""Executors that can run a batch: those whose workers are threads of this process, and that take work.

A batch hands its results from thread to thread; another process or interpreter would not see them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent import futures
from typing import Any, TypeVar

from l2zk.base.foreign import LONGEST, told
from l2zk.base.wording import cut, sentence
from l2zk.errors import OptionsError

Given = TypeVar("Given")

ELSEWHERE = frozenset({"ProcessPoolExecutor", "InterpreterPoolExecutor", "ClientExecutor", "MPIPoolExecutor"})
"""Classes, of whatever library, whose workers are other processes or interpreters."""

LIBRARIES = frozenset({"dask", "distributed", "joblib", "loky", "mpi4py", "ipyparallel", "ray"})
"""Packages whose pools are refused too, whatever their classes are called."""

PROBE_SECONDS = 1.0
"""Seconds in which an unknown executor may answer where it runs its work; else the batch itself finds out."""

REMEDY = "give a ThreadPoolExecutor, or none: proofs run without the GIL, so that threads use every processor"


def require_threads(executor: Any) -> None:
    """Refuse an executor that cannot run a batch; the error names it."""
    name = executor.__name__ if isinstance(executor, type) else type(executor).__qualname__
    if isinstance(executor, type):
        raise OptionsError(f"executor is the class {name}, not an instance of it; {REMEDY}")
    if _is_elsewhere(type(executor)):
        raise elsewhere(executor)
    if not isinstance(executor, futures.Executor):
        raise OptionsError(f"executor is a concurrent.futures.Executor whose workers are threads, not {name}; {REMEDY}")
    _probe(executor)


def submitted(executor: futures.Executor, work: Callable[[], Given]) -> futures.Future[Given]:
    """The future of the work; if the executor takes none, an OptionsError with the reason."""
    try:
        answer = executor.submit(work)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise closed(executor, error) from error
    if not isinstance(answer, futures.Future):
        raise elsewhere(executor)
    return answer


def elsewhere(executor: Any) -> OptionsError:
    """The error of an executor of processes or interpreters."""
    name = type(executor).__qualname__
    return OptionsError(
        f"executor {name} runs its work outside this process or interpreter, where a batch cannot follow; {REMEDY}"
    )


def closed(executor: Any, why: BaseException) -> OptionsError:
    """The error of an executor that takes no work."""
    reason = cut(sentence(str(why)), LONGEST) or type(why).__name__ if isinstance(why, RuntimeError) else told(why)
    return OptionsError(f"the executor {type(executor).__qualname__} takes no work: {reason}; give one that is running")


def _is_elsewhere(kind: type) -> bool:
    return any(base.__name__ in ELSEWHERE or base.__module__.split(".")[0] in LIBRARIES for base in kind.__mro__)


def _here() -> tuple[int, int]:
    """The identity of this process and interpreter, which others do not share."""
    return os.getpid(), id(sys.modules)


def _probe(executor: futures.Executor) -> None:
    """Find out by a task where an executor runs its work; the standard library's threads are known without."""
    answer = submitted(executor, _here)
    if type(executor).submit is futures.ThreadPoolExecutor.submit:
        return
    try:
        place = answer.result(PROBE_SECONDS)
    except futures.TimeoutError:
        return
    except KeyboardInterrupt:
        raise
    except RuntimeError as error:
        raise closed(executor, error) from error
    except BaseException as error:
        raise elsewhere(executor) from error
    if place != _here():
        raise elsewhere(executor)
