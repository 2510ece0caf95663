"""What encryption costs: the same work on a plain and on an encrypted project, turn by turn.

    python -m tests.benchmarks.encryption --traces 20000

Both files hold the same traces; each piece of work is timed on one, then on the other, several
times over, and the ratio is that of the best times, so that a busy machine weighs on both alike.
With ``--processor`` what the process computed is counted, not what the clock said.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from evaldesk.credentials.key_file import LEAST
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.rubric import Rubric
from evaldesk.services.finding.query import parse
from evaldesk.services.importing.traces import import_files
from evaldesk.services.labelling import review
from evaldesk.services.projects import encryption
from evaldesk.services.projects.encryption import Lock
from evaldesk.services.projects.opening import create_project, open_project
from evaldesk.storage.project import Project
from tests.benchmarks.store import make_file

Clock = Callable[[], float]
PASSPHRASE = "lantern quorum otter vinegar"
RUBRIC = Rubric.from_json(
    {"name": "Day", "criteria": [{"name": "success", "scale": {"kind": "binary"}}]}
)


def main() -> None:
    """Print one row for each piece of work."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--traces", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processor", action="store_true", help="processor time, not the clock's")
    args = parser.parse_args()
    clock = time.process_time if args.processor else time.perf_counter
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = folder / "traces.jsonl"
        make_file(source, args.traces)
        rows: list[tuple[str, float, float]] = []
        rows.append(_imports(folder, source, args.rounds, clock))
        plain, secret = folder / "plain-0.evaldesk", folder / "secret-0.evaldesk"
        with Project.open(plain) as one, _unlocked(secret) as other:
            for project in (one, other):
                project.rubrics.save(RUBRIC, "ada", "")
            rows += [
                (name, *_both(work, one, other, args.rounds, clock))
                for name, work in _works(args.traces).items()
            ]
        rows.append(("open the project", *_opening(plain, secret, args.rounds, clock)))
        print(f"{args.traces:,} traces, {secret.stat().st_size / 1e6:.0f} MB")
        print(f"{'':24}{'plain ms':>12}{'encrypted ms':>14}{'ratio':>8}")
        for name, before, after in rows:
            print(f"{name:24}{before * 1e3:12.2f}{after * 1e3:14.2f}{after / before:8.2f}")


def _imports(folder: Path, source: Path, rounds: int, clock: Clock) -> tuple[str, float, float]:
    lock = Lock("ada", passphrase=PASSPHRASE, cost=LEAST)
    best = [float("inf"), float("inf")]
    for number in range(max(1, min(rounds, 2))):
        for place, path in enumerate(
            (folder / f"plain-{number}.evaldesk", folder / f"secret-{number}.evaldesk")
        ):
            with create_project(path, "Day", lock=lock if place else None) as project:
                before = clock()
                import_files(project, [source])
                best[place] = min(best[place], clock() - before)
    return ("import", best[0], best[1])


def _works(traces: int) -> dict[str, Callable[[Project, random.Random], object]]:
    def search(text: str) -> Callable[[Project, random.Random], object]:
        def work(project: Project, _: random.Random) -> object:
            query = TraceQuery(text)
            rows, _next = project.traces.page(query, 50, None)
            return project.traces.snippets([row.pk for row in rows], text)

        return work

    def scan(project: Project, _: random.Random) -> object:
        return project.traces.count(TraceQuery(where=parse("latency_ms > 12345")))

    def listed(project: Project, _: random.Random) -> object:
        return project.traces.page(TraceQuery(sort="-latency_ms"), 100, None)

    def opened(project: Project, draw: random.Random) -> object:
        return [project.traces.read(draw.randrange(1, traces)) for _ in range(20)]

    def label(project: Project, draw: random.Random) -> object:
        pk = draw.randrange(1, traces)
        for value in ("yes", "no", "yes"):
            review.answer(project, RUBRIC, pk, "success", "ada", value)
        return review.submit(project, RUBRIC, pk, "ada")

    return {
        "first page of a list": listed,
        "search a rare word": search("w04321 "),
        "search a common word": search("w00001 "),
        "count by a filter": scan,
        "open 20 traces anywhere": opened,
        "label: 3 answers, submit": label,
    }


def _both(
    work: Callable[[Project, random.Random], object],
    plain: Project,
    secret: Project,
    rounds: int,
    clock: Clock,
) -> tuple[float, float]:
    best = [float("inf"), float("inf")]
    for turn in range(2 * rounds + 1):
        for place, project in enumerate((plain, secret)):
            draw = random.Random(turn)
            before = clock()
            work(project, draw)
            if turn:  # the first warms what both keep in memory
                best[place] = min(best[place], clock() - before)
    return best[0], best[1]


def _opening(plain: Path, secret: Path, rounds: int, clock: Clock) -> tuple[float, float]:
    key = encryption.unlocked(secret, encryption.unlock_with(PASSPHRASE))
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, (path, given) in enumerate(((plain, None), (secret, key))):
            before = clock()
            with encryption.open_with_key(path, given) as project:
                project.traces.page(TraceQuery(), 100, None)
            best[place] = min(best[place], clock() - before)
    return best[0], best[1]


def _unlocked(path: Path) -> Project:
    return open_project(path, encryption.unlock_with(PASSPHRASE))


if __name__ == "__main__":
    main()
