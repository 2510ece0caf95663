"""Where the person is, and the way to anywhere else."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from evaldesk.ui.theme.measure import fix_height, px, sized
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.keycap import KeyCap
from evaldesk.ui.widgets.label import ElidedLabel

HEIGHT = 44


class SearchButton(QPushButton):
    """Looks like a search field and opens the palette."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        sized(self, _fit_search)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Search traces and commands"))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 8, 0)
        row.addWidget(ElidedLabel(self.tr("Search traces, commands…"), kind="muted"), 1)
        self.cap = KeyCap(keys)
        row.addWidget(self.cap)
        self.cap.setVisible(bool(keys))  # once it has a parent, or it is a window for a moment
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def _fit_search(button: QPushButton) -> None:
    button.setFixedHeight(px(28))
    button.setMinimumWidth(px(200))
    button.setMaximumWidth(px(320))


class Header(QWidget):
    """Project / screen / place, chips, and the search field.

    Signals:
        search(): the palette is wanted.
    """

    search = Signal()

    def __init__(self, search_keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        fix_height(self, HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        self.project = ElidedLabel("", kind="heading")
        sized(self.project, lambda it: it.setMaximumWidth(px(360)))
        self._first_slash = text_label("/", "muted")
        self.screen_title = text_label("")
        self._second_slash = text_label("/", "muted")
        self.place = ElidedLabel("", kind="muted")
        for widget in (
            self.project,
            self._first_slash,
            self.screen_title,
            self._second_slash,
            self.place,
        ):
            row.addWidget(widget)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(6)
        row.addLayout(self._chips)
        row.addStretch(1)
        self.search_button = SearchButton(search_keys)
        self.search_button.clicked.connect(self.search)
        row.addWidget(self.search_button, 1)
        self.show_place("", "", "", ())

    def show_place(
        self, project: str, screen: str, place: str, chips: Sequence[tuple[str, str]]
    ) -> None:
        """Say where the person is; empty parts are left out."""
        self.project.setText(project)
        self.screen_title.setText(screen)
        self.place.setText(place)
        self.project.setVisible(bool(project))
        self._first_slash.setVisible(bool(project and screen))
        self._second_slash.setVisible(bool(place))
        self.place.setVisible(bool(place))
        while self._chips.count() > len(chips):
            item = self._chips.takeAt(self._chips.count() - 1)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for index, (text, kind) in enumerate(chips):
            item = self._chips.itemAt(index) if index < self._chips.count() else None
            chip = item.widget() if item is not None else None
            if isinstance(chip, Chip):
                chip.show_text(text, kind)
            else:
                self._chips.addWidget(Chip(text, kind))
