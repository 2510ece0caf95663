"""``python -m tests.hardship --runs 500``: kill, fill and lock, at random moments."""

import argparse
import tempfile
from pathlib import Path

from tests.hardship.trials import HARDSHIPS, JOBS, can_drop, can_fill, run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--job", action="append", choices=sorted(JOBS))
    parser.add_argument("--hardship", action="append", choices=HARDSHIPS)
    asked = parser.parse_args()
    kinds = tuple(asked.hardship or HARDSHIPS)
    able = {"full": can_fill, "read-only": can_drop}
    for kind in [kind for kind in kinds if kind in able and not able[kind]()]:
        print(f"{kind}: this machine cannot")
        kinds = tuple(one for one in kinds if one != kind)
    with tempfile.TemporaryDirectory() as work:
        Path(work).chmod(0o777)
        outcome = run(Path(work), asked.runs, asked.seed, kinds, tuple(asked.job or JOBS))
    for (job, kind, end), count in sorted(outcome.ends.items()):
        print(f"{job:>10}  {kind:>10}  {end:>8}  {count:5}")
    print(f"broken: {len(outcome.broken)}")
    for line in outcome.broken[:40]:
        print("  " + line)
    return bool(outcome.broken)


if __name__ == "__main__":
    raise SystemExit(main())
