"""Highlights: appended, never changed; what none supersedes and was not removed is what stands."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.highlight import Anchor, Highlight
from evaldesk.domain.identifiers import new_id, now
from evaldesk.storage import people, rounds
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database

_BATCH = 2000
_newer = t.highlight.alias("newer")
LAST = ~select(1).where(_newer.c.supersedes == t.highlight.c.id).exists()
"""That nothing came after a row."""
STANDING = LAST & t.highlight.c.removed.is_(False)
"""That a row is what stands of its highlight."""
_ROWS = (
    select(
        t.highlight,
        t.person.c.name.label("author"),
        t.rubric.c.name.label("rubric_name"),
        t.round_.c.name.label("round_name"),
    )
    .join(t.person, t.person.c.pk == t.highlight.c.author_pk)
    .outerjoin(t.rubric, t.rubric.c.pk == t.highlight.c.rubric_pk)
    .outerjoin(t.round_, t.round_.c.pk == t.highlight.c.round_pk)
)


class HighlightRepository:
    """The project's highlights."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_trace(
        self, trace_pk: int, author: str = "", *, said: str = "", reading: int | None = None
    ) -> list[Highlight]:
        """What stands on a trace, in the order it was made.

        Args:
            author: only this person's; empty for everybody's.
            said: the fingerprint of what the trace says. Highlights of other traces of the
                scenario that say the same are then among them: those of its earlier imports.
            reading: only those of this reading; None for all.
        """
        here = t.highlight.c.trace_pk == trace_pk
        if said:
            key = (
                select(t.scenario.c.key)
                .join(t.trace, t.trace.c.scenario_pk == t.scenario.c.pk)
                .where(t.trace.c.pk == trace_pk)
                .scalar_subquery()
            )
            siblings = (
                select(t.trace.c.pk)
                .join(t.scenario, t.scenario.c.pk == t.trace.c.scenario_pk)
                .where(t.scenario.c.key == key)
            )
            here |= (t.highlight.c.said == said) & t.highlight.c.trace_pk.in_(siblings)
        statement = _ROWS.where(here, STANDING)
        if reading is not None:
            statement = statement.where(t.highlight.c.reading == reading)
        return self._read(statement, author)

    def everything(self, author: str = "") -> list[Highlight]:
        """All that stand, in the order they were made; only this person's where one is named."""
        return self._read(_ROWS.where(STANDING), author)

    def history(self, identity: str) -> list[tuple[Highlight, bool]]:
        """Every state of a highlight, oldest first, and whether it was a removal."""
        with self._database.read() as connection:
            found = connection.execute(
                _ROWS.where(t.highlight.c.root == identity).order_by(t.highlight.c.seq)
            )
            return [(_highlight(row), bool(row.removed)) for row in found]

    def labels(self, author: str = "") -> list[str]:
        """The labels in use, by name; only those of this person where one is named."""
        statement = select(t.highlight.c.label).distinct().where(STANDING)
        if author:
            statement = statement.join(t.person, t.person.c.pk == t.highlight.c.author_pk).where(
                t.person.c.name == author
            )
        with self._database.read() as connection:
            return sorted(connection.execute(statement).scalars())

    def put(self, highlight: Highlight) -> Highlight:
        """Append a new highlight, another state of one, or one that was removed before.

        Raises:
            UsageError: it has no author, no label or no words.
            NotAllowedError: its round is closed.
            NotFoundError: another person's highlight has that id.
        """
        highlight.check()
        with self._database.write(event="highlight.marked", author=highlight.author) as connection:
            return self._append(connection, highlight, removed=False)

    def remove(self, highlight: Highlight) -> None:
        """Take one back; what it was stays in the file's history.

        Raises:
            NotAllowedError: its round is closed.
            NotFoundError: there is no such highlight of this person.
        """
        with self._database.write(event="highlight.removed", author=highlight.author) as connection:
            self._append(connection, highlight, removed=True)

    def _append(self, connection: Connection, one: Highlight, *, removed: bool) -> Highlight:
        author_pk = people.ensure(connection, one.author)
        last = connection.execute(
            select(t.highlight.c.id, t.highlight.c.author_pk, t.highlight.c.removed).where(
                t.highlight.c.root == one.id, LAST
            )
        ).one_or_none()
        if last is not None and last.author_pk != author_pk:
            raise NotFoundError("That highlight is somebody else's.")
        if removed and (last is None or last.removed):
            raise NotFoundError("That highlight was removed meanwhile.")
        created = now()
        connection.execute(
            t.highlight.insert().values(
                {
                    **_values(connection, one),
                    "id": one.id if last is None else new_id(),
                    "author_pk": author_pk,
                    "round_pk": rounds.locate_open(connection, one.round) if one.round else None,
                    "removed": removed,
                    "created_at": created,
                    "supersedes": None if last is None else last.id,
                }
            )
        )
        return replace(one, created_at=created)

    def _read(self, statement: Any, author: str) -> list[Highlight]:
        if author:
            statement = statement.where(t.person.c.name == author)
        with self._database.read() as connection:
            found = connection.execute(statement.order_by(t.highlight.c.seq))
            return [_highlight(row) for row in found]


