"""Gadgets: components of many programs, as functions of the builder `m` and of expressions.

    from l2zk import gadgets as g

    def define(self, m):
        m.rows(self.count)
        left, right = m.private_columns("left", count=4), m.private_columns("right", count=4)
        digest = g.poseidon2.compress(m, "hash", left, right)

Each puts its columns under the name that it is given, fills them itself, and knows no program. Its docstring says what
is claimed and on which rows, degree and columns, and what the caller has to bound.

| module | offers |
|---|---|
| `poseidon2` | `permutation` of widths 8 and 12, `compress`, `hash` of one row, `sponge` down the rows |
| `merkle` | `path` from a leaf up, a level a row, one or many in a trace; `ends_at_root`; `update`; `place` |
| `products` | `dot`, `Matrix` times a vector in a table of its own, `requantise`, `relu`, `Argmax` |
| `words` | `Word`, bits in columns; views without cells; `xor`, `choose`, `majority`, `value` |
| `sums` | `add` modulo 2^bits with a carry that absorbs, `counter`, `equal` |
| `sha256` | `Compressions` of blocks, 68 rows each, and `claim_padding` behind a message; `words_column`, its witness |
| `sha256_hashes` | `Hashes`: SHA-256 of many messages of equally many blocks in one table; `Layout`, where they stand |
| `sha256_paths` | `Paths` from leaves to roots by SHA-256, as RFC 6962 hashes; `columns`, their witness |
| `ranges` | `between` two bounds, `signed`, `at_least`; `sum_range` refuses sums that come round at p; `greatest` |
| `keccak` | `Sponge` of rate 136, a slice of the state a row; `columns` fills it; `permutation` of integers |
| `commitments` | `commit`: private values, 8 a row, and their salted digest; `commit_column`, a value a row; `layout` |
| `blake` | steps of BLAKE2s and BLAKE3, four Gs a row, in bytes and a table of xors; `claim_padding` |
| `blake3` | `Compressions`, one after the other or each from a key; `schedule` of its words |
| `blake2s` | `Compressions` of a message, 23 rows each; `Layout`, where they stand; `schedule` |
| `ecgfp5` | points of a group of prime order: `add`, `multiples` bit by bit, `belongs`; for Schnorr signatures |
| `files` | no columns: bytes, integers in a text, bytes as elements, and the salt that stands beside a file |
"""

from l2zk.gadgets import (
    blake,
    blake2s,
    blake3,
    commitments,
    ecgfp5,
    files,
    keccak,
    merkle,
    poseidon2,
    products,
    ranges,
    sha256,
    sha256_hashes,
    sha256_paths,
    sums,
    words,
)

__all__ = [
    "blake",
    "blake2s",
    "blake3",
    "commitments",
    "ecgfp5",
    "files",
    "keccak",
    "merkle",
    "poseidon2",
    "products",
    "ranges",
    "sha256",
    "sha256_hashes",
    "sha256_paths",
    "sums",
    "words",
]
