"""The rows of a return, each compared with what was sent and with what its signer may bring."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

from evaldesk.domain.errors import EvalDeskError, InputError, NotAllowedError, NotFoundError
from evaldesk.domain.exchange import CarriedRow
from evaldesk.domain.highlight import LabelKind, PassageKind
from evaldesk.domain.identifiers import moment
from evaldesk.domain.identity import Role
from evaldesk.domain.rating import RulingKind
from evaldesk.domain.rubric import SEVERITIES, CannotJudge, Rubric
from evaldesk.exchange.container import Package
from evaldesk.exchange.manifest import Manifest, damaged
from evaldesk.services.labelling.answering import checked
from evaldesk.services.packages.working import RETURNED, ROWS, RULED, lines_of
from evaldesk.storage import codec
from evaldesk.storage.packages import CARRIED

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

MAY_BRING: Mapping[Role, tuple[str, ...]] = {
    "reviewer": RETURNED,
    "adjudicator": (*RETURNED, RULED),
    "specialist": (*RETURNED, RULED),
    "owner": (*RETURNED, RULED),
}
"""Role → tables whose rows its packages may carry; always the person's own rows alone."""

_STATES = ("submitted", "skipped", "flagged", "reopened")
_NOTES = ("bookmark", "note", "removed")
_LONGEST_STRETCH = 24 * 3600 * 1000
"""Milliseconds that one stretch of active work can have."""
_AHEAD = timedelta(days=1)
"""That another person's clock may be ahead."""
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}")
_HEX = re.compile(r"[0-9a-f]{64}")


def rows_of(project: "Project", package: Package, sent: Manifest, role: Role) -> list[CarriedRow]:
    """The rows of a return, each found right.

    Args:
        sent: the assignment that it answers. role: that its signer is trusted with.

    Raises:
        NotAllowedError: it brings what the role may not, or what was not assigned.
        InputError: a row is not what it should be.
    """
    content = sent.content
    rubric = project.rubrics.get(content["rubric"]["name"], content["rubric"]["version"])
    items = {one["trace"] for one in content["items"]}
    found: list[CarriedRow] = []
    questions: dict[str, tuple[Any, ...]] = {}
    for place, line in enumerate(lines_of(package, ROWS), 1):
        where = f"row {place}"
        if not isinstance(line, dict) or set(line) != {"table", "row"}:
            raise damaged(f"{where} cannot be read")
        table, row = line["table"], line["row"]
        if not isinstance(row, dict) or not isinstance(table, str):
            raise damaged(f"{where} cannot be read")
        if table not in MAY_BRING[role]:
            raise NotAllowedError(
                f"It brings {_many(table)}, which somebody trusted as {role} may not.",
                "Trust the person with another role first, if they may.",
            )
        if row.get(CARRIED[table]) != content["rater"]:
            raise NotAllowedError(
                f"It brings {_many(table)} in the name of {row.get(CARRIED[table])}; the "
                f"assignment was {content['rater']}'s."
            )
        if not isinstance(row.get("trace"), str) or row["trace"] not in items:
            raise NotAllowedError(f"It brings {_many(table)} of a trace that was not assigned.")
        _check_place(row, table, content)
        _check_form(row, where)
        if table == "answer":
            _check_answer(row, str(row.get("field")), rubric, where)
        if table == RULED:
            _check_ruling(row, rubric, where)
        _check_kind(row, table, where)
        _check_line(row, table, questions, where)
        found.append(CarriedRow(table, row))
    return found


def _check_place(row: Mapping[str, Any], table: str, content: Mapping[str, Any]) -> None:
    if row.get("reading") not in (None, 0):
        raise NotAllowedError(f"It brings {_many(table)} of a repeat that was not assigned.")
    if row.get("round") not in (None, content["round"]["id"]):
        raise NotAllowedError(f"It brings {_many(table)} of another round.")
    wanted = content["rubric"]
    if row.get("rubric") not in (None, wanted["name"]):
        raise NotAllowedError(f"It brings {_many(table)} by another rubric ({row['rubric']}).")
    if row.get("version") not in (None, wanted["id"]):
        raise InputError(
            f"It brings {_many(table)} by another version of the rubric than the one that was sent."
        )


