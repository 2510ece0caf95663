"""Writing imported traces: in bulk, all or nothing, nothing twice."""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy import func as sql

from evaldesk.domain.errors import InputError, RunTakenError
from evaldesk.domain.identifiers import canonical_json, new_id, now
from evaldesk.domain.project import ImportNote
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.storage import codec, search
from evaldesk.storage import scenario_revisions as revisions
from evaldesk.storage import tables as t
from evaldesk.storage.audit.chain import next_number
from evaldesk.storage.dataset_versions import hold, stand_on
from evaldesk.storage.engine import row_number
from evaldesk.storage.identity import annotation_id, header_of, scenario_id, trace_id
from evaldesk.storage.imports import ImportedFiles
from evaldesk.storage.model_names import model_of, prompt_version_of
from evaldesk.storage.summaries import PREVIEW, preview, title

BATCH = 500  # more makes nothing faster, and the thread that draws waits for a batch at times
_KEPT_SCENARIOS = 20_000
_NO_RUN = "\0"
"""Before the name of a dataset, where a run's name would stand: scenarios that no run has."""
_STATE = frozenset(("runs", "scenarios", "metrics", "datasets", "next_trace", "next_scenario"))

_TRACE = (
    "INSERT INTO trace(pk, id, scenario_pk, run_pk, system, trial, status, error, started_at,"
    " latency_ms, tokens_in, tokens_out, cost, preview, model, prompt_version, import_pk)"
    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)
_BODY = "INSERT INTO trace_body(trace_pk, body) VALUES (?, ?)"
_SCORE = (
    "INSERT OR IGNORE INTO score(trace_pk, metric_pk, value, label, explanation, answer,"
    " batch) VALUES (?,?,?,?,?,?,?)"
)
_SCENARIO = (
    "INSERT INTO scenario(pk, id, key, title, tier, expected, origin, body, import_pk, place)"
    " VALUES (?,?,?,?,?,?,?,?,?,?)"
)
_ANNOTATION = (
    "INSERT OR IGNORE INTO annotation(id, trace_pk, name, value, label, comment, annotator,"
    " target, created_at, details) VALUES (?,?,?,?,?,?,?,?,?,?)"
)
_SLICE = "INSERT OR IGNORE INTO scenario_slice(scenario_pk, name, value) VALUES (?,?,?)"


@dataclass(slots=True)
class Counts:
    """What was written so far.

    Attributes:
        differing: scores of traces that were there already, and have another value there.
    """

    traces: int = 0
    added: int = 0
    already_there: int = 0
    scores: int = 0
    differing: int = 0


