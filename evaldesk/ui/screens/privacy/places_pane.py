"""The places of a text in their surroundings, as they are and as a reader gets them."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from evaldesk.domain.privacy import Verdict
from evaldesk.services.privacy.finding_review import ShownGroup, ShownPlace
from evaldesk.ui.screens.privacy.models import kind_title
from evaldesk.ui.theme.measure import px, sized
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.privacy import StoredFinding


class PlacesPane(QWidget):
    """Shows the places of one text and takes decisions.

    Signals:
        decided(verdict, stored): about the place in hand.
    """

    decided = Signal(str, object)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._places: Sequence[ShownPlace] = ()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 16)
        outer.setSpacing(10)
        self.title = text_label("", "heading", wrap=True)
        self.detail = text_label("", "muted", wrap=True)
        outer.addWidget(self.title)
        outer.addWidget(self.detail)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Places of the text"))
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.currentRowChanged.connect(self._chosen)
        sized(self.list, lambda it: it.setMinimumHeight(px(44)))
        outer.addWidget(self.list, 1)
        self.original = text_label("", wrap=True)
        self.original.setTextFormat(Qt.TextFormat.RichText)
        self.reader = text_label("", wrap=True)
        self.reader.setTextFormat(Qt.TextFormat.PlainText)
        as_it_is = Card(self.tr("As it is"))
        as_it_is.body.addWidget(self.original)
        as_read = Card(self.tr("As a reader of this profile gets it"))
        as_read.body.addWidget(self.reader)
        outer.addWidget(as_it_is)
        outer.addWidget(as_read)
        outer.addLayout(self._buttons())
        self.show_group(None)

    def _buttons(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        self.buttons: dict[str, ActionButton] = {}
        for line in (
            (("accept", self.tr("Accept this place")), ("reject", self.tr("Reject this place"))),
            (("always", self.tr("Always this text")), ("never", self.tr("Never this text"))),
        ):
            row = QHBoxLayout()
            row.setSpacing(8)
            for verdict, words in line:
                button = ActionButton(words, self._workspace.actions.keys(f"privacy.{verdict}"))
                button.clicked.connect(lambda _=False, said=verdict: self.say(said))
                self.buttons[verdict] = button
                row.addWidget(button, 1)
            column.addLayout(row)
        return column

    def show_group(self, shown: ShownGroup | None) -> None:
        """Another text; its places come later."""
        self._places = ()
        self.list.clear()
        if shown is None:
            self.title.setText(self.tr("Choose a text on the left"))
            self.detail.setText("")
        else:
            one = shown.group
            self.title.setText(shown.text)
            self.detail.setText(
                self.tr("%1 · %2 places in %3 traces")
                .replace("%1", kind_title(one.kind))
                .replace("%2", f"{one.places:,}")
                .replace("%3", f"{one.traces:,}")
            )
        self._chosen(-1)

    def show_places(self, places: Sequence[ShownPlace]) -> None:
        """Its first places."""
        row = max(self.list.currentRow(), 0)
        self._places = places
        self.list.clear()
        marks = {"accept": self.tr("accepted: "), "reject": self.tr("rejected: ")}
        for one in places:
            said = f"{marks.get(one.verdict, '')}{one.before}{one.text}{one.after}"
            item = QListWidgetItem(said if len(said) <= 160 else f"{said[:159]}…")
            item.setToolTip(one.where)
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, len(places) - 1))

    def advance(self, verdict: str) -> None:
        """To the next place, once this one is decided."""
        row = self.list.currentRow()
        if verdict in ("accept", "reject") and row + 1 < self.list.count():
            self.list.setCurrentRow(row + 1)

    @property
    def place(self) -> ShownPlace | None:
        """The one in hand."""
        row = self.list.currentRow()
        return self._places[row] if 0 <= row < len(self._places) else None

    def say(self, verdict: Verdict | str) -> None:
        """Decide about the place in hand."""
        one = self.place
        if one is not None:
            self.decided.emit(verdict, one.stored)

    @property
    def stored(self) -> "StoredFinding | None":
        """The finding in hand."""
        return None if self.place is None else self.place.stored

    def _chosen(self, _row: int) -> None:
        one = self.place
        for button in self.buttons.values():
            button.setEnabled(one is not None)
        if one is None:
            self.original.setText("")
            self.reader.setText("")
            return
        mark = self._workspace.tokens.mark
        # Imported text is escaped: it is only ever text.
        self.original.setText(
            f"{escape(one.before)}<span style='background:{mark}'><b>{escape(one.text)}</b></span>"
            f"{escape(one.after)}"
        )
        self.reader.setText(one.reader or self.tr("(the whole field is replaced)"))
