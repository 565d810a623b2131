"""What prover and verifier agree on about a proof's size (PROTOCOL 4.5, 9.1)."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_SECURITY = 100
"""A proof of fewer bits needs allow_insecure."""

PRESETS: dict[str, tuple[tuple[int, int], ...]] = {
    "default": ((16, 3), (31, 2)),
    "compact": ((14, 4), (31, 3)),
    "fast": ((13, 3), (18, 2), (31, 1)),
}
"""(a, log 1/rate): the rate for vectors of fewer than 2^a entries, the first that applies."""


MOST_QUERIES = 1023


class NoShape(ValueError):
    """Options or lengths that no proof has."""


@dataclass(frozen=True)
class Options:
    """log_rate is log 1/rate, 0 for the preset's; queries are those on every word, 0 for as many as security asks."""

    preset: str = "default"
    log_rate: int = 0
    security: int = 128
    grinding: int = 16
    zero_knowledge: bool = True
    queries: int = 0
    allow_insecure: bool = False

    def __post_init__(self) -> None:
        ranges = {"log_rate": (0, 4), "security": (1, 128), "grinding": (0, 32), "queries": (0, MOST_QUERIES)}
        for name, (least, most) in ranges.items():
            if not least <= getattr(self, name) <= most:
                raise NoShape(f"{name} is {getattr(self, name)}, not {least} to {most}")
        if self.preset not in PRESETS:
            raise NoShape(f"there is no preset {self.preset!r}")
        if self.security < LEAST_SECURITY and not self.allow_insecure:
            raise NoShape(f"security={self.security} is below {LEAST_SECURITY} and needs allow_insecure")

    def to_bytes(self) -> bytes:
        """The 16 bytes of a header (PROTOCOL 9.1)."""
        numbers = (list(PRESETS).index(self.preset), self.log_rate, self.security, self.grinding)
        flags = (self.zero_knowledge, self.allow_insecure)
        return bytes((*numbers, *flags, self.queries % 256, self.queries // 256, *[0] * 8))

    @classmethod
    def from_bytes(cls, data: bytes) -> Options:
        preset, log_rate, security, grinding, hiding, insecure, low, high, *rest = data
        if preset >= len(PRESETS) or max(hiding, insecure) > 1 or any(rest):
            raise NoShape("the options are none")
        name = list(PRESETS)[preset]
        return cls(name, log_rate, security, grinding, bool(hiding), low + 256 * high, bool(insecure))

    def log_rate_for(self, entries: int) -> int:
        """log 1/rate of word 0."""
        return self.log_rate or next(rate for a, rate in PRESETS[self.preset] if entries < 1 << a)
