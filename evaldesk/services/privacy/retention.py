"""How long the text of traces is kept: rules by origin and age, what is due, and its deletion."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.services.finding import query
from evaldesk.storage.deletion import delete_texts

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Delete the text of these traces so many days after they were imported.

    Attributes:
        days: 0 or more.
        where: a filter as in lists (``run = "v1"``); empty for all.
        origin: only scenarios of this origin; empty for all.
        reason: why, as it will stand on the tombstone.
    """

    name: str
    days: int
    where: str = ""
    origin: str = ""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it lies in the project."""
        return {
            "days": self.days,
            "where": self.where,
            "origin": self.origin,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule says is to be deleted: row numbers and content ids of traces.

    Attributes:
        oldest: when the oldest of them was imported, ISO 8601.
    """

    rule: RetentionRule
    pks: tuple[int, ...]
    oldest: str = ""


def rules(project: "Project") -> list[RetentionRule]:
    """The rules as they stand."""
    return [_rule(name, content) for name, content in project.privacy.rules("retention").items()]


def _rule(name: str, content: Mapping[str, Any]) -> RetentionRule:
    return RetentionRule(
        name, int(content["days"]), content["where"], content["origin"], content["reason"]
    )


def save_rule(project: "Project", rule: RetentionRule, author: str) -> None:
    """A new version of a rule.

    Raises:
        UsageError: it has no name or reason, or its filter cannot be read.
        NotFoundError: the filter names what there is not.
    """
    if not rule.name.strip():
        raise UsageError("The rule needs a name.")
    if not rule.reason.strip():
        raise UsageError("The rule needs a reason.", "It is what will stand in place of the text.")
    if rule.days < 0:
        raise UsageError("The days cannot be negative.")
    project.traces.count(TraceQuery(where=query.parse(rule.where)))
    project.privacy.save_rule("retention", rule.name.strip(), rule.to_json(), author)


def remove_rule(project: "Project", name: str, author: str) -> None:
    """Take a rule away; NotFoundError where there is none."""
    known = [one.name for one in rules(project)]
    if name not in known:
        raise NotFoundError.among("retention rule", name, known)
    project.privacy.save_rule("retention", name, None, author)


def due(project: "Project", moment: datetime | None = None) -> list[Due]:
    """What each rule says is to be deleted now; a trace counts for the first rule that it fits.

    Args:
        moment: the present; that of the clock where None.
    """
    present = moment or datetime.now(UTC)
    taken = set(project.privacy.buried())
    found = []
    for rule in rules(project):
        until = (present - timedelta(days=rule.days)).isoformat(timespec="milliseconds")
        until = until.replace("+00:00", "Z")
        pks = project.traces.ids(TraceQuery(where=query.parse(rule.where)))
        old = project.privacy.imported_until(list(pks), until, rule.origin)
        mine = {pk: at for pk, at in old.items() if pk not in taken}
        taken.update(mine)
        found.append(Due(rule, tuple(mine), min(mine.values(), default="")))
    return found


def apply(project: "Project", author: str, moment: datetime | None = None) -> int:
    """Delete what is due, for good; returns how many traces lost their text.

    Raises:
        UsageError: nobody is named.
    """
    if not author.strip():
        raise UsageError("Nobody is named.", "Say who you are first.")
    return sum(
        delete_texts(
            project.database,
            one.pks,
            rule=one.rule.name,
            reason=one.rule.reason,
            author=author,
        )
        for one in due(project, moment)
        if one.pks
    )
