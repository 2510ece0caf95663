"""An assignment goes out, is rated by keys, goes back and is merged, all in the window."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from evaldesk.services.projects.opening import open_project
from evaldesk.ui.screens.exchange.page import IN, OUT, ExchangePage
from evaldesk.ui.screens.exchange.panes import SendPane
from evaldesk.ui.shell.package_panes import OfferPane, ReturnPane
from tests.gui.exchange.conftest import Person

Sit = Callable[[str], Person]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def exchange(one: Person, part: Qt.Key) -> ExchangePage:
    """The screen and a part of it, by keys."""
    one.press(Qt.Key.Key_X, CTRL | ALT)
    one.press(part, ALT)
    page = one.window.host.current
    assert isinstance(page, ExchangePage)
    return page


def test_out_rated_back_and_merged(person: Sit, support: Path, tmp_path: Path) -> None:
    olga = person("Olga")
    olga.open(support)
    assert olga.window.status.role.text() == "owner"
    olga.unlock()
    assert olga.window.status.signing.text() == "signed"
    page = exchange(olga, Qt.Key.Key_2)
    assert page.stack.currentIndex() == OUT
    assert page.out.model.index(0, 6).data() == "not sent yet"
    package = tmp_path / "for-ada.evalpack"
    olga.prompts.answers.append(package)
    olga.press(Qt.Key.Key_S)
    pane = olga.pane(SendPane)
    olga.until(pane.accept_button.isEnabled)
    olga.press(Qt.Key.Key_Return)
    olga.until(package.exists)
    olga.rest()
    assert page.out.model.index(0, 6).data() == "waiting for Ada"
    olga.window.hide()

    ada = person("Ada")
    ada.window.take_files([package])
    ada.unlock()
    offer = ada.pane(OfferPane)
    words = [label.text() for label in offer.findChildren(type(offer.column.itemAt(0).widget()))]
    assert "Olga asks you to rate" in words
    assert any("6 items" in text for text in words)
    ada.press(Qt.Key.Key_Return)
    ada.until(lambda: ada.window.workspace.project is not None)
    ada.rest()
    assert ada.window.host.screen_id == "review"
    assert (ada.window.workspace.user, ada.window.workspace.role) == ("Ada", "reviewer")
    assert ada.window.workspace.project is not None
    assert ada.window.workspace.project.encrypted
    for _ in range(5):
        ada.press(Qt.Key.Key_1)
        ada.press(Qt.Key.Key_Return, CTRL)
    back = tmp_path / "back.evalpack"
    ada.prompts.answers.append(back)
    ada.press(Qt.Key.Key_B, CTRL | ALT)
    plan = ada.pane(ReturnPane)
    told = [label.text() for label in plan.findChildren(type(plan.column.itemAt(0).widget()))]
    assert "5 of 6 items" in told
    ada.press(Qt.Key.Key_Return)
    ada.until(back.exists)
    ada.rest()
    assert "Olga" in ada.window.banner.message.text()
    ada.window.hide()

    olga.window.show()
    olga.window.activateWindow()
    olga.window.take_files([back])
    olga.until(lambda: page.controller.report is not None)
    olga.rest()
    assert page.stack.currentIndex() == IN
    assert page.incoming.model.index(0, 1).data() == "Ada (reviewer)"
    assert page.incoming.model.index(0, 7).data() == "to be merged"
    olga.press(Qt.Key.Key_Return, CTRL)
    olga.until(lambda: page.controller.report is None)
    olga.rest()
    project = olga.window.workspace.project
    assert project is not None
    states = project.ratings.progress("Support", "Ada", round="Pilot")
    assert [state for state, _ in states.values()] == ["submitted"] * 5
    olga.press(Qt.Key.Key_2, ALT)
    assert page.out.model.index(0, 6).data() == "came back in part"
    # The same once more brings nothing.
    page.controller.look([back])
    olga.until(lambda: page.controller.report is not None)
    assert page.incoming.model.index(0, 7).data() == "nothing new"


def test_a_stranger_s_file_is_refused_in_words(person: Sit, support: Path, tmp_path: Path) -> None:
    olga = person("Olga")
    olga.open(support)
    olga.unlock()
    page = exchange(olga, Qt.Key.Key_3)
    bad = tmp_path / "bad.evalpack"
    bad.write_bytes(b"age-encryption.org/v1\nnothing")
    page.take([bad])
    olga.until(lambda: page.controller.report is not None)
    olga.rest()
    assert str(page.incoming.model.index(0, 7).data()).startswith("refused: ")
    assert not page.incoming.merge_button.isEnabled()


def test_another_name_is_refused_in_a_package(person: Sit, support: Path, tmp_path: Path) -> None:
    from evaldesk.services.packages import sending, working
    from evaldesk.services.projects import identities
    from tests.gui.exchange.conftest import PASSPHRASE

    store = identities.identity_store()
    olga, ada = (
        store.unlock(identities.kept_identity(name), lambda _: PASSPHRASE)
        for name in ("Olga", "Ada")
    )
    package, place = tmp_path / "a.evalpack", tmp_path / "a.evaldesk"
    with open_project(support) as project:
        sending.send(project, "Pilot", "Ada", project.trust.of_name("Ada"), package, olga)
    working.open_package(package, place, ada, encrypted=False)
    bob = person("Bob")
    bob.open(place)
    workspace = bob.window.workspace
    assert (workspace.user, workspace.settings.user) == ("Ada", "Bob")
    workspace.set_user("Cleo")
    assert (workspace.user, workspace.settings.user) == ("Ada", "Bob")
    assert "made of a package for Ada" in bob.window.banner.message.text()
    bob.window.desk.close()
    bob.rest()
    assert workspace.user == "Bob"


def test_keys_can_be_declined(person: Sit, support: Path) -> None:
    olga = person("Olga")
    olga.open(support)
    QTest.qWait(50)
    olga.press(Qt.Key.Key_Escape)
    assert olga.window.status.signing.text() == "not signed"
    olga.window.desk.close()
    olga.rest()
    olga.open(support)
    assert not olga.window.workspace.keys.openers()
    assert olga.window.status.signing.text() == "not signed"
