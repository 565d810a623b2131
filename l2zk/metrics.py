"""The work of this process in numbers that Prometheus reads: `text`, as `CONTENT_TYPE`; see l2zk/vm/metrics.py."""

from l2zk.vm.exposition import CONTENT_TYPE
from l2zk.vm.metrics import text

__all__ = ["CONTENT_TYPE", "text"]