def bring(connection: Connection, highlights: Iterable[Highlight]) -> tuple[int, int]:
    """Append highlights made elsewhere, whose ids say whether they are here already.

    Returns:
        How many were added, and how many were there.
    """
    wanted = {one.id: one for one in highlights}
    known = _known(connection, list(wanted))
    authors: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for one in wanted.values():
        if one.id in known:
            continue
        one.check()
        if one.author not in authors:
            authors[one.author] = people.ensure(connection, one.author)
        rows.append(
            {
                **_values(connection, one),
                "id": one.id,
                "author_pk": authors[one.author],
                "round_pk": None,
                "removed": False,
                "created_at": one.created_at or now(),
                "supersedes": None,
            }
        )
    for start in range(0, len(rows), _BATCH):
        connection.execute(t.highlight.insert(), rows[start : start + _BATCH])
    return len(rows), len(known)


def _known(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        found.update(
            connection.execute(select(t.highlight.c.id).where(t.highlight.c.id.in_(part))).scalars()
        )
    return found


def _values(connection: Connection, one: Highlight) -> dict[str, Any]:
    anchor = one.anchor
    rubric_pk = None
    if one.rubric:
        rubric_pk = connection.execute(
            select(t.rubric.c.pk).where(t.rubric.c.name == one.rubric)
        ).scalar()
    return {
        "root": one.id,
        "trace_pk": one.trace_pk,
        "rubric_pk": rubric_pk,
        "reading": one.reading,
        "kind": one.kind,
        "label": one.label.strip(),
        "severity": one.severity,
        "comment": one.comment.strip(),
        "text_hash": anchor.text_hash,
        "passage": anchor.kind,
        "nth": anchor.nth,
        "start": anchor.start,
        "stop": anchor.end,
        "quote": anchor.quote,
        "before": anchor.before,
        "after": anchor.after,
        "said": one.said,
        "source": one.source,
    }


def _highlight(row: Row[*tuple[Any, ...]]) -> Highlight:
    return Highlight(
        id=row.root,
        trace_pk=row.trace_pk,
        author=row.author,
        anchor=Anchor(
            text_hash=row.text_hash,
            kind=row.passage,
            nth=row.nth,
            start=row.start,
            end=row.stop,
            quote=row.quote,
            before=row.before,
            after=row.after,
        ),
        kind=row.kind,
        label=row.label,
        severity=row.severity,
        comment=row.comment,
        rubric=row.rubric_name or "",
        round=row.round_name or "",
        reading=row.reading,
        said=row.said,
        source=row.source,
        created_at=row.created_at,
    )
