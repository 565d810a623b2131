"""Programs from others: hooks, the plugins that are installed, programs in files, and the package that `l2zk new` writes."""

from l2zk.base.moved import forward

__getattr__ = forward("plugins")
