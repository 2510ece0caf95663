"""What mutations begin with: small sound files of every format, written here, and real ones cut
small.
"""

import csv
import gzip
import io
import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzz import documents as of

MOST_BYTES = 24_000


@dataclass(frozen=True, slots=True)
class Seed:
    """One sound file.

    Attributes:
        name: of the file; its ending is the format's own.
        format: name of the format that reads it.
        data: its bytes.
        value: the JSON value that ``data`` is; None where it is none.
        lines: whether ``value`` is written one element a line.
    """

    name: str
    format: str
    data: bytes
    value: Any = None
    lines: bool = False


def written(value: Any, *, lines: bool = False, **how: Any) -> bytes:
    """A value as JSON, or JSON Lines. Lone surrogates and NaN are written as Python writes them."""
    how.setdefault("ensure_ascii", True)
    if lines and isinstance(value, list):
        text = "".join(json.dumps(item, **how) + "\n" for item in value)
    else:
        text = json.dumps(value, **how)
    return text.encode("utf-8", "surrogatepass")


def seeds(real: Path | None = None) -> list[Seed]:
    """Those written here, and those cut from real files where a folder of them is given."""
    return [*_own(), *(_real(real) if real is not None else ())]


# ---------------------------------------------------------------------------------- written here


def _own() -> Iterator[Seed]:
    documents: dict[str, tuple[str, Any]] = {
        "tau2.json": ("tau2", of.TAU2),
        "inspect.json": ("inspect", {**of.INSPECT, "samples": [of.INSPECT_SAMPLE]}),
        "promptfoo.json": ("promptfoo", of.PROMPTFOO),
        "table.json": ("promptfoo", of.PROMPTFOO_TABLE),
        "deepeval.json": ("deepeval", of.DEEPEVAL),
        "atif.json": ("atif", of.ATIF),
        "swe.traj": ("swe-agent", of.SWE_AGENT),
        "1.json": ("whowhen", of.WHO_AND_WHEN),
        "jaeger.json": ("jaeger", of.JAEGER),
        "langfuse.trace.json": ("langfuse", of.LANGFUSE),
        "otlp.json": ("otlp", of.OTLP),
        "mini.traj.json": ("mini-swe-agent", of.MINI),
        "mlflow.json": ("mlflow", of.MLFLOW),
        "item.json": (
            "openai-items",
            {"object": "list", "data": [of.OPENAI_ITEM], "has_more": False},
        ),
    }
    for name, (format, value) in documents.items():
        yield Seed(name, format, written(value), value)
    lines: dict[str, tuple[str, list[Any]]] = {
        "canonical.jsonl": ("jsonl", [of.CANONICAL, {**of.CANONICAL, "trial": 1}]),
        "records.jsonl": ("jsonl", [of.RECORD, {**of.RECORD, "id": 8}]),
        "scenarios.jsonl": ("scenarios", [of.SCENARIO]),
        "tau.json": ("tau-bench", [of.TAU, {**of.TAU, "trial": 1}]),
        "promptfoo.jsonl": ("promptfoo", [of.PROMPTFOO_RESULT, of.PROMPTFOO_RESULT]),
        "samples_x.jsonl": ("lm-eval", of.LM_EVAL),
        "ragas.jsonl": ("ragas", of.RAGAS),
        "evals.jsonl": ("openai-evals", of.OPENAI_EVALS),
        "items.jsonl": ("openai-items", [of.OPENAI_ITEM, of.OPENAI_ITEM]),
        "chat.jsonl": ("openai-chat", [{"messages": of.TALK}, {"messages": of.TALK[:2]}]),
        "answers.jsonl": (
            "openai-chat",
            [{"request": {"messages": of.TALK}, "response": of.ANSWER}],
        ),
        "anthropic.jsonl": ("anthropic-messages", [of.ANTHROPIC, of.ANTHROPIC]),
        "openhands.jsonl": ("openhands", [of.OPENHANDS]),
        "spans.jsonl": ("openinference", [of.OPENINFERENCE, of.OPENINFERENCE]),
        "langsmith.jsonl": ("langsmith", [of.LANGSMITH, {**of.LANGSMITH, "id": "2"}]),
    }
    for name, (format, items) in lines.items():
        yield Seed(name, format, written(items, lines=True), items, lines=True)
    yield Seed("promptfoo.yaml", "promptfoo", of.PROMPTFOO_YAML)
    yield Seed("promptfoo.csv", "promptfoo", of.PROMPTFOO_CSV)
    yield Seed("records.csv", "csv", _table([of.RECORD, of.RECORD]))
    yield Seed("log.eval", "inspect", zipped(_inspect_members()))
    yield Seed("records.xlsx", "xlsx", _workbook())
    yield Seed("records.parquet", "parquet", _parquet())


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file of these members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, method)
    return held.getvalue()


