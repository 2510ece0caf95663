"""Answers from version to version of a rubric: what carries over, what is asked again.

Nothing is rewritten. An answer stays with the version that it was given to; whether it is also an
answer to the version in hand follows from the two versions' questions alone.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from evaldesk.domain.rating import Answer
from evaldesk.domain.rubric import FAILURE_MODES, CannotJudge, Criterion, Rubric
from evaldesk.services.labelling.answering import Earlier, Sheet, missing, not_asked
from evaldesk.services.rubrics.changes import is_same_question
from evaldesk.storage import answer_versions, own_answers

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_MOST_AGAIN = 500
"""Where more traces were touched since, all are read again in one go."""
_Place = tuple[str, tuple[str, ...], int, str]
_known: MutableMapping[
    "Project", dict[_Place, tuple[answer_versions.Watermark | None, dict[int, int]]]
] = WeakKeyDictionary()
"""What `reopened` found, up to when. Reading all answers anew takes a second and a half for
100,000, and is asked for whenever a screen is opened.
"""


class Lineage:
    """The versions of a rubric that answers were given to, seen from one of them."""

    def __init__(
        self, rubric: Rubric, versions: Iterable[Rubric], since: Sequence[str] = ()
    ) -> None:
        """Args:
        rubric: the version in hand.
        versions: those that answers may have been given to, oldest first.
        since: from when each stood, ISO 8601.
        """
        self.rubric = rubric
        found = list(versions)
        self._versions = {item.version: item for item in found}
        self._since = list(zip(since, found, strict=False))
        self._same: dict[tuple[str, int], bool] = {}

    def question(self, name: str, version: int) -> Criterion | None:
        """A criterion as a version asked it; None where it did not."""
        asked = self._versions.get(version, self.rubric)
        return asked.criterion(name)

    def is_same(self, name: str, version: int) -> bool:
        """Whether a field is the same question in the version in hand."""
        if name.startswith("#") or version == self.rubric.version:
            return name.startswith("#") or self.rubric.criterion(name) is not None
        if (name, version) not in self._same:
            now, then = self.rubric.criterion(name), self.question(name, version)
            self._same[name, version] = (
                now is not None and then is not None and is_same_question(then, now)
            )
        return self._same[name, version]

    def holds(self, answer: Answer) -> bool:
        """Whether what was answered to some version is an answer to the version in hand."""
        if not self.is_same(answer.field, answer.version):
            return False
        criterion = self.rubric.criterion(answer.field)
        return not isinstance(answer.value, CannotJudge) or (
            criterion is not None and criterion.cannot_judge
        )

    def may_reopen(self, version: int) -> bool:
        """Whether a rating that was complete in a version can lack something in the one in hand."""
        old = self._versions.get(version)
        if old is None or old.version == self.rubric.version:
            return False
        for item in self.rubric.criteria:
            then = old.criterion(item.name)
            if then is None or not is_same_question(then, item):
                return True
            if (item.required and not then.required) or item.shown_if != then.shown_if:
                return True
            if then.cannot_judge and not item.cannot_judge:
                return True
        return any(self.rubric.criterion(item.name) is None for item in old.criteria)

    def may_reopen_any(self) -> bool:
        """The same for all versions that there are."""
        return any(self.may_reopen(version) for version in self._versions)

    def sheet(self, said: Mapping[str, Sequence[Answer]]) -> Sheet:
        """What of everything that a rater ever said is an answer now, and what was one.

        Args:
            said: field → answers, oldest first; the last one stands.
        """
        sheet = Sheet()
        earlier: dict[str, Earlier] = {}
        for name, answers in said.items():
            last = answers[-1]
            if last.value is not None and self.holds(last):
                sheet.answers[name] = (
                    self.rubric.present_modes(last.value)
                    if name == FAILURE_MODES and isinstance(last.value, list)
                    else last.value
                )
                if last.comment:
                    sheet.said[name] = last.comment
                if last.source:
                    sheet.sources[name] = last.source
            if self.rubric.criterion(name) is not None:
                found = self._earlier(name, answers)
                if found is not None:
                    earlier[name] = found
        for name in not_asked(self.rubric, sheet.answers):
            del sheet.answers[name]
            sheet.said.pop(name, None)
            sheet.sources.pop(name, None)
        sheet.earlier = earlier
        return sheet

    def lacking(self, answers: Sequence[Answer], submitted_at: str = "") -> list[str]:
        """Names of the criteria that a rating with these answers is asked again or for the first
        time: questions that are others now, and new ones that have to be answered.

        Args:
            submitted_at: when it was submitted; what it lacked already then, as one that came in
                with a file may, is not asked again.
        """
        held = {
            item.field: item.value
            for item in answers
            if item.value is not None and self.holds(item)
        }
        stale = {item.field for item in answers} - held.keys()
        open_ones = {item.name for item in missing(self.rubric, held)}
        then = next(
            (old for since, old in reversed(self._since) if since <= submitted_at), self.rubric
        )
        if then is not self.rubric:
            given = {item.field: item.value for item in answers if item.value is not None}
            open_ones -= {
                item.name for item in missing(then, given) if self.is_same(item.name, then.version)
            }
        return [
            item.name
            for item in self.rubric.asked(held)
            if item.name in open_ones or item.name in stale
        ]

    def _earlier(self, name: str, answers: Sequence[Answer]) -> Earlier | None:
        for answer in reversed(answers):
            if answer.value is None or self.holds(answer):
                continue
            then = self.question(name, answer.version)
            if then is None:
                continue
            return Earlier(
                answer.version,
                then.question or then.text,
                then.scale.text_of(answer.value),
                answer.value,
            )
        return None


@dataclass(frozen=True, slots=True)
class Reopening:
    """What a version asks again of ratings that were submitted.

    Attributes:
        ratings: how many ratings (a rater's of a trace) are open again.
        submitted: of how many.
        criteria: name → how many ratings are asked for it again, or for the first time.
    """

    ratings: int
    submitted: int
    criteria: Mapping[str, int]


def lineage(project: "Project", rubric: Rubric) -> Lineage:
    """A version among the versions of its rubric that the project holds."""
    found = project.rubrics.versions(rubric.name)
    return Lineage(rubric, [item[0] for item in found], [item[2] for item in found])


def sheet(
    project: "Project",
    rubric: Rubric,
    trace_pk: int,
    rater: str,
    *,
    round: str = "",
    reading: int = 0,
) -> Sheet:
    """What this rater has answered for a trace, as answers to this version. Nobody else's.

    Args:
        round: only what was answered in this round; empty for everything.
        reading: 1 for a hidden repeat.
    """
    said = answer_versions.said(
        project.database, trace_pk, rubric.name, rater, round=round, reading=reading
    )
    same = all(item.version == rubric.version for answers in said.values() for item in answers)
    seen = Lineage(rubric, ()) if same else lineage(project, rubric)
    found = seen.sheet(said)
    found.note = own_answers.flag_note(
        project.database, trace_pk, rubric.name, rater, round=round, reading=reading
    )
    return found


def reopened(project: "Project", rubric: Rubric, rater: str) -> dict[int, int]:
    """The traces whose rating was submitted by this rater and is open again in this version, with
    the number of criteria that are still answered.
    """
    if not lineage(project, rubric).may_reopen_any():
        return {}
    mark = answer_versions.watermark(project.database)
    kept = _known.setdefault(project, {})
    versions = tuple(item[0].hash for item in project.rubrics.versions(rubric.name))
    place = (rubric.name, versions, rubric.version, rater)
    before, found = kept.get(place, (None, {}))
    if before is None or before.aside != mark.aside:
        found = _reopened(project, rubric, rater)
    elif before != mark:
        touched = answer_versions.touched_since(project.database, rubric.name, rater, before)
        if len(touched) > _MOST_AGAIN:
            found = _reopened(project, rubric, rater)
        elif touched:
            found = {pk: answered for pk, answered in found.items() if pk not in touched}
            found |= _reopened(project, rubric, rater, touched)
    # Of another version or person there is no more need once this one is asked for.
    for other in [one for one in kept if (one[0], one[3]) == (rubric.name, rater)]:
        kept.pop(other, None)
    kept[place] = (mark, found)
    return dict(found)


def _reopened(
    project: "Project", rubric: Rubric, rater: str, traces: Collection[int] | None = None
) -> dict[int, int]:
    return {
        answers[0].trace_pk: len(answered)
        for answers, answered, lacking, submitted in _seen(project, rubric, rater, traces)
        if submitted and lacking
    }


def reopening(project: "Project", rubric: Rubric, rater: str = "") -> Reopening:
    """What making this the newest version would ask again.

    Args:
        rubric: as it would be saved; its version number does not matter.
        rater: only of this rater's ratings; empty for everybody's.
    """
    ratings = total = 0
    criteria: Counter[str] = Counter()
    # A number that no stored version has, so that answers are held against all of them.
    for _, _, lacking, submitted in _seen(project, rubric.numbered(-1), rater):
        if submitted:
            total += 1
            ratings += bool(lacking)
            criteria.update(lacking)
    return Reopening(ratings, total, dict(criteria))


def _seen(
    project: "Project", rubric: Rubric, rater: str, traces: Collection[int] | None = None
) -> Iterator[tuple[list[Answer], list[str], list[str], bool]]:
    found = lineage(project, rubric)
    rows = answer_versions.standing(project.database, rubric.name, rater, traces=traces)
    for _, group in groupby(rows, key=lambda row: (row[0].rater, row[0].trace_pk)):
        pairs = list(group)
        answers = [answer for answer, _ in pairs]
        held = [
            item.field for item in answers if found.holds(item) and not item.field.startswith("#")
        ]
        submitted_at = pairs[0][1]
        lacking = found.lacking(answers, submitted_at) if submitted_at else []
        yield answers, held, lacking, bool(submitted_at)
