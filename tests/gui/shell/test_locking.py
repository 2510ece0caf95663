"""An encrypted project in the window: unlocked, locked, and nothing of it left in sight."""

import shutil

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from evaldesk.credentials.key_file import LEAST
from evaldesk.services.projects import encryption
from evaldesk.services.projects.encryption import Lock
from evaldesk.ui.shell.key_pane import KeyPane
from evaldesk.ui.shell.palette import Palette
from evaldesk.ui.shell.recovery_pane import RecoveryPane

PASSPHRASE = "lantern quorum otter vinegar"


@pytest.fixture(autouse=True)
def dumpable(monkeypatch):
    monkeypatch.setattr(encryption, "refuse_dumps", lambda: True)


@pytest.fixture(scope="session")
def locked_sample(sample, tmp_path_factory):
    path = tmp_path_factory.mktemp("locked") / "sample.evaldesk"
    shutil.copyfile(sample, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encryption, "refuse_dumps", lambda: True)
        encryption.encrypt(path, Lock("Mara", passphrase=PASSPHRASE, cost=LEAST))
    return path


@pytest.fixture
def path(locked_sample, tmp_path):
    for ending in ("", ".keys"):
        shutil.copyfile(f"{locked_sample}{ending}", tmp_path / f"sample.evaldesk{ending}")
    return tmp_path / "sample.evaldesk"


@pytest.fixture
def asked(qtbot, window, path):
    """The window asking for the passphrase."""
    window.open_path(path)
    page = window.lock_desk.page
    qtbot.waitUntil(lambda: page.isVisible() and not page.field.isReadOnly(), timeout=30_000)
    return window


def settled(qtbot, window):
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=30_000)


@pytest.fixture
def unlocked(qtbot, asked):
    page = asked.lock_desk.page
    qtbot.keyClicks(page.field, PASSPHRASE)
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: asked.workspace.project is not None, timeout=30_000)
    settled(qtbot, asked)
    return asked


def test_opens_with_the_passphrase_and_says_that_it_is_encrypted(unlocked):
    assert unlocked.status.encryption.text() == "Encrypted"
    assert unlocked.host.screen_id == "overview"
    assert unlocked.lock_desk.page.field.text() == ""


def test_a_wrong_passphrase_is_said_and_can_be_mended(qtbot, asked):
    page = asked.lock_desk.page
    qtbot.keyClicks(page.field, "another one")
    qtbot.mouseClick(page.unlock_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.message.text() != "", timeout=30_000)
    assert "does not open" in page.message.text()
    assert page.field.selectedText() == "another one"
    assert asked.workspace.project is None


def test_another_project_leads_to_the_welcome(qtbot, asked):
    qtbot.mouseClick(asked.lock_desk.page.other_button, Qt.MouseButton.LeftButton)
    assert asked.welcome.isVisible()
    assert asked.lock_desk.page.field.text() == ""


def test_a_plain_project_cannot_be_locked(opened):
    assert not opened.workspace.actions.is_enabled("project.lock")
    assert opened.lock_desk.lock() is False
    assert opened.status.encryption.text() == "Not encrypted"


def _texts(widget):
    """Everything that a widget and what is in it could show."""
    for part in (widget, *widget.findChildren(QWidget)):
        if isinstance(part, QLabel | QLineEdit):
            yield part.text()
        elif isinstance(part, QTextEdit | QPlainTextEdit):
            yield part.toPlainText()
        elif isinstance(part, QAbstractItemView) and part.model() is not None:
            model = part.model()
            root = QModelIndex()
            for row in range(min(model.rowCount(root), 300)):
                yield str(model.index(row, 0, root).data())
        yield part.toolTip()
        yield part.accessibleName()
        yield part.accessibleDescription()


