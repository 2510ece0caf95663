"""What a person waits for in a project of a million traces, and what it takes of memory.

    python -m tests.benchmarks.million --make /tmp/million.evaldesk --traces 1000000
    python -m tests.benchmarks.million --project /tmp/million.evaldesk --parts store
    python -m tests.benchmarks.million --project /tmp/million.evaldesk --parts window

The first makes the project and says what the import took beside plain SQLite. The others can be
run again at a quieter moment; each is a process of its own, so that its peak memory is its own.
``window`` imports 20,000 traces more into the project: give it a copy.

“First rows” is what is on the screen at once: 200 row numbers and the rows of the first block.
“All” is the whole list in the order asked, which comes from another thread while one reads.
Every kind of question is asked with other words, values and places each time.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from evaldesk.domain.query import TraceQuery
from evaldesk.services.finding import facets as finding
from evaldesk.services.finding.query import parse
from evaldesk.services.importing.traces import import_files
from evaldesk.storage.project import Project
from tests.benchmarks.measure import late, peak_megabytes
from tests.benchmarks.store import make_file, reference, rows_of

# Ranks of words that about 0.15, 1, 6, 65 and 93 of a hundred made traces have.
SHARES = (("rare", 19_500), ("1 %", 2_870), ("6 %", 458), ("65 %", 18), ("93 %", 0))
FIRST_BLOCK = 128


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and seconds that this thread computed, SQLite among it."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - wall, time.thread_time() - cpu


def told(seconds: Sequence[tuple[float, float]]) -> str:
    """Median and 95th percentile in milliseconds, by the clock and of the processor: the latter is
    what it takes where nobody else computes.
    """
    walls, work = [wall for wall, _ in seconds], [cpu for _, cpu in seconds]
    return (
        f"median {statistics.median(walls) * 1000:.1f}, 95th {late(walls) * 1000:.1f} ms "
        f"(processor {statistics.median(work) * 1000:.1f}, {late(work) * 1000:.1f})"
    )


def make(path: Path, traces: int) -> Iterator[str]:
    """Import, beside plain SQLite with the same rows and the same full-text index."""
    with tempfile.TemporaryDirectory(prefix="evaldesk-million-") as folder:
        source, plain = Path(folder) / "made.jsonl", Path(folder) / "plain.db"
        make_file(source, traces)
        yield f"{traces:,} traces, {source.stat().st_size / traces:,.0f} bytes a record"
        with Project.create(path) as project:
            wall, work = time.perf_counter(), time.process_time()
            import_files(project, [source])
            wall, work = time.perf_counter() - wall, time.process_time() - work
        yield (
            f"import             {wall:.0f} s, processor {work:.0f} s, "
            f"{traces / wall:,.0f} a second; peak memory {peak_megabytes():,.0f} MB"
        )
        source.unlink()
        theirs, computed = reference(plain, rows_of(path))
        yield (
            f"plain SQLite       {theirs:.0f} s: {wall / theirs:.2f} times; processor "
            f"{computed:.0f} s: {work / computed:.2f} times"
        )
        sizes = path.stat().st_size, plain.stat().st_size
        yield (
            f"size               {sizes[0] / 1e6:,.0f} MB; plain SQLite {sizes[1] / 1e6:,.0f} MB: "
            f"{sizes[0] / sizes[1]:.2f} times"
        )


def questions() -> Iterator[tuple[str, Callable[[int], TraceQuery]]]:
    """What is asked, each time in other words."""

    def words(rank: int, number: int, sort: str) -> TraceQuery:
        return TraceQuery(text=f"w{rank + number % 20:05d} ", sort=sort)

    yield "all", lambda n: TraceQuery(sort=("imported", "-imported")[n % 2])
    yield "by latency", lambda n: TraceQuery(sort=("latency_ms", "-latency_ms")[n % 2])
    yield (
        "facet: slice",
        lambda n: TraceQuery(where=parse(f"slice.language = {('de', 'en', 'fr')[n % 3]}")),
    )
    yield "facet: score", lambda n: TraceQuery(where=parse(f"score.pass = {n % 2}"))
    yield (
        "facets together",
        lambda n: TraceQuery(
            where=parse(f"slice.language = {('de', 'en', 'fr')[n % 3]} and score.pass = {n % 2}"),
            sort="-latency_ms",
        ),
    )
    yield "facet: none has", lambda n: TraceQuery(where=parse(f"has_error and trial < {n + 1}"))
    for share, rank in SHARES:
        yield f"word in {share}", partial(_at, words, rank, "-imported")
    for share, rank in SHARES:
        yield f"ranked, {share}", partial(_at, words, rank, "relevance")
    yield (
        "word and facet",
        lambda n: TraceQuery(text=f"w{18 + n % 20:05d} ", where=parse(f"score.pass = {n % 2}")),
    )


def _at(
    words: Callable[[int, int, str], TraceQuery], rank: int, sort: str, number: int
) -> TraceQuery:
    return words(rank, number, sort)


def store(path: Path, times: int, long_times: int) -> Iterator[str]:
    """What the store needs for what a list, a search and a reader ask."""
    draw = random.Random(7)

    def open_and_show() -> None:
        with Project.open(path) as project:
            pks = project.traces.first(TraceQuery())
            project.traces.rows(pks[:FIRST_BLOCK])

    yield f"open → first rows  {told([timed(open_and_show) for _ in range(times)])}"
    with Project.open(path) as project:
        traces = project.traces

        def first(query: TraceQuery) -> None:
            traces.rows(traces.first(query)[:FIRST_BLOCK])

        def whole(query: TraceQuery) -> None:
            traces.rows(traces.ids(query)[:FIRST_BLOCK])

        for name, asked in questions():
            shown = [timed(partial(first, asked(n))) for n in range(times)]
            listed = [timed(partial(traces.ids, asked(n))) for n in range(long_times)]
            if late([wall for wall, _ in listed]) < statistics.median(wall for wall, _ in shown):
                # Where few traces fit, the whole list is there before a walk has found them.
                shown = [timed(partial(whole, asked(n))) for n in range(times)]
            found = traces.count(asked(0))
            yield f"{name:<18} first rows {told(shown)}; all {found:,}: {told(listed)}"
        pks = traces.ids(TraceQuery(sort="-latency_ms"))
        places = [draw.randrange(len(pks) - FIRST_BLOCK) for _ in range(times * 4)]
        jumps = [timed(partial(traces.rows, pks[at : at + FIRST_BLOCK])) for at in places]
        yield f"scroll anywhere    {told(jumps)}"
        yield f"open a trace       {told([timed(partial(traces.read, pks[at])) for at in places])}"
        ids = [row.id for row in traces.rows([pks[at] for at in places[:times]])]
        alike = [timed(partial(traces.similar, identity)) for identity in ids]
        yield f"similar traces     {told(alike)}"
        counted = []
        for _ in range(long_times):
            with Project.open(path) as fresh:
                counted.append(timed(partial(finding.facets, fresh)))
        yield f"facets of all      {told(counted)}, then kept"
        for name, query in (
            ("of a third", TraceQuery(where=parse("slice.language = de"))),
            ("of 6 %", TraceQuery(text="w00458 ")),
            ("of 93 %", TraceQuery(text="w00000 ")),
        ):
            taken = [timed(partial(finding.facets, project, query)) for _ in range(long_times)]
            yield f"facets {name:<11} {told(taken)}"
    yield f"peak memory        {peak_megabytes():,.0f} MB"


def window(path: Path, folder: Path) -> Iterator[str]:
    """How long the window's own thread does not answer, asked every few milliseconds."""
    from tests.benchmarks.interface import blocked, lists, watched_search
    from tests.benchmarks.reviewing import Bench

    bench = Bench(path, folder, reviews=False)
    yield f"memory, opened     {peak_megabytes():,.0f} MB at the peak"
    words = tuple(f"w{rank:05d}" for _, rank in SHARES)
    yield from lists(bench, path, words=words)
    yield f"memory, listed     {peak_megabytes():,.0f} MB at the peak"
    yield from watched_search(bench, words)
    yield f"memory, searched   {peak_megabytes():,.0f} MB at the peak"
    yield from blocked(bench, folder)
    yield f"peak memory        {peak_megabytes():,.0f} MB"
    bench.settle()
    bench.window.workspace.jobs.shutdown()
    bench.window.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--make", type=Path, metavar="FILE", help="make the project here")
    parser.add_argument("--traces", type=int, default=1_000_000)
    parser.add_argument("--project", type=Path, help="one that was made")
    parser.add_argument("--parts", nargs="+", default=["store"], metavar="PART")
    parser.add_argument("--times", type=int, default=40, help="of what takes milliseconds")
    parser.add_argument("--long-times", type=int, default=5, help="of what may take a second")
    given = parser.parse_args()
    if given.make:
        for line in make(given.make, given.traces):
            print(line, flush=True)
    if given.project and "store" in given.parts:
        for line in store(given.project, given.times, given.long_times):
            print(line, flush=True)
    if given.project and "window" in given.parts:
        with tempfile.TemporaryDirectory(prefix="evaldesk-million-") as name:
            for line in window(given.project, Path(name)):
                print(line, flush=True)


if __name__ == "__main__":
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    main()
