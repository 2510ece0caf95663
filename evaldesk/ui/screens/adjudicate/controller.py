"""What adjudicating does: reads the disagreements, shows one, rules, goes on. No widgets."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.errors import EvalDeskError, UsageError
from evaldesk.domain.project import Changes
from evaldesk.domain.rating import Disagreement, Ruling, RulingKind
from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import JobControl
from evaldesk.services.judging import adjudication, ruling_reasons
from evaldesk.services.judging.adjudication import Board, BoardRow
from evaldesk.services.judging.patterns import Pattern, Place, find_patterns
from evaldesk.services.labelling.blinding import Blindness
from evaldesk.ui.screens.adjudicate.reading import (
    CHOICE,
    Draft,
    Loaded,
    Scope,
    can_rule,
    listed,
    look,
    place_of,
    read,
)
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_AHEAD = 4
_AREAS = frozenset(("traces", "rubrics", "ratings", "rulings", "highlights"))


class AdjudicateController(QObject):
    """One adjudicator at the disagreements of a rubric.

    Attributes:
        scope: what is listed. found: what the project holds; None before it was read.
        view: the listed disagreements, in order. open_count: those without a ruling, listed or
            not.
        place: (trace, criterion) in hand, or None; the criterion may be one that raters agree on.
        board, trace: of the trace in hand, once they are there.
        saving: a ruling is on its way to the disk.

    Signals:
        loaded(): the project was read. listed(): other disagreements are listed.
        item_changed(): another trace is in hand, or none, or it was read again.
        row_changed(): another criterion of it. draft_changed(): another choice or reason.
        refused(error): what was asked for cannot be; nothing was written.
        failed(error): a ruling could not be saved; None when it could after all.
        ruled(): a ruling was saved. patterns_changed(): others stand out among what is open.
    """

    loaded = Signal()
    listed = Signal()
    item_changed = Signal()
    row_changed = Signal()
    draft_changed = Signal()
    refused = Signal(object)
    failed = Signal(object)
    ruled = Signal()
    patterns_changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.announcing = False
        self._clear()
        workspace.user_changed.connect(self._another_person)

    def _clear(self) -> None:
        self.scope = Scope()
        self.found: Loaded | None = None
        self.view: list[Disagreement] = []
        self._rows: dict[Place, int] = {}
        self.open_count = 0
        self.place: Place | None = None
        self.board: Board | None = None
        self.trace: Trace | None = None
        self.saving = False
        self._drafts: dict[Place, Draft] = {}
        self._done: list[tuple[Place, Draft, Ruling]] = []
        self._ahead: dict[int, tuple[Trace, Board]] = {}

    # -- reading

    def load(self, wanted: Place | None = None) -> None:
        """Read rubrics, runs and disagreements beside the window."""
        project = self.workspace.project
        if project is None:
            return
        scope, person, passed = self.scope, self.workspace.user, frozenset(self.workspace.unblinded)
        self.workspace.jobs.read(
            lambda control: look(project, scope, person, passed, control),
            lambda found: self._loaded(found, wanted or self.place),
            key="adjudicate-list",
        )

    @property
    def gated(self) -> Blindness | None:
        """What keeps the answers out of sight: ratings of one's own that are still to come."""
        found = self.found
        if found is None or found.rubric is None or found.blindness is None:
            return None
        passed = (self.workspace.user, found.rubric.name) in self.workspace.unblinded
        return found.blindness if found.blindness.at_stake and not passed else None

    def look_anyway(self) -> None:
        """Give up blindness for this rubric, until the project is closed."""
        if self.found is not None and self.found.rubric is not None:
            project, user, rubric = self.workspace.project, self.workspace.user, self.found.rubric
            self.workspace.unblinded.add((user, rubric.name))
            if project is not None:
                told = {"rubric": rubric.name}
                self.workspace.jobs.write(
                    lambda _: project.audit.record("answers.shown", told, user)
                )
            self.load()

    def choose(self, **what: Any) -> None:
        """List something else; see `Scope`. Rubric and run are remembered in the project."""
        before, self.scope = self.scope, replace(self.scope, **what)
        scope = self.scope
        if (scope.rubric, scope.run) != (before.rubric, before.run):
            if scope.rubric != before.rubric:
                self._let_go()
                self.scope = scope = replace(scope, criterion="", pattern=None)
            self._remember(scope)
            self.load()
        elif scope != before:
            self._list()
            self._stay_in_view()

    def show_pattern(self, pattern: Pattern | None) -> None:
        """List the items of a pattern, all of them; None for what was listed before."""
        if pattern is None:
            self.choose(pattern=None, state="open")
        else:
            self.choose(pattern=pattern, state="all", criterion="", severity="", text="")

    def project_replaced(self) -> None:
        """Another project, or none."""
        self._clear()
        self.item_changed.emit()
        self.loaded.emit()

    def project_changed(self, changes: Changes) -> None:
        """Somebody else wrote."""
        if not self.announcing and changes.areas & _AREAS:
            self._ahead.clear()
            self.load()

    def _another_person(self) -> None:
        if self.workspace.project is not None:
            self._let_go()
            self._drafts.clear()
            self._done.clear()
            self.load()

    def _let_go(self) -> None:
        self.place = self.board = self.trace = None
        self._ahead.clear()
        self.item_changed.emit()

    def _loaded(self, found: Loaded, keep: Place | None) -> None:
        self.found, self.scope = found, found.scope
        if found.blindness is not None and not found.looked and self.gated is None:
            self.load()  # the person chose to look while this was being read
            return
        if self.gated is not None:
            self.view, self._rows, self.open_count = [], {}, 0
            self._let_go()
        self.loaded.emit()
        if self.gated is None and found.rubric is not None:
            self._list()
            listed = {place_of(item) for item in found.items}
            if keep is not None and (keep in listed or keep == self.place):
                self.go(keep, again=True)
            else:
                self.go(place_of(self.view[0]) if self.view else None)

    def _list(self) -> None:
        items = self.found.items if self.found is not None else []
        self.view = listed(items, self.scope)
        self._rows = {place_of(item): row for row, item in enumerate(self.view)}
        self.open_count = sum(not item.ruled for item in items)
        self.listed.emit()

    def _stay_in_view(self) -> None:
        if self.place not in self._rows:
            self.go(place_of(self.view[0]) if self.view else None)

    def _remember(self, scope: Scope) -> None:
        project = self.workspace.project
        if project is not None:
            key = f"{CHOICE}.{self.workspace.user}"
            value = "\n".join((scope.rubric, scope.run))
            self.workspace.jobs.write(lambda control: project.set(key, value))

    # -- going from item to item

    def go(self, place: Place | None, *, again: bool = False) -> None:
        """Take a question in hand; None for none.

        Args:
            again: read the trace again even if it is in hand.
        """
        project, found = self.workspace.project, self.found
        if place is None or project is None or found is None or found.rubric is None:
            self._let_go()
            return
        same = self.board is not None and self.board.trace_pk == place[0]
        self.place = place
        if same and not again:
            self.row_changed.emit()
            self._read_ahead()
            return
        ready = self._ahead.pop(place[0], None)
        if ready is not None and not again:
            self._show(place[0], *ready)
            return
        name, pk = found.rubric.name, place[0]
        self.workspace.jobs.read(
            lambda control: read(project, name, pk),
            lambda result: self._show(pk, *result),
            key="adjudicate-item",
        )

    def next(self, step: int = 1) -> None:
        """The disagreement so many places further in the list."""
        if not self.view:
            return
        row = self.row
        if row < 0:
            self.go(place_of(self.view[0 if step > 0 else -1]))
        elif 0 <= row + step < len(self.view):
            self.go(place_of(self.view[row + step]))

    def next_open(self, after: int | None = None) -> bool:
        """The next listed disagreement without a ruling, going round; False where none is."""
        row = self.row if after is None else after
        order = [*self.view[row + 1 :], *self.view[: row + 1]]
        for item in order:
            if not item.ruled and place_of(item) != self.place:
                self.go(place_of(item))
                return True
        return False

    def step_row(self, step: int) -> None:
        """The next question on the board."""
        if self.board is None or self.place is None:
            return
        names = [row.criterion.name for row in self.board.rows if can_rule(row.criterion)]
        if not names:
            return
        here = names.index(self.place[1]) if self.place[1] in names else -step
        self.go((self.place[0], names[(here + step) % len(names)]))

    @property
    def row(self) -> int:
        """Where the question in hand is listed; -1 where it is not."""
        return -1 if self.place is None else self._rows.get(self.place, -1)

    @property
    def board_row(self) -> BoardRow | None:
        """The question in hand, with all that was said and ruled."""
        if self.board is None or self.place is None or self.board.trace_pk != self.place[0]:
            return None
        name = self.place[1]
        return next((row for row in self.board.rows if row.criterion.name == name), None)

    def _show(self, pk: int, trace: Trace, board: Board) -> None:
        if self.place is None or self.place[0] != pk:
            self._ahead[pk] = (trace, board)
            return
        self.trace, self.board = trace, board
        self.item_changed.emit()
        self._read_ahead()

    def _read_ahead(self) -> None:
        """The neighbours are read before they are asked for, so that they paint at once."""
        project, found, row = self.workspace.project, self.found, self.row
        if project is None or found is None or found.rubric is None or row < 0:
            return
        here = self.place[0] if self.place is not None else None
        near = [item.trace_pk for item in self.view[row + 1 : row + 1 + _AHEAD]]
        near += [item.trace_pk for item in self.view[max(0, row - 1) : row]]
        wanted = next((pk for pk in near if pk != here and pk not in self._ahead), None)
        for pk in [pk for pk in self._ahead if pk not in near]:
            del self._ahead[pk]
        if wanted is None:
            return
        name = found.rubric.name

        def done(result: tuple[Trace, Board]) -> None:
            if found is self.found:
                self._ahead[wanted] = result

        self.workspace.jobs.read(
            lambda control: read(project, name, wanted),
            done,
            lambda _: None,  # it is asked for again, and reported, when the person comes to it
            key="adjudicate-ahead",
        )

    # -- ruling

    def unsaved(self) -> list[list[Any]]:
        """Rulings that were begun, as JSON data."""
        return [
            [*place, draft.kind, draft.value, draft.text, draft.reason_kind]
            for place, draft in self._drafts.items()
        ]

    def take_unsaved(self, begun: Sequence[Sequence[Any]]) -> None:
        """Go on with them."""
        for trace, criterion, kind, value, text, reason_kind in begun:
            self._drafts[(trace, criterion)] = Draft(kind, value, text, reason_kind)

    @property
    def draft(self) -> Draft:
        """What was chosen and written for the question in hand."""
        return self._drafts.get(self.place, Draft()) if self.place is not None else Draft()

    def edit(self, **what: Any) -> None:
        """Choose or write something; see `Draft`. It stays when the person goes elsewhere."""
        if self.place is None or self.saving:
            return
        changed = replace(self.draft, **what)
        if changed != self.draft:
            self._drafts[self.place] = changed
            self.draft_changed.emit()

    def pick(self, value: Any) -> None:
        """Choose a value; refuses what the scale does not have."""
        row = self.board_row
        if row is None or not can_rule(row.criterion):
            return
        try:
            self.edit(kind="adopt", value=row.criterion.scale.check(value))
        except EvalDeskError as error:
            # What stands in the field is not a value; neither is what stood there before.
            self.edit(kind=None, value=None)
            self.refused.emit(error)

    def rule(self) -> None:
        """Keep the ruling and go to the next open disagreement."""
        place, row, draft, found = self.place, self.board_row, self.draft, self.found
        if place is None or row is None or found is None or found.rubric is None or self.saving:
            return
        if not can_rule(row.criterion):
            return
        if draft.kind is None:
            self.refused.emit(NoChoice())
        elif not draft.text.strip():
            self.refused.emit(NoReason())
        else:
            name, kind = found.rubric.name, draft.kind
            self.workspace.with_user(lambda: self._rule(name, place, kind, draft))

    def _rule(self, name: str, place: Place, kind: RulingKind, draft: Draft) -> None:
        project, person = self.workspace.project, self.workspace.user
        if project is None or self.saving:
            return
        # Who says only now who they are has seen the answers already, and what they entered
        # under no name is theirs.
        self.workspace.unblinded.add((person, name))
        self._drafts[place] = draft
        self.saving = True
        self.draft_changed.emit()
        reason = ruling_reasons.with_kind(draft.reason_kind, draft.text)

        def work(control: JobControl) -> Ruling:
            return adjudication.rule(
                project, name, place[0], place[1], kind, draft.value, reason, person
            )

        def failed(error: Exception) -> None:
            self.saving = False
            self.draft_changed.emit()
            self.failed.emit(error)

        self.workspace.jobs.write(
            work, lambda ruling: self._kept(project, place, draft, ruling), failed
        )

    def _kept(self, project: "Project", place: Place, draft: Draft, ruling: Ruling) -> None:
        self.saving = False
        if self.workspace.project is not project or self.found is None:
            return
        self._drafts.pop(place, None)
        self._done.append((place, replace(draft, again=ruling), ruling))
        self.found.reasons.insert(0, (place[1], ruling.reason))
        self._ahead.pop(place[0], None)
        self._note(place, ruling)
        self.failed.emit(None)
        self.announcing = True
        try:
            self.workspace.changed(Changes.of("rulings", trace_pks=(place[0],)), "adjudicate")
        finally:
            self.announcing = False
        if not self.found.looked:
            self.load()
            return
        here, row = self.place == place, self.row
        self._list()
        self.ruled.emit()
        if here:
            # In a list of open ones the item is gone and its place is the next one's.
            self._go_on(place, row)

    def _go_on(self, place: Place, row: int) -> None:
        if not self.next_open(row if self.row >= 0 else max(row - 1, -1)):
            self.go(place, again=True)

    def _note(self, place: Place, ruling: Ruling) -> None:
        if self.found is None:
            return
        items = self.found.items
        for index, item in enumerate(items):
            if item.trace_pk == place[0] and item.criterion == place[1]:
                items[index] = replace(item, ruled=True)
                break
        self._look_for_patterns()
        if self.board is not None and self.board.trace_pk == place[0]:
            rows = [
                replace(row, rulings=[*row.rulings, ruling])
                if row.criterion.name == place[1]
                else row
                for row in self.board.rows
            ]
            self.board = replace(self.board, rows=rows)
            if self.trace is not None:
                self.item_changed.emit()

    def _look_for_patterns(self) -> None:
        found = self.found
        if found is None:
            return
        still_open = [item for item in found.items if not item.ruled]

        def done(patterns: list[Pattern]) -> None:
            if found is self.found:
                found.patterns[:] = patterns
                self.patterns_changed.emit()

        self.workspace.jobs.read(
            lambda control: find_patterns(still_open, slots=found.slots),
            done,
            key="adjudicate-patterns",
        )

    @property
    def can_take_up(self) -> bool:
        """Whether there is a ruling of this session to take up again."""
        return bool(self._done)

    def take_up_again(self) -> None:
        """Go back to the ruling made last, with its choice and reason filled in. Nothing is taken
        away: ruling again supersedes it, leaving it alone keeps it.
        """
        if not self._done or self.saving:
            return
        place, draft, _ = self._done.pop()
        self._drafts[place] = draft
        self.go(place)
        self.draft_changed.emit()

    def as_tsv(self) -> tuple[str, int]:
        """What is listed, as a tab-separated table without names; and how many rows."""
        found = self.found
        if found is None or found.rubric is None:
            return "", 0
        lines = ["scenario\ttitle\tcriterion\ttier\tseverity\tspread\tstate\tanswers"]
        for item in self.view:
            values = adjudication.in_board_order(item, found.rubric.name)
            state = "ruled" if item.ruled else "open"
            head = (item.scenario, item.title, item.criterion, item.tier, item.severity)
            said = " · ".join(map(str, values))
            lines.append(_line([*head, f"{item.spread:.4g}", state, said]))
        return "\n".join(lines) + "\n", len(self.view)

    def reasons(self) -> list[str]:
        """Reasons given lately, those of the same question first."""
        if self.found is None or self.place is None:
            return []
        name = self.place[1]
        given = self.found.reasons
        own = [reason for criterion, reason in given if criterion == name]
        return list(dict.fromkeys([*own, *(reason for _, reason in given)]))[:9]


def _line(cells: Sequence[object]) -> str:
    return "\t".join(" ".join(str(cell).split()) for cell in cells)


class NoChoice(UsageError):
    """Nothing was chosen yet."""

    def __init__(self) -> None:
        super().__init__("Choose a value, or say that none fits.")


class NoReason(UsageError):
    """The reason is missing."""

    def __init__(self) -> None:
        super().__init__("A ruling needs a reason.", "Say in a sentence why.")
