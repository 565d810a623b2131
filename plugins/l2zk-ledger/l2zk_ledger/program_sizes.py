"""Sizes of a block's tables: how many accounts and nodes operations may touch, and the least tables that hold them."""

from __future__ import annotations

from typing import Any

from l2zk_ledger.executed import Executed

LEAST = 8
"""Rows of the main table at least, and of the first table of nodes that `of` chooses."""

LEAST_BLOCK = 64
"""Operations of the smallest program that `of` chooses."""

TWO = 2048
"""Rows up to which one table of nodes is all there is."""

MOST_OPERATIONS = 2**20
"""Operations of a block: so many fees of 40 bits stay below 2^60."""

MOST_SIGNED = 2**16
"""Operations of a block whose operations are signed: a proof has no room for the rows of more signatures."""

MOST_NODES = 2**24
"""Rows of a table of nodes."""

MOST_TABLES = 4
"""Tables of nodes that a program may have."""


def power(count: int, least: int = 1) -> int:
    """The least power of two that is at least `count` and `least`."""
    return max(least, 1 << (max(count, 1) - 1).bit_length())


def most_accounts(depth: int, operations: int) -> int:
    """Accounts that so many operations touch at most, as a power of two: two each, and no more than places."""
    return power(min(2 * operations, 1 << depth))


def most_nodes(depth: int, accounts: int) -> int:
    """Inner nodes above so many accounts at most."""
    return sum(min(1 << level, accounts) for level in range(depth))


def tables(count: int) -> tuple[int, ...]:
    """Heights of one or two tables for so many nodes, powers of two that fall, the first at least LEAST.

    One alone is up to half empty. Beyond TWO rows there is a second one, of an eighth, a fourth or half of the
    first, so that little is padding and few programs exist.
    """
    high = power(count, LEAST)
    low = power(count - high // 2, high // 16)
    return (high // 2, low) if high > TWO and low < high // 2 else (high,)


def of(*blocks: Executed, authority: str | None = None) -> dict[str, Any]:
    """The parameters of the least program with room for each of one or more blocks, powers of two, so that few exist.

    authority: that of the program; left out, that of the blocks, or "preimage" where nobody spends.
    They are public, and so is what they say of the blocks: half of a size is exceeded by some number of them.
    """
    signed = "schnorr" in ([authority] if authority else [one.authority for one in blocks])
    received, sent = (max(len(getattr(one, name)) for one in blocks) for name in ("received", "sent"))
    return {
        "depth": blocks[0].depth,
        "operations": power(max(len(one.operations) for one in blocks), LEAST if signed else LEAST_BLOCK),
        "messages_in": power(received) if received else 0,
        "messages_out": power(sent) if sent else 0,
        "accounts": power(max(len(one.accounts.place) for one in blocks)),
        "nodes": tables(max(sum(len(level.number) for level in one.nodes) for one in blocks)),
        "authority": "schnorr" if signed else "preimage",
    }
