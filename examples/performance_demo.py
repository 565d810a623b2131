"""The gains of batches, threads and the cache on this machine; the same as `l2zk demo --performance`."""

from rich.console import Console

from l2zk.cli.performance import run

if __name__ == "__main__":
    run(Console(highlight=False))
