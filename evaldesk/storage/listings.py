"""Long lists for exports, read while they are written: nothing here holds a whole project."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy import func as sql

from evaldesk.domain.rating import Answer
from evaldesk.domain.report import DatasetVersionInfo
from evaldesk.domain.trace import final_answer
from evaldesk.storage import codec
from evaldesk.storage import tables as t
from evaldesk.storage.answers import decode_value
from evaldesk.storage.engine import Database

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class ListedAnswer:
    """A current answer, the version of the rubric it answers, and whether it was handed in."""

    answer: Answer
    version: int
    submitted: bool


def answers(
    database: Database, rubric: str, pks: Sequence[int] | None = None
) -> Iterator[ListedAnswer]:
    """All current answers to a rubric by trace and rater, as they are read from the file.

    Args:
        pks: only of these traces, some hundreds at most; None for all.

    The reading connection is held until the iterator ends or is closed.
    """
    newer = t.answer.alias()
    later = t.submission.alias()
    state = (
        select(later.c.state)
        .where(
            later.c.rater_pk == t.answer.c.rater_pk,
            later.c.rubric_pk == t.answer.c.rubric_pk,
            later.c.trace_pk == t.answer.c.trace_pk,
        )
        .order_by(later.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    with database.read() as connection:
        rubric_pk = connection.execute(
            select(t.rubric.c.pk).where(t.rubric.c.name == rubric)
        ).scalar()
        statement = (
            select(
                t.answer.c.id,
                t.answer.c.trace_pk,
                t.answer.c.field,
                t.person.c.name.label("rater"),
                t.answer.c.value,
                t.answer.c.created_at,
                t.answer.c.comment,
                t.answer.c.supersedes,
                t.rubric_version.c.version,
                state.label("state"),
            )
            .join(t.person, t.person.c.pk == t.answer.c.rater_pk)
            .join(t.rubric_version, t.rubric_version.c.pk == t.answer.c.version_pk)
            .where(
                t.answer.c.rubric_pk == rubric_pk,
                t.answer.c.value.is_not(None),
                ~select(1).where(newer.c.supersedes == t.answer.c.id).exists(),
            )
            .order_by(t.answer.c.trace_pk, t.answer.c.rater_pk, t.answer.c.seq)
        )
        if pks is not None:
            statement = statement.where(t.answer.c.trace_pk.in_(pks))
        found = connection.execution_options(yield_per=_AT_ONCE).execute(statement)
        for row in found:
            yield ListedAnswer(
                Answer(
                    id=row.id,
                    trace_pk=row.trace_pk,
                    field=row.field,
                    rater=row.rater,
                    value=decode_value(row.value),
                    created_at=row.created_at,
                    comment=row.comment,
                    supersedes=row.supersedes or "",
                ),
                row.version,
                row.state == "submitted",
            )


def answer_counts(database: Database) -> dict[str, int]:
    """Rubric → how many current answers of any field it has."""
    newer = t.answer.alias()
    with database.read() as connection:
        found = connection.execute(
            select(t.rubric.c.name, sql.count())
            .join(t.rubric, t.rubric.c.pk == t.answer.c.rubric_pk)
            .where(
                t.answer.c.value.is_not(None),
                ~select(1).where(newer.c.supersedes == t.answer.c.id).exists(),
            )
            .group_by(t.rubric.c.name)
        )
        return dict(found.all())


_BODIES = select(t.trace_body.c.trace_pk, t.trace_body.c.body).where(
    t.trace_body.c.trace_pk.in_(bindparam("pks", expanding=True))
)


def final_answers(database: Database, pks: Sequence[int]) -> dict[int, str]:
    """Trace → the text of its final answer, for a block of traces."""
    with database.read() as connection:
        found: dict[int, str] = {}
        for start in range(0, len(pks), 500):
            some = list(pks[start : start + 500])
            for pk, packed in connection.execute(_BODIES, {"pks": some}):
                found[pk] = final_answer(codec.read(packed))
        return found


def systems(database: Database, run: str) -> list[str]:
    """The systems that a run's traces name, in alphabetical order."""
    with database.read() as connection:
        return list(
            connection.execute(
                select(t.trace.c.system)
                .join(t.run, t.run.c.pk == t.trace.c.run_pk)
                .where(t.run.c.name == run, t.trace.c.system != "")
                .distinct()
                .order_by(t.trace.c.system)
            ).scalars()
        )


def slice_names(database: Database) -> list[str]:
    """Names of the slices that scenarios have, in alphabetical order."""
    with database.read() as connection:
        return list(
            connection.execute(
                select(t.scenario_slice.c.name).distinct().order_by(t.scenario_slice.c.name)
            ).scalars()
        )


def dataset_versions(database: Database) -> list[DatasetVersionInfo]:
    """Every dataset version, oldest first, with the runs over it."""
    with database.read() as connection:
        runs: dict[Any, list[str]] = {}
        for version_pk, name in connection.execute(
            select(t.run.c.dataset_version_pk, t.run.c.name).order_by(t.run.c.pk)
        ):
            runs.setdefault(version_pk, []).append(name)
        found = connection.execute(
            select(t.dataset_version, t.dataset.c.name)
            .join(t.dataset, t.dataset.c.pk == t.dataset_version.c.dataset_pk)
            .order_by(t.dataset_version.c.pk)
        )
        return [
            DatasetVersionInfo(
                dataset=row.name,
                id=row.id,
                scenarios=row.scenarios,
                created_at=row.created_at,
                author=row.author,
                runs=tuple(runs.get(row.pk, ())),
            )
            for row in found
        ]
