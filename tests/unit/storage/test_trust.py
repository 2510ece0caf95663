"""Whose signature counts, from when, until when."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evaldesk.credentials.identities import IdentityStore
from evaldesk.credentials.sealed_file import Cost
from evaldesk.domain.cards import SignedCard, signed_bytes
from evaldesk.domain.errors import InputError, NotFoundError, UsageError
from evaldesk.services.projects.identities import checked_card, find_trusted, revoke, trust
from evaldesk.storage.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as made:
        yield made


@pytest.fixture
def store(tmp_path: Path) -> IdentityStore:
    return IdentityStore(tmp_path / "i", Cost(64, 1))


def test_the_last_word_on_a_key_counts(project: Project, store: IdentityStore) -> None:
    card = store.make("Ada", lambda _: "x", in_file=True).signed_card
    first = trust(project, card, "reviewer", "Olga")
    assert (first.role, first.state, first.name) == ("reviewer", "trusted", "Ada")
    again = trust(project, card, "adjudicator", "Olga", reason="rules from now on")
    assert (again.role, again.since) == ("adjudicator", first.since)
    assert len(project.trust.all()) == 1
    gone = revoke(project, "Ada", "Olga", "left")
    assert (gone.state, gone.reason, gone.role) == ("revoked", "left", "adjudicator")
    with pytest.raises(UsageError):
        revoke(project, "Ada", "Olga", "left")
    assert revoke(project, "Ada", "Olga", "stolen", compromised=True).state == "compromised"
    with pytest.raises(NotFoundError):
        project.trust.of_name("Ada")
    assert find_trusted(project, card.card.fingerprint[:12]).name == "Ada"


def test_what_was_signed_before_a_revocation_stays_valid(
    project: Project, store: IdentityStore
) -> None:
    card = store.make("Ada", lambda _: "x", in_file=True).signed_card
    trust(project, card, "reviewer", "Olga", expires_at="2099-01-01T00:00:00.000Z")
    before = project.trust.of_name("Ada")
    assert before.objection("2098-12-31T00:00:00.000Z") == ""
    assert "expired" in before.objection("2099-01-01T00:00:00.000Z")
    gone = revoke(project, "Ada", "Olga", "left")
    assert gone.objection("2020-01-01T00:00:00.000Z") == ""
    assert "revoked" in gone.objection(gone.at)
    stolen = revoke(project, "Ada", "Olga", "stolen", compromised=True)
    assert "compromised" in stolen.objection("2020-01-01T00:00:00.000Z")


def test_a_role_and_a_reason_are_asked_for(project: Project, store: IdentityStore) -> None:
    card = store.make("Ada", lambda _: "x", in_file=True).signed_card
    with pytest.raises(UsageError):
        trust(project, card, "king", "Olga")  # type: ignore[arg-type]
    trust(project, card, "reviewer", "Olga")
    with pytest.raises(UsageError):
        revoke(project, "Ada", "Olga", "  ")
    with pytest.raises(NotFoundError):
        revoke(project, "Adda", "Olga", "left")


@pytest.mark.parametrize(
    "name",
    ["Ada", "ADA", "\u0410da", "A da", "Áda", "\uff21da", "A\u200cda"],
    ids=["same", "large", "cyrillic", "spaced", "marked", "wide", "joined"],
)
def test_a_second_key_under_a_name_that_looks_the_same_is_refused(
    project: Project, store: IdentityStore, tmp_path: Path, name: str
) -> None:
    trust(project, store.make("Ada", lambda _: "x", in_file=True).signed_card, "reviewer", "Olga")
    other = IdentityStore(tmp_path / "other", Cost(64, 1)).make(name, lambda _: "x", in_file=True)
    with pytest.raises(UsageError, match="another key"):
        trust(project, other.signed_card, "reviewer", "Olga")
    assert [one.name for one in project.trust.all()] == ["Ada"]
    assert trust(project, other.signed_card, "reviewer", "Olga", name="Ada the second")
    revoke(project, "Ada", "Olga", "has a new key")
    assert trust(project, other.signed_card, "reviewer", "Olga").name == name


@pytest.mark.parametrize(
    "name",
    ["A\u200bda", "Ada\u202e", "A\x1b[2Jda", "A\nda", "x" * 201],
    ids=["unseen", "turned", "terminal", "lines", "long"],
)
def test_a_name_that_cannot_be_shown_is_refused(
    project: Project, store: IdentityStore, name: str
) -> None:
    with pytest.raises(UsageError, match="not seen"):
        store.make(name, lambda _: "x", in_file=True)
    ada = store.make("Ada", lambda _: "x", in_file=True)
    card = replace(ada.card, name=name)
    forged = SignedCard(card, ada.sign(signed_bytes(card)).hex())
    with pytest.raises(InputError, match="not seen"):
        checked_card(forged.line)
    with pytest.raises(UsageError, match="not seen"):
        trust(project, ada.signed_card, "reviewer", "Olga", name=name)
