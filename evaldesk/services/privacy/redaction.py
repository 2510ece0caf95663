"""What a reader is shown of a trace, and finding what may not be shown."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.identity import ROLES, Role
from evaldesk.domain.privacy import KINDS, Decision, Finding, KindCount, Profile, TermList, Verdict
from evaldesk.domain.trace import Scenario, Trace, TraceRow
from evaldesk.privacy import layer
from evaldesk.privacy.detection import Detector, DetectorPlan, without_row
from evaldesk.privacy.layer import Judged, OffsetMap
from evaldesk.privacy.profiles import profile_of
from evaldesk.privacy.recognizers import REGIONS
from evaldesk.privacy.trace_texts import canonical, places
from evaldesk.settings.locations import resource
from evaldesk.storage import summaries

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_AT_ONCE = 100
_REGIONS = "privacy.regions"
_PIPELINE = "privacy.pipeline"
_READING = "privacy.reading"
_DECIDED = "decided"
"""Name of the list made of the words that somebody said “always” of."""


class Redactor:
    """Lays one profile over the traces and texts of one project; holds what it knows of texts that
    come again. Not for two threads at once.

    Attributes:
        profile: which.
        replaced: kind → how often so far.
    """

    def __init__(self, profile: Profile, detector: Detector, judged: Judged) -> None:
        self.profile = profile
        self.detector = detector
        self._judged = judged
        self.replaced: dict[str, int] = {}

    def __call__(self, trace: Trace) -> Trace:
        """The trace as a reader of this profile sees it."""
        return self.with_maps(trace)[0]

    def with_maps(self, trace: Trace) -> tuple[Trace, Mapping[str, OffsetMap]]:
        """The same, and path → how places in that text moved: what is anchored in the original
        is drawn where it belongs.
        """
        made = layer.redact(trace, self.profile, self.detector, self._judged)
        for kind, count in made.replaced.items():
            self.replaced[kind] = self.replaced.get(kind, 0) + count
        return _summarised(trace, made.trace), made.maps

    def beside(self, trace: Trace, texts: Sequence[str]) -> tuple[str, ...]:
        """Texts that speak of a trace, without what is known of it: comments, quotes, its row."""
        made = layer.redact(trace, self.profile, self.detector, self._judged, texts)
        return made.beside

    def scenario(self, scenario: Scenario) -> Scenario:
        """A test case as a reader of this profile sees it, its key included."""
        row = TraceRow(
            pk=0,
            id="",
            scenario=scenario.key,
            title=scenario.title,
            run="",
            system="",
            trial=0,
            status="unit",
            tier=scenario.tier,
            slices=scenario.slices,
            scores={},
            latency_ms=None,
            tokens_in=None,
            tokens_out=None,
            cost=None,
            started_at="",
            error="",
            preview="",
        )
        return self(Trace(row, scenario, "", {"messages": []}, {})).scenario

    def text(self, text: str) -> str:
        """A text that stands alone: a comment, the name of a file."""
        return layer.redacted_text(text, self.profile, self.detector, self._judged)

    def leaks(self, trace: Trace) -> list[Finding]:
        """What this profile would take out of a trace."""
        found = without_row(self.detector.in_trace(trace))
        return [one for one in found if self.takes(trace.row.id, one)]

    def takes(self, trace: str, finding: Finding) -> bool:
        """Whether something that was found is taken out."""
        return (
            finding.score >= self.profile.least_score
            and self.profile.action(finding.kind) != "keep"
            and self._judged.counts(trace, finding.path, finding, finding.digest)
        )


def _summarised(original: Trace, trace: Trace) -> Trace:
    """Preview and title made again: they were cut somewhere, perhaps within a name."""
    if trace is original:
        return trace
    row, scenario = trace.row, trace.scenario
    if trace.body != original.body:
        row = replace(row, preview=summaries.preview(trace.body))
    made = summaries.title(original.scenario.input)
    if scenario.input != original.scenario.input and original.scenario.title == made:
        scenario = replace(scenario, title=summaries.title(scenario.input))
        row = replace(row, title=scenario.title)
    return replace(trace, row=row, scenario=scenario)


def builtin_profiles() -> tuple[Profile, ...]:
    """Those that come with the program."""
    content = json.loads(resource("privacy", "profiles.json").read_text("utf-8"))
    return tuple(profile_of(one) for one in content)


def profiles(project: "Project") -> dict[str, Profile]:
    """Name → profile: those of the program, and the project's own, which may replace them."""
    found = {one.name: one for one in builtin_profiles()}
    for name, content in project.privacy.rules("profile").items():
        found[name] = profile_of(content)
    return found


def profile(project: "Project", name: str) -> Profile:
    """One of them.

    Raises:
        NotFoundError: there is none; offers the nearest.
    """
    known = profiles(project)
    if name not in known:
        raise NotFoundError.among("profile", name, known)
    return known[name]


def save_profile(project: "Project", changed: Profile, author: str, note: str = "") -> None:
    """A new version of a profile."""
    checked = profile_of(changed.to_json())
    project.privacy.save_rule("profile", checked.name, checked.to_json(), author, note)


def term_lists(project: "Project") -> list[TermList]:
    """The project's own words."""
    return [
        TermList(name, str(content["kind"]), tuple(content["terms"]))
        for name, content in project.privacy.rules("list").items()
    ]


def save_terms(project: "Project", words: TermList, author: str) -> None:
    """A new version of a list; without words it is taken away.

    Raises:
        UsageError: it has no name, or a kind that there is none of.
    """
    name = words.name.strip()
    if not name:
        raise UsageError("The list needs a name.")
    if words.kind not in KINDS:
        raise NotFoundError.among("kind", words.kind, KINDS)
    terms = list(dict.fromkeys(term.strip() for term in words.terms if term.strip()))
    content = {"kind": words.kind, "terms": terms} if terms else None
    project.privacy.save_rule("list", name, content, author)


