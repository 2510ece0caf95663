"""Which model and which version of the prompt made a trace: found in its body, kept in its row."""

from sqlalchemy import Connection

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.trace import TraceBody
from evaldesk.storage import codec

_AT_ONCE = 500
_VERSION_KEYS = ("prompt_version", "promptVersion")


def model_of(body: TraceBody) -> str:
    """The model that answered: of the last assistant message that names one, else of the last
    span that does; empty where none does.
    """
    for message in reversed(body.get("messages") or ()):
        if message.get("role") == "assistant" and message.get("model"):
            return str(message["model"])
    for span in reversed(body.get("spans") or ()):
        if span.get("model"):
            return str(span["model"])
    named = (body.get("metadata") or {}).get("model")
    return named if isinstance(named, str) else ""


def prompt_version_of(body: TraceBody) -> str:
    """The version of the prompt, where the source says one; empty otherwise."""
    metadata = body.get("metadata") or {}
    for key in _VERSION_KEYS:
        value = metadata.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    return ""


def name_models(connection: Connection) -> None:
    """Fill the columns of a file that was written before they existed."""
    last = 0
    while rows := connection.exec_driver_sql(
        "SELECT trace_pk, body FROM trace_body WHERE trace_pk > ? ORDER BY trace_pk LIMIT ?",
        (last, _AT_ONCE),
    ).all():
        named = []
        for pk, packed in rows:
            try:
                body = codec.read(packed)
            except EvalDeskError:
                continue  # `verify` names it; the rest of the file is brought up to date
            found = model_of(body), prompt_version_of(body)
            if any(found):
                named.append((*found, pk))
        if named:
            connection.exec_driver_sql(
                "UPDATE trace SET model=?, prompt_version=? WHERE pk=?", named
            )
        last = rows[-1][0]
