"""Shows a recovery code once, to be copied, printed or saved."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.theme.apply import mono
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.workspace import Workspace

_IN_A_LINE = 5


class RecoveryPane(Overlay):
    """The code of a project. It goes when the person says that they have it."""

    def __init__(self, window: QWidget, workspace: Workspace, project: str, code: str) -> None:
        super().__init__(window, width=520)
        self._workspace = workspace
        self._project = project
        self._code = code
        title = self.tr("Recovery code")
        self.frame.setAccessibleName(title)
        column = QVBoxLayout()
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(text_label(title, "title"))
        column.addWidget(
            text_label(
                self.tr(
                    "It opens “%1” when the passphrase is forgotten or the key file is lost. "
                    "Whoever has it can read everything: keep it on paper, away from this "
                    "computer. It is not shown again; a new one can be made, and ends this one."
                ).replace("%1", project),
                "muted",
                wrap=True,
            )
        )
        groups = code.split("-")
        lines = [
            "  ".join(groups[first : first + _IN_A_LINE])
            for first in range(0, len(groups), _IN_A_LINE)
        ]
        self.code = text_label("\n".join(lines), "title")
        self.code.setFont(mono())
        self.code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.code.setAccessibleName(self.tr("Recovery code: %1").replace("%1", code))
        column.addWidget(self.code)
        keep = QHBoxLayout()
        keep.setSpacing(8)
        self.copy_button = ActionButton(self.tr("Copy"))
        self.copy_button.clicked.connect(self._copy)
        self.print_button = ActionButton(self.tr("Print…"))
        self.print_button.clicked.connect(self._print)
        self.save_button = ActionButton(self.tr("Save…"))
        self.save_button.clicked.connect(self._save)
        keep.addStretch(1)
        for button in (self.copy_button, self.print_button, self.save_button):
            keep.addWidget(button)
        keep.addStretch(1)
        column.addLayout(keep)
        self.kept = QCheckBox(self.tr("I have it in a safe place"))
        self.done_button = ActionButton(self.tr("Done"), kind="primary")
        self.done_button.setEnabled(False)
        self.kept.toggled.connect(self.done_button.setEnabled)
        self.done_button.clicked.connect(self._done)
        row = QHBoxLayout()
        row.addWidget(self.kept)
        row.addStretch(1)
        row.addWidget(self.done_button)
        column.addLayout(row)
        self.body.addLayout(column)

    def first_focus(self) -> QWidget:
        """What to do with it."""
        return self.copy_button

    def close_overlay(self) -> None:
        """Only once the person says that they have it: Escape would lose it."""
        if self.kept.isChecked():
            super().close_overlay()

    def _done(self) -> None:
        self.close_overlay()
        self._code = ""
        self.code.clear()
        self.code.setAccessibleName("")
        self.deleteLater()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        self._workspace.say(self.tr("Recovery code copied"))

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter()
        dialog = QPrintDialog(printer, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def chosen() -> None:
            document = QTextDocument()
            document.setDefaultFont(mono())
            document.setPlainText(self._sheet())
            document.print_(printer)

        dialog.accepted.connect(chosen)
        dialog.setModal(True)  # `open` of this class wants a slot by its name
        dialog.show()

    def _save(self) -> None:
        def write(path: Path) -> None:
            try:
                path.write_text(self._sheet(), "utf-8")
                path.chmod(0o600)
            except OSError as error:
                self._workspace.say(
                    self.tr("It could not be saved: %1").replace("%1", error.strerror or "")
                )
                return
            self._workspace.say(self.tr("Saved to %1").replace("%1", path.name))

        self._workspace.prompts.ask_save_file(
            self.tr("Save the recovery code"),
            self.tr("recovery code of %1.txt").replace("%1", self._project),
            self.tr("Text (*.txt)"),
            write,
        )

    def _sheet(self) -> str:
        return f"EvalDesk\n{self._project}\n\n{self.code.text()}\n"
