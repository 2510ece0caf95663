"""What would leak when something leaves the project, and whether it may leave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaldesk.domain.errors import NotAllowedError, UsageError
from evaldesk.domain.privacy import KINDS, Finding, KindCount, Profile
from evaldesk.domain.wording import counted
from evaldesk.services.privacy import redaction
from evaldesk.services.privacy.redaction import Redactor
from evaldesk.services.privacy.sight import sight_of

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_POLICY = "privacy.leaving"
SHOW, REFUSE, _REDACT = "show", "refuse", "redact:"
_EXAMPLES = 3
_AROUND = 40


@dataclass(frozen=True, slots=True)
class Example:
    """A place in its surroundings, for the eyes of whoever is about to hand it over.

    Attributes:
        trace: content id.
        before, text, after: on one line.
    """

    trace: str
    kind: str
    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Leaks:
    """What would leave with some traces.

    Attributes:
        traces: how many would.
        unscanned: of which so many were never looked through; they are not in the counts.
        examples: a few of each kind.
    """

    traces: int
    unscanned: int
    found: tuple[KindCount, ...]
    examples: tuple[Example, ...] = ()

    @property
    def total(self) -> int:
        """How many places."""
        return sum(one.count for one in self.found)

    def sentence(self) -> str:
        """All of it in a line; empty where nothing would leak and all was looked through."""
        parts = []
        if self.found:
            named = ", ".join(
                f"{one.count:,} × {KINDS.get(one.kind, one.kind)}" for one in self.found[:6]
            )
            more = f" and {len(self.found) - 6} other kinds" if len(self.found) > 6 else ""
            parts.append(f"Personal data would leave: {named}{more}.")
        if self.unscanned:
            parts.append(
                counted(self.unscanned, "%1 trace was", "%1 traces were") + " never looked through."
            )
        return " ".join(parts)


def policy(project: "Project") -> str:
    """``show``: what would leak is said, and leaves. ``refuse``: it does not leave.
    ``redact:PROFILE``: it leaves with that profile laid over it.
    """
    return project.get(_POLICY, SHOW)


def set_policy(project: "Project", chosen: str, author: str, reason: str = "") -> None:
    """Change the policy; logged.

    Raises:
        NotFoundError: a profile that there is none of.
        UsageError: a policy that there is none of.
    """
    if chosen.startswith(_REDACT):
        redaction.profile(project, chosen.removeprefix(_REDACT))
    elif chosen not in (SHOW, REFUSE):
        raise UsageError(f"There is no policy “{chosen}”.", "Use show, refuse or redact:PROFILE.")
    project.privacy.record(
        "privacy.policy_changed", author, reason, {"from": policy(project), "to": chosen}
    )
    project.set(_POLICY, chosen)


def leaks(project: "Project", pks: Sequence[int] | None = None, *, examples: bool = False) -> Leaks:
    """What the last scan knows of these traces; fast, and no longer right for what was imported
    since, which is counted as unscanned.

    Args:
        pks: row numbers; None for all traces.
        examples: whether to cut out a few places, for a preview.
    """
    found = tuple(project.privacy.counts(pks))
    traces = project.traces.count() if pks is None else len(pks)
    # Whoever sees the traces redacted is shown no example of what they may not see.
    wanted = examples and not sight_of(project).profile
    shown = tuple(_examples(project, found, pks)) if wanted else ()
    return Leaks(traces, project.privacy.unscanned(pks), found, shown)


def _examples(
    project: "Project", found: Iterable[KindCount], pks: Sequence[int] | None
) -> Iterable[Example]:
    for one in found:
        if pks is None:
            firsts: Sequence[int] = project.privacy.group_firsts(one.kind)[:_EXAMPLES]
        else:
            firsts = project.privacy.firsts_within(one.kind, pks, _EXAMPLES)
        for stored in project.privacy.findings(firsts):
            made = example(project, stored.trace_pk, stored.finding)
            if made is not None:
                yield made


def example(project: "Project", pk: int, finding: Finding) -> Example | None:
    """A finding in its surroundings; None where the trace's text was deleted meanwhile."""
    trace = project.traces.read(pk)
    text = redaction.texts_of(trace).get(finding.path)
    if text is None:
        return None
    start, end = finding.start, finding.end
    return Example(
        trace.row.id,
        finding.kind,
        _line(text[max(0, start - _AROUND) : start]),
        _line(text[start:end]),
        _line(text[end : end + _AROUND]),
    )


