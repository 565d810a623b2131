"""The constraint side: nodes, the AIR, its code, traces as arrays, reports of what a trace violates (PROTOCOL 3)."""

from l2zk.base.moved import forward

__getattr__ = forward("air")
