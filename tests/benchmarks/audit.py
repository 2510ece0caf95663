"""What the log costs: importing with it and without it, an answer with it and without it, reading a
long log and checking it.

    python -m tests.benchmarks.audit --traces 50000 --events 200000

Imports and answers alternate, and processor time is given as well: nobody has the machine alone.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from evaldesk.credentials.signatures import is_signed
from evaldesk.domain.audit import EventFilter
from evaldesk.domain.rubric import Criterion, Point, Rubric, Scale
from evaldesk.services.importing.traces import import_files
from evaldesk.storage import integrity
from evaldesk.storage.project import Project
from tests.benchmarks.measure import late
from tests.benchmarks.store import make_file
from tests.unit.storage.signing import TestSigner

RUBRIC = Rubric("quality", (Criterion("tone", Scale("ordinal", (Point(1), Point(2)))),))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def imports(folder: Path, traces: int) -> Iterator[str]:
    """One file, in a new project each time."""
    file = folder / "traces.jsonl"
    make_file(file, traces)
    for logged in (True, False, True, False):
        path = folder / "imported.evaldesk"
        path.unlink(missing_ok=True)
        Project.create(path).close()
        with Project.open(path) as project:
            if not logged:
                project.database.watcher = None
            wall, cpu = timed(partial(import_files, project, [file]))
        said = "with the log" if logged else "without it"
        yield f"import of {traces:,} traces {said}: {wall:.1f} s ({cpu:.1f} s of processor)"


def answers(folder: Path, count: int) -> Iterator[str]:
    """One at a time, as a rater gives them."""
    with Project.open(folder / "imported.evaldesk") as project:
        project.rubrics.save(RUBRIC, "ann")
        watcher = project.database.watcher
        for said, signer in (("signed", TestSigner("ann")), ("unsigned", None), ("no log", None)):
            project.database.watcher = None if said == "no log" else watcher
            project.signer = signer
            give = partial(project.ratings.answer, rubric="quality", field="tone", rater="ann")
            seconds = [timed(partial(give, n + 1, value=1, comment=said)) for n in range(count)]
            wall, cpu = [one[0] for one in seconds], [one[1] for one in seconds]
            yield (
                f"an answer, {said}: median {statistics.median(wall) * 1000:.2f}, "
                f"95th {late(wall) * 1000:.2f} ms "
                f"(processor {statistics.median(cpu) * 1000:.2f} ms)"
            )


def long_log(folder: Path, events: int) -> Iterator[str]:
    """Listing, filtering and checking many entries, a tenth of them signed."""
    path = folder / "long.evaldesk"
    with Project.create(path) as project:
        project.rubrics.save(RUBRIC, "ann")
        wall, _ = timed(lambda: _fill(project, events))
        yield f"{events:,} entries written one by one: {wall / events * 1000:.2f} ms each"
        audit = project.audit
        for said, wanted in (
            ("all", EventFilter()),
            ("of one kind", EventFilter(kind="export.file")),
            ("of one author", EventFilter(author="person 3")),
            ("of a time", EventFilter(since=audit.some([events // 2])[0].event.at)),
            ("with a text", EventFilter(text="file-77")),
        ):
            found, seconds = [], []
            for _ in range(3):
                begin = time.perf_counter()
                found.append(len(audit.numbers(wanted)))
                seconds.append(time.perf_counter() - begin)
            yield f"list {said} ({found[0]:,}): {min(seconds) * 1000:.0f} ms"
        block = audit.numbers()[:128]
        yield f"one block of rows: {timed(lambda: audit.some(block))[0] * 1000:.1f} ms"
        begin = time.perf_counter()
        checked = integrity.check(project.database, fits=is_signed)
        seconds_taken = time.perf_counter() - begin
        assert checked.faults == []
        yield f"verify ({checked.signed:,} signatures): {seconds_taken:.1f} s"


def _fill(project: Project, events: int) -> None:
    # The disk need not confirm each: it is the log that is measured.
    signer = TestSigner("ann")
    for number in range(events):
        project.signer = signer if number % 10 == 0 else None
        said = {"path": f"file-{number}.xlsx"}
        kind = ("export.file", "round.looked", "package.sent")[number % 3]
        with project.database.write(
            bulk=True, event=kind, author=f"person {number % 7}", details=said, always=True
        ):
            pass


def main() -> None:
    """Print one line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=200_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evaldesk-audit-") as name:
        folder = Path(name)
        for part in (
            imports(folder, args.traces),
            answers(folder, 300),
            long_log(folder, args.events),
        ):
            for line in part:
                print(line, flush=True)


if __name__ == "__main__":
    main()
