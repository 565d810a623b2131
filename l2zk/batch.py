"""`BatchProcessor`, which makes many proofs at once, and its `Schedule`; they stand in l2zk/vm."""

from l2zk.vm.batch import BatchProcessor
from l2zk.vm.schedule import Schedule

__all__ = ["BatchProcessor", "Schedule"]
