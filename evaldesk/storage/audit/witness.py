"""Sees what a write transaction did, and says it in one event at its end."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from evaldesk.domain.identity import Signer
from evaldesk.storage import portable_rows
from evaldesk.storage.audit import chain, coverage, scores
from evaldesk.storage.happening import Happening

LISTED = 50
"""Up to so many new rows of a table are named in the event, not only hashed."""

_KINDS = {
    "audit_gone": "retention.deleted",
    "trace": "import.traces",
    "scenario": "import.scenarios",
    "ruling": "ruling.made",
    "round": "round.started",
    "round_event": "round.moved",
    "submission": "rating.handed_in",
    "answer": "rating.answered",
    "preference": "preference.given",
    "rubric_version": "rubric.saved",
    "suite": "suite.frozen",
    "dataset_version": "dataset.saved",
    "scenario_revision": "scenario.described",
    "work_time": "rating.timed",
    "setting": "setting.changed",
    "saved_view": "view.changed",
    "mapping": "mapping.saved",
}
"""What a write is called that nobody named, by the first of these tables that it touched."""


class Witness:
    """Watches one file's write transactions.

    Attributes:
        signer: signs what happens from here on; None where nobody does.
        ask: who would sign, asked once, before the first event; None to ask nobody.
    """

    def __init__(self) -> None:
        self.signer: Signer | None = None
        self.ask: Callable[[], Signer | None] | None = None

    @contextmanager
    def watching(self, connection: Connection, happening: Happening) -> Iterator[None]:
        """A write transaction: what it did is an event of it."""
        ask, self.ask = self.ask, None
        if ask is not None:
            self.signer = ask()
        raw: Any = connection.connection.dbapi_connection
        marks = _highest(raw)
        _begin_watch(raw, chain.next_number(connection), marks["trace"])
        yield
        _conclude(connection, happening, marks, self.signer)


def found(connection: Connection, kind: str, details: Mapping[str, Any]) -> None:
    """Begin the log of a file, with an event that covers everything that is there."""
    raw: Any = connection.connection.dbapi_connection
    rows, covers = _appended(connection, dict.fromkeys(_highest(raw), 0))
    _add_scores(rows, (found for *_, found in scores.placed(connection)))
    state = {
        name: {
            key: portable_rows.row_hash(content).hex()
            for key, content in portable_rows.state(connection, name, column)
        }
        for name, column in coverage.STATE.items()
    }
    body = _body(connection, rows, {name: said for name, said in state.items() if said})
    if details:
        body["details"] = dict(details)
    seq, _ = chain.append(connection, kind, "", body, None, first=True)
    _cover(raw, seq, covers)


def _conclude(
    connection: Connection, happening: Happening, marks: dict[str, int], signer: Signer | None
) -> None:
    raw: Any = connection.connection.dbapi_connection
    rows, covers = _appended(connection, marks)
    _add_scores(rows, scores.written_now(connection, marks["trace"]))
    state = _touched(connection)
    chains = {
        name: {"number": number, "hash": digest}
        for name, number, digest in raw.execute(
            "SELECT chain, number, hash FROM audit_head WHERE chain IN"
            " (SELECT chain FROM audit_event WHERE seq > ?)",
            (marks["audit_event"],),
        ).fetchall()
    }
    if not (rows or state or chains or happening.always):
        return
    body = _body(connection, rows, state)
    if chains:
        body["chains"] = chains
    if happening.reason:
        body["reason"] = happening.reason
    if happening.details:
        body["details"] = dict(happening.details)
    kind = happening.kind or _named({*rows, *state})
    seq, _ = chain.append(connection, kind, happening.author, body, signer)
    _cover(raw, seq, covers)


def _named(touched: set[str]) -> str:
    for name, kind in _KINDS.items():
        if name in touched:
            return kind
    return f"{min(touched)}.added"


def _highest(raw: Any) -> dict[str, int]:
    names, statement = _asking_highest()
    found = raw.execute(statement).fetchone()
    return {name: high or 0 for name, high in zip(names, found, strict=True)}


@functools.cache
def _asking_highest() -> tuple[tuple[str, ...], str]:
    """Tables, and the one statement that asks for the highest row number of each."""
    names = (*coverage.appended(), "audit_event")
    keys = [*(portable_rows.form(name).key[0] for name in coverage.appended()), "seq"]
    parts = (f'(SELECT max({key}) FROM "{name}")' for name, key in zip(names, keys, strict=True))
    return names, f"SELECT {', '.join(parts)}"


def _appended(
    connection: Connection, marks: Mapping[str, int]
) -> tuple[dict[str, Any], list[tuple[str, int, int]]]:
    """What the event says of each table, and the row numbers that it covers."""
    highest = _highest(connection.connection.dbapi_connection)
    said: dict[str, Any] = {}
    covers: list[tuple[str, int, int]] = []
    for name in coverage.appended():
        if highest[name] <= marks[name]:
            continue
        ids: list[str] = []
        first: list[int] = []
        identified = portable_rows.form(name).identified

        def hashes(
            name: str = name,
            first: list[int] = first,
            ids: list[str] = ids,
            listed: bool = identified,
        ) -> Iterator[bytes]:
            for pk, content in portable_rows.rows(connection, name, after=marks[name]):
                if not first:
                    first.append(pk)
                if listed and len(ids) <= LISTED:
                    ids.append(content["id"])
                yield portable_rows.row_hash(content)

        count, digest = portable_rows.digest(hashes())
        said[name] = {"count": count, "sha256": digest}
        if 0 < len(ids) <= LISTED:
            said[name]["ids"] = ids
        covers.append((name, first[0], highest[name]))
    return said, covers


def _add_scores(rows: dict[str, Any], hashes: Iterable[bytes]) -> None:
    count, digest = portable_rows.digest(hashes)
    if count:
        rows[coverage.SCORES] = {"count": count, "sha256": digest}


def _cover(raw: Any, seq: int, covers: list[tuple[str, int, int]]) -> None:
    raw.executemany(
        "INSERT INTO audit_cover(event_seq, name, first_pk, last_pk) VALUES (?, ?, ?, ?)",
        [(seq, *cover) for cover in covers],
    )


def _body(
    connection: Connection, rows: Mapping[str, Any], state: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if rows:
        body["rows"] = dict(rows)
    if state:
        body["state"] = dict(state)
    keys = [key for key in state.get("setting", ()) if key in coverage.CLEAR]
    if keys:
        body["settings"] = {
            key: content["value"]
            for key, content in portable_rows.state(connection, "setting", "key", keys)
        }
    return body


_WATCH = (
    "CREATE TEMP TABLE audit_touched (name TEXT, key TEXT)",
    "CREATE TEMP TABLE audit_mark (number INTEGER, trace_pk INTEGER)",
    "CREATE TEMP TABLE audit_late (trace_pk INTEGER, metric_pk INTEGER)",
    "CREATE TEMP TRIGGER audit_score_batch BEFORE INSERT ON main.score"
    " WHEN NEW.batch <> (SELECT number FROM audit_mark)"
    " BEGIN SELECT RAISE(ABORT, 'a score that names another event'); END",
    "CREATE TEMP TRIGGER audit_score_late AFTER INSERT ON main.score"
    " WHEN NEW.trace_pk <= (SELECT trace_pk FROM audit_mark)"
    " BEGIN INSERT INTO audit_late VALUES (NEW.trace_pk, NEW.metric_pk); END",
    *(
        f"CREATE TEMP TRIGGER audit_{name}_{verb.lower()} AFTER {verb} ON main.{name} BEGIN "
        + " ".join(f"INSERT INTO audit_touched VALUES ('{name}', {side}.{key});" for side in sides)
        + " END"
        for name, key in coverage.STATE.items()
        for verb, sides in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",)))
    ),
)


def _begin_watch(raw: Any, number: int, trace_pk: int) -> None:
    # Temporary: they watch what this program writes and leave no trace in the file.
    there = raw.execute("SELECT 1 FROM temp.sqlite_master WHERE name = 'audit_mark'").fetchone()
    if there is None:
        for statement in _WATCH:
            raw.execute(statement)
    else:
        for name in ("audit_touched", "audit_mark", "audit_late"):
            raw.execute(f"DELETE FROM temp.{name}")
    raw.execute("INSERT INTO audit_mark VALUES (?, ?)", (number, trace_pk))


def _touched(connection: Connection) -> dict[str, dict[str, str | None]]:
    raw: Any = connection.connection.dbapi_connection
    state: dict[str, dict[str, str | None]] = {}
    for name, key in raw.execute("SELECT DISTINCT name, key FROM audit_touched").fetchall():
        state.setdefault(name, {})[key] = None
    for name, keys in state.items():
        column = coverage.STATE[name]
        for key, content in portable_rows.state(connection, name, column, list(keys)):
            keys[key] = portable_rows.row_hash(content).hex()
    return state
