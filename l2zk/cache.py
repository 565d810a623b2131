"""`CachedZkVm`, which makes each proof once, and its `CacheStats`; they stand in l2zk/vm/cache.py."""

from l2zk.vm.cache import CachedZkVm, CacheStats

__all__ = ["CacheStats", "CachedZkVm"]
