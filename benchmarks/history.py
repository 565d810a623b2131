"""The history of the library's figures: commits that build, measured by the asv suite, as a page and a picture.

    exact figures   once a commit; what has been measured already is kept
    times           all commits anew and in turn, round by round (--interleave-rounds), unless --quick

A commit that does not build is named and passed over. The page is .asv/html/index.html (`asv preview` shows it).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from page import make_whole
from picture import svg
from results import Measured
from screenshot import screenshot
from suite import EXACT, HERE, TIMED, Suite


def main() -> None:
    arguments = parse()
    suite = Suite(arguments.place, results=arguments.results or arguments.place / "results", machine=arguments.machine)
    commits = chosen(suite, arguments)
    if arguments.draw:
        found = of(suite, commits, arguments.bench)
    else:
        count = len(commits) if arguments.commits else arguments.last
        found = measure(suite, commits, count, arguments.bench, arguments.quick)
        suite.asv("publish")
        make_whole(arguments.place / "html")
    picture = arguments.picture or arguments.place / "history.svg"
    picture.write_text(svg(found))
    print(f"{picture}: {len(found)} commits")
    if arguments.screenshot:
        screenshot(arguments.place / "html", arguments.screenshot)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("commits", nargs="*", help="commits or tags by name, in place of the last ones")
    parser.add_argument("--last", type=int, default=5, metavar="N", help="the last N that build")
    parser.add_argument("--every", type=int, default=1, metavar="K", help="every K-th commit alone")
    parser.add_argument("--tags", action="store_true", help="tags instead of commits")
    parser.add_argument("--bench", default=TIMED, metavar="REGEX", help="the times that are measured; all")
    parser.add_argument("--quick", action="store_true", help="one sample of each time: shows faults, not speed")
    parser.add_argument("--draw", action="store_true", help="run nothing, draw the results that are there")
    parser.add_argument("--machine", default=Suite().machine, help="this machine's name among the results")
    parser.add_argument("--place", type=Path, default=HERE / ".asv", metavar="DIR", help="environments and the page")
    parser.add_argument("--results", type=Path, metavar="DIR", help="results: a work tree of their branch, say")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="beside the page, if not here")
    parser.add_argument("--screenshot", type=Path, metavar="FILE.png", help="the page as Chromium shows it")
    return parser.parse_args()


def chosen(suite: Suite, arguments: argparse.Namespace) -> list[str]:
    """The commits that may be measured, newest first."""
    if arguments.commits:
        listed = suite.git("rev-list", "--no-walk", *map(suite.commit, arguments.commits)).split()
    elif arguments.tags:
        listed = [suite.commit(tag) for tag in suite.git("tag", "--sort=-creatordate", "--merged", "HEAD").split()]
    else:
        listed = suite.git("rev-list", "--first-parent", "HEAD").split()
    if not listed:
        raise SystemExit("there are no tags yet: run this without --tags")
    return listed[:: arguments.every]


def measure(suite: Suite, commits: list[str], count: int, bench: str, quick: bool) -> list[Measured]:
    """The first `count` commits that build, measured; oldest first."""
    built = [commit for _, commit in zip(range(count), building(suite, commits))]
    if not built:
        raise SystemExit("no commit builds: asv says why above")
    suite.run(built, "--bench", bench, *(["--quick"] if quick else ["--interleave-rounds"]))
    return of(suite, built, bench)


def of(suite: Suite, commits: list[str], bench: str) -> list[Measured]:
    """The results of commits that were built, oldest first: exact figures, and the times that are measured."""
    there, wanted = suite.measured(), re.compile(f"{EXACT}|{bench}")
    built = [there[commit] for commit in reversed(commits) if commit in there and there[commit].built]
    return [replace(one, figures={c: v for c, v in one.figures.items() if wanted.search(c[0])}) for one in built]


def building(suite: Suite, commits: list[str]) -> Iterator[str]:
    """The commits that build, as far as they are asked for, with their exact figures among the results."""
    for commit in commits:
        suite.run([commit], "--bench", EXACT, "--skip-existing-successful")
        one = suite.measured().get(commit)
        if one and one.built:
            yield commit
        else:
            print(f"{commit[:8]} does not build: passed over")


if __name__ == "__main__":
    main()
