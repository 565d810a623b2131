"""Executors of a batch: threads of this process, which do its jobs in place, or an engine of workers elsewhere.

An executor that this module does not know says itself, by a small task, where it runs its work.
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

LIBRARIES = frozenset({"dask", "distributed", "joblib", "loky", "mpi4py", "ipyparallel", "ray"})
"""Packages whose pools are taken to be elsewhere, where they do not say so in time."""

PROBE_SECONDS = 1.0
"""Seconds in which an unknown executor may answer where it runs its work; else it is taken to be one of threads."""

REMEDY = "give an executor of concurrent.futures, such as a ThreadPoolExecutor, a Dask Client, or none"


def require_executor(executor: Any) -> None:
    """Refuse what no batch can use, by name."""
    name = executor.__name__ if isinstance(executor, type) else type(executor).__qualname__
    if isinstance(executor, type):
        raise OptionsError(f"executor is the class {name}, not an instance of it; {REMEDY}")
    if "InterpreterPoolExecutor" in [base.__name__ for base in type(executor).__mro__]:
        raise OptionsError(f"executor {name} runs its work in other interpreters, where the core cannot be; {REMEDY}")
    if not isinstance(executor, futures.Executor):
        raise OptionsError(f"executor is a concurrent.futures.Executor or a Dask Client, not {name}; {REMEDY}")


def is_elsewhere(executor: futures.Executor) -> bool:
    """True if an executor's workers are other processes; raises if it takes no work."""
    if isinstance(executor, futures.ProcessPoolExecutor):
        return True
    answer = submitted(executor, _here)
    if type(executor).submit is futures.ThreadPoolExecutor.submit:
        return False
    try:
        return bool(answer.result(PROBE_SECONDS) != _here())
    except futures.TimeoutError:
        return any(base.__module__.partition(".")[0] in LIBRARIES for base in type(executor).__mro__)
    except KeyboardInterrupt:
        raise
    except RuntimeError as error:
        raise closed(executor, error) from error
    except BaseException as error:
        raise unusable(executor, told(error)) from error


def submitted(
    executor: futures.Executor, work: Callable[..., Given], *arguments: Any, **settings: Any
) -> futures.Future[Given]:
    """The future of the work; if the executor takes none, an OptionsError with the reason."""
    try:
        answer = executor.submit(work, *arguments, **settings)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise closed(executor, error) from error
    if not isinstance(answer, futures.Future):
        raise unusable(executor, "its submit gives no future")
    return answer


def unusable(executor: Any, why: str) -> OptionsError:
    """The error of an executor that takes work and does it nowhere."""
    return OptionsError(
        f"the executor {type(executor).__qualname__} does not do the work that it takes: {why}; {REMEDY}"
    )


def closed(executor: Any, why: BaseException) -> OptionsError:
    """The error of an executor that takes no work."""
    reason = cut(sentence(str(why)), LONGEST) or type(why).__name__ if isinstance(why, RuntimeError) else told(why)
    return OptionsError(f"the executor {type(executor).__qualname__} takes no work: {reason}; give one that is running")


def shut_down() -> OptionsError:
    """The error when an executor dropped what it had taken."""
    return OptionsError("the executor of this batch was shut down while it ran")


def _here() -> tuple[int, int]:
    """The identity of this process and interpreter, which others do not share."""
    return os.getpid(), id(sys.modules)
