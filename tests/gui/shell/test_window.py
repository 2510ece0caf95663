"""The window: where it goes, what it says, what it keeps."""

import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QSplitter,
)

from evaldesk.app.compose import build_window
from evaldesk.domain.errors import ProjectError
from evaldesk.domain.project import Changes
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.screens.registry import ScreenSpec
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.shell.questions import WindowPrompts


def test_welcome_offers_what_can_be_done(window):
    assert window.host.screen_id == ""
    assert window.windowTitle() == "EvalDesk"
    assert window.welcome.isVisible()
    assert not window.rail._buttons["traces"].isEnabled()
    assert window.rail._buttons["settings"].isEnabled()
    assert window.status.network.text() == "● No network"


def test_a_project_opens_by_job_and_names_the_window(opened):
    assert opened.host.screen_id == "overview"
    assert opened.windowTitle() == f"EvalDesk – {opened.workspace.project.name}"
    assert opened.status.encryption.text() == "Not encrypted"
    assert opened.rail._buttons["traces"].isEnabled()


def test_a_project_that_is_none_is_refused_in_words(qtbot, window, tmp_path):
    path = tmp_path / "broken.evaldesk"
    path.write_bytes(b"not a project at all" * 100)
    window.open_path(path)
    qtbot.waitUntil(lambda: not window.banner.isHidden(), timeout=30_000)
    assert "broken.evaldesk" in window.banner.message.text()
    assert window.workspace.project is None
    assert window.welcome.buttons["project.open"].isEnabled()
    # Whoever tried it by keyboard is where they were, and may try another.
    assert window.focusWidget() is window.welcome.buttons["project.open"]


def test_a_very_long_name_leaves_room_in_the_status_bar(window):
    window.workspace.set_user("Anna " * 40)
    assert window.status.user.text().endswith("…")
    assert "Anna Anna" in window.status.user.accessibleName()
    assert window.status.user.sizeHint().width() < 300


def test_new_asks_where_and_makes_it(qtbot, window, prompts, tmp_path):
    prompts.answers.append(tmp_path / "Fresh.evaldesk")
    window.workspace.actions.trigger("project.new")
    qtbot.waitUntil(lambda: window.workspace.project is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=30_000)
    assert window.windowTitle() == "EvalDesk – Fresh"
    overview = window.host.built("overview")
    assert overview.empty.isVisible()
    assert window.workspace.settings.recents[0].endswith("Fresh.evaldesk")


def test_closing_the_project_leaves_one_plain_file(qtbot, window, prompts, tmp_path):
    prompts.answers.append(tmp_path / "Fresh.evaldesk")
    window.workspace.actions.trigger("project.new")
    qtbot.waitUntil(lambda: window.workspace.project is not None, timeout=30_000)
    window.workspace.actions.trigger("project.close")
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=30_000)
    assert window.host.screen_id == ""
    names = [path.name for path in tmp_path.iterdir() if path.name.startswith("Fresh")]
    assert names == ["Fresh.evaldesk"]


def test_closing_the_window_folds_the_file_and_remembers_its_place(
    qtbot, qapp, settings, prompts, tmp_path
):
    window = build_window(qapp, settings=settings, prompts=prompts)
    window.resize(960, 640)
    window.show()
    prompts.answers.append(tmp_path / "Fresh.evaldesk")
    window.workspace.actions.trigger("project.new")
    qtbot.waitUntil(lambda: window.workspace.project is not None, timeout=30_000)
    assert window.close()
    assert not list(tmp_path.glob("Fresh.evaldesk-*"))
    assert settings.get("geometry")
    again = build_window(qapp, settings=settings, prompts=prompts)
    assert again.size() == window.size()
    again.close()


def test_closing_while_an_import_runs_asks_first(qtbot, qapp, settings, prompts):
    window = build_window(qapp, settings=settings, prompts=prompts)
    window.show()
    stopped = []

    def work(control: JobControl):
        while True:
            control.check()
            time.sleep(0.001)

    window.workspace.jobs.write(work, None, stopped.append, title="Importing")
    assert not window.close()
    assert prompts.asked == [("confirm", "Importing is still running.")]
    prompts.answers.append(True)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert len(stopped) == 1


def test_a_save_that_fails_while_closing_keeps_the_window(qtbot, window):
    def work(_control):
        raise ProjectError("The disk is full.", "Make room, then try again.")

    window.workspace.jobs.write(work)
    assert not window.close()
    assert window.isVisible()
    assert window.banner.message.text() == "The disk is full."
    assert window.close()  # the person has seen it and goes all the same


def test_what_was_decided_last_is_kept_when_the_window_closes(qtbot, window):
    kept = []
    window.workspace.jobs.write(lambda _: time.sleep(0.05), lambda _: kept.append(1))
    assert window.close()
    assert kept == [1]


