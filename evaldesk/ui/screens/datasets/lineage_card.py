"""Where a scenario came from and what was done to it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from evaldesk.domain.dataset import field_changes
from evaldesk.domain.lineage import ScenarioLineage
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.figures import local_time
from evaldesk.ui.widgets.label import ElidedLabel

_MOST_TRACES = 40


class LineageCard(QWidget):
    """The lineage of one scenario, from its file to the traces that answer it.

    Signals:
        trace_wanted(pk), version_wanted(pk): the person wants to see it.
    """

    trace_wanted = Signal(int)
    version_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self.area)
        self.shown: ScenarioLineage | None = None

    def show_lineage(self, lineage: ScenarioLineage | None) -> None:
        """Another scenario; None where none or several are chosen."""
        self.shown = lineage
        inner = QWidget()
        inner.setProperty("surface", "pane")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(6)
        if lineage is None:
            column.addWidget(
                text_label(self.tr("Choose one scenario to see where it came from."), "muted")
            )
        else:
            self._fill(column, lineage)
        column.addStretch(1)
        self.area.setWidget(inner)

    def _fill(self, column: QVBoxLayout, lineage: ScenarioLineage) -> None:
        column.addWidget(text_label(lineage.key, "title", wrap=True))
        column.addWidget(_code(lineage.id))
        self._heading(column, self.tr("Came from"))
        file = lineage.file
        if file is not None:
            place = f", {file.place}" if file.place else ""
            self._line(column, f"{file.name}{place}")
            self._line(
                column,
                self.tr("{format} · imported by {who} · {when}").format(
                    format=file.format,
                    who=file.author or "–",
                    when=local_time(file.created_at),
                ),
                "muted",
            )
            column.addWidget(_code(f"sha256 {file.sha256}"))
        elif lineage.copied_from:
            self._line(column, self.tr("Copied from {id}").format(id=lineage.copied_from[:12]))
        else:
            self._line(column, self.tr("Not known: it came in before that was kept."), "muted")
        if lineage.redactions:
            self._line(
                column, self.tr("Redacted: {what}").format(what=", ".join(lineage.redactions))
            )
        self._heading(column, self.tr("What was said of it"))
        before = None
        for item in lineage.revisions:
            what = item.note or (self.tr("As imported") if item.number == 0 else "")
            when = local_time(item.created_at) if item.created_at else ""
            self._line(column, f"{item.number} · {what}" if what else str(item.number))
            detail = " · ".join(part for part in (item.author, when) if part)
            if detail:
                self._line(column, detail, "muted")
            if before is not None:
                for change in field_changes(before.description, item.description):
                    old, new = (text[:60] or "–" for text in (change.before, change.after))
                    self._line(column, f"{change.name}: {old} → {new}", "muted")
            before = item
        self._heading(column, self.tr("In versions"))
        names = {suite.version_pk: suite.name for suite in lineage.suites}
        for held in reversed(lineage.held):
            row = self._link(
                column,
                f"{held.dataset} · {held.version[:8]}",
                self.tr("revision {n}").format(n=held.revision),
                partial(self.version_wanted.emit, held.version_pk),
            )
            if held.version_pk in names:
                row.insertWidget(1, Chip(names[held.version_pk], "accent"))
        self._heading(
            column, self.tr("Answered by {n} traces").format(n=f"{len(lineage.answered):,}")
        )
        for trace in lineage.answered[:_MOST_TRACES]:
            parts = [trace.status] if trace.status != "ok" else []
            if trace.raters:
                parts.append(self._counted(trace.raters, self.tr("1 rater"), self.tr("{n} raters")))
            if trace.rulings:
                parts.append(
                    self._counted(trace.rulings, self.tr("1 ruling"), self.tr("{n} rulings"))
                )
            trial = self.tr(" · trial {n}").format(n=trace.trial + 1) if trace.trial else ""
            self._link(
                column,
                f"{trace.run}{trial}",
                ", ".join(parts) or self.tr("not rated"),
                partial(self.trace_wanted.emit, trace.pk),
            )
        more = len(lineage.answered) - _MOST_TRACES
        if more > 0:
            self._line(column, self.tr("{n} more").format(n=f"{more:,}"), "muted")

    def _counted(self, number: int, one: str, many: str) -> str:
        return one if number == 1 else many.format(n=f"{number:,}")

    def _heading(self, column: QVBoxLayout, text: str) -> None:
        label = text_label(text, "heading")
        label.setContentsMargins(0, 10, 0, 0)
        column.addWidget(label)

    def _line(self, column: QVBoxLayout, text: str, kind: str = "") -> None:
        label = text_label(text, kind, wrap=True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(label)

    def _link(
        self, column: QVBoxLayout, text: str, detail: str, run: Callable[[], object]
    ) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        button = QPushButton(text)
        button.setProperty("kind", "link")
        button.clicked.connect(lambda: run())
        row.addWidget(button)
        row.addWidget(text_label(detail, "muted"), 1)
        column.addLayout(row)
        return row


def _code(text: str) -> ElidedLabel:
    """A hash: its beginning and its end; the tooltip has the whole."""
    label = ElidedLabel(text, kind="mono", mode=Qt.TextElideMode.ElideMiddle)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