def plan(project: "Project") -> DetectorPlan:
    """What this project looks for."""
    lists = term_lists(project)
    decided: dict[str, list[str]] = {}
    for one in project.privacy.decisions():
        if one.verdict == "always" and one.text:
            decided.setdefault(one.kind, []).append(one.text)
    lists += [TermList(f"{_DECIDED}:{kind}", kind, tuple(terms)) for kind, terms in decided.items()]
    regions = project.get(_REGIONS)
    return DetectorPlan(
        regions=tuple(regions.split()) if regions else REGIONS,
        lists=tuple(lists),
        pipeline=project.get(_PIPELINE),
    )


def detector(project: "Project") -> Detector:
    """Finds what this project looks for. Not for two threads at once: each job makes its own.

    Raises:
        UsageError: the project names a spaCy pipeline that is not installed.
    """
    wanted = plan(project)
    pipeline = None
    if wanted.pipeline:
        from evaldesk.privacy.spacy_pipeline import SpacyPipeline

        pipeline = SpacyPipeline(wanted.pipeline)
    return Detector(project.privacy.secret(), wanted, pipeline)


def redactor(project: "Project", name: str) -> Redactor:
    """Lays a profile of this project over its traces.

    Raises:
        NotFoundError: there is no such profile.
    """
    chosen = profile(project, name)
    return Redactor(chosen, detector(project), Judged.of(project.privacy.decisions()))


# Scanning.


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan did.

    Attributes:
        scanned: traces that were looked through now; the others had been.
        found: what stands in all traces.
    """

    scanned: int
    found: tuple[KindCount, ...]


def scan(
    project: "Project",
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[], None] = lambda: None,
) -> Scanned:
    """Look through the traces that nobody looked through since what is looked for changed. What was
    scanned stays where it is stopped.

    Args:
        progress: called with (done, total).
        check: called between traces; raises to stop.
    """
    finder = detector(project)
    fingerprint = finder.plan.fingerprint
    due = project.privacy.due(fingerprint)
    done = 0
    for start in range(0, len(due), _AT_ONCE):
        found: dict[int, list[Finding]] = {}
        for trace in project.traces.whole(due[start : start + _AT_ONCE]):
            check()
            found[trace.row.pk] = without_row(finder.in_trace(trace))
        project.privacy.keep(fingerprint, found)
        done += len(found)
        progress(min(start + _AT_ONCE, len(due)), len(due))
    return Scanned(done, tuple(project.privacy.counts()))


def texts_of(trace: Trace) -> dict[str, str]:
    """Path → text, to show a finding in its surroundings."""
    return {place.path: place.text for place in places(canonical(trace))}


def decide(
    project: "Project",
    verdict: Verdict,
    author: str,
    finding: Finding,
    trace: Trace,
    reason: str = "",
) -> Decision:
    """Accept or reject a place, or say of a text that it always or never is personal data.

    Raises:
        UsageError: nobody is named.
    """
    if not author.strip():
        raise UsageError("Nobody is named.", "Say who you are first.")
    text = texts_of(trace).get(finding.path, "")[finding.start : finding.end]
    return project.privacy.decide(
        verdict,
        author,
        kind=finding.kind,
        digest=finding.digest,
        reason=reason,
        finding=finding,
        trace=trace.row.id,
        text=text,
        supersedes=_before(project.privacy.decisions(), verdict, finding, trace.row.id),
    )


def undo(project: "Project", decision: Decision, author: str) -> None:
    """Take a decision back; what was decided stays in the file's history."""
    project.privacy.decide(
        "undone",
        author,
        kind=decision.kind,
        digest=decision.digest,
        supersedes=decision.id,
    )


def _before(standing: Iterable[Decision], verdict: Verdict, finding: Finding, trace: str) -> str:
    """The decision that this one replaces: on the same place, or on the same text."""
    placed = verdict in ("accept", "reject")
    for one in standing:
        if placed and (one.trace, one.path, one.start, one.end) == (
            trace,
            finding.path,
            finding.start,
            finding.end,
        ):
            return one.id
        same = (one.kind, one.digest) == (finding.kind, finding.digest)
        if not placed and same and one.verdict in ("always", "never"):
            return one.id
    return ""


# Who sees what.


def reading_rules(project: "Project") -> dict[Role, str]:
    """Role → profile that its readers see traces through; empty for the traces as they are."""
    stored: dict[str, Any] = json.loads(project.get(_READING, "{}"))
    return {role: str(stored.get(role, "")) for role in ROLES}


def set_reading_rules(project: "Project", rules: Mapping[Role, str], author: str) -> None:
    """Say who sees what.

    Raises:
        NotFoundError: a profile that there is none of.
    """
    for name in rules.values():
        if name:
            profile(project, name)
    project.privacy.record("privacy.reading_changed", author, "", {"profiles": dict(rules)})
    project.set(_READING, json.dumps(dict(rules)))


def reading_as(project: "Project", role: Role) -> Redactor | None:
    """What lies over the traces for readers of this role; None where they see them as they are."""
    name = reading_rules(project)[role]
    return redactor(project, name) if name else None


def reveal(project: "Project", pk: int, author: str, reason: str) -> Trace:
    """The original of a trace, for a reason that is logged.

    Raises:
        UsageError: nobody is named, or no reason.
    """
    if not author.strip():
        raise UsageError("Nobody is named.", "Say who you are first.")
    if not reason.strip():
        raise UsageError("The reason is empty.", "Say why you need the original.")
    trace = project.traces.read(pk)
    project.privacy.record("privacy.revealed", author, reason, {"trace": trace.row.id})
    return trace
