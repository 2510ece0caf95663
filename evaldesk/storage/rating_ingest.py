"""Bringing in ratings that were made elsewhere: in bulk, all or nothing, nothing twice."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from evaldesk.domain.highlight import Highlight
from evaldesk.domain.identifiers import content_id, new_id, now
from evaldesk.domain.rubric import CannotJudge, Given
from evaldesk.domain.trace import TraceRecord
from evaldesk.storage import people, rubrics
from evaldesk.storage import tables as t
from evaldesk.storage.answers import CURRENT, encode_value
from evaldesk.storage.highlights import bring
from evaldesk.storage.imports import ImportedFiles
from evaldesk.storage.ingest import TraceWriter

_BATCH = 5000


class RatingWriter:
    """Appends answers made elsewhere within one transaction; see ``Project.bring_ratings``.

    Their ids come from their content, so that the same file brings nothing the second time. A
    value that differs from the one that stands supersedes it.

    Attributes:
        added: answers appended. already_there: answers that stood already.
        files: where they came from.
    """

    def __init__(
        self, connection: Connection, rubric: str, source: str, files: ImportedFiles
    ) -> None:
        self.files = files
        self._connection = connection
        self._rubric = rubric
        self._source = source
        self._rubric_pk, self._version_pk = rubrics.locate(connection, rubric)
        self._people: dict[str, int] = {}
        self._standing: dict[tuple[int, str, int], tuple[str, str | None, str]] = {
            (row.trace_pk, row.field, row.rater_pk): (row.id, row.value, row.comment)
            for row in connection.execute(
                select(
                    t.answer.c.trace_pk,
                    t.answer.c.field,
                    t.answer.c.rater_pk,
                    t.answer.c.id,
                    t.answer.c.value,
                    t.answer.c.comment,
                ).where(t.answer.c.rubric_pk == self._rubric_pk, CURRENT)
            )
        }
        self._ids = set(
            connection.execute(
                select(t.answer.c.id).where(t.answer.c.rubric_pk == self._rubric_pk)
            ).scalars()
        )
        self._rows: list[dict[str, Any]] = []
        self.added = 0
        self.already_there = 0

    def make_units(self, records: Sequence[TraceRecord], run: str, dataset: str) -> None:
        """Write bare items for units that the project does not have, as a run of their own."""
        writer = TraceWriter(
            self._connection, source=self._source, place=self._source, files=self.files
        )
        writer.run(run, system="", dataset=dataset, details={})
        for record in records:
            writer.add(record, run)
        writer.finish(self._source)

    def units_of(self, run: str) -> dict[str, int]:
        """Scenario key → trace, for the items of a run."""
        found = self._connection.execute(
            select(t.scenario.c.key, t.trace.c.pk)
            .join(t.trace, t.trace.c.scenario_pk == t.scenario.c.pk)
            .join(t.run, t.run.c.pk == t.trace.c.run_pk)
            .where(t.run.c.name == run)
        )
        return dict(found.all())

    def ids_of(self, pks: Sequence[int]) -> dict[int, str]:
        """Trace → its id."""
        result: dict[int, str] = {}
        for start in range(0, len(pks), 500):
            found = self._connection.execute(
                select(t.trace.c.pk, t.trace.c.id).where(t.trace.c.pk.in_(pks[start : start + 500]))
            )
            result.update((pk, identity.hex()) for pk, identity in found)
        return result

    def add(
        self,
        trace_pk: int,
        trace_id: str,
        field: str,
        rater: str,
        value: Given,
        comment: str = "",
        time: str = "",
    ) -> None:
        """Append one answer, unless it is there already."""
        rater_pk = self._people.get(rater)
        if rater_pk is None:
            rater_pk = self._people[rater] = people.ensure(self._connection, rater)
        text = encode_value(value)
        place = (trace_pk, field, rater_pk)
        standing = self._standing.get(place)
        plain = value.to_json() if isinstance(value, CannotJudge) else value
        identity = content_id([trace_id, self._rubric, field, rater, plain, comment, time])
        if identity in self._ids or (
            standing is not None and standing[1] == text and standing[2] == comment
        ):
            self.already_there += 1
            return
        self._rows.append(
            {
                "id": identity,
                "trace_pk": trace_pk,
                "rubric_pk": self._rubric_pk,
                "version_pk": self._version_pk,
                "field": field,
                "rater_pk": rater_pk,
                "value": text,
                "comment": comment,
                "created_at": time or now(),
                "supersedes": None if standing is None else standing[0],
                "source": self._source,
            }
        )
        self._standing[place] = (identity, text, comment)
        self._ids.add(identity)
        self.added += 1
        if len(self._rows) >= _BATCH:
            self.flush()

    def submit_all(self, ratings: Iterable[tuple[int, str]]) -> None:
        """Mark the ratings (trace, rater) as submitted: what comes from elsewhere is finished."""
        pairs = [(trace_pk, self._people[rater]) for trace_pk, rater in ratings]
        known = set(
            self._connection.execute(
                select(t.submission.c.trace_pk, t.submission.c.rater_pk).where(
                    t.submission.c.rubric_pk == self._rubric_pk
                )
            ).all()
        )
        rows = [
            {
                "id": new_id(),
                "trace_pk": trace_pk,
                "rubric_pk": self._rubric_pk,
                "rater_pk": rater_pk,
                "state": "submitted",
                "created_at": now(),
            }
            for trace_pk, rater_pk in dict.fromkeys(pairs)
            if (trace_pk, rater_pk) not in known
        ]
        if rows:
            self._connection.execute(t.submission.insert(), rows)

    def mark_all(self, highlights: Iterable[Highlight]) -> tuple[int, int]:
        """Append highlights made elsewhere; how many were added, and how many stood already."""
        return bring(self._connection, highlights)

    def flush(self) -> None:
        """Write what is queued."""
        if self._rows:
            self._connection.execute(t.answer.insert(), self._rows)
            self._rows = []
