"""Why a ruling was needed, kept within its reason: “Rubric gap: Anchor 0 does not say …”."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

ReasonKind = Literal["", "Rubric gap", "Slip", "Edge case", "Real difference"]
KINDS: tuple[ReasonKind, ...] = ("Rubric gap", "Slip", "Edge case", "Real difference")
"""What the disagreement came from. Stored as these words in every language, so that a report can
count them."""


def with_kind(kind: ReasonKind, text: str) -> str:
    """The reason as it is stored; empty where there are no words of one's own."""
    text = text.strip()
    return f"{kind}: {text}" if kind and text else text


def split_kind(reason: str) -> tuple[ReasonKind, str]:
    """The kind and the words of a stored reason."""
    for kind in KINDS:
        if reason.startswith(f"{kind}: "):
            return kind, reason[len(kind) + 2 :].strip()
    return "", reason


def recent(project: "Project", rubric: str, limit: int = 30) -> list[tuple[str, str]]:
    """(criterion, reason) of the newest rulings, each reason once, newest first."""
    found: dict[str, str] = {}
    for ruling in reversed(project.rulings.everything(rubric)):
        found.setdefault(ruling.reason, ruling.criterion)
        if len(found) == limit:
            break
    return [(criterion, reason) for reason, criterion in found.items()]
