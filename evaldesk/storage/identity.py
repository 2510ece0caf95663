"""Ids that come from content: the same file brings nothing the second time, and a changed test case
is another one. `integrity` computes them again to see whether a project is whole.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from evaldesk.domain.identifiers import canonical_json, content_id
from evaldesk.domain.trace import Annotation, TraceRecord


def scenario_id(key: str, content: Any) -> bytes:
    """SHA-256 over the canonical form of key and input."""
    return bytes.fromhex(content_id({"key": key, "input": content}))


def version_id(members: Iterable[tuple[str, str]]) -> str:
    """Of a dataset version: SHA-256 over the sorted ids of its scenarios, each followed by ``@``
    and the id of its description's revision where that says something else than what was imported.

    Args:
        members: hexadecimal id of each scenario, and of the revision or nothing.
    """
    said = (f"{scenario}@{revision}" if revision else scenario for scenario, revision in members)
    return sorted_version_id(sorted(said))


def sorted_version_id(members: Iterable[str]) -> str:
    """`version_id` of members that are written and sorted already, one after the other: a million
    of them need not be held. It is `content_id` of their list.
    """
    digest = hashlib.sha256(b"[")
    for place, member in enumerate(members):
        digest.update(f'{"," if place else ""}"{member}"'.encode("ascii"))
    digest.update(b"]")
    return digest.hexdigest()


def revision_id(scenario: bytes, content: Mapping[str, Any]) -> str:
    """Of a scenario's description: SHA-256 over the scenario's id and the description."""
    return content_id([scenario.hex(), dict(content)])


def annotation_id(trace: bytes, said: Annotation) -> bytes:
    """SHA-256 over the trace's id and everything that was said."""
    return bytes.fromhex(
        content_id(
            [
                trace.hex(),
                said.name,
                said.value,
                said.label,
                said.comment,
                said.annotator,
                said.target,
                said.created_at,
                dict(said.metadata),
            ]
        )
    )


def trace_id(header: Mapping[str, Any], body: bytes) -> bytes:
    """SHA-256 over the canonical header, a newline, and the canonical body. Scores are not part
    of it: a log that was scored again holds the same traces.
    """
    return hashlib.sha256(canonical_json(header) + b"\n" + body).digest()


def header_of(
    run: str,
    scenario: bytes,
    *,
    system: str,
    trial: int,
    status: str,
    error: str,
    started_at: str,
    latency_ms: float | None,
    tokens_in: int | None,
    tokens_out: int | None,
    cost: float | None,
) -> dict[str, Any]:
    """What of a trace's row its id covers."""
    return {
        "run": run,
        "scenario": scenario.hex(),
        "system": system,
        "trial": trial,
        "status": status,
        "error": error,
        "started_at": started_at,
        "latency_ms": latency_ms,
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "cost": cost,
    }


def trace_id_of(record: TraceRecord, run: str) -> bytes:
    """The id that a trace will have in a run.

    Args:
        record: with finite numbers.
    """
    header = header_of(
        run,
        scenario_id(record.scenario.key, record.scenario.input),
        system=record.system,
        trial=record.trial,
        status=record.status,
        error=record.error,
        started_at=record.started_at,
        latency_ms=record.latency_ms,
        tokens_in=record.tokens_in,
        tokens_out=record.tokens_out,
        cost=record.cost,
    )
    return trace_id(header, canonical_json(record.body))
