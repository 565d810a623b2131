"""The work of this process in numbers that Prometheus reads, `text`, as `CONTENT_TYPE`: l2zk/vm/metrics/families.py."""

from l2zk.vm.metrics.exposition import CONTENT_TYPE
from l2zk.vm.metrics.families import text

__all__ = ["CONTENT_TYPE", "text"]
