"""What each role has of the window, by every way there: rail, palette, address and key."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from evaldesk.cli.main import main
from evaldesk.domain.errors import NotAllowedError
from evaldesk.domain.identity import ROLES, Role
from evaldesk.services.packages import sending, working
from evaldesk.services.projects import identities
from evaldesk.services.projects.network_policy import change_policy
from evaldesk.services.projects.roles import may, place_of
from evaldesk.storage.project import Project
from evaldesk.ui.screens.registry import SCREENS
from tests.gui.exchange.conftest import PASSPHRASE, Person

HAS: dict[Role, set[str]] = {
    "reviewer": {"overview", "review", "prefer", "rubrics", "audit", "settings"},
}
HAS["adjudicator"] = HAS["reviewer"] | {"adjudicate"}
HAS["specialist"] = HAS["adjudicator"] | {
    *("traces", "datasets", "rounds", "compare", "import", "exchange"),
}
HAS["owner"] = HAS["specialist"] | {"privacy"}


def as_role(support: Path, role: Role) -> None:
    """Ada is that from now on."""
    card = identities.kept_identity("Ada").signed_card
    with Project.open(support) as project:
        identities.trust(project, card, role, "Olga", reason="for the test")


@pytest.mark.parametrize("role", ROLES)
def test_every_screen_by_every_way(
    role: Role, person: Callable[[str], Person], support: Path
) -> None:
    as_role(support, role)
    ada = person("Ada")
    ada.open(support)
    ada.press(Qt.Key.Key_Escape)
    window = ada.window
    assert window.status.role.text() == role
    actions = window.workspace.actions
    offered = {spec.id for spec in actions.offered("overview")}
    for spec in SCREENS:
        has = spec.id in HAS[role]
        assert may(role, spec.least) is has, spec.id
        assert (f"go.{spec.id}" in offered) is has, spec.id
        button = window.rail._buttons.get(spec.id)
        assert button is None or button.isVisible() is has, spec.id
        window.host.show_screen("settings")
        window.banner.dismiss()
        window.workspace.navigate(spec.id)
        ada.rest()
        came = window.host.screen_id == spec.id
        assert came is has, spec.id
        if not has:
            assert not actions.trigger(f"go.{spec.id}")
            assert window.host.built(spec.id) is None
            assert "your role" in window.banner.message.text()


def test_a_lesser_role_takes_down_what_was_open(
    person: Callable[[str], Person], support: Path
) -> None:
    as_role(support, "owner")
    ada = person("Ada")
    ada.open(support)
    ada.press(Qt.Key.Key_Escape)
    ada.window.host.show_screen("compare")
    ada.rest()
    project = ada.window.workspace.project
    assert project is not None
    card = identities.kept_identity("Ada").signed_card
    identities.trust(project, card, "reviewer", "Olga", reason="no longer")
    ada.window.workspace.look_at_role()
    ada.rest()
    assert ada.window.host.screen_id == "overview"
    assert ada.window.host.built("compare") is None
    ada.window.host.back()
    assert ada.window.host.screen_id == "overview"
    assert not any(
        ada.window.workspace.actions.is_enabled(spec.id)
        for spec in ada.window.workspace.actions.specs
        if spec.scope in ("compare", "traces") or spec.id in ("overview.export", "rubrics.save")
    )


def test_only_an_owner_changes_the_network_policy(support: Path) -> None:
    with Project.open(support) as project:
        with pytest.raises(NotAllowedError, match="only an owner"):
            change_policy(project, "loopback", "Ada", "I want to")
        assert project.get("network", "none") == "none"
        assert str(change_policy(project, "loopback", "Olga", "a judge here")) == "loopback"


def test_nobody_trusted_as_owner_makes_an_owner_of_whoever_works(support: Path) -> None:
    with Project.open(support) as project:
        assert place_of(project, "Olga").role == "owner"
        assert place_of(project, "Ada").role == "reviewer"
        assert place_of(project, "Somebody").role == "reviewer"
        identities.revoke(project, "Olga", "Olga", "left")
        assert place_of(project, "Somebody").role == "owner"
        assert place_of(project, "Ada").role == "reviewer"


def test_the_command_line_refuses_in_a_package(
    support: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = identities.identity_store()
    olga, ada = (
        store.unlock(identities.kept_identity(name), lambda _: PASSPHRASE)
        for name in ("Olga", "Ada")
    )
    package, place = tmp_path / "a.evalpack", tmp_path / "a.evaldesk"
    with Project.open(support) as project:
        sending.send(project, "Pilot", "Ada", project.trust.of_name("Ada"), package, olga)
    working.open_package(package, place, ada, encrypted=False)
    before = place.read_bytes()
    card = tmp_path / "Ada.card"
    identities.write_card("Ada", card)
    refused = (
        ["network", str(place), "loopback", "--reason", "x"],
        ["identity", "trust", str(place), str(card), "--author", "Olga"],
        ["round", "close", str(place), "--round", "Pilot"],
    )
    for command in refused:
        assert main(command) == 5, command
        assert "made of a package of Olga" in capsys.readouterr().err
    assert place.read_bytes() == before
    assert main(["traces", str(place)]) == 0
