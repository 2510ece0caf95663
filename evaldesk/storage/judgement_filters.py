"""Filters by what people judged and kept: tags, highlights, ratings,
disagreement, notes.

Each is the set of traces it holds for. Where only one person's work may be seen, all but the fact
that somebody rated are of that person alone.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, or_, select, true
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.rubric import FAILURE_MODES, Rubric
from evaldesk.storage import codec
from evaldesk.storage import tables as t
from evaldesk.storage.answers import CURRENT
from evaldesk.storage.filter_names import Names
from evaldesk.storage.highlights import STANDING
from evaldesk.storage.notes import REMOVED

_STANDS = and_(t.answer.c.value.is_not(None), CURRENT)
"""An answer that is neither replaced nor taken back."""


def given_by(rater: str) -> tuple[ColumnElement[bool], ...]:
    """That an answer is this rater's; nothing where it may be anybody's."""
    if not rater:
        return ()
    known = select(t.person.c.pk).where(t.person.c.name == rater)
    return (t.answer.c.rater_pk.in_(known),)


def tags(names: Names) -> tuple[Select[Any], ColumnElement[Any]]:
    """Traces by the failure modes that they were given, and the name of the mode: the present one,
    whatever it was called when it was given.
    """
    each = sql.json_each(t.answer.c.value).table_valued("value")
    found = (
        select(t.answer.c.trace_pk)
        .select_from(t.answer)
        .join(each, true())
        .where(t.answer.c.field == FAILURE_MODES, _STANDS, *given_by(names.tags_by))
    )
    former = [
        (and_(t.answer.c.rubric_pk == pk, each.c.value == alias), name)
        for pk, aliases in _aliases(names).items()
        for alias, name in aliases.items()
    ]
    return found, case(*former, else_=each.c.value) if former else each.c.value


def highlights(names: Names) -> tuple[Select[Any], ColumnElement[Any]]:
    """Traces by the labels of the highlights that stand on them, and the label."""
    found = select(t.highlight.c.trace_pk).where(STANDING)
    if names.tags_by:
        known = select(t.person.c.pk).where(t.person.c.name == names.tags_by)
        found = found.where(t.highlight.c.author_pk.in_(known))
    return found, t.highlight.c.label


def _aliases(names: Names) -> dict[int, dict[str, str]]:
    """Rubric (row number) → name that a failure mode had before → its name in the newest version.
    Only rubrics that ever renamed one are read.
    """
    version = t.rubric_version.c
    renamed = select(version.rubric_pk).where(version.content.contains('"aliases"'))
    found = names.connection.execute(
        select(version.rubric_pk, version.content)
        .where(version.rubric_pk.in_(renamed))
        .order_by(version.rubric_pk, version.version)
    )
    return {
        pk: {
            alias: mode.name
            for mode in Rubric.from_json(codec.decode(content)).failure_modes
            for alias in mode.aliases
        }
        for pk, content in found
    }


def rated(people: tuple[str, ...], names: Names) -> Select[Any]:
    """Traces of which anything was answered, by one of these people or by anybody."""
    found = select(t.answer.c.trace_pk).where(_STANDS)
    if people:
        found = found.where(t.answer.c.rater_pk.in_([names.person(name) for name in people]))
    return found


def disagreeing(criteria: tuple[str, ...], names: Names) -> Select[Any]:
    """Traces of which raters answered a criterion differently, whether or not it was ruled on.

    Raises:
        NotFoundError: no rubric has such a criterion; offers the nearest.
    """
    asked = _criteria(names)
    known = {name for found in asked.values() for name in found}
    for name in criteria:
        if name not in known:
            raise NotFoundError.among("criterion", name, known)
    fields = [
        and_(t.answer.c.rubric_pk == pk, t.answer.c.field.in_(wanted))
        for pk, found in asked.items()
        if (wanted := [name for name in found if not criteria or name in criteria])
    ]
    said = sql.json_extract(t.answer.c.value, "$")
    # Somebody who cannot judge does not disagree: statistics take that as missing, too.
    judged = sql.json_type(t.answer.c.value) != "object"
    return (
        select(t.answer.c.trace_pk)
        .where(or_(false(), *fields), _STANDS, judged, *given_by(names.tags_by))
        .group_by(t.answer.c.rubric_pk, t.answer.c.trace_pk, t.answer.c.field)
        .having(sql.count(said.distinct()) > 1)
    )


def _criteria(names: Names) -> dict[int, list[str]]:
    """Rubric (row number) → the criteria of its newest version that are not free text."""
    version = t.rubric_version.c
    found = names.connection.execute(
        select(version.rubric_pk, version.content).order_by(version.rubric_pk, version.version)
    )
    return {
        pk: [
            item.name
            for item in Rubric.from_json(codec.decode(content)).criteria
            if item.scale.kind != "text"
        ]
        for pk, content in found
    }


def noted(kind: str, authors: tuple[str, ...], containing: str, names: Names) -> Select[Any]:
    """Traces with a bookmark or a note that stands.

    Args:
        kind: ``bookmark`` or ``note``.
        authors: only theirs; empty for anybody's that may be seen.
        containing: of a note's text; empty for any.
    """
    newer = t.note.alias("newer_note")
    found = select(t.note.c.trace_pk).where(
        t.note.c.kind == kind,
        t.note.c.kind != REMOVED,
        ~exists(select(1).where(newer.c.supersedes == t.note.c.id)),
    )
    if containing:
        found = found.where(t.note.c.text.contains(containing, autoescape=True))
    if authors:
        found = found.where(t.note.c.author_pk.in_([names.person(name) for name in authors]))
    if names.tags_by:
        own = [pk for name, pk in names.people.items() if name == names.tags_by]
        found = found.where(t.note.c.author_pk.in_(own))
    return found
