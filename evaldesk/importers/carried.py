"""EvalDesk's own traces in the files of other formats: taken back exactly as they left."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evaldesk.domain import interchange
from evaldesk.domain.trace import Annotation, TraceRecord
from evaldesk.importers.canonical import trace_from_json
from evaldesk.importers.json_stream import BadJson, loads


def carried_trace(attributes: Mapping[str, Any], place: str = "") -> TraceRecord | None:
    """The trace that a root span of an export of EvalDesk carries.

    Args:
        attributes: of the span, flat, as the file has them.

    Returns:
        None where it carries none, or one that was cut or changed on its way: then what the
        format itself says is to be read.
    """
    text = attributes.get(interchange.TRACE)
    if not isinstance(text, str):
        return None
    try:
        record = loads(text.encode())
        if "messages" not in record:
            record = interchange.conversation_joined(
                record,
                _messages(attributes.get(interchange.MESSAGES_IN)),
                _messages(attributes.get(interchange.MESSAGES_OUT)),
            )
        return trace_from_json(record, place)
    except (BadJson, ValueError, TypeError, KeyError, AttributeError):
        return None


def with_additions(carried: TraceRecord, read: TraceRecord) -> TraceRecord:
    """A carried trace with what another tool added since it left.

    Args:
        read: what the format itself says of the trace. Its scores of other names, and its
            annotations without `interchange.ORIGIN` in their metadata, were added.
    """
    scores = {name: score for name, score in read.scores.items() if name not in carried.scores}
    said = tuple(one for one in read.annotations if not _is_own(one))
    if not scores and not said:
        return carried
    return replace(
        carried,
        scores={**carried.scores, **scores},
        annotations=(*carried.annotations, *said),
    )


def _is_own(said: Annotation) -> bool:
    return interchange.ORIGIN in said.metadata


def _messages(value: Any) -> list[Any]:
    if isinstance(value, str):
        value = loads(value.encode())
    return value if isinstance(value, list) else []