class TraceWriter:
    """Appends traces within one transaction; see ``Project.ingest``.

    Attributes:
        source: name of the file being read, kept with the runs it makes.
        place: its path as the person gave it, for error messages.
        counts: so far.
    """

    def __init__(
        self, connection: Connection, *, source: str, place: str, files: ImportedFiles
    ) -> None:
        raw: Any = connection.connection.dbapi_connection
        self._cursor = raw.cursor()
        self._connection = connection
        self.source = source
        self.place = place
        self._pending: list[tuple[TraceRecord, str]] = []
        self._runs: dict[str, int] = {}
        self._scenarios: dict[bytes, int] = {}
        self._metrics: dict[str, int] = {}
        # Row numbers of scenarios, one for each trace: a million cost 8 MB.
        self._members: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
        self._datasets: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        self._batch = next_number(connection)
        self._next_trace = self._highest(t.trace)
        self._next_scenario = self._highest(t.scenario)
        self._files = files
        self._author = ""
        self._loose: list[tuple[Scenario, str, str]] = []
        self.counts = Counts()
        for name, pk in connection.execute(select(t.metric.c.name, t.metric.c.pk)):
            self._metrics[name] = pk

    def _highest(self, table: Any) -> int:
        return int(self._connection.execute(select(sql.max(table.c.pk))).scalar() or 0)

    @property
    def runs(self) -> list[str]:
        """Names of the runs written to."""
        return list(self._runs)

    def begin_file(self, name: str, format: str, author: str) -> None:
        """What is written from here on came from this file."""
        self.flush()
        self._author = author
        self._files.begin(name, format, author)

    def end_file(
        self, *, sha256: str, added: int, already_there: int, notes: Sequence[ImportNote]
    ) -> None:
        """What the file begun last was, and what came of it."""
        self.flush()
        self._files.end(sha256=sha256, added=added, already_there=already_there, notes=notes)

    def run(self, name: str, *, system: str, dataset: str, details: Mapping[str, Any]) -> None:
        """Begin or continue a run; its scenarios become a version of ``dataset``."""
        self._datasets[name] = dataset
        self._sources[name] = self.source
        if name in self._runs:
            return
        found = self._connection.execute(
            select(t.run.c.pk, t.run.c.system).where(t.run.c.name == name)
        ).one_or_none()
        if found is not None:
            self._runs[name] = found.pk
            if system and not found.system:
                self._connection.execute(
                    update(t.run).where(t.run.c.pk == found.pk).values(system=system)
                )
            return
        inserted = self._connection.execute(
            t.run.insert().values(
                id=new_id(),
                name=name,
                system=system,
                source=self.source,
                created_at=now(),
                details=codec.encode(dict(details)),
            )
        )
        self._runs[name] = row_number(inserted)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is written inside is undone where it raises; the writer can then go on."""
        self.flush()
        kept = {name: copy(value) for name, value in vars(self).items() if name[1:] in _STATE}
        kept["_members"] = copy(self._members)
        kept["_members"].update({run: pks[:] for run, pks in self._members.items()})
        kept["counts"] = copy(self.counts)
        self._cursor.execute("SAVEPOINT attempt")
        try:
            yield
            self.flush()
        except BaseException:
            self._cursor.execute("ROLLBACK TO attempt")
            self._pending.clear()
            self._loose.clear()
            vars(self).update(kept)
            raise
        finally:
            self._cursor.execute("RELEASE attempt")

    def scenario(self, scenario: Scenario, run: str) -> None:
        """A test case without a trace in this file."""
        self._settle([(scenario_id(scenario.key, scenario.input), scenario, run)], [""])

    def member(self, scenario: Scenario, dataset: str, place: str = "") -> None:
        """A test case that belongs to no run: what there are of these in all becomes a version of
        ``dataset``.
        """
        self._loose.append((scenario, dataset, place))
        if len(self._loose) >= BATCH:
            self._settle_loose()

    def _settle_loose(self) -> None:
        loose, self._loose = self._loose, []
        found = [
            (scenario_id(scenario.key, scenario.input), scenario, _NO_RUN + dataset)
            for scenario, dataset, _ in loose
        ]
        self._settle(found, [place for *_, place in loose])

    def _settle(self, found: Sequence[tuple[bytes, Scenario, str]], places: Sequence[str]) -> None:
        """Write the scenarios that are new, and remember which run holds which."""
        if len(self._scenarios) > _KEPT_SCENARIOS:
            self._scenarios.clear()
        unknown = {
            identity: (scenario, place)
            for (identity, scenario, _), place in zip(found, places, strict=True)
            if identity not in self._scenarios
        }
        if unknown:
            known = self._known("scenario", list(unknown))
            rows: list[tuple[Any, ...]] = []
            slices: list[tuple[int, str, str]] = []
            there: dict[int, Scenario] = {}
            redacted: dict[int, Scenario] = {}
            for identity, (scenario, place) in unknown.items():
                pk = known.get(identity)
                if pk is None:
                    self._next_scenario += 1
                    pk = self._next_scenario
                    rows.append(
                        (*_scenario_row(pk, identity, scenario), self._files.present, place)
                    )
                    slices.extend((pk, name, value) for name, value in scenario.slices.items())
                    if scenario.redactions:
                        redacted[pk] = scenario
                else:
                    there[pk] = scenario
                self._scenarios[identity] = pk
            self._cursor.executemany(_SCENARIO, rows)
            self._cursor.executemany(_SLICE, slices)
            revisions.redacted(self._connection, redacted)
            said = f"Completed from {self.source}"
            revisions.complete(self._connection, there, author=self._author, note=said)
        for identity, _, run in found:
            self._members[run].append(self._scenarios[identity])

    def add(self, record: TraceRecord, run: str) -> None:
        """Queue a trace; written with the next batch."""
        self._pending.append((record, run))
        if len(self._pending) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what is queued.

        Raises:
            RunTakenError: the run already holds another trace for that scenario and trial.
        """
        if self._loose:
            self._settle_loose()
        pending, self._pending = self._pending, []
        scenarios = [
            (scenario_id(record.scenario.key, record.scenario.input), record.scenario, run)
            for record, run in pending
        ]
        self._settle(scenarios, [record.place for record, _ in pending])
        prepared = [
            self._prepare(record, run, place[0])
            for (record, run), place in zip(pending, scenarios, strict=True)
        ]
        known = self._known("trace", [row[0] for row in prepared])
        traces: list[tuple[Any, ...]] = []
        bodies: list[tuple[int, bytes]] = []
        texts: list[tuple[int, str]] = []
        scores: list[tuple[Any, ...]] = []
        annotations: list[tuple[Any, ...]] = []
        fresh: list[TraceRecord] = []
        for identity, columns, body, record in prepared:
            self.counts.traces += 1
            pk = known.get(identity)
            if pk is None:
                self._next_trace += 1
                pk = known[identity] = self._next_trace
                self.counts.added += 1
                fresh.append(record)
                traces.append((pk, identity, *columns))
                bodies.append((pk, codec.pack(body)))
                texts.append((pk, search.searchable(record)))
            else:
                self.counts.already_there += 1
            for name, score in record.scores.items():
                scores.append(
                    (
                        pk,
                        self._metric(name),
                        _finite(score.value),
                        score.label,
                        score.explanation,
                        score.answer,
                        self._batch,
                    )
                )
            annotations.extend(_annotation_rows(identity, pk, record))
        self.counts.scores += len(scores)
        self._insert_traces(traces, fresh)
        self._cursor.executemany(_BODY, bodies)
        self._cursor.executemany(search.INSERT, texts)
        if len(traces) < len(prepared):
            self._count_differing(scores, {row[0] for row in traces})
        self._cursor.executemany(_SCORE, scores)
        self._cursor.executemany(_ANNOTATION, annotations)

    def _count_differing(self, scores: Sequence[tuple[Any, ...]], fresh: set[int]) -> None:
        wanted = {(pk, metric): value for pk, metric, value, *_ in scores if pk not in fresh}
        pks = list(dict.fromkeys(pk for pk, _ in wanted))
        for start in range(0, len(pks), 500):
            some = pks[start : start + 500]
            marks = ",".join("?" * len(some))
            self._cursor.execute(
                f"SELECT trace_pk, metric_pk, value FROM score WHERE trace_pk IN ({marks})", some
            )
            for pk, metric, value in self._cursor.fetchall():
                self.counts.differing += wanted.get((pk, metric), value) != value

    def _prepare(
        self, record: TraceRecord, run: str, scenario: bytes
    ) -> tuple[bytes, tuple[Any, ...], bytes, TraceRecord]:
        body = canonical_json(record.body)
        latency, cost = _finite(record.latency_ms), _finite(record.cost)
        header = header_of(
            run,
            scenario,
            system=record.system,
            trial=record.trial,
            status=record.status,
            error=record.error,
            started_at=record.started_at,
            latency_ms=latency,
            tokens_in=record.tokens_in,
            tokens_out=record.tokens_out,
            cost=cost,
        )
        columns = (
            self._scenarios[scenario],
            self._runs[run],
            record.system,
            record.trial,
            record.status,
            record.error,
            record.started_at,
            latency,
            record.tokens_in,
            record.tokens_out,
            cost,
            preview(record.body) or record.error[:PREVIEW],
            model_of(record.body),
            prompt_version_of(record.body),
            self._files.present,
        )
        return trace_id(header, body), columns, body, record

    def _known(self, table: str, ids: Sequence[bytes]) -> dict[bytes, int]:
        found: dict[bytes, int] = {}
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            marks = ",".join("?" * len(some))
            self._cursor.execute(f"SELECT id, pk FROM {table} WHERE id IN ({marks})", some)
            found.update(self._cursor.fetchall())
        return found

    def _insert_traces(
        self, rows: Sequence[tuple[Any, ...]], records: Sequence[TraceRecord]
    ) -> None:
        try:
            self._cursor.executemany(_TRACE, rows)
        except Exception as error:
            if "UNIQUE constraint failed: trace.run_pk" not in str(error):
                raise
            raise self._conflict(rows, records) from error

    def _conflict(
        self, rows: Sequence[tuple[Any, ...]], records: Sequence[TraceRecord]
    ) -> InputError:
        names = {pk: name for name, pk in self._runs.items()}
        seen: set[tuple[int, int, int]] = set()
        for row, record in zip(rows, records, strict=True):
            place = (row[3], row[2], row[5])
            self._cursor.execute(
                "SELECT pk FROM trace WHERE run_pk=? AND scenario_pk=? AND trial=?", place
            )
            other = self._cursor.fetchone()
            if place in seen or (other is not None and other[0] != row[0]):
                return RunTakenError(
                    f"The run “{names[row[3]]}” already holds another trace of scenario "
                    f"“{record.scenario.key}”, trial {record.trial}.",
                    "Give this file a run name of its own (--run).",
                    path=self.place,
                    record=record.place,
                )
            seen.add(place)
        return InputError(
            "Two traces of one run share scenario and trial.", path=self.place
        )  # pragma: no cover

    def _metric(self, name: str) -> int:
        pk = self._metrics.get(name)
        if pk is None:
            inserted = self._connection.execute(t.metric.insert().values(name=name))
            pk = self._metrics[name] = row_number(inserted)
        return pk

    def finish(self, author: str) -> None:
        """Write the rest, and name the dataset versions that the runs stand on."""
        self.flush()
        for run, members in self._members.items():
            if run.startswith(_NO_RUN) and members:
                hold(
                    self._connection,
                    run.removeprefix(_NO_RUN),
                    members,
                    author=author,
                    note=f"Imported with {self.source}",
                )
            elif run in self._runs and members:
                source = self._sources.get(run, self.source)
                stand_on(
                    self._connection,
                    self._runs[run],
                    self._datasets.get(run) or run,
                    members,
                    author=author,
                    note=f"Imported with {source}",
                )


def _scenario_row(pk: int, identity: bytes, scenario: Scenario) -> tuple[Any, ...]:
    stored: dict[str, Any] = {"input": scenario.input}
    if scenario.metadata:
        stored["metadata"] = dict(scenario.metadata)
    return (
        pk,
        identity,
        scenario.key,
        scenario.title or title(scenario.input) or scenario.key,
        scenario.tier,
        scenario.expected,
        scenario.origin,
        codec.pack(canonical_json(stored)),
    )


def _annotation_rows(identity: bytes, pk: int, record: TraceRecord) -> Iterator[tuple[Any, ...]]:
    for said in record.annotations:
        yield (
            annotation_id(identity, said),
            pk,
            said.name,
            _finite(said.value),
            said.label,
            said.comment,
            said.annotator,
            said.target,
            said.created_at,
            codec.encode(dict(said.metadata)),
        )


def _finite(value: float | None) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None
