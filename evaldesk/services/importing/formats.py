"""What can be read and written."""

from typing import Any

from evaldesk.exporters import registry as exporters
from evaldesk.importers import registry as importers


def formats() -> list[dict[str, Any]]:
    """Every format: name, title, extensions, reads, writes, kind (traces, ratings or report) and
    what is kept: ``description``, and ``written`` where it is written.
    """
    found: dict[str, dict[str, Any]] = {}
    for kind, group in (
        ("traces", importers.TRACE_FORMATS),
        ("ratings", importers.RATING_FORMATS),
    ):
        for item in group:
            found[item.name] = {
                "name": item.name,
                "title": item.title,
                "extensions": list(item.extensions),
                "reads": True,
                "writes": False,
                "kind": kind,
                "description": item.description,
            }
    for written in exporters.FORMATS:
        entry = found.setdefault(
            written.name,
            {
                "name": written.name,
                "title": written.title,
                "extensions": list(written.extensions),
                "reads": False,
                "kind": written.kind,
                "description": written.description,
            },
        )
        entry["writes"] = True
        entry["written"] = written.description
    found["xlsx"] = {
        **found.get("xlsx", {"name": "xlsx", "extensions": [".xlsx"], "reads": False}),
        "title": "Excel workbook",
        "writes": True,
        "kind": found.get("xlsx", {}).get("kind", "report"),
    }
    return list(found.values())
