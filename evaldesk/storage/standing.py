"""Which of several answers stands, where none of them knew of the others.

An answer names the one that it supersedes, and in one file that makes a line. Where two files are
merged in which the same person answered the same question, it forks. Nothing is left out then:
the answers of both are kept, and what stands is told by their times alone, so that it does not
matter which file came first. In each round the latest answer stands; over all rounds the latest of
these. Two of the same round that differ are a conflict: the later stands until a person decides.
"""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, bindparam, select

from evaldesk.domain.identifiers import new_id, now
from evaldesk.storage import people
from evaldesk.storage import tables as t

ALL, OVERALL, STANDS = "all", "overall", "stands"

QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "answer": ("trace_pk", "rubric_pk", "field", "rater_pk", "reading"),
    "ruling": ("trace_pk", "rubric_pk", "criterion"),
    "preference": ("round_pk", "number", "reading", "criterion", "rater_pk"),
}
"""Tables whose rows answer a question → what tells two questions apart."""

RATING = ("trace_pk", "rubric_pk", "rater_pk", "reading")
"""What tells the ratings apart that submissions speak of."""

Question = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """Answers of one round to one question that differ.

    Attributes:
        table: of the rows; ``rows`` their ids, the one that stands first.
        decided: whether a person chose.
    """

    table: str
    question: Question
    rows: tuple[str, ...]
    decided: bool


_aside = t.aside.alias("set_aside")
_later = t.aside.alias("later_word")
_ANY_ASIDE = select(1).select_from(t.aside).limit(1)


def not_aside(row_id: ColumnElement[Any], *, within_round: bool = False) -> ColumnElement[bool]:
    """Holds for a row that was not set aside.

    Args:
        within_round: whether only its own round is asked about.
    """
    scopes = (ALL,) if within_round else (ALL, OVERALL)
    spoken = select(1).where(_later.c.row == _aside.c.row, _later.c.seq > _aside.c.seq)
    return row_id.not_in(select(_aside.c.row).where(_aside.c.scope.in_(scopes), ~spoken.exists()))


def settle(connection: Connection, table: str, questions: Iterable[Question]) -> list[Fork]:
    """See what stands of these questions after rows were added, and say so where it is not said.

    Returns:
        Those that two or more differing answers of one round were given to.
    """
    found = []
    for question in dict.fromkeys(questions):
        leaves = _leaves(connection, t.METADATA.tables[table], question)
        words = _words(connection, [leaf.id for leaf in leaves])
        if len(leaves) < 2 and not words:
            continue
        found += _settled(connection, table, question, leaves, words)
    return found


def settle_states(
    connection: Connection, ratings: Iterable[Question], brought: Collection[str]
) -> None:
    """The last row says how far a rating is. Where two files went on apart, the last is the latest:
    what came later into this file, and was done before, is set aside.

    Args:
        ratings: told apart by `RATING`.
        brought: ids of the rows that came.
    """
    s = t.submission.c
    for rating in dict.fromkeys(ratings):
        tests = [s[name] == value for name, value in zip(RATING, rating, strict=True)]
        rows = connection.execute(
            select(t.submission).where(*tests, not_aside(s.id, within_round=True)).order_by(s.seq)
        ).all()
        if all(row.id in brought for row in rows):
            continue
        last = []
        for group in _by_round(rows):
            here = [row for row in group if row.id not in brought]
            latest = max(group, key=_when) if len(here) < len(group) and here else group[-1]
            last.append(latest)
            for row in group:
                if row.seq > latest.seq:
                    _say(connection, "submission", row.id, ALL)
        newest = max(last, key=_when)
        words = _words(connection, [row.id for row in rows])
        for row in rows:
            if row.seq > newest.seq and row.id not in words:
                _say(connection, "submission", row.id, OVERALL)


def follow_up(connection: Connection, table: str, row: Mapping[str, Any]) -> None:
    """After a row was added by a person here: where its question was forked, say anew what stands.
    Costs nothing in a project that nothing was merged into.
    """
    if connection.execute(_ANY_ASIDE).first() is not None:
        settle(connection, table, [tuple(row[name] for name in QUESTIONS[table])])


def decide(connection: Connection, fork: Fork, row: str, author: str, reason: str) -> None:
    """A person chose which answer of a fork stands, or that the later one does.

    Args:
        row: id of one of the fork's rows.
    """
    author_pk = people.ensure(connection, author)
    for one in fork.rows:
        scope = STANDS if one == row else ALL
        _say(connection, fork.table, one, scope, decided=1, author_pk=author_pk, reason=reason)
    settle(connection, fork.table, [fork.question])


