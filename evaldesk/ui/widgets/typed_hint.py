"""A quiet line below a field: what is being typed there looks like personal data. It stops nobody
and keeps nothing.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit

from evaldesk.domain.privacy import KINDS
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.widgets.announcing import announce
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.privacy.detection import Detector
    from evaldesk.storage.project import Project

SETTING = "privacy.typing"
"""Whether what raters type is looked through; on unless somebody turned it off."""
_PAUSE_MS = 400
_MOST = 20_000


class TypedHint(QLabel):
    """Says which kinds a field's text looks like, shortly after the typing pauses."""

    def __init__(self, workspace: Workspace, field: QLineEdit | QPlainTextEdit) -> None:
        super().__init__()
        self._workspace, self._field = workspace, field
        self._detector: tuple[Project, Detector] | None = None
        self.setProperty("kind", "small")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.hide()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look)
        field.textChanged.connect(lambda *_: self._pause.start())

    def _text(self) -> str:
        field = self._field
        return field.text() if isinstance(field, QLineEdit) else field.toPlainText()

    def _look(self) -> None:
        project, text = self._workspace.project, self._text()[:_MOST]
        on = bool(self._workspace.settings.get(SETTING, True))
        if project is None or len(text) < 3 or not on:
            self.hide()
            return
        known = self._detector

        def work(_: JobControl) -> "tuple[Detector, list[str]]":
            from evaldesk.services.privacy import redaction

            same = known is not None and known[0] is project
            finder = known[1] if same and known is not None else redaction.detector(project)
            return finder, list(dict.fromkeys(one.kind for one in finder.in_text(text)))

        def done(found: "tuple[Detector, list[str]]") -> None:
            self._detector = (project, found[0])
            if self._text()[:_MOST] == text:
                self._say(found[1])

        # An installed pipeline may be missing here; that is said where traces are looked through.
        self._workspace.jobs.read(work, done, lambda _error: None, key=f"typed-{id(self)}")

    def _say(self, kinds: list[str]) -> None:
        if not kinds:
            self.hide()
            return
        translate = QCoreApplication.translate
        named = ", ".join(translate("PrivacyKinds", KINDS.get(kind, kind)) for kind in kinds)
        words = self.tr("Looks like personal data: %1").replace("%1", named)
        if words != self.text() or self.isHidden():
            self.setText(words)
            self.show()
            announce(self, words)
