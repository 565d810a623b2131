"""Observers of proofs: the logger `l2zk`, and those plugins that are loaded and observe.

    started → stage, stage, … → finished

Invariant: an observer, a handler or a filter of the log changes nothing. What a plugin raises is logged, and it hears
no more of that proof. No observer gets the witness or the trace, nor an error that could lead to them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from l2zk.base.foreign import foreign
from l2zk.base.progress import Progress
from l2zk.errors import L2zkError, PluginError, copied
from l2zk.language.program import TraceProgram, described
from l2zk.plugins import registry as plugins
from l2zk.vm.settings import Asked

if TYPE_CHECKING:
    from l2zk.proof.options import ProofOptions
    from l2zk.proof.proof import Proof

logger = logging.getLogger("l2zk")
"""Proofs begun and ended at level INFO, their stages at DEBUG, faults of plugins at WARNING."""


Prove = TypeVar("Prove", bound="Callable[..., Proof]")


def _log(level: int, text: str, *values: object, exc_info: bool = False) -> None:
    """Log it as from the caller; of what the log's own handlers raise nobody could be told but by the log."""
    try:
        logger.log(level, text, *values, exc_info=exc_info, stacklevel=2)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return


def watched() -> bool:
    """True if any observer or the log wants to hear of proofs."""
    return bool(plugins.observers()) or logger.isEnabledFor(logging.INFO)


def observed(prove: Prove) -> Prove:
    """A decorator of `TraceZkVm`'s prove that notifies observers and the logger; adds no work when there are none."""

    @wraps(prove)
    def telling(machine: Any, program: Any, witness: Any, asked: Asked, **settings: Any) -> Proof:
        if not watched() or not isinstance(program, TraceProgram):
            return prove(machine, program, witness, asked, **settings)
        watch = _Watch(program, plugins.observers(), asked.progress)
        watch.started(machine.options)
        try:
            proof, error = prove(machine, program, witness, replace(asked, progress=watch.stage), **settings), None
        except BaseException as raised:
            proof, error = None, raised
        try:
            watch.finished(proof, error)  # outside the handler, so that an observer's error has not this one as context
            if error is not None:
                raise error
        finally:
            del error
        return cast("Proof", proof)

    return cast(Prove, telling)


class _Watch:
    """One proof, for its observers."""

    def __init__(
        self,
        program: TraceProgram,
        observers: tuple[plugins.Observer, ...],
        progress: Progress | None,
    ) -> None:
        self.program = program
        self.observers = list(observers)
        self.progress = progress
        self.begun = perf_counter()
        self.at = ""

    def started(self, options: ProofOptions) -> None:
        _log(logging.INFO, "proving %s with %r", described(self.program), options)
        self._tell("l2zk_prove_started", options=options)

    def stage(self, stage: str, done: int, total: int) -> None:
        """The progress callback that the core calls."""
        if stage != self.at:
            _log(logging.DEBUG, "%s after %.2f s", stage, perf_counter() - self.begun)
            self.at = stage
        self._tell("l2zk_prove_stage", stage=stage, done=done, total=total)
        if self.progress is not None:
            self.progress(stage, done, total)

    def finished(self, proof: Proof | None, error: BaseException | None) -> None:
        seconds = perf_counter() - self.begun
        if proof is not None:
            _log(logging.INFO, "proved in %.3f s: %s bytes", seconds, f"{proof.size:,}")
        else:
            _log(logging.INFO, "no proof after %.3f s: %s", seconds, type(error).__name__)
        self._tell("l2zk_prove_finished", proof=proof, error=_shareable(error), seconds=seconds)

    def _tell(self, hook: str, **news: Any) -> None:
        """Call a hook of each observer that has it; one that raises is left out from then on."""
        for observer in [one for one in self.observers if hook in one.hooks]:
            try:
                with foreign(PluginError, hook):
                    observer.hooks[hook](program=self.program, **news)
            except L2zkError:
                self.observers.remove(observer)
                _log(logging.WARNING, "%s: its %s failed, and is told no more", observer.plugin, hook, exc_info=True)


def _shareable(error: BaseException | None) -> BaseException | None:
    """An error that observers may see: without private values, traceback or cause. Foreign errors are empty."""
    if error is None:
        return None
    try:
        known = copied(error.shareable or error) if isinstance(error, L2zkError) else type(error).__new__(type(error))
    except KeyboardInterrupt:
        raise
    except BaseException:
        known = error
    if known is error:  # foreign code's error, which could not be copied
        return L2zkError(f"the proof was ended by a {type(error).__name__}")
    return known
