"""Judges a commit beside another by exact figures and counted instructions; by times only on demand.

    exact figures   none may be more than --factor times as bad (1.01: instructions differ by half a percent by luck)
    --times         asv continuous --interleave-rounds --factor 1.5 as well, since times differ that much by luck

The exit code is 0 if nothing is worse, 1 if something is.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from math import isnan
from pathlib import Path

from results import Figures
from suite import EXACT, TIMED, Suite

MORE_IS_BETTER = ("track_proven_bits",)


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("base", nargs="?", default="HEAD^", help="the commit to compare with")
    parser.add_argument("commit", nargs="?", default="HEAD", help="the commit that is judged")
    parser.add_argument("--factor", type=float, default=1.01, metavar="F", help="how much worse an exact figure may be")
    parser.add_argument("--times", action="store_true", help="judge times too, which takes long")
    parser.add_argument("--place", type=Path, default=Suite.place, metavar="DIR", help="environments and results")
    arguments = parser.parse_args()
    suite = Suite(arguments.place, results=arguments.place / "results")
    base, commit = suite.commit(arguments.base), suite.commit(arguments.commit)
    suite.run([commit, base], "--bench", EXACT, "--skip-existing-successful")
    found = suite.measured()
    if not (base in found and found[base].built):
        raise SystemExit(f"{arguments.base} does not build: there is nothing to compare with")
    changes = list(changed(found[base].figures, found[commit].figures, arguments.factor))
    print("\n".join(line for line, _ in changes) or "every exact figure is as before")
    worse = any(bad for _, bad in changes)
    if arguments.times:
        timed = ("--interleave-rounds", "--factor", "1.5", "--bench", TIMED, "--machine", suite.machine)
        worse |= suite.asv("continuous", *timed, base, commit, fails=(1, 2)) != 0
    raise SystemExit(int(worse))


def changed(before: Figures, after: Figures, factor: float) -> Iterator[tuple[str, bool]]:
    """A line for each exact figure that is another than before, or is no more; True if it is worse by the factor."""
    for case, old in sorted(before.items()):
        new, name, parameters = after.get(case), case[0], ", ".join(case[1:])
        if not re.search(EXACT, name) or old is None or isnan(old) or new == old:
            continue
        if new is None or isnan(new):
            yield f"WORSE {name}({parameters}) gives no figure", True
        else:
            worse = (old / new if name.endswith(MORE_IS_BETTER) else new / old) > factor
            yield f"{'WORSE ' if worse else ''}{name}({parameters}) {old:,.10g} -> {new:,.10g}", worse


if __name__ == "__main__":
    main()
