"""Scores of Langfuse: of programs, and of people who annotate."""

from collections.abc import Iterable
from typing import Any

from evaldesk.domain.trace import Annotation, Score
from evaldesk.importers import fields
from evaldesk.importers.operations import Operation

_SCORE_PLACED = frozenset(
    [
        *("name", "value", "stringValue", "longStringValue", "source", "comment", "observationId"),
        *("authorUserId", "traceId", "timestamp", "createdAt", "projectId", "environment"),
    ]
)


def listed_scores(raw: Any) -> list[dict[str, Any]]:
    """Scores as the interface lists them; exported tables have values by name."""
    if not isinstance(raw, dict):
        return fields.mappings(raw)
    return [
        {"name": name, "value": value}
        for name, held in raw.items()
        for value in (held if isinstance(held, list) else [held])
        if value not in fields.EMPTY
    ]


def scores_of(
    raw: Iterable[dict[str, Any]], operations: list[Operation]
) -> tuple[dict[str, Score], tuple[Annotation, ...], list[dict[str, Any]]]:
    """Scores of programs, annotations of people, and what scores have besides."""
    names = {each.id: each.name for each in operations}
    scores: dict[str, Score] = {}
    annotations: list[Annotation] = []
    more: list[dict[str, Any]] = []
    seen: set[str] = set()
    for each in raw:
        ident = fields.text(each.get("id"))
        if ident and ident in seen:
            continue
        seen.add(ident)
        name = fields.text(each.get("name")) or "score"
        target = fields.text(each.get("observationId"))
        value, label = _value(each)
        comment = fields.text(each.get("comment"))
        rest = fields.rest(each, _SCORE_PLACED)
        rest = {key: item for key, item in rest.items() if item != "{}"}
        if fields.text(each.get("source")).upper() == "ANNOTATION":
            annotations.append(
                Annotation(
                    name,
                    value=value,
                    label=label,
                    comment=comment or fields.text(each.get("longStringValue")),
                    annotator=fields.text(each.get("authorUserId")),
                    target=target,
                    created_at=fields.moment(each.get("timestamp") or each.get("createdAt")),
                    metadata=rest,
                )
            )
            continue
        if name in scores and target:
            name = f"{name} ({names.get(target) or target})"
        base, again = name, 1
        while name in scores:
            again += 1
            name = f"{base} ({again})"
        scores[name] = Score(value, label or None, comment or None)
        kept = {
            "name": name,
            "source": each.get("source"),
            "observationId": each.get("observationId"),
        }
        more.append(fields.rest({**kept, **rest, "timestamp": each.get("timestamp")}, ()))
    return scores, tuple(annotations), more


def _value(each: dict[str, Any]) -> tuple[float | None, str]:
    """The number of a score, or its word."""
    kind = fields.text(each.get("dataType")).upper()
    word = fields.text(each.get("stringValue"))
    raw = each.get("value")
    if kind in ("CATEGORICAL", "TEXT", "CORRECTION") or (isinstance(raw, str) and not word):
        return None, word or fields.text(raw)
    number = float(raw) if isinstance(raw, bool) else fields.finite(raw)
    if number is None and kind == "BOOLEAN" and word:
        number = float(word.strip().lower() == "true")
    return number, "" if number is not None else word
