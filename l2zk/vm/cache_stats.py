"""CacheStats: what a cache has answered, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass

from l2zk.show import html


@dataclass(frozen=True, kw_only=True)
class CacheStats:
    """The counts of a cache since it was made or cleared, all of one moment; an immutable value.

    hits: requests answered without proving; `joined` counts those among them that waited for a proof in the making, and
    `store_hits` those that the store answered. misses: requests for which a proof was made, or tried; `stored` counts
    those whose proof was put into the store.
    evictions: proofs that were dropped to stay within the bounds. entries, bytes: the proofs that are kept in memory,
    and their bytes. store_bytes: the bytes of all proofs in the store, whichever processes put them there.
    """

    hits: int = 0
    misses: int = 0
    joined: int = 0
    evictions: int = 0
    entries: int = 0
    bytes: int = 0
    stored: int = 0
    store_hits: int = 0
    store_bytes: int = 0

    def total_requests(self) -> int:
        """All requests that asked the cache."""
        return self.hits + self.misses

    def hit_rate(self) -> float:
        """The part of the requests that were hits, 0 to 1; 0 if there were none."""
        return self.hits / self.total_requests() if self.total_requests() else 0.0

    def _repr_html_(self) -> str:
        counts = [
            ("hits, answered without proving", f"{self.hits:,}"),
            ("of them, waited for a proof in the making", f"{self.joined:,}"),
            ("of them, answered by the store", f"{self.store_hits:,}"),
            ("misses, for which a proof was made, or tried", f"{self.misses:,}"),
            ("of them, put into the store", f"{self.stored:,}"),
            ("hit rate", f"{self.hit_rate():.1%}"),
            ("dropped to stay within the bounds", f"{self.evictions:,}"),
            ("proofs in memory", f"{self.entries:,}"),
            ("their bytes", f"{self.bytes:,}"),
            ("bytes of the store", f"{self.store_bytes:,}"),
        ]
        return html.block(html.heading("Cache"), html.table((), counts))

    def __str__(self) -> str:
        text = (
            f"Cache Stats: hits={self.hits}, misses={self.misses}, hit_rate={self.hit_rate():.2%},"
            f" joined={self.joined}, evictions={self.evictions}, entries={self.entries}, bytes={self.bytes:,}"
        )
        if self.stored or self.store_hits or self.store_bytes:
            text += f", stored={self.stored}, store_hits={self.store_hits}, store_bytes={self.store_bytes:,}"
        return text