def forks(connection: Connection, table: str) -> list[Fork]:
    """Every fork that nobody has decided."""
    rows = t.METADATA.tables[table]
    columns = [rows.c[name] for name in QUESTIONS[table]]
    asked = connection.execute(
        select(*columns)
        .join(t.aside, t.aside.c.row == rows.c.id)
        .where(t.aside.c.name == table, t.aside.c.scope == ALL)
        .distinct()
    )
    found = []
    for question in asked:
        leaves = _leaves(connection, rows, tuple(question))
        words = _words(connection, [leaf.id for leaf in leaves])
        for fork in _forks_of(table, tuple(question), leaves, words):
            if not fork.decided:
                found.append(fork)
    return found


def _settled(
    connection: Connection,
    table: str,
    question: Question,
    leaves: Sequence[Row[*tuple[Any, ...]]],
    words: Mapping[str, Row[*tuple[Any, ...]]],
) -> list[Fork]:
    forks = _forks_of(table, question, leaves, words)
    winners = []
    for group in _by_round(leaves):
        chosen = _chosen(group, words)
        winners.append(chosen)
        for leaf in group:
            if leaf is not chosen and not _is(words, leaf.id, ALL):
                _say(connection, table, leaf.id, ALL)
    last = max(winners, key=_when, default=None)
    for leaf in winners:
        if leaf is last and leaf.id in words and not _is(words, leaf.id, STANDS):
            _say(connection, table, leaf.id, STANDS, decided=words[leaf.id].decided)
        elif leaf is not last and not _is(words, leaf.id, OVERALL):
            decided = words[leaf.id].decided if leaf.id in words else 0
            _say(connection, table, leaf.id, OVERALL, decided=decided)
    return forks


def _forks_of(
    table: str,
    question: Question,
    leaves: Sequence[Row[*tuple[Any, ...]]],
    words: Mapping[str, Row[*tuple[Any, ...]]],
) -> list[Fork]:
    found = []
    for group in _by_round(leaves):
        if len({_said(leaf) for leaf in group}) < 2:
            continue
        chosen = _chosen(group, words)
        others = (leaf.id for leaf in sorted(group, key=_when) if leaf is not chosen)
        decided = all(leaf.id in words and words[leaf.id].decided for leaf in group)
        found.append(Fork(table, question, (chosen.id, *others), decided))
    return found


def _chosen(
    group: Sequence[Row[*tuple[Any, ...]]], words: Mapping[str, Row[*tuple[Any, ...]]]
) -> Row[*tuple[Any, ...]]:
    """What a person decided, where that was about all there is; else the latest."""
    if all(leaf.id in words and words[leaf.id].decided for leaf in group):
        for leaf in group:
            if words[leaf.id].scope != ALL:
                return leaf
    return max(group, key=_when)


def _when(leaf: Row[*tuple[Any, ...]]) -> tuple[str, str]:
    return leaf.created_at, leaf.id


def _said(leaf: Row[*tuple[Any, ...]]) -> tuple[Any, ...]:
    telling = ("value", "comment", "kind", "choice", "strength")
    return tuple(getattr(leaf, name, None) for name in telling)


def _by_round(leaves: Sequence[Row[*tuple[Any, ...]]]) -> list[list[Row[*tuple[Any, ...]]]]:
    groups: dict[Any, list[Row[*tuple[Any, ...]]]] = {}
    for leaf in leaves:
        groups.setdefault(getattr(leaf, "round_pk", None), []).append(leaf)
    return list(groups.values())


def _leaves(
    connection: Connection, table: Table, question: Question
) -> Sequence[Row[*tuple[Any, ...]]]:
    given = dict(zip(QUESTIONS[table.name], question, strict=True))
    return connection.execute(_asking_leaves(table.name), given).all()


@functools.cache
def _asking_leaves(name: str) -> Select[Any]:
    """Building the statement takes ten times as long as asking it."""
    table = t.METADATA.tables[name]
    newer = table.alias("newer")
    tests = [table.c[one] == bindparam(one) for one in QUESTIONS[name]]
    replaced = select(1).where(newer.c.supersedes == table.c.id).exists()
    return select(table).where(*tests, ~replaced)


def _words(connection: Connection, ids: Sequence[str]) -> dict[str, Row[*tuple[Any, ...]]]:
    """Row → the last word on it, for those that there is one on."""
    rows = connection.execute(select(t.aside).where(t.aside.c.row.in_(ids)).order_by(t.aside.c.seq))
    return {row.row: row for row in rows}


def _is(words: Mapping[str, Row[*tuple[Any, ...]]], row: str, scope: str) -> bool:
    return row in words and words[row].scope == scope


def _say(
    connection: Connection,
    table: str,
    row: str,
    scope: str,
    *,
    decided: int = 0,
    author_pk: int | None = None,
    reason: str = "",
) -> None:
    connection.execute(
        t.aside.insert().values(
            id=new_id(),
            name=table,
            row=row,
            scope=scope,
            decided=decided,
            author_pk=author_pk,
            reason=reason,
            created_at=now(),
        )
    )
