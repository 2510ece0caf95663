"""What a person sees of the findings while deciding about them: texts, places, what readers get."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaldesk.domain.privacy import Decision, Finding, Verdict
from evaldesk.services.privacy import redaction
from evaldesk.services.privacy.redaction import Redactor

if TYPE_CHECKING:
    from evaldesk.domain.trace import Trace
    from evaldesk.storage.privacy import StoredFinding, TextGroup
    from evaldesk.storage.project import Project

_AROUND = 90
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A text that was found, with the text."""

    group: "TextGroup"
    text: str


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place where it was found.

    Attributes:
        before, text, after: the original. reader: the same stretch as a reader of the profile
            gets it.
        verdict: accept or reject, where somebody said so of this place; else empty.
    """

    stored: "StoredFinding"
    trace: str
    where: str
    before: str
    text: str
    after: str
    reader: str
    verdict: str


def shown_groups(project: "Project", firsts: Sequence[int]) -> list[ShownGroup]:
    """The texts whose first findings these are, in this order."""
    groups = project.privacy.groups(firsts)
    stored = {one.pk: one for one in project.privacy.findings([one.first for one in groups])}
    texts: dict[int, str] = {}
    by_trace: dict[int, list[StoredFinding]] = {}
    for one in stored.values():
        by_trace.setdefault(one.trace_pk, []).append(one)
    for pk, mine in by_trace.items():
        said = _texts(project, pk)
        for one in mine:
            texts[one.pk] = _cut(said, one.finding)
    return [ShownGroup(one, texts.get(one.first, "")) for one in groups]


def shown_places(
    project: "Project", group: "TextGroup", over: Redactor, limit: int = 12
) -> list[ShownPlace]:
    """The first places of a text, in their surroundings."""
    pks = project.privacy.places(group.kind, group.digest)[:limit]
    said = {
        (one.trace, one.path, one.start, one.end): one.verdict
        for one in project.privacy.decisions()
    }
    found = []
    for stored in project.privacy.findings(pks):
        trace = project.traces.read(stored.trace_pk)
        one = stored.finding
        text = redaction.texts_of(trace).get(one.path, "")
        begin, end = max(0, one.start - _AROUND), one.end + _AROUND
        found.append(
            ShownPlace(
                stored=stored,
                trace=trace.row.id,
                where=f"{trace.row.run} · {trace.row.scenario} · {one.path}",
                before=_line(("…" if begin else "") + text[begin : one.start]),
                text=_line(text[one.start : one.end]),
                after=_line(text[one.end : end] + ("…" if end < len(text) else "")),
                reader=_as_read(trace, one, over, begin, end),
                verdict=said.get((trace.row.id, one.path, one.start, one.end), ""),
            )
        )
    return found


def _as_read(trace: "Trace", finding: Finding, over: Redactor, begin: int, end: int) -> str:
    made, maps = over.with_maps(trace)
    texts = redaction.texts_of(made)
    if finding.path not in texts:
        return ""  # the name of a member above it was replaced
    text = texts[finding.path]
    moved = maps.get(finding.path)
    if moved is None:
        return _line(text[begin:end])
    return _line(text[moved.redacted(begin) : moved.redacted(end)])


def decide_place(
    project: "Project", verdict: Verdict, author: str, stored: "StoredFinding", reason: str = ""
) -> Decision:
    """Keep what a person said of a finding; see `redaction.decide`."""
    trace = project.traces.read(stored.trace_pk)
    return redaction.decide(project, verdict, author, stored.finding, trace, reason)


def _texts(project: "Project", pk: int) -> dict[str, str]:
    return redaction.texts_of(project.traces.read(pk))


def _cut(texts: dict[str, str], finding: Finding) -> str:
    text = texts.get(finding.path)
    return "" if text is None else _line(text[finding.start : finding.end])


def _line(text: str) -> str:
    """In one line; a space at either end stays, since more text may stand there."""
    return _SPACES.sub(" ", text)