def test_locking_leaves_nothing_of_the_project_in_the_window(qtbot, unlocked):
    with unlocked.workspace.project.database.read() as connection:
        known = {
            text
            for statement in (
                "SELECT key FROM scenario",
                "SELECT preview FROM trace",
                "SELECT name FROM run",
                "SELECT reason FROM ruling",
            )
            for (text,) in connection.exec_driver_sql(statement)
            if text and len(text) > 6
        }
    assert len(known) > 50
    for screen_id in ("traces", "review", "adjudicate", "compare", "rubrics", "datasets", "rounds"):
        unlocked.host.show_screen(screen_id)
        settled(qtbot, unlocked)
        if unlocked.host.built("traces") is not None and screen_id == "traces":
            unlocked.host.built("traces").showcase()
            settled(qtbot, unlocked)
    shown = " ".join(_texts(unlocked))
    assert any(text in shown for text in known)  # or the rest would prove nothing
    assert unlocked.lock_desk.lock()
    settled(qtbot, unlocked)
    around = [text for text in _texts(unlocked) if any(one in text for one in known)]
    assert around == []
    assert "sample" not in unlocked.windowTitle()


def test_locking_keeps_what_is_being_typed_and_comes_back_to_it(qtbot, unlocked):
    unlocked.workspace.set_user("ada")
    unlocked.host.show_screen("review")
    settled(qtbot, unlocked)
    review = unlocked.host.built("review")
    comment = next(field for field in review.findChildren(QPlainTextEdit) if not field.isReadOnly())
    comment.setFocus()
    qtbot.keyClicks(comment, "half a thought")
    item = review.controller.trace.row.pk
    unlocked.workspace.actions.trigger("project.lock")
    page = unlocked.lock_desk.page
    assert page.isVisible()
    settled(qtbot, unlocked)
    qtbot.keyClicks(page.field, PASSPHRASE)
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: unlocked.workspace.project is not None, timeout=30_000)
    review = unlocked.host.built("review")
    qtbot.waitUntil(lambda: review.controller.trace is not None, timeout=30_000)
    settled(qtbot, unlocked)
    assert unlocked.host.screen_id == "review"
    assert review.controller.trace.row.pk == item
    texts = [field.toPlainText() for field in review.form.findChildren(QPlainTextEdit)]
    assert "half a thought" in texts


def test_what_was_begun_on_other_screens_is_there_after_unlocking(qtbot, unlocked):
    unlocked.workspace.set_user("Mara")
    for screen_id in ("adjudicate", "rubrics", "overview"):
        unlocked.host.show_screen(screen_id)
        settled(qtbot, unlocked)
    adjudicate = unlocked.host.built("adjudicate").controller
    adjudicate.place = (7, "tone")
    adjudicate.edit(text="the policy says otherwise")
    rubrics = unlocked.host.built("rubrics").controller
    rubrics.new()
    rubrics.draft.data["guidance"] = "half a rubric"
    name = rubrics.name
    assert unlocked.lock_desk.lock()
    settled(qtbot, unlocked)
    assert unlocked.host.built("rubrics") is None
    page = unlocked.lock_desk.page
    qtbot.keyClicks(page.field, PASSPHRASE)
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: unlocked.workspace.project is not None, timeout=60_000)
    settled(qtbot, unlocked)
    for screen_id in ("adjudicate", "rubrics"):
        unlocked.host.show_screen(screen_id)
        settled(qtbot, unlocked)
    after = unlocked.host.built("adjudicate").controller
    after.place = (7, "tone")
    assert after.draft.text == "the policy says otherwise"
    assert unlocked.host.built("rubrics").controller.drafts[name].data["guidance"] == (
        "half a rubric"
    )


def test_locking_takes_away_what_lies_above_the_screens(qtbot, unlocked):
    unlocked.lock_desk._show_code()
    unlocked.lock_desk.change_passphrase()
    unlocked.palette_overlay.open_for("overview")
    assert unlocked.lock_desk.lock()
    settled(qtbot, unlocked)
    for kind in (KeyPane, RecoveryPane, Palette):
        assert not [pane for pane in unlocked.findChildren(kind) if pane.isVisible()]
    unlocked.palette_overlay.open_for("")  # a new one
    unlocked.palette_overlay.close_overlay()


def test_idleness_and_leaving_lock(qtbot, unlocked, monkeypatch):
    desk = unlocked.lock_desk
    desk.watch.set_idle_limit(60)
    desk.watch.look()
    assert unlocked.workspace.project is not None
    desk.watch._last -= 61
    desk.watch.look()
    assert unlocked.workspace.project is None
    assert desk.page.isVisible()
    desk.watch.leaving.emit()  # locked already: nothing happens
    settled(qtbot, unlocked)


