"""What a new version changes, and what it asks again, in words."""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from evaldesk.domain.rubric import Rubric
from evaldesk.services.rubrics.changes import Change
from evaldesk.services.rubrics.migration import Reopening


def change_text(teller: QObject, change: Change) -> str:
    """One change, in a sentence."""
    title, detail = change.criterion, change.detail
    words = {
        "added": teller.tr("“{t}” is new"),
        "removed": teller.tr("“{t}” is gone; its answers stay with the versions before"),
        "order": teller.tr("The questions are in another order"),
        "title": teller.tr("“{t}” has another title: {d}"),
        "question": teller.tr("“{t}” asks in other words"),
        "scale": teller.tr("“{t}” has another scale {d}"),
        "points": teller.tr("“{t}” has other points: {d}"),
        "anchors": teller.tr("“{t}” explains points anew: {d}"),
        "examples": teller.tr("“{t}” has other examples: {d}"),
        "comments": teller.tr("“{t}” asks for comments on other answers: {d}"),
        "direction": teller.tr("“{t}” has another direction: {d}"),
        "group": teller.tr("“{t}” stands in another group: {d}"),
        "weight": teller.tr("“{t}” has another weight: {d}"),
        "condition": teller.tr("“{t}” is asked on another condition"),
        "cannot_judge": teller.tr("“{t}” may be “cannot judge”, or no longer"),
        "pairwise": teller.tr("“{t}” is asked of pairs of traces too, or no longer"),
        "renamed_mode": teller.tr("A failure mode is called otherwise: {d}; its history counts"),
        "required": teller.tr("“{t}” is needed now, or no longer"),
        "guidance": teller.tr("The guidance has changed"),
        "failure_modes": teller.tr("The failure modes have changed {d}"),
    }
    return words[change.kind].format(t=title, d=detail).strip()


def asked_again(
    teller: QObject,
    changes: Sequence[Change],
    rubric: Rubric | None,
    found: Reopening | None,
) -> str:
    """What saving asks again of ratings that were submitted, in a sentence."""
    if found is not None and found.ratings:
        names = [
            item.text
            for item in (rubric.criteria if rubric is not None else ())
            if item.name in found.criteria
        ]
        return teller.tr(
            "{n} of {m} submitted ratings are open again, for {what} only. Old answers are "
            "kept and shown."
        ).format(
            n=found.ratings,
            m=found.submitted,
            what=", ".join(f"“{name}”" for name in names),
        )
    if found is not None and found.submitted:
        return teller.tr("All {m} submitted ratings hold.").format(m=found.submitted)
    if found is None and any(change.touches_answers for change in changes):
        return teller.tr("Answers given so far may need a second look.")
    return teller.tr("Answers given so far hold.")
