"""Random histories of returns, merged into two projects in two orders: the same must come of both.

``python tests/benchmarks/package_histories.py 10000`` prints how many were compared. Histories have
raters of their own, so that many fit into one project; now and then a new pair of these is begun.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from evaldesk.storage.integrity import check
from evaldesk.storage.project import Project
from tests import histories

A_PROJECT = 100
"""Histories before a new pair of projects is begun."""


def main(wanted: int, seed: int) -> None:
    random, begun, done = Random(seed), time.monotonic(), 0
    forked = 0
    with tempfile.TemporaryDirectory() as folder:
        while done < wanted:
            one, two = Path(folder, f"{done}-a.evaldesk"), Path(folder, f"{done}-b.evaldesk")
            with Project.create(one) as project:
                histories.prepare(project)
            shutil.copy(one, two)
            with Project.open(one) as a, Project.open(two) as b:
                facts = histories.facts(a)
                for _ in range(min(A_PROJECT, wanted - done)):
                    made = histories.history(random, f"h{done}", *facts)
                    histories.same_in_any_order(random, a, b, made)
                    forked += made.forked
                    done += 1
                    if done % 100 == 0:
                        print(f"{done} histories, {time.monotonic() - begun:.0f} s", flush=True)
                for project in (a, b):
                    assert not check(project.database).faults, "the project is not whole"
            one.unlink()
            two.unlink()
    print(f"{done} histories ({forked} with two machines), all the same in both orders")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 1000,
        int(sys.argv[2]) if len(sys.argv) > 2 else 1,
    )
