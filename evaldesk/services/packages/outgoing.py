"""Whose assignment was sent, and what came back of it; and how far one's own is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaldesk.domain.fingerprint_words import words_of
from evaldesk.domain.identifiers import now
from evaldesk.exchange.manifest import read_manifest

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class Errand:
    """The assignment of one rater in one round, and its way out and back.

    Attributes:
        items: assigned. submitted: handed in, as far as it is here.
        sent, returned: times (ISO 8601), oldest first.
        reader: whose key it would be sealed to; empty where nobody of that name is trusted.
        hindrance: why it cannot be sent; empty where it can.
    """

    round: str
    state: str
    rater: str
    items: int
    submitted: int
    sent: tuple[str, ...]
    returned: tuple[str, ...]
    reader: str
    hindrance: str


@dataclass(frozen=True, slots=True)
class OwnState:
    """How far the rater of a package is: items by state."""

    submitted: int
    drafts: int
    skipped: int
    untouched: int


@dataclass(frozen=True, slots=True)
class OwnRound:
    """A round in which somebody has items, and how far they are."""

    name: str
    kind: str
    rubric: str
    items: int
    state: OwnState


@dataclass(frozen=True, slots=True)
class OwnWork:
    """What somebody has to rate.

    Attributes:
        sender: whose package the project was made of, ``words`` of their key; empty for none.
        returned: times (ISO 8601) that it was handed back.
    """

    rounds: tuple[OwnRound, ...]
    sender: str
    words: str
    returned: tuple[str, ...]


def own_work(project: "Project", rater: str) -> OwnWork:
    """What somebody has to rate, by round, and the package that it came in."""
    rounds = []
    for name in project.rounds.of_rater(rater):
        one = project.rounds.get(name)
        items = len(project.rounds.assigned(name, rater))
        if one.state == "open" and items and one.kind != "pairwise":
            state = own_state(project, items, one.rubric, rater, name)
            rounds.append(OwnRound(name, one.kind, one.rubric, items, state))
    opened = project.packages.opened()
    if opened is None:
        return OwnWork(tuple(rounds), "", "", ())
    card = read_manifest(opened.manifest.encode("utf-8")).sender.card
    returned = [one.created_at for one in project.packages.all() if one.direction == "returned"]
    return OwnWork(tuple(rounds), card.name, words_of(card.fingerprint), tuple(returned))


def errands(project: "Project") -> list[Errand]:
    """Every rater of every round that rates one trace at a time, open rounds first."""
    sent, returned = _ways(project)
    trusted = {one.name: one for one in project.trust.all() if not one.objection(now())}
    found = []
    for round_ in project.rounds.all():
        if round_.kind == "pairwise":
            continue
        for rater in round_.raters:
            items = len(project.rounds.assigned(round_.name, rater))
            if not items:
                continue
            hindrance = ""
            if round_.state != "open":
                hindrance = f"The round is {round_.state}."
            elif rater not in trusted:
                hindrance = f"No card of {rater} is trusted yet."
            progress = project.ratings.progress(round_.rubric, rater, round=round_.name)
            found.append(
                Errand(
                    round=round_.name,
                    state=round_.state,
                    rater=rater,
                    items=items,
                    submitted=sum(s in ("submitted", "flagged") for s, _ in progress.values()),
                    sent=tuple(sent.get((round_.id, rater), ())),
                    returned=tuple(returned.get((round_.id, rater), ())),
                    reader=trusted[rater].fingerprint if rater in trusted else "",
                    hindrance=hindrance,
                )
            )
    return sorted(found, key=lambda one: one.state != "open")


def _ways(
    project: "Project",
) -> tuple[dict[tuple[str, str], list[str]], dict[tuple[str, str], list[str]]]:
    sent: dict[tuple[str, str], list[str]] = {}
    returned: dict[tuple[str, str], list[str]] = {}
    for one in project.packages.all():
        if one.direction not in ("sent", "merged"):
            continue
        content = read_manifest(one.manifest.encode("utf-8")).content
        question = (str(content["round"]["id"]), str(content["rater"]))
        where = sent if one.direction == "sent" else returned
        where.setdefault(question, []).append(one.created_at)
    return sent, returned


def own_state(project: "Project", items: int, rubric: str, rater: str, round: str) -> OwnState:
    """How far the rater is.

    Args:
        items: of the package.
    """
    states: Sequence[str] = [
        state for state, _ in project.ratings.progress(rubric, rater, round=round).values()
    ]
    submitted = sum(state in ("submitted", "flagged") for state in states)
    skipped = sum(state == "skipped" for state in states)
    drafts = len(states) - submitted - skipped
    return OwnState(submitted, drafts, skipped, max(0, items - len(states)))