def _inspect_members() -> dict[str, bytes]:
    chunked = {**of.INSPECT_SAMPLE, "id": "s2", "message_refs": [[0, 2]]}
    messages = chunked.pop("messages")
    return {
        "header.json": written(of.INSPECT),
        "samples/s1_epoch_1.json": written(of.INSPECT_SAMPLE),
        "samples/s2_epoch_1/sample.json": written(chunked),
        "samples/s2_epoch_1/messages/0.json": written(messages),
    }


def _table(records: list[dict[str, Any]]) -> bytes:
    held = io.StringIO()
    writer = csv.DictWriter(held, list(records[0]), lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow(
            {key: json.dumps(value) if isinstance(value, list) else value
             for key, value in record.items()}
        )  # fmt: skip
    return held.getvalue().encode()


def _workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(list(of.RECORD))
    for _ in range(3):
        sheet.append([json.dumps(value) if isinstance(value, list) else value
                      for value in of.RECORD.values()])  # fmt: skip
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _parquet() -> bytes:
    import pyarrow
    from pyarrow import parquet

    flat = {name: value for name, value in of.RECORD.items() if name != "context"}
    rows = [{**flat, "context": ["a", "b"], "nested": [{"x": [{"y": n}]}]} for n in range(3)]
    held = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows), held)
    return held.getvalue()


# ---------------------------------------------------------------------------------- real files


def _real(folder: Path) -> Iterator[Seed]:
    from evaldesk.domain.errors import InputError
    from evaldesk.importers.registry import detect
    from evaldesk.importers.source import Source

    for part in ("traces", "evallogs", "labels", "derived", "reference"):
        for path in sorted((folder / part).rglob("*")):
            if not path.is_file() or path.suffix in (".txt", ".md"):
                continue
            try:
                format = detect(Source(path)).name
            except InputError:
                format = ""
            yield from _cut(path, format)


def _cut(path: Path, format: str) -> Iterator[Seed]:
    raw = path.read_bytes()
    name = path.name
    if raw[:2] == b"\x1f\x8b":
        raw, name = gzip.decompress(raw), name.removesuffix(".gz")
    if raw[:2] == b"PK":
        if len(raw) <= MOST_BYTES:
            yield Seed(name, format, raw)
        return
    try:
        value = json.loads(raw)
    except ValueError:
        lines = raw.splitlines(keepends=True)
        try:
            value = [json.loads(line) for line in lines[:3]]
        except ValueError:
            yield Seed(name, format, b"".join(lines[:40])[:MOST_BYTES])
            return
        value = _slimmed(value)
        yield Seed(name, format, written(value, lines=True), value, lines=True)
        return
    value = _slimmed(value)
    yield Seed(name, format, written(value), value)


def _slimmed(value: Any) -> Any:
    for items, letters in ((12, 400), (6, 200), (4, 120), (3, 60), (2, 30)):
        made = _fewer(value, items, letters)
        if len(written(made)) <= MOST_BYTES:
            break
    return made


def _fewer(value: Any, items: int, letters: int) -> Any:
    if isinstance(value, str):
        if len(value) > letters and value[:1] in "[{":
            try:
                return json.dumps(_fewer(json.loads(value), items, letters))
            except ValueError:
                pass
        return value[:letters]
    if isinstance(value, list):
        return [_fewer(item, items, letters) for item in value[:items]]
    if isinstance(value, dict):
        return {key: _fewer(item, items, letters) for key, item in list(value.items())[:80]}
    return value


def chosen(corpus: list[Seed], rng: random.Random) -> Seed:
    """One of them; each format as often as any other, however many files it has."""
    formats = sorted({seed.format for seed in corpus})
    format = rng.choice(formats)
    return rng.choice([seed for seed in corpus if seed.format == format])
