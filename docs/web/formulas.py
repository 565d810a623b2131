"""Sets powers and indices of the running text: `2^{k − 1}` as a superscript, `n_t` as a subscript; code stays as it is.

The documents write formulas in plain characters, so that they can be read anywhere. `typeset.py` puts them into pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

BRACKETS = {"{": "}", "(": ")", "⌊": "⌋", "⌈": "⌉"}
BEFORE = re.compile(r"(?:(?<![^\W_ΣΠ])(?:[^\W_]|[∏⟨⟩])[\u0300-\u036f]*['′*]?|[)\]|}⌋⌉'′])$|\d$")
"""What ends in something that can have an index or a power: a letter alone, a bracket; of a power also a number."""

WORD = re.compile(r"[^\W\d_][\u0300-\u036f]*$")
"""The end of a word, which can have an index of one character: `mask_i`, but no `allow_insecure`."""

RUN = re.compile(r"[−-]?(?:\d+|[^\W\d_]+)(?:[,.](?=\d)\d+)*")
"""An index or power without a bracket."""


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with "", "^" or "_"."""
    plain, at = "", 0
    while at < len(text):
        inside, end = raised(text, at, plain)
        if end:
            yield plain, ""
            yield inside, text[at]
            plain, at = "", end
            while at < len(text) and text[at] in "^_" and raised(text, at, ")")[1]:
                inside, end = raised(text, at, ")")
                yield inside, text[at]
                at = end
        else:
            plain, at = plain + text[at], at + 1
    yield plain, ""


def raised(text: str, at: int, before: str) -> tuple[str, int]:
    """What is raised or lowered by the sign at this place, and where it ends; ("", 0) if that is no sign."""
    if text[at] not in "^_" or at + 1 == len(text) or not can_have(before, text[at]):
        return "", 0
    if text[at + 1] in BRACKETS:
        end = closing(text, at + 1)
        bare = text[at + 1] == "{"
        return (text[at + 1 + bare : end - bare], end) if end else ("", 0)
    found = RUN.match(text, at + 1)
    alone = BEFORE.search(before) or (found and len(found[0]) == 1)
    return (found[0], found.end()) if found and alone else ("", 0)


def can_have(before: str, sign: str) -> bool:
    """True if what stands before a sign can have an index or a power."""
    if sign == "_":
        return bool(BEFORE.search(before) or WORD.search(before)) and not re.search(r"\w\d$", before)
    return bool(BEFORE.search(before))


def closing(text: str, at: int) -> int:
    """The place behind the bracket that closes the one at this place; 0 if there is none."""
    opening, depth = text[at], 0
    for place in range(at, len(text)):
        depth += (text[place] == opening) - (text[place] == BRACKETS[opening])
        if not depth:
            return place + 1
    return 0
