"""Panes and their headings."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from evaldesk.ui.widgets.label import ElidedLabel


class Card(QFrame):
    """A rounded pane with a hairline round it. Add to ``body``."""

    def __init__(
        self,
        title: str = "",
        detail: str = "",
        parent: QWidget | None = None,
        *,
        surface: str = "card",
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", surface)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 12, 16, 14)
        self.body.setSpacing(8)
        self.header: SectionHeader | None = None
        if title:
            self.header = SectionHeader(title, detail)
            self.body.addWidget(self.header)
            self.setAccessibleName(title)


class SectionHeader(QWidget):
    """A heading at the left and a muted remark at the right; more widgets by `add`."""

    def __init__(self, title: str, detail: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self.title = text_label(title, "heading")
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.detail = ElidedLabel(detail, kind="muted")
        self.detail.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._layout.addWidget(self.title)
        self._layout.addWidget(self.detail, 1)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the right end."""
        self._layout.addWidget(widget)


class FigureCard(Card):
    """A caption, a number in large type and a remark, as on Overview and Compare."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.body.setSpacing(2)
        self.caption = text_label(caption, "muted")
        self.figure = text_label("–", "figure")
        self.remark = text_label("", "muted", wrap=True)
        self.body.addWidget(self.caption)
        self.body.addWidget(self.figure)
        self.body.addWidget(self.remark)
        self.body.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_figure(self, figure: str, remark: str = "") -> None:
        """Another number."""
        self.figure.setText(figure)
        self.remark.setText(remark)
        self.remark.setVisible(bool(remark))
        self.setAccessibleName(f"{self.caption.text()}: {figure}. {remark}")


def text_label(text: str = "", kind: str = "", *, wrap: bool = False) -> QLabel:
    """A label of a kind of the stylesheet. Its text is only ever text, never markup."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if kind:
        label.setProperty("kind", kind)
    label.setWordWrap(wrap)
    return label


def pane(surface: str = "pane") -> QWidget:
    """An empty widget on one of the stylesheet's grounds."""
    made = QWidget()
    made.setProperty("surface", surface)
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return made


def hairline(direction: str = "h") -> QFrame:
    """A divider, ``h`` or ``v``."""
    line = QFrame()
    line.setProperty("rule", direction)
    return line