def test_the_clipboard_is_emptied(qtbot, unlocked, monkeypatch):
    # The offscreen platform does not say whose the clipboard is.
    monkeypatch.setattr(unlocked.lock_desk.clipboard, "_owns", lambda: True)
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("something of a trace")
    unlocked.lock_desk.clipboard._timer.timeout.emit()
    assert clipboard.text() == ""
    clipboard.setText("something of a trace")
    assert unlocked.lock_desk.lock()
    assert clipboard.text() == ""
    settled(qtbot, unlocked)


def test_another_passphrase_is_set_in_the_window(qtbot, unlocked, path):
    unlocked.workspace.set_user("Mara")
    unlocked.host.show_screen("settings")
    settled(qtbot, unlocked)
    card = unlocked.host.built("settings").security
    assert [row.text() for row in card.findChildren(QLabel) if row.text() == "Mara"]
    card.passphrase_button.click()
    pane = unlocked.findChild(KeyPane)
    qtbot.keyClicks(pane.passphrase, "too weak")
    qtbot.keyClicks(pane.again, "too weak")
    assert not pane.accept_button.isEnabled()
    assert not pane.kinds["keyring"].isEnabled()
    for field in (pane.passphrase, pane.again):
        field.clear()
        qtbot.keyClicks(field, "magnet bishop teacup ladder")
    assert pane.accept_button.isEnabled()
    pane.accept_button.click()
    qtbot.waitUntil(lambda: unlocked.findChild(RecoveryPane) is not None, timeout=60_000)
    settled(qtbot, unlocked)
    assert unlocked.host.screen_id == "settings"
    shown = unlocked.findChild(RecoveryPane)
    code = shown.code.text()
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert shown.isVisible()  # it would be lost
    shown.kept.setChecked(True)
    shown.done_button.click()
    assert unlocked.lock_desk.lock()
    settled(qtbot, unlocked)
    page = unlocked.lock_desk.page
    page.field.setText(PASSPHRASE)
    page.unlock_button.click()
    qtbot.waitUntil(lambda: page.message.text() != "", timeout=60_000)
    page.field.setText(code)
    page.unlock_button.click()
    qtbot.waitUntil(lambda: unlocked.workspace.project is not None, timeout=60_000)
    settled(qtbot, unlocked)


def test_a_plain_project_is_encrypted_and_decrypted_in_the_window(
    qtbot, window, prompts, sample, tmp_path
):
    path = tmp_path / "plain.evaldesk"
    shutil.copyfile(sample, path)
    window.open_path(path)
    qtbot.waitUntil(lambda: window.workspace.project is not None, timeout=30_000)
    settled(qtbot, window)
    window.lock_desk.encrypt()
    pane = window.findChild(KeyPane)
    for field in (pane.passphrase, pane.again):
        field.setText("magnet bishop teacup ladder")
    pane.accept_button.click()
    qtbot.waitUntil(lambda: window.findChild(RecoveryPane) is not None, timeout=60_000)
    settled(qtbot, window)
    assert window.status.encryption.text() == "Encrypted"
    assert not path.read_bytes().startswith(b"SQLite")
    shown = window.findChild(RecoveryPane)
    shown.kept.setChecked(True)
    shown.done_button.click()
    prompts.answers.append(True)
    window.lock_desk.decrypt()
    qtbot.waitUntil(lambda: path.read_bytes().startswith(b"SQLite"), timeout=60_000)
    qtbot.waitUntil(lambda: window.workspace.project is not None, timeout=60_000)
    settled(qtbot, window)
    assert window.status.encryption.text() == "Not encrypted"


def test_an_encrypted_project_is_made_in_the_window(qtbot, window, prompts, tmp_path):
    path = tmp_path / "new.evaldesk"
    prompts.answers.append(path)
    window.workspace.actions.trigger("project.new_encrypted")
    pane = window.findChild(KeyPane)
    for field in (pane.passphrase, pane.again):
        field.setText("magnet bishop teacup ladder")
    pane.accept_button.click()
    qtbot.waitUntil(lambda: window.findChild(RecoveryPane) is not None, timeout=60_000)
    settled(qtbot, window)
    assert window.workspace.project.encrypted
    assert path.exists()
