"""`BatchProcessor`, which makes many proofs at once, and its `Schedule`; they stand in l2zk/vm."""

from l2zk.base.moved import forward
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.batch.schedule import Schedule

__all__ = ["BatchProcessor", "Schedule"]

__getattr__ = forward("batch")  # what else stood here in 0.1
