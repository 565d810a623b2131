"""The benchmarks of l2zk, for asv."""
