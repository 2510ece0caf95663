"""Small files for the tests of importers."""

import gzip
import json
from pathlib import Path
from typing import Any

from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.importers.contract import ImportOptions, Item
from evaldesk.importers.mapping import TraceMapping
from evaldesk.importers.registry import by_name, detect
from evaldesk.importers.source import Source


def write_jsonl(path: Path, records: list[Any]) -> Path:
    text = "".join(json.dumps(record) + "\n" for record in records)
    path.write_text(text, encoding="utf-8")
    return path


def write_json(path: Path, value: Any) -> Path:
    data = json.dumps(value).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def read(
    path: Path,
    mapping: dict[str, Any] | None = None,
    *,
    skip_bad: bool = False,
    format: str = "",
    sheet: str = "",
) -> list[Item]:
    source = Source(path)
    made = None if mapping is None else TraceMapping.from_json(mapping)
    found = by_name(format) if format else detect(source, made)
    return list(found.read(source, ImportOptions(made, skip_bad, sheet)))


def traces(items: list[Item]) -> list[TraceRecord]:
    return [item for item in items if isinstance(item, TraceRecord)]


def scenarios(items: list[Item]) -> list[Scenario]:
    return [item for item in items if isinstance(item, Scenario)]


def skipped(items: list[Item]) -> list[Skipped]:
    return [item for item in items if isinstance(item, Skipped)]


def notes(items: list[Item]) -> str:
    return "\n".join(item.message for item in items if isinstance(item, ImportNote))
