"""Traces and ratings as Parquet, for pandas, DuckDB, Polars and datasets of Hugging Face.

What has a fixed shape is nested (messages, scores, annotations, slices); what may be any JSON value
(input, arguments, metadata) is JSON text. The column ``evaldesk_trace`` holds the canonical trace,
from which EvalDesk reads it back whole.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import evaldesk
from evaldesk.domain import interchange
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.report import ReportContent
from evaldesk.domain.trace import Message, Trace, final_answer
from evaldesk.exporters.rating_rows import COLUMNS, rating_rows

if TYPE_CHECKING:
    import pyarrow

_ROWS_AT_ONCE = 1000
_BYTES_AT_ONCE = 32 << 20
_EVERY = 100


def write_traces(
    traces: Iterable[Trace], path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """One row a trace; returns how many."""
    rows = ((row, len(row[interchange.TRACE_COLUMN])) for row in map(trace_row, traces))
    return _write(path, _trace_schema(), rows, progress)


def write_ratings(
    content: ReportContent, path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """One row an answer, a failure mode a row each; returns the rows written."""
    rows = ((dict(zip(COLUMNS, _as_text(row), strict=True)), 200) for row in rating_rows(content))
    return _write(path, _rating_schema(), rows, progress)


def trace_row(trace: Trace) -> dict[str, Any]:
    """A trace as the columns that are written."""
    row, scenario, body = trace.row, trace.scenario, trace.body
    return {
        "id": row.id,
        "run": row.run,
        "system": row.system,
        "trial": row.trial,
        "status": row.status,
        "error": row.error or None,
        "started_at": row.started_at or None,
        "latency_ms": row.latency_ms,
        "tokens_in": row.tokens_in,
        "tokens_out": row.tokens_out,
        "cost": row.cost,
        "scenario": scenario.key,
        "scenario_id": trace.scenario_id,
        "title": scenario.title,
        "tier": scenario.tier or None,
        "origin": scenario.origin or None,
        "slices": list(scenario.slices.items()),
        "input": scenario.input if isinstance(scenario.input, str) else _json(scenario.input),
        "output": final_answer(body) or None,
        "expected": body.get("expected") or scenario.expected or None,
        "messages": [_message(message) for message in body["messages"]],
        "documents": [
            {key: document.get(key) for key in ("id", "title", "source", "content", "score")}
            for document in body.get("documents", ())
        ],
        "scores": [
            {
                "name": name,
                "value": score.value,
                "label": score.label,
                "explanation": score.explanation,
                "answer": score.answer,
            }
            for name, score in trace.scores.items()
        ],
        "annotations": [
            {
                "name": said.name,
                "value": said.value,
                "label": said.label or None,
                "comment": said.comment or None,
                "annotator": said.annotator or None,
                "target": said.target or None,
                "created_at": said.created_at or None,
                "metadata": _json(said.metadata) if said.metadata else None,
            }
            for said in trace.annotations
        ],
        interchange.TRACE_COLUMN: interchange.packed(trace.to_json()),
    }


def _message(message: Message) -> dict[str, Any]:
    """Role, its texts as one, and the parts with everything in them."""
    texts = [
        str(part.get("content", "")) for part in message["parts"] if part.get("type") == "text"
    ]
    return {
        "role": message["role"],
        "content": "\n\n".join(texts) if texts else None,
        "parts": _json(message["parts"]),
    }


def _trace_schema() -> "pyarrow.Schema":
    import pyarrow as pa

    text, number, count = pa.string(), pa.float64(), pa.int64()

    def several(**fields: Any) -> Any:
        return pa.list_(pa.struct(list(fields.items())))

    return pa.schema(
        [
            ("id", text),
            ("run", text),
            ("system", text),
            ("trial", count),
            ("status", text),
            ("error", text),
            ("started_at", text),
            ("latency_ms", number),
            ("tokens_in", count),
            ("tokens_out", count),
            ("cost", number),
            ("scenario", text),
            ("scenario_id", text),
            ("title", text),
            ("tier", text),
            ("origin", text),
            ("slices", pa.map_(text, text)),
            ("input", text),
            ("output", text),
            ("expected", text),
            ("messages", several(role=text, content=text, parts=text)),
            ("documents", several(id=text, title=text, source=text, content=text, score=number)),
            (
                "scores",
                several(name=text, value=number, label=text, explanation=text, answer=text),
            ),
            (
                "annotations",
                several(
                    name=text,
                    value=number,
                    label=text,
                    comment=text,
                    annotator=text,
                    target=text,
                    created_at=text,
                    metadata=text,
                ),
            ),
            (interchange.TRACE_COLUMN, text),
        ],
        metadata={"evaldesk": evaldesk.__version__},
    )


def _rating_schema() -> "pyarrow.Schema":
    import pyarrow as pa

    return pa.schema(
        [(name, pa.int64() if name == "version" else pa.string()) for name in COLUMNS],
        metadata={"evaldesk": evaldesk.__version__},
    )


def _as_text(row: Iterable[Any]) -> Iterator[Any]:
    for name, value in zip(COLUMNS, row, strict=True):
        if value is None or name == "version" or isinstance(value, str):
            yield value
        else:
            yield _json(value)


def _write(
    path: Path,
    schema: "pyarrow.Schema",
    rows: Iterable[tuple[dict[str, Any], int]],
    progress: Callable[[int], None],
) -> int:
    """Write rows, given with about how many bytes each has, in groups that stay small."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = size = 0
    group: list[dict[str, Any]] = []
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for row, weight in rows:
            group.append(row)
            size += weight
            count += 1
            if count % _EVERY == 0:
                progress(count)
            if len(group) >= _ROWS_AT_ONCE or size >= _BYTES_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(group, schema=schema))
                group, size = [], 0
        if group or not count:
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
    return count


def _json(value: Any) -> str:
    return canonical_json(value).decode("utf-8")
