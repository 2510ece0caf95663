"""All keys on one sheet, made from the commands themselves."""

from itertools import groupby

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from evaldesk.ui.actions import GLOBAL, ActionSpec
from evaldesk.ui.actions.key_text import key_text
from evaldesk.ui.screens.registry import SCREENS, screen_title
from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.widgets.card import SectionHeader, hairline, text_label
from evaldesk.ui.widgets.keycap import KeyCap
from evaldesk.ui.workspace import Workspace

COLUMNS = 3


class ShortcutSheet(Overlay):
    """The keys of the screen in sight first, then those of the window, then the others."""

    def __init__(self, window: QWidget, workspace: Workspace) -> None:
        super().__init__(window, width=960)
        self._window = window
        self._workspace = workspace
        header = SectionHeader(self.tr("Keys"), self.tr("Esc closes"))
        header.setContentsMargins(20, 14, 20, 10)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._scroll.setAccessibleName(self.tr("Keys"))
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(header)
        self.body.addWidget(hairline())
        self.body.addWidget(self._scroll)
        self.body.addSpacing(8)

    def first_focus(self) -> QWidget:
        """The list, so that the arrows scroll it."""
        return self._scroll

    def open_for(self, screen_id: str) -> None:
        """Show it for a screen."""
        content = QWidget()
        content.setProperty("surface", "pane")
        row = QHBoxLayout(content)
        row.setContentsMargins(20, 12, 20, 12)
        row.setSpacing(32)
        columns = [QVBoxLayout() for _ in range(COLUMNS)]
        lengths = [0] * COLUMNS
        for column in columns:
            column.setSpacing(16)
            row.addLayout(column, 1)
        for title, specs in self.groups(screen_id):
            shortest = lengths.index(min(lengths))
            columns[shortest].addWidget(self._group(title, specs))
            lengths[shortest] += len(self._lines(specs)) + 2
        for column in columns:
            column.addStretch(1)
        self._scroll.setWidget(content)
        height = content.sizeHint().height() + 4
        self._scroll.setFixedHeight(min(height, max(200, self._window.height() - 140)))
        self.open()

    def groups(self, screen_id: str) -> list[tuple[str, list[ActionSpec]]]:
        """Headings and their commands with keys; the screen's own first."""
        order = [screen_id, GLOBAL, *(spec.id for spec in SCREENS if spec.id != screen_id)]
        found: dict[str, list[ActionSpec]] = {}
        for scope in order:
            for spec in self._workspace.actions.specs:
                if spec.scope != scope or not self._workspace.actions.shortcuts(spec.id):
                    continue
                group = QCoreApplication.translate("Actions", spec.group) if spec.group else ""
                if scope == GLOBAL:
                    heading = group or self.tr("Window")
                else:
                    heading = " · ".join(part for part in (screen_title(scope), group) if part)
                found.setdefault(heading, []).append(spec)
        return list(found.items())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The key that opened it closes it."""
        if event.text() == "?" or event.key() == Qt.Key.Key_F1:
            self.close_overlay()
            event.accept()
            return
        super().keyPressEvent(event)

    def _group(self, title: str, specs: list[ActionSpec]) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 1)
        grid.addWidget(text_label(title, "heading"), 0, 0, 1, 2)
        for line, (text, shown) in enumerate(self._lines(specs), start=1):
            grid.addWidget(text_label(text, wrap=True), line, 0)
            keys = QHBoxLayout()
            keys.setSpacing(4)
            keys.addStretch(1)
            for cap in shown:
                keys.addWidget(KeyCap(cap))
            grid.addLayout(keys, line, 1)
        return made

    def _lines(self, specs: list[ActionSpec]) -> list[tuple[str, list[str]]]:
        """Words and keys; a command for each of several numbers takes one line, as long as its
        keys are numbers as well.
        """
        actions = self._workspace.actions
        result: list[tuple[str, list[str]]] = []
        for series, row in groupby(specs, lambda spec: spec.id.rstrip("0123456789")):
            members = list(row)
            keys = [
                # Return and Enter read alike.
                list(dict.fromkeys(map(key_text, actions.shortcuts(spec.id))))
                for spec in members
            ]
            first, last = members[0], members[-1]
            low, high = first.id.removeprefix(series), last.id.removeprefix(series)
            numbered = all(
                len(shown) == 1 and shown[0].endswith(spec.id.removeprefix(series))
                for spec, shown in zip(members, keys, strict=True)
            )
            if len(members) > 2 and numbered and actions.text(first.id).endswith(low):
                text = f"{actions.text(first.id)}–{high}"
                result.append((text, [keys[0][0], "…", keys[-1][0]]))
            else:
                result += zip((actions.text(spec.id) for spec in members), keys, strict=True)
        return result
