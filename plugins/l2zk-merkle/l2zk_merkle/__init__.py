"""Merkle trees of Poseidon2 digests, and of SHA-256, as programs: paths, the change of one leaf, keys; the trees."""

from __future__ import annotations

from typing import Any

import l2zk
from l2zk.gadgets.files import elements_of
from l2zk_merkle.member import MerkleProgram
from l2zk_merkle.sha256_member import Sha256MerkleProgram
from l2zk_merkle.sha256_tree import EMPTY_LEAF, Sha256Tree, sha256_leaf
from l2zk_merkle.sparse import SparseProgram
from l2zk_merkle.tree import EMPTY, Tree, leaf_of
from l2zk_merkle.update import UpdateProgram

__all__ = [
    "EMPTY",
    "EMPTY_LEAF",
    "MerkleProgram",
    "Sha256MerkleProgram",
    "Sha256Tree",
    "SparseProgram",
    "Tree",
    "UpdateProgram",
    "elements_of",
    "leaf_of",
    "sha256_leaf",
]


@l2zk.hookimpl
def l2zk_register_programs(register: Any) -> None:
    for program in (MerkleProgram, UpdateProgram, SparseProgram, Sha256MerkleProgram):
        register(program)
