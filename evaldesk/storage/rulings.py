"""Adjudicators' decisions. Only ever appended; the last one stands."""

from typing import Any

from sqlalchemy import Row, and_, select

from evaldesk.domain.errors import UsageError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.rating import Ruling, RulingKind
from evaldesk.domain.rubric import AnswerValue
from evaldesk.storage import codec, people, rubrics, standing
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database
from evaldesk.storage.standing import not_aside

_newer = t.ruling.alias("newer")
_CURRENT = and_(
    ~select(1).where(_newer.c.supersedes == t.ruling.c.id).exists(), not_aside(t.ruling.c.id)
)
_RULINGS = (
    select(t.ruling, t.person.c.name.label("author"), t.rubric_version.c.version)
    .join(t.person, t.person.c.pk == t.ruling.c.author_pk)
    .join(t.rubric_version, t.rubric_version.c.pk == t.ruling.c.version_pk)
    .join(t.rubric, t.rubric.c.pk == t.ruling.c.rubric_pk)
)


class RulingRepository:
    """Rulings and their history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(
        self,
        trace_pk: int,
        rubric: str,
        criterion: str,
        kind: RulingKind,
        value: AnswerValue | list[str] | None,
        reason: str,
        author: str,
        created_at: str = "",
    ) -> Ruling:
        """Append a ruling; it is on the disk when this returns.

        Args:
            created_at: of a ruling made elsewhere; now where empty.

        Raises:
            UsageError: no reason.
        """
        if not reason.strip():
            raise UsageError("A ruling needs a reason.", "Say in a sentence why.")
        told = {"rubric": rubric, "criterion": criterion}
        with self._database.write(event="ruling.made", author=author, details=told) as connection:
            rubric_pk, version_pk = rubrics.locate(connection, rubric)
            previous = connection.execute(
                select(t.ruling.c.id)
                .where(
                    t.ruling.c.rubric_pk == rubric_pk,
                    t.ruling.c.trace_pk == trace_pk,
                    t.ruling.c.criterion == criterion,
                    _CURRENT,
                )
                .limit(1)
            ).scalar()
            ruling = Ruling(
                id=new_id(),
                trace_pk=trace_pk,
                criterion=criterion,
                kind=kind,
                value=value,
                reason=reason.strip(),
                author=author,
                created_at=created_at or now(),
                supersedes=previous or "",
                version=connection.execute(
                    select(t.rubric_version.c.version).where(t.rubric_version.c.pk == version_pk)
                ).scalar_one(),
            )
            connection.execute(
                t.ruling.insert().values(
                    id=ruling.id,
                    trace_pk=trace_pk,
                    rubric_pk=rubric_pk,
                    version_pk=version_pk,
                    criterion=criterion,
                    kind=kind,
                    value=None if value is None else codec.encode(value),
                    reason=ruling.reason,
                    author_pk=people.ensure(connection, author),
                    created_at=ruling.created_at,
                    supersedes=previous,
                )
            )
            question = {"trace_pk": trace_pk, "rubric_pk": rubric_pk, "criterion": criterion}
            standing.follow_up(connection, "ruling", question)
            return ruling

    def current(self, rubric: str, criterion: str = "") -> dict[tuple[int, str], Ruling]:
        """(trace, criterion) → the ruling that stands."""
        statement = _RULINGS.where(t.rubric.c.name == rubric, _CURRENT)
        if criterion:
            statement = statement.where(t.ruling.c.criterion == criterion)
        with self._database.read() as connection:
            return {
                (row.trace_pk, row.criterion): _ruling(row)
                for row in connection.execute(statement.order_by(t.ruling.c.seq))
            }

    def history(self, trace_pk: int, rubric: str, criterion: str) -> list[Ruling]:
        """Every ruling on a question, oldest first."""
        with self._database.read() as connection:
            found = connection.execute(
                _RULINGS.where(
                    t.rubric.c.name == rubric,
                    t.ruling.c.trace_pk == trace_pk,
                    t.ruling.c.criterion == criterion,
                ).order_by(t.ruling.c.seq)
            )
            return [_ruling(row) for row in found]

    def has_ruled(self, rubric: str, person: str) -> bool:
        """Whether this person ever ruled with a rubric."""
        with self._database.read() as connection:
            found = connection.execute(
                _RULINGS.where(t.rubric.c.name == rubric, t.person.c.name == person).limit(1)
            )
            return found.first() is not None

    def everything(self, rubric: str) -> list[Ruling]:
        """Every ruling ever made with a rubric, oldest first."""
        with self._database.read() as connection:
            found = connection.execute(
                _RULINGS.where(t.rubric.c.name == rubric).order_by(t.ruling.c.seq)
            )
            return [_ruling(row) for row in found]


def _ruling(row: Row[*tuple[Any, ...]]) -> Ruling:
    return Ruling(
        id=row.id,
        trace_pk=row.trace_pk,
        criterion=row.criterion,
        kind=row.kind,
        value=None if row.value is None else codec.decode(row.value),
        reason=row.reason,
        author=row.author,
        created_at=row.created_at,
        supersedes=row.supersedes or "",
        version=row.version,
    )
