"""Import, lists and search at size, each beside plain SQLite in the same run.

    python -m tests.benchmarks.store --traces 100000

The reference for import is ``executemany`` of the very rows that the project holds (same columns,
same compressed bodies, same full-text index) into plain SQLite; for lists and search it is the bare
SQL on the same file.
"""

import argparse
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from evaldesk.domain.query import Comparison, TraceQuery
from evaldesk.services.importing.traces import import_files
from evaldesk.storage import codec, search
from evaldesk.storage.project import Project
from tests.benchmarks.measure import best, once, peak_megabytes, spread

COLUMNS = (
    "pk, id, scenario_pk, run_pk, system, trial, status, error, started_at, latency_ms, "
    "tokens_in, tokens_out, cost, preview, model, prompt_version"
)
AT_ONCE = 5_000


def make_file(path: Path, traces: int) -> None:
    """Generic records of about 1.5 KB with words as frequent as words are."""
    draw = random.Random(20261)
    words = [f"w{number:05d}" for number in range(20_000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]
    pool = draw.choices(words, weights, k=400_000)
    with path.open("w", encoding="utf-8") as file:
        for number in range(traces):
            start = draw.randrange(len(pool) - 300)
            question = " ".join(pool[start : start + 40])
            answer = " ".join(pool[start + 40 : start + 220])
            line: dict[str, Any] = {
                "id": f"case-{number:07d}",
                "input": question,
                "output": answer,
                "system": "model",
                "tier": ("critical", "important", "nice-to-have")[number % 3],
                "language": ("en", "de", "fr")[number % 3],
                "pass": number % 2,
                "latency_ms": draw.randrange(100, 20_000),
                "tokens_in": 40,
                "tokens_out": 180,
            }
            file.write(json.dumps(line) + "\n")


Rows = dict[str, list[Any]]


def rows_of(path: Path) -> Iterator[Rows]:
    """The rows that the project holds, read back in pieces, and the texts of its index."""
    with Project.open(path) as project, project.database.read() as connection:

        def read(sql: str, low: int) -> list[Any]:
            found = connection.exec_driver_sql(sql, (low, low + AT_ONCE))
            return [tuple(row) for row in found]

        highest = connection.exec_driver_sql("SELECT max(pk) FROM trace").scalar_one()
        for low in range(0, highest, AT_ONCE):
            within = "> ? AND {} <= ?"
            pk, trace_pk = within.format("pk"), within.format("trace_pk")
            rows = {
                "trace": read(f"SELECT {COLUMNS} FROM trace WHERE pk {pk}", low),
                "body": read(
                    f"SELECT trace_pk, body FROM trace_body WHERE trace_pk {trace_pk}", low
                ),
                "score": read(
                    f"SELECT trace_pk, metric_pk, value FROM score WHERE trace_pk {trace_pk}", low
                ),
                "scenario": read(
                    "SELECT pk, id, key, title, tier, expected, origin, body FROM scenario "
                    f"WHERE pk {pk}",
                    low,
                ),
            }
            # The file that is made has one trace for each scenario, in the same order.
            rows["text"] = [
                (trace_pk, "\n".join([row[2], row[3], *_input(row[7]), *_texts(body)]))
                for (trace_pk, body), row in zip(rows["body"], rows["scenario"], strict=True)
            ]
            yield rows


def _texts(body: bytes) -> Iterator[str]:
    return search.body_texts(codec.read(body))


def _input(stored: bytes) -> list[str]:
    return [str(codec.read(stored)["input"])]


def reference(path: Path, pieces: Iterable[Rows]) -> tuple[float, float]:
    """The same rows and the same index in plain SQLite; the seconds that SQLite took by the clock
    and of the processor.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    wall = work = 0.0
    for statement in (
        "PRAGMA page_size=16384",
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=NORMAL",
        "PRAGMA cache_size=-131072",
        f"CREATE TABLE trace ({COLUMNS.replace('pk,', 'pk INTEGER PRIMARY KEY,', 1)}, UNIQUE (id),"
        " UNIQUE (run_pk, scenario_pk, trial))",
        "CREATE INDEX trace_by_scenario ON trace (scenario_pk)",
        "CREATE TABLE trace_body (trace_pk INTEGER PRIMARY KEY, body)",
        "CREATE TABLE score (trace_pk, metric_pk, value, PRIMARY KEY (trace_pk, metric_pk)) "
        "WITHOUT ROWID",
        "CREATE INDEX score_by_metric ON score (metric_pk, value)",
        "CREATE TABLE scenario (pk INTEGER PRIMARY KEY, id UNIQUE, key, title, tier, expected,"
        " origin, body)",
        "CREATE INDEX scenario_by_key ON scenario (key)",
        "CREATE VIRTUAL TABLE trace_search USING fts5(text, content='', "
        "tokenize='unicode61 remove_diacritics 2')",
        "BEGIN",
    ):
        connection.execute(statement)
    marks = ",".join("?" * len(COLUMNS.split(",")))
    for rows in pieces:
        begun, computed = time.perf_counter(), time.process_time()
        connection.executemany(f"INSERT INTO trace VALUES ({marks})", rows["trace"])
        connection.executemany("INSERT INTO trace_body VALUES (?,?)", rows["body"])
        connection.executemany("INSERT INTO score VALUES (?,?,?)", rows["score"])
        connection.executemany("INSERT INTO scenario VALUES (?,?,?,?,?,?,?,?)", rows["scenario"])
        connection.executemany("INSERT INTO trace_search(rowid, text) VALUES (?,?)", rows["text"])
        wall += time.perf_counter() - begun
        work += time.process_time() - computed
    begun, computed = time.perf_counter(), time.process_time()
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return wall + time.perf_counter() - begun, work + time.process_time() - computed


def run(traces: int) -> Iterator[str]:
    """One line a figure."""
    with tempfile.TemporaryDirectory(prefix="evaldesk-bench-") as folder:
        source, path = Path(folder) / "bench.jsonl", Path(folder) / "bench.evaldesk"
        make_file(source, traces)
        yield f"{traces:,} traces, {source.stat().st_size / traces:,.0f} bytes a record"
        project = Project.create(path)
        ours = once(lambda: import_files(project, [source]))
        project.close()
        memory = peak_megabytes()
        plain = Path(folder) / "plain.db"
        theirs, _ = reference(plain, rows_of(path))
        yield (
            f"import            {ours:6.1f} s, {traces / ours:,.0f} traces a second; plain SQLite "
            f"{theirs:.1f} s: {ours / theirs:.2f} times; peak memory {memory:,.0f} MB"
        )
        sizes = path.stat().st_size, plain.stat().st_size
        yield (
            f"size              {sizes[0] / 1e6:,.0f} MB; plain SQLite {sizes[1] / 1e6:,.0f} MB: "
            f"{sizes[0] / sizes[1]:.2f} times"
        )
        yield from lists(path, traces)


def lists(path: Path, traces: int) -> Iterator[str]:
    """Latency of what a list asks for, beside the bare SQL on the same file."""
    begun = once(lambda: Project.open(path).close())
    yield f"open and close    {begun * 1000:6.1f} ms"
    draw = random.Random(5)
    with Project.open(path) as project, project.database.read() as connection:

        def bare(sql: str) -> float:
            return best(lambda: connection.exec_driver_sql(sql).fetchall())

        cases: list[tuple[str, TraceQuery, str]] = [
            ("all ids", TraceQuery(), "SELECT pk FROM trace ORDER BY pk"),
            (
                "by latency",
                TraceQuery(sort="-latency_ms"),
                "SELECT pk FROM trace ORDER BY latency_ms DESC, pk",
            ),
            (
                "filter by slice",
                TraceQuery(where=Comparison("slice.language", "=", ("de",))),
                "SELECT t.pk FROM trace t JOIN scenario_slice s ON s.scenario_pk=t.scenario_pk "
                "WHERE s.name='language' AND s.value='de' ORDER BY t.pk",
            ),
            (
                "filter by score",
                TraceQuery(where=Comparison("score.pass", "=", (0.0,))),
                "SELECT trace_pk FROM score WHERE metric_pk=1 AND value=0 ORDER BY trace_pk",
            ),
        ]
        for word, share in (("w00000", "common"), ("w00200", "middling"), ("w15000", "rare")):
            cases.append(
                (
                    f"search, {share}",
                    TraceQuery(text=f"{word} "),
                    f"SELECT rowid FROM trace_search WHERE trace_search MATCH '{word}'",
                )
            )
        for name, query, sql in cases:
            found = len(project.traces.ids(query))
            ours = best(partial(project.traces.ids, query))
            theirs = bare(sql)
            yield (
                f"{name:<17} {ours * 1000:6.1f} ms for {found:,} ids; bare SQL "
                f"{theirs * 1000:.1f} ms: {ours / theirs:.1f} times"
            )
        pks = project.traces.ids(TraceQuery())
        blocks = [draw.randrange(traces - 128) for _ in range(100)]
        times = [once(partial(project.traces.rows, pks[at : at + 128])) for at in blocks]
        middle = traces // 2
        theirs = bare(f"SELECT {COLUMNS} FROM trace WHERE pk BETWEEN {middle} AND {middle + 127}")
        yield f"128 rows, jumping {spread(times)}; bare SQL {theirs * 1000:.1f} ms"
        times = [once(partial(project.traces.read, pks[at])) for at in blocks]
        yield f"open a trace      {spread(times)}"
        times, after = [], None
        for _ in range(50):
            page = partial(project.traces.page, TraceQuery(sort="-latency_ms"), 100, after)
            times.append(once(page))
            after = page()[1]
        yield f"page of 100       {spread(times)} (sorted by latency, by key)"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--traces", type=int, default=100_000)
    for line in run(parser.parse_args().traces):
        print(line, flush=True)


if __name__ == "__main__":
    main()
