"""The core of protocol 2, `l2zk._core2`, which no wheel has yet."""

from __future__ import annotations

from parts import part

from l2zk import _core

core2 = part("core2")
core2.use_isa(_core.isa())
