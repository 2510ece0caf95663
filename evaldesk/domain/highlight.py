"""A highlight: a labelled span of a message, and the words by which it is found again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from evaldesk.domain.errors import UsageError
from evaldesk.domain.rubric import SEVERITIES

LabelKind = Literal["mode", "criterion", "label"]
"""mode: a failure mode of the rubric. criterion: one of its questions. label: a word of one's
own."""

PassageKind = Literal[
    "system", "user", "assistant", "reasoning", "refusal", "call", "result", "document", "output",
    "error",
]  # fmt: skip
"""What a passage is: what somebody said, what a model thought, a tool call's arguments or result,
a retrieved document, the final answer where it stands apart, an error."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a trace that is read as one, such as what an assistant said in one message.

    Attributes:
        kind: what it is.
        step: index among the steps of the trace; -1 for what stands between the steps.
        key: of the text within its step, such as ``text``, ``arguments`` or ``document:0``.
        text: with line feeds only; JSON is laid out for reading, so that it is the same whether
            the source held a string or an object.
    """

    kind: PassageKind
    step: int
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a highlight stands, told by content alone.

    Attributes:
        text_hash: SHA-256 of the passage's text.
        kind: of the passage.
        nth: which of the equal passages of the trace, from 0.
        start, end: characters (Unicode code points) of the passage's text.
        quote: what stands there.
        before, after: up to 32 characters round it; shorter at an end of the passage.
    """

    text_hash: str
    kind: PassageKind
    nth: int
    start: int
    end: int
    quote: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Highlight:
    """One person's labelled span.

    Attributes:
        id: stays the same when the label or the comment is changed.
        trace_pk: the trace that it was made on.
        author: who; no rater sees another's.
        anchor: where.
        kind: what ``label`` names.
        label: name of a failure mode or criterion, or a word of one's own.
        severity: S1 to S4; empty for none.
        comment: why.
        rubric: whose mode or criterion it is; empty for a word of one's own.
        round: in which it was made; empty for none.
        reading: 0, or the number of the later reading of the same trace.
        said: fingerprint of what the trace said, by which its re-import is known.
        source: the file it came from; empty for one made here.
        created_at: of what stands now, ISO 8601.
    """

    id: str
    trace_pk: int
    author: str
    anchor: Anchor
    kind: LabelKind
    label: str
    severity: str = ""
    comment: str = ""
    rubric: str = ""
    round: str = ""
    reading: int = 0
    said: str = ""
    source: str = ""
    created_at: str = ""

    def check(self) -> None:
        """Raises UsageError where it could not be kept."""
        if not self.author.strip():
            raise UsageError("Nobody is named.", "Say who you are first.")
        if not self.label.strip():
            raise UsageError("The highlight has no label.", "Choose one, or write one.")
        if self.severity and self.severity not in SEVERITIES:
            raise UsageError(
                f"“{self.severity}” is not a severity.", f"It can be: {', '.join(SEVERITIES)}."
            )
        if not self.anchor.quote.strip():
            raise UsageError("Nothing is marked.", "Select some text first.")

    def to_json(self) -> dict[str, Any]:
        """For exports and the command line; the place is told by the anchor."""
        anchor = self.anchor
        return {
            "id": self.id,
            "author": self.author,
            "kind": self.kind,
            "label": self.label,
            "severity": self.severity or None,
            "comment": self.comment,
            "rubric": self.rubric or None,
            "round": self.round or None,
            "reading": self.reading,
            "created_at": self.created_at,
            "anchor": {
                "text_hash": anchor.text_hash,
                "kind": anchor.kind,
                "nth": anchor.nth,
                "start": anchor.start,
                "end": anchor.end,
                "quote": anchor.quote,
                "before": anchor.before,
                "after": anchor.after,
            },
        }


def read_highlight(data: Any) -> Highlight:
    """The highlight that `Highlight.to_json` wrote; its trace is not known yet.

    Raises:
        ValueError: something is missing or of the wrong kind.
    """
    if not isinstance(data, dict) or not isinstance(data.get("anchor"), dict):
        raise ValueError("The highlight is no object with an anchor.")
    anchor = data["anchor"]
    for name, of, kind in (
        *((name, data, str) for name in ("id", "author", "kind", "label", "created_at")),
        *((name, anchor, str) for name in ("text_hash", "kind", "quote")),
        *((name, anchor, int) for name in ("nth", "start", "end")),
    ):
        if not isinstance(of.get(name), kind):
            raise ValueError(f"The highlight's “{name}” is missing or of the wrong kind.")
    if data["kind"] not in get_args(LabelKind) or anchor["kind"] not in get_args(PassageKind):
        raise ValueError("The highlight is of an unknown kind.")
    return Highlight(
        id=data["id"],
        trace_pk=0,
        author=data["author"],
        anchor=Anchor(
            text_hash=anchor["text_hash"],
            kind=anchor["kind"],
            nth=anchor["nth"],
            start=anchor["start"],
            end=anchor["end"],
            quote=anchor["quote"],
            before=str(anchor.get("before") or ""),
            after=str(anchor.get("after") or ""),
        ),
        kind=data["kind"],
        label=data["label"],
        severity=str(data.get("severity") or ""),
        comment=str(data.get("comment") or ""),
        rubric=str(data.get("rubric") or ""),
        round=str(data.get("round") or ""),
        reading=int(data.get("reading") or 0),
        created_at=data["created_at"],
    )


Standing = Literal["same", "moved", "changed"]
"""How it was found. same: the passage is the one it was made on. moved: the passage has changed,
its words have not. changed: the words themselves differ slightly."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a highlight stands in a trace.

    Attributes:
        step, key: of the passage. start, end: in its text.
        standing: how it was found.
    """

    step: int
    key: str
    start: int
    end: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Placed:
    """The highlights of a trace.

    Attributes:
        found: in reading order, each with its place.
        lost: whose words are no longer in the trace; kept, and listed.
    """

    found: Sequence[tuple[Highlight, Found]] = ()
    lost: Sequence[Highlight] = ()


@dataclass(frozen=True, slots=True)
class HighlightLabel:
    """A label that can be chosen.

    Attributes:
        kind, name, rubric: as a highlight keeps them. text: what a person reads.
        severity: that the taxonomy gives it; empty for none.
    """

    kind: LabelKind
    name: str
    text: str
    rubric: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class SpanOverlap:
    """How far two raters marked the same characters of a trace.

    Attributes:
        one, other: who.
        shared, either: characters that both marked, and that at least one did.
        own, others: characters that each marked.
        labelled: of ``shared``, those that both gave the same label.
    """

    one: str
    other: str
    shared: int
    either: int
    own: int
    others: int
    labelled: int

    @property
    def iou(self) -> float | None:
        """Shared characters over all; None where neither marked anything."""
        return self.shared / self.either if self.either else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of how much of each is in the other; None where neither marked any."""
        total = self.own + self.others
        return 2 * self.shared / total if total else None


@dataclass(frozen=True, slots=True)
class RaterSpans:
    """One rater's highlights of a trace beside the others', as an adjudicator sees them.

    Attributes:
        alias: what the rater is called. placed: theirs.
    """

    alias: str
    placed: Placed = field(default_factory=Placed)


@dataclass(frozen=True, slots=True)
class SpansBesideEachOther:
    """All raters' highlights of one trace, with how far each pair agrees."""

    raters: Sequence[RaterSpans] = ()
    overlaps: Sequence[SpanOverlap] = ()
    texts: Mapping[tuple[int, str], str] = field(default_factory=dict)
