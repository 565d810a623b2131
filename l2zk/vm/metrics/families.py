"""The numbers of this process as families of samples, by the names under which they are known elsewhere.

Names, units and types are as Prometheus asks: counters end in _total, times are in seconds, sizes in bytes. A proof is
counted where it is made, so one out of a cache is not, and one that a batch makes is, besides as a job of the batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from l2zk import _core
from l2zk.base.resources import kept_memory
from l2zk.base.version import __version__
from l2zk.vm.metrics.counts import COUNTS
from l2zk.vm.metrics.exposition import Family, Kind, Sample, written

CACHE_COUNTS = {
    "hits": "Requests that a cache answered without proving.",
    "misses": "Requests for which a cache had a proof made, or tried.",
    "joined": "Requests, among the hits, that waited for a proof in the making.",
    "evictions": "Proofs that a cache dropped to stay within its bounds.",
}


def text() -> str:
    """The counts and times of this process so far, in Prometheus' text format, version 0.0.4.

    Serve it with the content type `CONTENT_TYPE`. Each process counts its own work, a forked child from zero. No number
    of a counter falls while the process lives. Labels have ids of programs, classes of errors and checks of PROTOCOL 7,
    all of a bounded number; no parameters, inputs, outputs or texts of errors. Thread-safe.
    """
    return written(families())


def families() -> list[Family]:
    """All families; those of proofs, verifications and batches are of one moment."""
    with COUNTS.lock:
        COUNTS.count()
        counted = [_info(), *_proofs(), *_verifications(), *_batches()]
    kept = _family("l2zk_kept_memory_bytes", "gauge", "Memory that is kept for the next proofs.", {(): kept_memory()})
    return [*counted, *_caches(), kept]


def _info() -> Family:
    about = {(__version__, _core.isa()): 1}
    help = "1; the labels say the version of the library and the instruction set in use."
    return _family("l2zk_info", "gauge", help, about, "version", "instruction_set")


def _proofs() -> Iterator[Family]:
    ended, sizes = COUNTS.proofs, {(program,): size for program, size in COUNTS.proof_bytes.items()}
    seconds = [one for program, took in COUNTS.proving.items() for one in took.samples({"program": program})]
    under_way = {(): sum(list(COUNTS.under_way.values()))}
    help = "Proofs that ended, by outcome: made, interrupted, or the class of the error."
    yield _family("l2zk_proofs_total", "counter", help, ended, "program", "outcome")
    yield _family("l2zk_proof_bytes_total", "counter", "Bytes of the proofs that were made.", sizes, "program")
    help = "Seconds for each proof that was made; those made in a series have equal shares of its time."
    yield Family("l2zk_proving_seconds", "histogram", help, seconds)
    yield _family("l2zk_proofs_in_progress", "gauge", "Proofs in the making.", under_way)


def _verifications() -> Iterator[Family]:
    refusals = {(check,): count for check, count in COUNTS.refusals.items()}
    seconds = [one for outcome, took in COUNTS.verifying.items() for one in took.samples({"outcome": outcome})]
    help = "Verifications, by outcome: accepted, refused, interrupted, or the class of the caller's error."
    yield _family("l2zk_verifications_total", "counter", help, COUNTS.verifications, "program", "outcome")
    help = "Proofs that were refused, by the check of section 7 of PROTOCOL.md that refused them."
    yield _family("l2zk_refusals_total", "counter", help, refusals, "check")
    yield Family("l2zk_verifying_seconds", "histogram", "Seconds for each verification, by its answer.", seconds)


def _batches() -> Iterator[Family]:
    begun = {(kind,): count for kind, count in COUNTS.jobs_begun.items()}
    left = dict.fromkeys(begun, 0)
    for kind, count in COUNTS.jobs_left.values():
        left[kind,] += count
    help = "Jobs of batches that have begun, to prove or to verify."
    yield _family("l2zk_batch_jobs_begun_total", "counter", help, begun, "kind")
    help = "Jobs of batches that ended, by outcome: made, accepted, refused, interrupted, or the class of the error."
    yield _family("l2zk_batch_jobs_total", "counter", help, COUNTS.jobs, "kind", "outcome")
    help = "Jobs of batches under way that have not ended, at work or waiting."
    yield _family("l2zk_batch_jobs_in_progress", "gauge", help, left, "kind")


def _caches() -> Iterator[Family]:
    sums, caches = COUNTS.cache_counts(), COUNTS.caches()
    for name, help in CACHE_COUNTS.items():
        yield _family(f"l2zk_cache_{name}_total", "counter", help, {(): sums[name]})
    entries, size = sum(len(cache._proofs) for cache in caches), sum(cache._bytes for cache in caches)
    yield _family("l2zk_cache_entries", "gauge", "Proofs that caches keep in memory.", {(): entries})
    yield _family("l2zk_cache_bytes", "gauge", "Bytes of the proofs that caches keep in memory.", {(): size})
    stores = {cache._store.path: cache._store for cache in caches if cache._store is not None}
    stored = [store.stats() for store in stores.values()]
    help = "Requests, among the hits of caches, that their stores answered."
    yield _family("l2zk_store_hits_total", "counter", help, {(): sums["store_hits"]})
    yield _family("l2zk_store_puts_total", "counter", "Proofs that caches put into their stores.", {(): sums["stored"]})
    help = "Proofs in the stores of this process's caches, whichever processes put them there."
    yield _family("l2zk_store_entries", "gauge", help, {(): sum(one.entries for one in stored)})
    yield _family("l2zk_store_bytes", "gauge", "Bytes of those proofs.", {(): sum(one.bytes for one in stored)})


def _family(name: str, kind: Kind, help: str, numbers: Mapping[Any, float], *labels: str) -> Family:
    """The family of these numbers, whose keys are the values of the labels."""
    return Family(name, kind, help, [Sample(dict(zip(labels, values)), number) for values, number in numbers.items()])
