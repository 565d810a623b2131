"""Options: what prover and verifier agree on, and their 16 bytes (PROTOCOL 4.1, 8.1)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Options:
    blowup: int = 8
    security: int = 128
    regime: int = 0
    grinding: int = 16
    folding: int = 8
    final_rows: int = 256
    rows_per_leaf: int = 0
    zero_knowledge: int = 0
    queries: int = 0
    allow_insecure: int = 0

    def __post_init__(self) -> None:
        for name, allowed in RANGES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"option {name} = {getattr(self, name)} is not in {allowed}")
        if self.security < 100 and not self.allow_insecure:
            raise ValueError(f"a target of {self.security} bits needs allow_insecure = 1")

    def to_bytes(self) -> bytes:
        s = self.rows_per_leaf
        return bytes(
            [
                _log(self.blowup),
                self.security,
                self.regime,
                self.grinding,
                _log(self.folding),
                _log(self.final_rows),
                1 + _log(s) if s else 0,
                self.zero_knowledge,
                self.queries % 256,
                self.queries // 256,
                self.allow_insecure,
                0,
                0,
                0,
                0,
                0,
            ]
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Options":
        """Strict: ValueError unless these are the 16 bytes of some options."""
        if len(data) != 16 or any(data[11:]) or max(data[0], data[4], data[5], data[6]) > 32:
            raise ValueError("these are not the bytes of options")
        return cls(
            blowup=1 << data[0],
            security=data[1],
            regime=data[2],
            grinding=data[3],
            folding=1 << data[4],
            final_rows=1 << data[5],
            rows_per_leaf=1 << data[6] - 1 if data[6] else 0,
            zero_knowledge=data[7],
            queries=data[8] + 256 * data[9],
            allow_insecure=data[10],
        )


RANGES = {
    "blowup": (2, 4, 8, 16, 32),
    "security": range(1, 129),
    "regime": (0, 1),
    "grinding": range(33),
    "folding": (2, 4, 8),
    "final_rows": (1, 2, 4, 8, 16, 32, 64, 128, 256),
    "rows_per_leaf": (0, 1, 2, 4, 8),
    "zero_knowledge": (0, 1),
    "queries": range(1024),
    "allow_insecure": (0, 1),
}


def _log(x: int) -> int:
    return x.bit_length() - 1