def _line(text: str) -> str:
    return " ".join(text.replace("\n", " ⏎ ").split(" "))


def gate(project: "Project", what: str, asked: str = "", author: str = "") -> Redactor | None:
    """What lies over the traces that leave; None where they leave as they are.

    Args:
        what: leaves, for the log: ``export.jsonl``.
        asked: name of a profile that whoever hands it over asks for; the project's policy still
            holds: where it names a profile too, that must take out all that this one takes out.

    Raises:
        NotAllowedError: the policy refuses.
        NotFoundError: there is no such profile.
    """
    rule = _rule(project)
    if asked:
        chosen = redaction.profile(project, asked)
        if rule.startswith(_REDACT):
            wanted = redaction.profile(project, rule.removeprefix(_REDACT))
            weaker = _weaker(chosen, wanted)
            if weaker:
                raise _refused(
                    project,
                    what,
                    author,
                    f"“{chosen.name}” keeps {KINDS[weaker[0]]}, which “{wanted.name}” takes out.",
                    f"Use “{wanted.name}”, or ask the project's owner to change the policy.",
                )
        return redaction.redactor(project, asked)
    if rule == REFUSE:
        raise _refused(
            project,
            what,
            author,
            "This project lets nothing leave that was not redacted.",
            "Name a profile to redact it with (--redact PROFILE).",
        )
    if rule.startswith(_REDACT):
        return redaction.redactor(project, rule.removeprefix(_REDACT))
    return None


@dataclass(frozen=True, slots=True)
class Ways:
    """How something may leave.

    Attributes:
        policy: see `policy`.
        profiles: name → title of those that the policy lets somebody choose.
    """

    policy: str
    profiles: Mapping[str, str]

    @property
    def by_policy(self) -> str:
        """The profile that the policy lays over what leaves; empty where it names none."""
        return self.policy.removeprefix(_REDACT) if self.policy.startswith(_REDACT) else ""


def ways(project: "Project") -> Ways:
    """How something may leave this project."""
    rule, known = _rule(project), redaction.profiles(project)
    found = Ways(rule, {name: one.title or name for name, one in known.items()})
    wanted = known.get(found.by_policy)
    if wanted is None:
        return found
    able = {name: found.profiles[name] for name in known if not _weaker(known[name], wanted)}
    return Ways(rule, able)


def said(
    project: "Project", over: Redactor | None, pks: Sequence[int] | None = None
) -> tuple[str, ...]:
    """What whoever hands something over should know of it, in sentences.

    Args:
        pks: the traces that leave; None for all.
    """
    if over is not None:
        taken = sum(over.replaced.values())
        return (f"Redacted with “{over.profile.name}”: {taken:,} places in traces.",)
    sentence = leaks(project, pks).sentence()
    return (sentence,) if sentence else ()


def _rule(project: "Project") -> str:
    """The policy, and for whoever sees the traces redacted no less than what they see."""
    rule, seen = policy(project), sight_of(project).profile
    return f"{_REDACT}{seen}" if seen and not rule.startswith(_REDACT) else rule


def _weaker(chosen: Profile, wanted: Profile) -> list[str]:
    if chosen.least_score > wanted.least_score:
        return list(KINDS)[:1]
    return [
        kind for kind in KINDS if wanted.action(kind) != "keep" and chosen.action(kind) == "keep"
    ]


def _refused(
    project: "Project", what: str, author: str, message: str, hint: str
) -> NotAllowedError:
    project.privacy.record("privacy.refused", author, message, {"what": what})
    return NotAllowedError(message, hint)