def _check_form(row: Mapping[str, Any], where: str) -> None:
    identity, before, at = row.get("id"), row.get("supersedes"), row.get("created_at")
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        raise damaged(f"{where} has no id")
    if before is not None and (not isinstance(before, str) or before == identity):
        raise damaged(f"{where} supersedes itself")
    if moment(at) is None:
        raise damaged(f"{where} has no time")


def _check_kind(row: Mapping[str, Any], table: str, where: str) -> None:
    """What the program itself would not have written."""
    if table == "submission" and row.get("state") not in _STATES:
        raise damaged(f"{where} has a state that there is not")
    if table == "work_time" and not _within(row.get("active_ms"), 0, _LONGEST_STRETCH):
        raise damaged(f"{where} has a time of work that nobody can have")
    if table == "note":
        places = (row.get("message"), row.get("part"))
        if row.get("kind") not in _NOTES or not all(_within(one, -1, 1 << 31) for one in places):
            raise damaged(f"{where} is no note")
    if table == "highlight" and not _is_highlight(row):
        raise damaged(f"{where} is no highlight")


def _is_highlight(row: Mapping[str, Any]) -> bool:
    texts = [row.get(name) for name in ("label", "quote", "text_hash", "severity")]
    if not all(isinstance(text, str) for text in texts):
        return False
    label, quote, text_hash, severity = (str(text) for text in texts)
    start, stop = row.get("start"), row.get("stop")
    return (
        row.get("kind") in get_args(LabelKind)
        and row.get("passage") in get_args(PassageKind)
        and severity in ("", *SEVERITIES)
        and bool(label.strip() and quote.strip() and _HEX.fullmatch(text_hash))
        and _within(row.get("nth"), 0, 1 << 31)
        and _within(start, 0, 1 << 31)
        and _within(stop, start, 1 << 31)
        # Whoever begins a highlight names it; under another's name it would take its place.
        and (row.get("supersedes") is not None or row.get("root") == row["id"])
    )


def _within(value: Any, least: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _check_ruling(row: Mapping[str, Any], rubric: Rubric, where: str) -> None:
    if row.get("kind") not in get_args(RulingKind) or not str(row.get("reason") or "").strip():
        raise damaged(f"{where} is no ruling")
    if (row["kind"] in ("adopt", "other")) != (row.get("value") is not None):
        raise damaged(f"{where} is no ruling")
    at = moment(row["created_at"])
    if at is None or at > datetime.now(UTC) + _AHEAD:
        # The latest ruling stands, so one of next year would stand against all of this year's.
        raise InputError(f"{where} is a ruling of a day that has not come ({row['created_at']}).")
    _check_answer(row, str(row.get("criterion")), rubric, where)


def _check_answer(row: Mapping[str, Any], name: str, rubric: Rubric, where: str) -> None:
    text = row.get("value")
    if text is None:
        return
    try:
        value = codec.decode(str(text))
        given = CannotJudge.from_json(value) or value
        fit = checked(rubric, name, given)
    except (InputError, NotFoundError) as error:
        raise InputError(f"{where} is no answer that the rubric has: {error.message}") from error
    except EvalDeskError as error:
        raise damaged(f"the answer of {where} cannot be read") from error
    stored = fit.to_json() if isinstance(fit, CannotJudge) else fit
    if codec.encode(stored) != text:
        raise InputError(f"{where} is no answer that the rubric has: {str(text)[:60]}")


def _check_line(
    row: Mapping[str, Any], table: str, questions: dict[str, tuple[Any, ...]], where: str
) -> None:
    """What a row supersedes came before it, and answers the same question."""
    named = ("trace", "rubric", "field", "criterion", "root", CARRIED[table])
    question = (table, *(row.get(name) for name in named))
    if row["id"] in questions:
        raise damaged(f"{where} is there twice")
    before = row.get("supersedes")
    if before is not None and questions.get(before) != question:
        raise damaged(f"{where} supersedes what did not come before it")
    questions[row["id"]] = question


def _many(table: str) -> str:
    words = {"work_time": "working times", "submission": "submissions"}
    return words.get(table, f"{table}s")
