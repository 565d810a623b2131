"""`CachedZkVm`, which makes each proof once, and its `CacheStats`; they stand in l2zk/vm/."""

from l2zk.base.moved import forward
from l2zk.vm.cache import CachedZkVm
from l2zk.vm.cache_stats import CacheStats

__all__ = ["CacheStats", "CachedZkVm"]

__getattr__ = forward("cache")  # what else stood here in 0.1
