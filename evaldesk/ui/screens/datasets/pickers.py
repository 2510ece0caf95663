"""Small widgets that several cards of the Datasets screen share."""

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from evaldesk.services.alignment.words import Stretch, changed_words
from evaldesk.ui.theme.apply import current_tokens
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.label import ElidedLabel

SHOWN = 20_000
"""So many characters of a text are shown for a difference."""


class Picker(QWidget):
    """A caption and a list to choose from.

    Signals:
        picked(value): the person chose.
    """

    picked = Signal(object)

    def __init__(self, caption: str, *, least: int = 120) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(text_label(caption, "muted"))
        self.box = QComboBox()
        self.box.setAccessibleName(caption)
        self.box.setMinimumWidth(least)
        self.box.setMinimumContentsLength(8)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.activated.connect(lambda index: self.picked.emit(self.box.itemData(index)))
        row.addWidget(self.box, 1)

    @property
    def value(self) -> object:
        """What is chosen; None for nothing."""
        return self.box.currentData()

    def offer(self, values: Sequence[tuple[object, str]], current: object) -> None:
        """Offer (value, words); the current one, or else the first, stands in the box."""
        with QSignalBlocker(self.box):
            self.box.clear()
            for value, words in values:
                self.box.addItem(words, value)
            place = next((i for i, item in enumerate(values) if item[0] == current), 0)
            self.box.setCurrentIndex(place)
        width = max((self.fontMetrics().horizontalAdvance(words) for _, words in values), default=0)
        self.box.view().setMinimumWidth(min(width + 40, 640))


class SearchBar(QWidget):
    """A button that begins a search, and while it runs how far it is and a button to end it.

    Signals:
        begun(), cancelled().
    """

    begun = Signal()
    cancelled = Signal()

    def __init__(self, text: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(120)
        self.bar.setMaximumWidth(220)
        self.button = QPushButton(text)
        self.button.setProperty("kind", "primary")
        self.button.clicked.connect(self.begun)
        self.stop = QPushButton(self.tr("Cancel"))
        self.stop.clicked.connect(self.cancelled)
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        row.addWidget(self.button)
        self.show_progress(1.0)

    def show_progress(self, fraction: float, text: str = "") -> None:
        """How far it is; 1 where nothing is under way."""
        running = fraction < 1
        self.bar.setValue(int(1000 * fraction))
        self.bar.setToolTip(text)
        self.bar.setVisible(running)
        self.stop.setVisible(running)
        self.button.setEnabled(not running)


class WordDifference(QWidget):
    """Two texts beside one another, with what only one of them has marked."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.captions: list[ElidedLabel] = []
        self.texts: list[QTextEdit] = []
        for _ in range(2):
            column = QVBoxLayout()
            column.setSpacing(4)
            caption = ElidedLabel("", kind="heading")
            text = reading_field("")
            column.addWidget(caption)
            column.addWidget(text, 1)
            row.addLayout(column, 1)
            self.captions.append(caption)
            self.texts.append(text)

    def show_texts(self, before: tuple[str, str], after: tuple[str, str]) -> None:
        """Two captions with their texts."""
        shown = [before[1][:SHOWN], after[1][:SHOWN]]
        marked = changed_words(shown[0], shown[1])
        kinds = ("bad_soft", "ok_soft")
        for place, (caption, full) in enumerate((before, after)):
            more = len(full) - len(shown[place])
            note = self.tr(" ({n} more characters)").format(n=f"{more:,}") if more else ""
            self.captions[place].setText(caption + note)
            field = self.texts[place]
            field.setAccessibleName(caption)
            field.setPlainText(shown[place])
            mark(field, shown[place], marked[place], kinds[place])


def reading_field(name: str) -> QTextEdit:
    """Text to read and copy."""
    field = QTextEdit()
    field.setReadOnly(True)
    field.setAcceptRichText(False)
    field.setTabChangesFocus(True)
    field.setAccessibleName(name)
    field.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return field


def mark(field: QTextEdit, text: str, stretches: Sequence[Stretch], token: str = "mark") -> None:
    """Put a ground behind stretches of a text, and bring the first in sight."""
    look = QTextCharFormat()
    look.setBackground(QColor(getattr(current_tokens(), token)))
    selections = []
    # Qt counts in UTF-16, where these take two places.
    wide = [place for place, character in enumerate(text) if ord(character) > 0xFFFF]
    for start, length in stretches[:2000]:
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(field.document())
        begins = start + bisect_left(wide, start)
        ends = start + length + bisect_left(wide, start + length)
        cursor.setPosition(begins)
        cursor.setPosition(ends, QTextCursor.MoveMode.KeepAnchor)
        selection.cursor = cursor
        selection.format = look
        selections.append(selection)
    field.setExtraSelections(selections)
    if stretches:
        cursor = QTextCursor(field.document())
        cursor.setPosition(stretches[0][0] + bisect_left(wide, stretches[0][0]))
        field.setTextCursor(cursor)
        field.ensureCursorVisible()
