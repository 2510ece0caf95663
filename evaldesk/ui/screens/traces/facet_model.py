"""What the list can be narrowed by, as lines with counts that are ticked or excluded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from evaldesk.domain.query import Comparison, Filter, Not
from evaldesk.services.finding.facets import Facet, bare, said
from evaldesk.ui.screens.traces.facet_words import facet_order, facet_title, value_title
from evaldesk.ui.widgets.trace_view import figures

Index = QModelIndex | QPersistentModelIndex
State = Literal["", "ticked", "excluded"]

ENTRY = Qt.ItemDataRole.UserRole + 3
SHOWN = 7
"""Lines of a facet until the person wants more."""
_FOUND = 60
"""Lines of a facet that a search in the values shows."""


@dataclass(frozen=True, slots=True)
class FacetEntry:
    """A line of the facet column.

    Attributes:
        kind: a heading, a value, or what shows more or fewer values.
        name: the facet. title: what is read.
        where: what the value narrows to. count: traces that have it; -1 where nobody counted yet.
        state: whether it is ticked or excluded.
        folded: of a heading, whether its values are folded away.
    """

    kind: Literal["heading", "value", "more", "fewer"]
    name: str
    title: str
    where: Filter | None = None
    count: int = -1
    state: State = ""
    folded: bool = False

    @property
    def key(self) -> tuple[str, str, Filter | None]:
        """What stays the same when counts change."""
        return self.kind, self.name, self.where


class FacetModel(QAbstractListModel):
    """Lines of a facet are joined by “or”, facets by “and”; what is excluded is left out.

    Signals:
        chosen_changed(): other lines are ticked or excluded.
        folded_changed(): other facets are folded; see `folded`.
    """

    chosen_changed = Signal()
    folded_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._own_only = False
        self._facets: dict[str, Facet] = {}
        self._named: dict[str, Facet] = {}
        self._known: set[str] = set()
        self._entries: list[FacetEntry] = []
        self._chosen: dict[str, dict[Filter, State]] = {}
        self._unfolded: set[str] = set()
        self._sought = ""
        self.folded: set[str] = set()

    # what is ticked

    @property
    def chosen(self) -> dict[str, tuple[Filter, ...]]:
        """Facet → lines that are ticked, and those that are excluded as `Not`; facets without
        are left out.
        """
        return {
            name: tuple(Not(line) if state == "excluded" else line for line, state in lines.items())
            for name, lines in self._chosen.items()
            if lines
        }

    def set_chosen(self, chosen: Mapping[str, Iterable[Filter]]) -> None:
        """Tick these and nothing else; nobody is told."""
        self._chosen = {
            name: {bare(line): "excluded" if isinstance(line, Not) else "ticked" for line in lines}
            for name, lines in chosen.items()
        }
        self._rebuild()

    def set_state(self, name: str, line: Filter | str, state: State) -> None:
        """Tick a line, exclude it, or neither. A text is a value of the facet."""
        where = Comparison(name, "=", (line,)) if isinstance(line, str) else line
        lines = self._chosen.setdefault(name, {})
        if lines.get(where, "") == state:
            return
        if state:
            lines[where] = state
        else:
            lines.pop(where, None)
        self._rebuild()
        self.chosen_changed.emit()

    def choose_only(self, name: str, line: Filter | str) -> None:
        """Tick one line of a facet and no other of it."""
        where = Comparison(name, "=", (line,)) if isinstance(line, str) else line
        if self._chosen.get(name) != {where: "ticked"}:
            self._chosen[name] = {where: "ticked"}
            self._rebuild()
            self.chosen_changed.emit()

    def clear_facet(self, name: str) -> None:
        """Take away what is ticked and excluded of one facet."""
        if self._chosen.pop(name, None):
            self._rebuild()
            self.chosen_changed.emit()

    def activate(self, index: Index) -> None:
        """A click or Space: tick a value or take it back, fold a facet, show more values."""
        entry = self.entry(index)
        if entry is None:
            return
        if entry.kind == "heading":
            self.fold(entry.name, not entry.folded)
        elif entry.kind in ("more", "fewer"):
            (self._unfolded.add if entry.kind == "more" else self._unfolded.discard)(entry.name)
            self._rebuild()
        elif entry.where is not None:
            self.set_state(entry.name, entry.where, "" if entry.state else "ticked")

    def exclude(self, index: Index) -> None:
        """All but this value, or no longer."""
        entry = self.entry(index)
        if entry is not None and entry.where is not None:
            state: State = "" if entry.state == "excluded" else "excluded"
            self.set_state(entry.name, entry.where, state)

    # what is shown

    def set_facets(
        self,
        facets: Sequence[Facet],
        *,
        own_only: bool = False,
        named: bool = False,
    ) -> None:
        """Other counts.

        Args:
            own_only: tags and notes are those of the person alone.
            named: these are the datasets, suites and annotations; else all the others.
        """
        found = {facet.name: facet for facet in facets}
        if named:
            self._named = found
        else:
            self._facets, self._own_only = found, own_only
        self._known |= {name for name, facet in found.items() if len(facet.lines) > 1}
        self._rebuild()

    def forget(self) -> None:
        """Another project: nothing is known and nothing ticked."""
        self._facets, self._named = {}, {}
        self._known.clear()
        self._unfolded.clear()
        self._chosen.clear()
        self._rebuild()

    def fold(self, name: str, folded: bool) -> None:
        """Fold the values of a facet away, or show them."""
        if (name in self.folded) != folded:
            (self.folded.add if folded else self.folded.discard)(name)
            self._rebuild()
            self.folded_changed.emit()

    def seek(self, text: str) -> None:
        """Show only values that have this text in them; all again where it is empty."""
        self._sought = text.strip().casefold()
        self._rebuild()

    @property
    def longest(self) -> int:
        """How many values the facet with the most of them has."""
        facets = (*self._facets.values(), *self._named.values())
        return max((len(facet.lines) for facet in facets), default=0)

    def count(self, name: str, line: Filter) -> int:
        """Traces that a line has; -1 where nobody counted."""
        facet = self._facets.get(name) or self._named.get(name)
        lines = facet.lines if facet is not None else ()
        return next((one.count for one in lines if one.where == line), -1)

    # for Qt

    def entry(self, index: Index) -> FacetEntry | None:
        """The line at an index."""
        return self._entries[index.row()] if index.isValid() else None

    def row_of(self, key: tuple[str, str, Filter | None]) -> int:
        """Where a line stands; -1 for nowhere."""
        return next((row for row, one in enumerate(self._entries) if one.key == key), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many lines."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A line."""
        entry = self.entry(index)
        if entry is None:
            return None
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(entry)
        if entry.kind != "value":
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("{value}\nClick ticks it, Alt+click leaves it out").format(
                value=entry.title
            )
        if role == Qt.ItemDataRole.CheckStateRole:
            return {
                "ticked": Qt.CheckState.Checked,
                "excluded": Qt.CheckState.PartiallyChecked,
            }.get(entry.state, Qt.CheckState.Unchecked)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every line can be come to."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _spoken(self, entry: FacetEntry) -> str:
        if entry.kind == "heading":
            state = self.tr("folded") if entry.folded else self.tr("open")
            return f"{entry.title}, {state}"
        if entry.kind != "value":
            return entry.title
        states = {"ticked": self.tr("ticked"), "excluded": self.tr("left out")}
        parts = (
            entry.title,
            self.tr("{count} traces").format(count=figures.count(max(0, entry.count))),
            states.get(entry.state, ""),
        )
        return ", ".join(part for part in parts if part)

    def _rebuild(self) -> None:
        entries = list(self._made())
        if [one.key for one in entries] == [one.key for one in self._entries]:
            self._entries = entries
            if entries:
                self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
            return
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def _made(self) -> Iterable[FacetEntry]:
        facets = {**self._facets, **self._named}
        for name in self._chosen:
            facets.setdefault(name, Facet(name, ()))
        for name in sorted(facets, key=facet_order):
            lines = self._lines(facets[name])
            if lines:
                yield from self._of_facet(name, lines)

    def _lines(self, facet: Facet) -> list[FacetEntry]:
        """The values of a facet that may be shown; none where there is nothing to choose."""
        name, states = facet.name, self._chosen.get(facet.name, {})
        always = name in ("flags", "annotation")
        if not states and not always and name not in self._known:
            return []
        if not states and not any(line.count for line in facet.lines):
            return []  # such as the scores of runs that the list does not have
        made = [
            FacetEntry(
                "value",
                name,
                value_title(name, line.text, line.where, own_only=self._own_only),
                line.where,
                line.count,
                states.get(line.where, ""),
            )
            for line in facet.lines
            if line.count or line.where in states or not (always or name in ("dataset", "suite"))
        ]
        there = {one.where for one in made}
        for where, state in states.items():
            if where not in there:
                title = value_title(name, said(where), where, own_only=self._own_only)
                made.append(FacetEntry("value", name, title, where, -1, state))
        return made

    def _of_facet(self, name: str, lines: list[FacetEntry]) -> Iterable[FacetEntry]:
        title = facet_title(name, own_only=self._own_only)
        if self._sought:
            found = [one for one in lines if self._sought in one.title.casefold()]
            if found:
                yield FacetEntry("heading", name, title)
                yield from found[:_FOUND]
            return
        folded = name in self.folded
        yield FacetEntry("heading", name, title, folded=folded)
        if folded:
            yield from (one for one in lines if one.state)
            return
        # One line more takes no more room than the line that says so.
        most = SHOWN if len(lines) > SHOWN + 1 else SHOWN + 1
        if name in self._unfolded:
            yield from lines
            if len(lines) > most:
                yield FacetEntry("fewer", name, self.tr("Fewer"))
            return
        shown = [one for place, one in enumerate(lines) if place < most or one.state]
        yield from shown
        if len(shown) < len(lines):
            count = figures.count(len(lines) - len(shown))
            yield FacetEntry("more", name, self.tr("{count} more").format(count=count))