def test_keys_go_to_screens_and_back(qtbot, opened):
    QTest.keyClick(opened, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert opened.host.screen_id == "settings"
    assert opened.header.screen_title.text() == "Settings"
    QTest.keyClick(opened, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert opened.host.screen_id == "overview"
    QTest.keyClick(opened, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert opened.host.screen_id == "settings"


def test_an_error_is_shown_calmly_and_escape_dismisses_it(window):
    window.workspace.report(ProjectError("The disk is full.", "Make room, then try again."))
    assert window.banner.message.text() == "The disk is full."
    assert window.banner.hint.text() == "Make room, then try again."
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.banner.isHidden()


def test_a_fault_can_be_copied_and_holds_no_text_of_a_trace(window):
    secret = "the customer's name is in this message"
    try:
        {}[secret]
    except KeyError as error:
        window.workspace.report(error)
    button = window.banner._actions.itemAt(0).widget()
    button.click()
    report = QGuiApplication.clipboard().text()
    assert "KeyError" in report
    assert "test_window.py" in report
    assert secret not in report
    assert str(Path.home()) not in report


def test_a_fault_on_another_thread_reaches_the_window(qtbot, window):
    def run():
        try:
            raise ValueError
        except ValueError as error:
            window.workspace.report(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert window.banner.isHidden()  # nothing was painted from that thread
    qtbot.waitUntil(lambda: not window.banner.isHidden())


def test_the_person_is_asked_once(window, prompts):
    done = []
    window.workspace.with_user(lambda: done.append(1))
    assert done == []
    assert prompts.asked[-1] == ("text", "Who are you?")
    prompts.answers.append("  Ada   Lovelace ")
    window.workspace.with_user(lambda: done.append(2))
    assert done == [2]
    assert window.workspace.user == "Ada Lovelace"
    assert window.status.user.text() == "Ada Lovelace"
    window.workspace.with_user(lambda: done.append(3))
    assert done == [2, 3]
    assert len(prompts.asked) == 2


def test_what_was_saved_is_said(window):
    assert window.status.saved.isHidden()
    window.workspace.changed(Changes.of("ratings"), "test")
    assert window.status.saved.text() == "Saved 0 s ago"


def test_a_long_write_shows_progress_and_can_be_cancelled(qtbot, window):
    failures = []

    def work(control: JobControl):
        step = 0
        while True:
            step += 1
            control.progress(step % 100, 100, "Reading file.jsonl")
            control.check()
            time.sleep(0.001)

    window.workspace.jobs.write(work, None, failures.append, title="Importing")
    working = window.status.working
    qtbot.waitUntil(lambda: working.isVisible() and working.text.text() == "Reading file.jsonl")
    assert working.bar.isVisible()
    working.cancel.click()
    qtbot.waitUntil(lambda: bool(failures))
    qtbot.waitUntil(lambda: not working.isVisible())


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(QPoint(400, 400)),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def test_a_dropped_project_opens(qtbot, window, sample):
    drop(window, sample)
    qtbot.waitUntil(lambda: window.workspace.project is not None, timeout=30_000)


def test_dropped_files_go_to_the_import_screen(qtbot, opened, tmp_path):
    places = []
    opened.workspace.navigated.disconnect()
    opened.workspace.navigated.connect(lambda where, place: places.append((where, place)))
    file = tmp_path / "log.eval"
    drop(opened, file)
    assert places == [("import", {"paths": (file,)})]


def test_dropped_files_without_a_project_say_what_to_do(window, tmp_path):
    drop(window, tmp_path / "log.eval")
    assert not window.banner.isHidden()
    assert "project" in window.banner.message.text()


class Counting(Screen):
    """Counts what it is told."""

    def __init__(self, workspace, parent=None):
        super().__init__(workspace, parent)
        self.calls = []

    def opened(self, **place):
        self.calls.append(("opened", place))

    def refresh(self, changes):
        self.calls.append(("refresh", changes))

    def left(self):
        self.calls.append(("left",))

    def status_text(self):
        return "37 of 120"

    def chips(self):
        return (("critical", "bad"),)


class Broken(Screen):
    """Cannot be built."""

    def __init__(self, workspace, parent=None):
        raise ModuleNotFoundError


def test_screens_hear_of_changes_when_they_are_seen_again(qtbot, qapp, settings, prompts):
    here = Counting.__module__
    specs = (
        ScreenSpec("traces", "Traces", "traces", f"{here}:Counting", needs_project=False),
        ScreenSpec("review", "Review", "review", f"{here}:Broken", needs_project=False),
        ScreenSpec("compare", "Compare", "compare", f"{here}:Counting", needs_project=False),
    )
    window = build_window(qapp, settings=settings, prompts=prompts, screens=specs)
    qtbot.addWidget(window)
    window.show()
    window.workspace.navigate("traces", trace=17)
    screen = window.host.current
    assert screen.calls == [("opened", {"trace": 17})]
    assert window.status.place.text() == "37 of 120"
    window.workspace.navigate("review")
    assert window.host.screen_id == "traces"  # what cannot be built leaves the person here
    assert not window.banner.isHidden()
    screen.calls.clear()
    window.workspace.navigate("compare")
    window.workspace.changed(Changes.of("ratings", trace_pks=(1,)), "x")
    window.workspace.changed(Changes.of("rulings", trace_pks=(2,)), "x")
    assert screen.calls == [("left",)]
    window.workspace.navigate("traces")
    assert screen.calls[1:] == [
        ("refresh", Changes(frozenset({"ratings", "rulings"}), (1, 2))),
        ("opened", {}),
    ]
    window.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_choosing_a_theme_repaints_everything(window, theme):
    window.workspace.choose_theme(theme)
    assert window.workspace.tokens.name == theme
    assert window.workspace.settings.theme == theme
    picture = window.grab().toImage()
    corner = picture.pixelColor(picture.width() // 2, 80).name()
    assert corner == window.workspace.tokens.bg


def test_every_control_of_the_frame_has_a_name(opened):
    opened.palette_overlay.open_for("")
    opened.palette_overlay.close_overlay()
    opened.workspace.navigate("settings")
    frame = (opened.rail, opened.header, opened.status, opened.welcome, opened.palette_overlay)
    screens = (opened.host.built("overview"), opened.host.built("settings"))
    nameless = []
    boxes = (QComboBox, QAbstractSpinBox)
    for part in (*frame, *screens):
        for kind in (QAbstractButton, QLineEdit, QAbstractItemView, QProgressBar, *boxes):
            for widget in part.findChildren(kind):
                internal = isinstance(widget.parent(), QHeaderView | QAbstractItemView)
                # Qt's own parts of a box that has a name: its field, and the list it drops down.
                within = {type(widget.parent()), type(widget.parent().parent())}
                internal |= any(issubclass(one, boxes) for one in within)
                if internal or isinstance(widget, QHeaderView):
                    continue
                text = widget.text() if isinstance(widget, QAbstractButton) else ""
                label = part.findChildren(QLabel)
                labelled = any(one.buddy() is widget for one in label)
                if not (widget.accessibleName() or text or labelled):
                    nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert nameless == []


def test_the_keyboard_reaches_every_part_of_the_frame(opened):
    opened.rail._buttons["overview"].setFocus()
    seen = set()
    for _ in range(60):
        focused = QApplication.focusWidget()
        for name in ("rail", "header", "host", "status"):
            if getattr(opened, name).isAncestorOf(focused):
                seen.add(name)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert seen == {"rail", "header", "host", "status"}


def test_a_question_is_answered_by_keyboard(window):
    asking, answers = WindowPrompts(window.workspace.settings), []
    asking.window = window
    asking.confirm("Really?", "It cannot be undone.", "Do it", lambda: answers.append("yes"))
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert answers == ["yes"]
    asking.ask_text("Who are you?", "Your name", answers.append, value="")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)  # an empty name is no answer
    assert answers == ["yes"]
    QTest.keyClicks(QApplication.focusWidget(), "Ada")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert answers == ["yes", "Ada"]
    asking.confirm("Really?", "", "Do it", lambda: answers.append("no"))
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert answers == ["yes", "Ada"]


def test_tab_goes_from_the_buttons_to_the_recent_projects(qtbot, qapp, settings, prompts, tmp_path):
    for name in ("second", "first"):
        path = tmp_path / f"{name}.evaldesk"
        path.write_bytes(b"")
        settings.remember_project(path)
    window = build_window(qapp, settings=settings, prompts=prompts)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.welcome.buttons["project.sample"].setFocus()
    reached = []
    for _ in range(2):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        reached.append(window.focusWidget().text())
    assert reached == ["first", "second"]
    window.workspace.jobs.shutdown()
    window.close()


@pytest.mark.parametrize("screen_id", ["compare", "import", "review", "adjudicate", "traces"])
def test_panes_fit_beside_one_another_in_the_smallest_window(qtbot, opened, screen_id):
    opened.workspace.set_user("Mara")
    opened.workspace.navigate(screen_id)
    opened.resize(opened.minimumSize())
    qtbot.waitUntil(lambda: not opened.workspace.jobs.busy, timeout=30_000)
    screen = opened.host.current
    screen.showcase()
    qtbot.waitUntil(lambda: not opened.workspace.jobs.busy, timeout=30_000)
    qtbot.wait(50)
    for splitter in screen.findChildren(QSplitter):
        if splitter.isVisible():
            panes = [splitter.widget(place) for place in range(splitter.count())]
            boxes = [pane.geometry() for pane in panes if pane.isVisible()]
            for one, other in pairwise(boxes):
                assert not one.intersects(other), (screen_id, one, other)
            assert all(splitter.rect().contains(box) for box in boxes), (screen_id, boxes)
