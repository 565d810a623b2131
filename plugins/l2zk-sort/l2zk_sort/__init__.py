"""Committed values in order, and a private element of a public or a committed set, or one that is not in it.

Commitments are l2zk.poseidon2.hash(values, salt), as all programs on private values state them.

    order      SortProgram
    member     MemberProgram
"""

from __future__ import annotations

from typing import Any

import l2zk
from l2zk_sort.member import MemberProgram
from l2zk_sort.order import SortProgram

__all__ = ["MemberProgram", "SortProgram"]


@l2zk.hookimpl
def l2zk_register_programs(register: Any) -> None:
    register(SortProgram)
    register(MemberProgram)
