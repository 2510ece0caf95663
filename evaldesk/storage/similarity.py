"""Traces whose text is like that of one, without any model.

Few words make a text what it is: the rare ones. The index is asked for the traces that share the
rarest words of the text, ranked by bm25; the best of them are read and compared by the runs of
three words that both have (Jaccard: shared of all). As in J. Leskovec, A. Rajaraman, J. Ullman,
Mining of Massive Datasets, section 3.2, on shingles, with the index in place of hashing.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy import func as sql

from evaldesk.storage import codec, search
from evaldesk.storage import tables as t

CANDIDATES = 100
"""Traces that are read and compared."""
LEAST = 0.02
"""Likeness below which nothing is alike."""
_PROBED = 48
_TERMS = 14
_SAMPLE = 48
_MOST_HITS = 30_000
_MOST_CHARACTERS = 40_000
_MOST_WORDS = 1_600


def similar(connection: Connection, pk: int) -> list[tuple[int, float]]:
    """Traces like one: row number and likeness from 0 to 1, the most alike first, without itself.

    Args:
        pk: row number of the trace.
    """
    own = _words(_text(connection, [pk]).get(pk, ""))
    terms = _rarest(connection, own)
    if not terms:
        return []
    statement = (
        select(search.PK)
        .select_from(search.INDEX)
        .where(search.any_of(terms), search.PK.is_distinct_from(pk))
        .order_by(search.RANK, search.PK.desc())
        .limit(CANDIDATES)
    )
    candidates = list(connection.execute(statement).scalars())
    mine = _shingles(own)
    scored = []
    for other, text in _text(connection, candidates).items():
        theirs = _shingles(_words(text))
        either = len(mine | theirs)
        likeness = len(mine & theirs) / either if either else 0.0
        if likeness >= LEAST:
            scored.append((other, likeness))
    scored.sort(key=lambda one: (-one[1], one[0]))
    return scored


def _rarest(connection: Connection, words: list[str]) -> list[str]:
    """The rarest words that other texts have as well, rarest first, as many as the index can rank
    in a blink.
    """
    total = int(connection.execute(select(sql.max(t.trace.c.pk))).scalar() or 0)
    frequencies = []
    # Long words are seldom common ones, and each costs a look into the index.
    probed = sorted(dict.fromkeys(words), key=len, reverse=True)[:_PROBED]
    for word in probed:
        frequency = _frequency(connection, word, total)
        if frequency > 1:
            frequencies.append((frequency, word))
    frequencies.sort()
    chosen: list[str] = []
    hits = 0.0
    for frequency, word in frequencies[:_TERMS]:
        hits += frequency
        if chosen and hits > _MOST_HITS:
            break
        chosen.append(word)
    return chosen


def _frequency(connection: Connection, word: str, total: int) -> float:
    """How many traces have a word: counted where they are few, else from how far apart the first
    of them lie.
    """
    first = (
        select(search.PK)
        .select_from(search.INDEX)
        .where(search.any_of([word]))
        .order_by(search.PK)
        .limit(_SAMPLE)
        .subquery()
    )
    count, last = connection.execute(select(sql.count(), sql.max(first.c.rowid))).one()
    return float(count) if count < _SAMPLE else total * count / max(1, last)


def _text(connection: Connection, pks: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    statement = (
        select(t.trace.c.pk, t.trace_body.c.body, t.scenario.c.body)
        .join(t.trace_body, t.trace_body.c.trace_pk == t.trace.c.pk)
        .join(t.scenario, t.scenario.c.pk == t.trace.c.scenario_pk)
        .where(t.trace.c.pk.in_(list(pks)))
    )
    for pk, packed, stored in connection.execute(statement):
        pieces: list[str] = []
        length = 0
        given: Any = codec.read(stored).get("input")
        for text in (
            ([given] if isinstance(given, str) else []),
            search.body_texts(codec.read(packed)),
        ):
            for piece in text:
                if length < _MOST_CHARACTERS:
                    pieces.append(piece[: _MOST_CHARACTERS - length])
                    length += len(piece)
        found[pk] = "\n".join(pieces)
    return found


_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")


def _words(text: str) -> list[str]:
    """About as the index takes them: letters and digits, without case and accents."""
    plain = text.lower()
    if not plain.isascii():
        plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", search.apart(text.casefold())))
    return _WORD.findall(plain)[:_MOST_WORDS]


def _shingles(words: list[str]) -> set[tuple[str, ...]]:
    if len(words) < 3:
        return {tuple(words)} if words else set()
    return set(zip(words, words[1:], words[2:], strict=False))
