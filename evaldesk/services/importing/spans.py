"""Highlights that come with ratings made elsewhere, tied to the words of their traces."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from evaldesk.domain.anchoring import (
    CONTEXT,
    Passages,
    anchor_at,
    locate,
    plain_newlines,
    text_hash,
)
from evaldesk.domain.highlight import Anchor, Highlight, LabelKind, Passage
from evaldesk.domain.identifiers import content_id
from evaldesk.domain.project import ImportNote
from evaldesk.domain.rating import MarkedSpan
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.wording import counted
from evaldesk.importers.source import Source
from evaldesk.services.reading.passages import fingerprint, passages_of

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


def highlights(
    project: "Project",
    rubric: Rubric,
    marked: Sequence[MarkedSpan],
    numbers: Mapping[str, int],
    ids: Mapping[int, str],
    made: set[str],
    source: Source,
) -> Iterator[Highlight]:
    """Spans as highlights. Each is kept, also one whose words are not in its trace. Their ids come
    from what they are, so that the same file brings nothing the second time.

    Args:
        rubric: that the ratings beside them answer.
        numbers: unit → trace. ids: trace → its id.
        made: units that this import makes, and that cannot be read yet.
    """
    texts = {one.unit: one.text for one in marked}
    known: dict[str, tuple[Passages, str]] = {}
    seen: Counter[str] = Counter()
    for one in marked:
        if one.unit not in known:
            if one.unit in made:
                text = plain_newlines(texts[one.unit].strip())
                passages = Passages([Passage("user", 0, "text", text)] if text else [])
            else:
                passages = passages_of(project.traces.read(numbers[one.unit]))
            known[one.unit] = passages, fingerprint(passages)
        passages, said = known[one.unit]
        trace_pk = numbers[one.unit]
        if one.whole is not None:
            yield replace(one.whole, trace_pk=trace_pk, said=said, source=source.path.name)
            continue
        kind, label = _label(rubric, one)
        identity = [
            "highlight", ids[trace_pk], one.rater, one.quote, one.start, one.end, label,
            one.criterion,
        ]  # fmt: skip
        # Rows that are the same are as many highlights as there are rows.
        first = content_id(identity)
        seen[first] += 1
        yield Highlight(
            id=first if seen[first] == 1 else content_id([*identity, seen[first]]),
            trace_pk=trace_pk,
            author=one.rater,
            anchor=_anchor(one, passages),
            kind=kind,
            label=label,
            comment=one.comment,
            rubric="" if kind == "label" else rubric.name,
            said=said,
            source=source.path.name,
            created_at=one.time,
        )


def told(marked: Sequence[MarkedSpan], brought: tuple[int, int]) -> ImportNote:
    """What became of the spans, in words."""
    added, there = brought
    text = counted(len(marked), "%1 span is marked", "%1 spans are marked") + ": "
    text += counted(added, "%1 highlight was added", "%1 highlights were added")
    if there:
        text += ", " + counted(there, "%1 was there already", "%1 were there already")
    return ImportNote(text + ".")


def _label(rubric: Rubric, one: MarkedSpan) -> tuple[LabelKind, str]:
    modes = rubric.present_modes([one.label])
    if modes and any(mode.name == modes[0] for mode in rubric.failure_modes):
        return "mode", modes[0]
    if rubric.criterion(one.label) is not None:
        return "criterion", one.label
    return "label", one.label or "marked"


def _anchor(one: MarkedSpan, passages: Passages) -> Anchor:
    """The words in the trace; where they are not there, as the file has them."""
    text = plain_newlines(one.text)
    start = len(plain_newlines(one.text[: one.start])) if one.start >= 0 else 0
    quote = plain_newlines(one.quote)
    end = start + len(quote) if one.start >= 0 else 0
    anchor = Anchor(
        text_hash=text_hash(text),
        kind=passages[0].kind if len(passages) else "user",
        nth=0,
        start=start,
        end=end,
        quote=quote,
        before=text[max(0, start - CONTEXT) : start] if end else "",
        after=text[end : end + CONTEXT] if end else "",
    )
    found = locate(anchor, passages) if end else None
    if found is None:
        return anchor
    return anchor_at(passages, passages.index(found.step, found.key), found.start, found.end)
