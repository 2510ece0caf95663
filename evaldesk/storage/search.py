"""Full-text search: the part of the store that is SQLite's own.

The index is contentless: it keeps the words, not a second copy of the text, which lies compressed
in ``trace_body``. Snippets are cut from the opened body of the few hits that are shown.
"""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    column,
    exists,
    literal_column,
    select,
    table,
    true,
)

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.trace import TraceBody, TraceRecord
from evaldesk.storage import codec

_WORD = re.compile(r'"([^"]*)"|(\S+)')
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
"""Han, hiragana and katakana."""
_LEAST_BEGINNING = 3
_AT_ONCE = 500


def create(connection: Connection) -> None:
    """Make the index."""
    connection.exec_driver_sql(
        "CREATE VIRTUAL TABLE trace_search USING fts5("
        "text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2')"
    )


INSERT = "INSERT INTO trace_search(rowid, text) VALUES (?, ?)"


INDEX = table("trace_search", column("rowid"), column("rank"))
PK = INDEX.c.rowid
RANK = INDEX.c.rank
"""bm25: the smaller, the better the hit."""
ROW_OF_HIT: ColumnElement[int] = literal_column("+trace_search.rowid")
"""To join the traces of hits by, so that SQLite begins with the hits and not with the traces."""


def matching(words: str) -> ColumnElement[bool] | None:
    """A condition on `INDEX`: the text holds all the words.

    Words may be quoted phrases; a word that ends in ``*``, and the last one while it is being
    typed (from three letters on), match as a beginning. Nothing that is typed can be a syntax
    error.

    Returns:
        None where nothing is left to look for.
    """
    return _condition(_match(words.replace("\0", " ")))


def whole_words(words: str) -> str | None:
    """What is typed, with the last word as a whole one; None where it is one already. A rare
    beginning of a word takes SQLite as long as all the words that begin so.
    """
    match = _match(words.replace("\0", " "))
    return f"{words} " if match.endswith("*") and not words.rstrip().endswith("*") else None


def _condition(match: str) -> ColumnElement[bool] | None:
    if not match:
        return None
    return literal_column("trace_search").bool_op("MATCH")(bindparam("words", match, unique=True))


def any_of(terms: Iterable[str]) -> ColumnElement[bool]:
    """A condition on `INDEX`: the text holds at least one of these terms."""
    quoted = " OR ".join('"{}"'.format(apart(term.replace('"', '""'))) for term in terms)
    return literal_column("trace_search").bool_op("MATCH")(bindparam("words", quoted, unique=True))


def found(hits: ColumnElement[bool]) -> Select[tuple[int]]:
    """The row numbers of the traces that have it, in no order."""
    return select(PK).select_from(INDEX).where(hits)


