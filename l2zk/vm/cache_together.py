"""Proofs of several statements in a cache: one request for all of them, in this order.

key = (library and format version, options, "together"; of each statement program and witness; check)
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Any

from l2zk.base.arguments import flag
from l2zk.base.progress import Progress
from l2zk.language.encoding import frozen
from l2zk.language.program import TraceProgram
from l2zk.language.witness import Witness
from l2zk.proof.proof import Proof
from l2zk.vm.cache_key import program_key, witness_key
from l2zk.vm.settings import Asked
from l2zk.vm.together.proving import jobs_of
from l2zk.vm.zkvm import TraceZkVm


class CachedTogether:
    """What a cache does with proofs of several statements; the cache itself is in cache.py."""

    _vm: TraceZkVm
    _stamp: tuple[Any, ...]
    _make_once: Callable[..., Proof]
    _found: Callable[[Hashable], Proof | None]

    def prove_together(
        self,
        programs: Iterable[TraceProgram],
        witnesses: Iterable[Witness],
        *,
        check: bool = True,
        threads: int | None = None,
        progress: Progress | None = None,
        cache: bool = True,
    ) -> Proof:
        """The proof that `TraceZkVm.prove_together`, so called, makes of these statements in this order, now or when it
        was first asked for. cache: as of `prove`."""
        asked = Asked(check=check, threads=threads, progress=progress)
        make = partial(self._vm.prove_together, check=check, threads=threads, progress=progress)
        if not flag("cache", cache):
            return make(programs, witnesses)
        _, (known, given) = jobs_of(programs, witnesses)
        if (proof := self._found(self._key_together(known, given, check))) is not None:
            return proof
        given = [frozen(witness) for witness in given]
        key = self._key_together(known, given, check)
        return self._make_once(key, list(zip(known, given)), asked, partial(make, known, given))

    def _key_together(self, programs: list[Any], witnesses: list[Any], check: bool) -> Hashable:
        """The key of a request; one of its own, equal to no other, for a request that no proof can be made of."""
        try:
            known: dict[int, Hashable] = {}
            for program in programs:
                if id(program) not in known:
                    known[id(program)] = program_key(program)
            statements = tuple([(known[id(one)], witness_key(given)) for one, given in zip(programs, witnesses)])
            return self._stamp, "together", statements, check
        except KeyboardInterrupt:
            raise
        except BaseException:  # the caller's objects raised; the machine will say what is wrong with them
            return object()
