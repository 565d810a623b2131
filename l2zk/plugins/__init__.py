"""Programs of others: hooks, installed plugins, programs in files, and the package that `l2zk new` writes."""

from l2zk.base.moved import forward

__getattr__ = forward("plugins")
