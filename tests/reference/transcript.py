"""The transcript: a hash state that absorbs messages and draws challenges (PROTOCOL 5.4).

    absorb:  state = H3(state | u64(kind) | u64(length) | data)
    words:   4 b ... 4 b + 3 are those of H3(state | u64(2^64 - 1) | u64(b))

It keeps a log of messages (kind, bytes) and challenges (name, value). Given challenges turn it into the
interactive protocol: they replace those drawn, by name (a mapping) or in the order of drawing (a sequence),
and nothing is ground.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .field import Element, Field
from .tree import h3

SEED, TRACE_ROOT, QUOTIENT_ROOT, VALUES, FRI_ROOT, FINAL, NONCE = 1, 2, 3, 4, 5, 6, 7

Challenges = Mapping[str, Any] | Sequence[Any]


def u64(x: int) -> bytes:
    return x.to_bytes(8, "little")


class Transcript:
    def __init__(self, field: Field, given: Challenges | None = None):
        self.field = field
        self.state = h3(b"l2zk transcript 1")
        self.block = 0
        self.words: list[int] = []
        self.log: list[tuple[int | str, Any]] = []
        self.interactive = given is not None
        self._by_name = dict(given) if isinstance(given, Mapping) else {}
        self._in_order = [] if given is None or isinstance(given, Mapping) else list(given)

    def absorb(self, kind: int, data: bytes) -> None:
        self.log.append((kind, data))
        self.state = self.after(kind, data)
        self.block, self.words = 0, []

    def after(self, kind: int, data: bytes) -> bytes:
        """The state that absorbing this message would lead to."""
        return h3(self.state + u64(kind) + u64(len(data)) + data)

    def word(self) -> int:
        if not self.words:
            digest = h3(self.state + u64(2**64 - 1) + u64(self.block))
            self.words = [int.from_bytes(digest[8 * i : 8 * i + 8], "little") for i in range(4)]
            self.block += 1
        return self.words.pop(0)

    def draw_base(self) -> int:
        p = self.field.F.p
        if p < 2**32:
            raise ValueError("rejection would not end over so small a field: give the challenges")
        while (x := self.word()) >= p:
            pass
        return x

    def draw_extension(self) -> Element:
        return tuple([self.draw_base() for _ in range(self.field.degree)])

    def challenge(self, name: str) -> Element:
        return self._record(name, self._given(name) or self.draw_extension())

    def point(self, name: str) -> Element:
        """A challenge outside F (6.5)."""
        value = self._given(name)
        while value is None or not any(value[1:]):
            if value is not None and self.interactive:
                raise ValueError(f"the given {name} = {value} lies in F")
            value = self.draw_extension()
        return self._record(name, value)

    def queries(self, count: int, modulus: int) -> list[int]:
        """The drawn leaves, in the order of drawing and with repetitions (6.11)."""
        given = self._given("queries")
        drawn = [self.word() % modulus for _ in range(count)] if given is None else list(given)
        return self._record("queries", drawn)

    def _given(self, name: str) -> Any:
        return self._in_order.pop(0) if self._in_order else self._by_name.get(name)

    def _record(self, name: str, value: Any) -> Any:
        self.log.append((name, value))
        return value


def ground(state: bytes, bits: int) -> bool:
    """True if the first 8 bytes of the state end in that many zero bits (6.10)."""
    return int.from_bytes(state[:8], "little") % 2**bits == 0
