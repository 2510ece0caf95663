"""One entry of the log: in words, what it covers, whether its signature holds, and raw."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from evaldesk.services.projects.audit_words import count_of
from evaldesk.ui.screens.audit.controller import Entry
from evaldesk.ui.screens.audit.models import shown_time
from evaldesk.ui.theme.apply import mono
from evaldesk.ui.widgets.card import Card, pane, text_label
from evaldesk.ui.widgets.chip import Chip


class EntryPane(QWidget):
    """Shows one entry; `show_entry` with None where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(self.tr("Entry"))
        outer.addWidget(self.area)
        inner = self._inner = pane()
        self._body = QVBoxLayout(inner)
        self._body.setContentsMargins(16, 14, 16, 16)
        self._body.setSpacing(12)
        self.area.setWidget(inner)
        self.said = text_label("", "heading", wrap=True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.when = text_label("", "muted", wrap=True)
        self.signature = Chip()
        self.signature_words = text_label("", "muted", wrap=True)
        signed = QHBoxLayout()
        signed.setSpacing(8)
        signed.addWidget(self.signature, 0, Qt.AlignmentFlag.AlignTop)
        signed.addWidget(self.signature_words, 1)
        self.covers_card = Card(self.tr("What it covers"))
        self.covers = text_label("", wrap=True)
        self.covers_card.body.addWidget(self.covers)
        self.written_card = Card(self.tr("What was written"))
        self.written = text_label("", wrap=True)
        self.written.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.written_card.body.addWidget(self.written)
        self.raw_card = Card(self.tr("The entry itself"))
        self.raw = QPlainTextEdit()
        self.raw.setReadOnly(True)
        self.raw.setTabChangesFocus(True)
        self.raw.setAccessibleName(self.tr("The entry as JSON"))
        self.raw.setFont(mono())
        self.raw.setMinimumHeight(220)
        self.raw_card.body.addWidget(self.raw)
        self._body.addWidget(self.said)
        self._body.addWidget(self.when)
        self._body.addLayout(signed)
        for card in (self.covers_card, self.written_card, self.raw_card):
            self._body.addWidget(card)
        self._body.addStretch(1)
        self.show_entry(None)

    def show_entry(self, entry: Entry | None) -> None:
        """Another entry."""
        self._inner.setVisible(entry is not None)
        if entry is None:
            return
        event = entry.logged.event
        self.said.setText(entry.said)
        where = (
            self.tr("entry %1").replace("%1", f"{event.number:,}")
            if entry.logged.own
            else self.tr("entry %1 of the log of another file (%2)")
            .replace("%1", f"{event.number:,}")
            .replace("%2", event.chain[:8])
        )
        self.when.setText(f"{shown_time(event.at)} · {event.kind} · {where}")
        kind, word, words = self._signature(entry)
        self.signature.show_text(word, kind)
        self.signature_words.setText(words)
        self.covers.setText("\n".join(entry.covers))
        self.covers_card.setVisible(bool(entry.covers))
        self.written.setText("\n\n".join(_told(entry)))
        self.written_card.setVisible(bool(entry.rows))
        self.raw.setPlainText(entry.raw)
        self.area.verticalScrollBar().setValue(0)

    def _signature(self, entry: Entry) -> tuple[str, str, str]:
        key = entry.logged.event.key[:16]
        kind, word, words = {
            "trusted": (
                "ok",
                self.tr("signed"),
                self.tr("by %1, whose key %2… this project trusts"),
            ),
            "revoked": (
                "warn",
                self.tr("signed"),
                self.tr("by %1, whose key %2… this project trusts no more"),
            ),
            "unknown": (
                "neutral",
                self.tr("signed"),
                self.tr("by %1; nobody has said here that the key %2… is theirs"),
            ),
            "unsigned": (
                "neutral",
                self.tr("not signed"),
                self.tr("who did it stands here by name only"),
            ),
            "broken": (
                "bad",
                self.tr("does not hold"),
                self.tr("the entry or its signature was changed"),
            ),
        }[entry.signature]
        said = words.replace("%1", entry.logged.event.author or "–").replace("%2", key)
        return kind, word, said


_LEFT_OUT = frozenset(("id", "supersedes", "created_at", "version", "parts"))
"""Of a row: what says nothing to a reader; the entry itself, or the project, has it."""


def _told(entry: Entry) -> list[str]:
    """The rows, a paragraph each: what a person reads of them first, what is long cut."""
    found = []
    for name, rows in entry.rows.items():
        for content in rows:
            said = [
                f"{key}: {_short(value)}"
                for key, value in content.items()
                if value not in (None, "", 0, {}, "{}", "[]") and key not in _LEFT_OUT
            ]
            found.append(f"{count_of(name, 1).removeprefix('1 ')} – {', '.join(said)}")
    return found


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    if text[:1] in ("{", "["):  # a line can break behind a comma then
        text = text.replace(',"', ', "').replace('":', '": ')
    if len(text) == 64 and all(letter in "0123456789abcdef" for letter in text):
        return f"{text[:12]}…"
    return text if len(text) <= 160 else f"{text[:159]}…"
