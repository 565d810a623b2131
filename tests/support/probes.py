"""The kernels one by one: `l2zk._probes`, which no wheel has."""

from __future__ import annotations

from parts import part

from l2zk import _core

probes = part("probes")
probes.use_isa(_core.isa())