def row_by_row(hits: ColumnElement[bool], pk: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether one trace has it."""
    return exists(found(hits).where(pk == PK)).is_(true())


def apart(text: str) -> str:
    """The text with every character of a script that puts no spaces between words standing alone.

    The index takes what stands between spaces as one word, so that of a Japanese sentence only
    the beginning could be found. In the index each such character is a word, and in what is
    looked for several of them are a phrase.
    """
    return text if text.isascii() else _UNSPACED.sub(r" \g<0> ", text)


def unspaced(text: str) -> bool:
    """Whether `apart` changes the text."""
    return not text.isascii() and _UNSPACED.search(text) is not None


def _match(words: str) -> str:
    terms: list[str] = []
    for phrase, word in _WORD.findall(words):
        if phrase:
            terms.append(f'"{apart(phrase)}"')
            continue
        bare = word.strip('"').rstrip("*")
        # A word of punctuation alone has no tokens; quoted it would match nothing.
        if any(character.isalnum() for character in bare):
            quoted = apart(bare.replace('"', '""'))
            terms.append(f'"{quoted}"' + ("*" if word.endswith("*") else ""))
    if terms and not words.rstrip().endswith('"') and not words.endswith(" "):
        last = terms[-1].strip('"*')
        # One or two letters begin half of all words: to gather those takes seconds and hundreds
        # of megabytes in a large project. In scripts without spaces they are a word.
        if len(last) >= _LEAST_BEGINNING or not last.isascii():
            terms[-1] = terms[-1].rstrip("*") + "*"
    return " ".join(terms)


def searchable(record: TraceRecord) -> str:
    """What search finds a trace by: its scenario, messages, calls, documents and answer."""
    scenario = record.scenario
    names = scenario.key, scenario.title, record.error
    return indexed(names, scenario.input, record.body)


def indexed(names: Iterable[str], asked: object, body: TraceBody) -> str:
    """What the index is given of a trace: key, title and error, the scenario's input, the body."""
    pieces = list(names)
    if isinstance(asked, str):
        pieces.append(asked)
    pieces.extend(body_texts(body))
    return apart("\n".join(piece for piece in pieces if piece))


def index_again(connection: Connection) -> None:
    """Put what was indexed before `apart` into the index anew, where that changes anything."""
    last = 0
    while rows := connection.exec_driver_sql(
        "SELECT trace.pk, scenario.key, scenario.title, trace.error, scenario.body,"
        " trace_body.body FROM trace JOIN trace_body ON trace_body.trace_pk = trace.pk"
        " JOIN scenario ON scenario.pk = trace.scenario_pk"
        " WHERE trace.pk > ? ORDER BY trace.pk LIMIT ?",
        (last, _AT_ONCE),
    ).all():
        for pk, key, title, error, stored, packed in rows:
            try:
                asked = codec.read(stored).get("input")
                text = indexed((key, title, error), asked, codec.read(packed))
            except EvalDeskError:
                continue  # `verify` names it; the rest of the file is brought up to date
            if unspaced(text):
                connection.exec_driver_sql("DELETE FROM trace_search WHERE rowid = ?", (pk,))
                connection.exec_driver_sql(INSERT, (pk, text))
        last = rows[-1][0]


def body_texts(body: TraceBody) -> Iterator[str]:
    """Every text of a body in reading order, and last the tags it came with; JSON values as their
    strings and numbers.
    """
    for message in body.get("messages", ()):
        for part in message.get("parts", ()):
            kind = part.get("type")
            if kind == "blob":
                continue
            content = part.get("content")
            if isinstance(content, str):
                yield content
            name = part.get("name")
            if name:
                yield name
            for value in (part.get("arguments"), part.get("response"), part.get("error")):
                if value is not None:
                    yield from _strings(value)
    for document in body.get("documents", ()):
        title = document.get("title")
        if title:
            yield title
        yield document.get("content", "")
    for extra in (body.get("output"), body.get("expected")):
        if extra:
            yield extra
    tags = (body.get("metadata") or {}).get("tags")
    if tags:
        yield from _strings(tags)


def _strings(value: object) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(item))
        elif item is not None and not isinstance(item, bool):
            yield str(item)


def snippet(texts: Iterable[str], words: str, width: int = 90) -> str:
    """The surroundings of the best hit, the first text that holds most of the words, on one line;
    empty where none of them is found.

    Args:
        texts: of the trace, in reading order.
        words: as typed.
        width: characters to show.
    """
    needles = [
        (phrase or word.strip('"').rstrip("*")).casefold() for phrase, word in _WORD.findall(words)
    ]
    needles = [needle for needle in needles if needle]
    best: tuple[int, str, int] = (0, "", 0)
    for content in texts:
        folded = content.casefold()
        found = [at for needle in needles if (at := folded.find(needle)) >= 0]
        if len(found) > best[0]:
            best = (len(found), content, min(found))
            if len(found) == len(needles):
                break
    count, content, at = best
    if not count:
        return ""
    start, end = max(0, at - width // 3), min(len(content), at + width)
    cut = " ".join(content[start:end].split())
    return ("…" if start else "") + cut + ("…" if end < len(content) else "")
