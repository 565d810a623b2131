"""The conformance kit on whole blocks, some minutes of it: `python plugins/l2zk-ledger/tests/long_kit.py [seconds]`.

It changes each cell of small blocks, looks for second traces, and proves false ones. The tests have the forgeries that
are known, and the kit on the parts.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "tests" / "support"))

from ledger_scenes import block, transfers

from l2zk.testing import Case, examine_program


def main(seconds: float) -> int:
    """Examine a block of transfers, an empty one, and one of every operation; 1 if a fault is found."""
    faults = 0
    blocks = {"transfers": transfers((0, 1, 5, 1), (1, 4, 900, 0)), "nothing": block([]), "messages": block()}
    for name, (program, _, witness) in blocks.items():
        begun = time.process_time()
        found = examine_program(type(program), [Case(vars(program), witness)], seconds=seconds)
        print(f"{name}: {time.process_time() - begun:.0f} s of processor time", found, sep="\n", flush=True)
        faults += not found
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0))
