"""``identity …``: this person's keys, and the people that a project trusts."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaldesk.cli.command import (
    Command,
    Context,
    Outcome,
    add_author,
    add_project,
    author_of,
    natural,
    opened,
)
from evaldesk.domain.fingerprint_words import words_of
from evaldesk.domain.identity import ROLES

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity
    from evaldesk.domain.trust import Trusted
    from evaldesk.services.projects.identities import OwnIdentity
    from evaldesk.storage.project import Project


def add_identity(parser: argparse.ArgumentParser) -> None:
    """Whose keys are used, and what opens them."""
    parser.add_argument(
        "--identity", metavar="NAME", default="", help="whose keys (your own name if left out)"
    )
    parser.add_argument(
        "--identity-key-file",
        metavar="FILE",
        type=Path,
        help="passphrase of the keys, where they are not in the system's keyring; else "
        "EVALDESK_IDENTITY_PASSPHRASE or EVALDESK_PASSPHRASE",
    )


def identity_of(args: argparse.Namespace) -> "Identity":
    """The keys of the name given, or this person's own; made where there are none yet."""
    from evaldesk.services.projects.identities import own_identity, passphrase_from

    return own_identity(args.identity, author_of(args), passphrase_from(args.identity_key_file))


def addressed(args: argparse.Namespace, package: Path, *, reader: bool = False) -> "Identity":
    """The keys of the name given, or whichever of this machine's a package is sealed to."""
    from evaldesk.services.packages.addressing import addressee_of
    from evaldesk.services.projects.identities import passphrase_from

    if args.identity:
        return identity_of(args)
    return addressee_of(
        package, author_of(args), passphrase_from(args.identity_key_file), reader=reader
    )


def opened_by(args: argparse.Namespace, project: "Project") -> "Identity":
    """The keys of the name given, or those that a package project was sealed to."""
    from evaldesk.services.packages.addressing import reader_identity
    from evaldesk.services.projects.identities import passphrase_from

    if args.identity:
        return identity_of(args)
    return reader_identity(project, author_of(args), passphrase_from(args.identity_key_file))


def _valid(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", metavar="N", type=natural, help="it expires after so many days")


def _ends(args: argparse.Namespace) -> str:
    if args.days is None:
        return ""
    end = datetime.now(UTC) + timedelta(days=args.days)
    return end.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _new_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", default="", help="who you are (as chosen in the program)")
    _valid(parser)
    parser.add_argument(
        "--in-file", action="store_true", help="sealed in a file, also where there is a keyring"
    )
    parser.add_argument(
        "--key-file", metavar="FILE", type=Path, help="passphrase to seal the keys with"
    )


def _new(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects.identities import (
        identity_store,
        kept_identity,
        passphrase_from,
        shown,
    )

    name = args.name or author_of(args)
    ask = passphrase_from(args.key_file)
    identity_store().make(name, ask, expires_at=_ends(args), in_file=args.in_file)
    return _own(shown(kept_identity(name)))


def _own(one: "OwnIdentity") -> Outcome:
    data = {
        "name": one.name,
        "fingerprint": one.fingerprint,
        "words": one.words,
        "kept_in": one.where,
        "created_at": one.created_at,
        "expires_at": one.expires_at or None,
        "card": one.line,
    }
    ends = f", until {one.expires_at[:10]}" if one.expires_at else ""
    text = (
        f"{one.name} (keys in the {'keyring' if one.where == 'keyring' else 'sealed file'}{ends})\n"
        f"  fingerprint  {one.fingerprint}\n"
        f"  in words     {one.words}\n"
        f"  card         {one.line}"
    )
    return Outcome(data, text)


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", default="", help="whose (your own)")


def _show(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects.identities import kept_identity, shown

    return _own(shown(kept_identity(args.name or author_of(args))))


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    _show_arguments(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the card")


def _export(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects.identities import shown, write_card

    kept = write_card(args.name or author_of(args), args.out)
    told = _own(shown(kept))
    return Outcome({**told.data, "path": str(args.out)}, f"Wrote {args.out}.\n{told.text}")


def _trust_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("card", metavar="CARD", help="a card's file, or its line")
    parser.add_argument("--role", choices=ROLES, default="reviewer", help="(reviewer)")
    parser.add_argument("--name", default="", help="as ratings are kept under (the card's)")
    _valid(parser)
    parser.add_argument("--reason", default="", metavar="TEXT")
    add_author(parser)


def _trust(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects.identities import card_from, trust

    card = card_from(args.card)
    with opened(args) as project:
        made = trust(
            project,
            card,
            args.role,
            author_of(args),
            name=args.name,
            reason=args.reason,
            expires_at=_ends(args),
        )
    text = f"{_trusted_text(made)}\nCompare the words with {made.name} before you rely on them."
    return Outcome(_trusted_json(made), text)


def _revoke_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("name", metavar="NAME", help="or the beginning of the fingerprint")
    parser.add_argument("--reason", required=True, metavar="TEXT")
    parser.add_argument(
        "--compromised", action="store_true", help="refuse what carries an earlier date as well"
    )
    add_author(parser)


def _revoke(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects.identities import revoke

    with opened(args) as project:
        found = revoke(
            project, args.name, author_of(args), args.reason, compromised=args.compromised
        )
    return Outcome(_trusted_json(found), _trusted_text(found))


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "project",
        metavar="PROJECT",
        type=Path,
        nargs="?",
        help="the people it trusts; left out: the identities of this machine",
    )
    parser.add_argument("--key-file", metavar="FILE", type=Path, help="key of the project")


def _list(args: argparse.Namespace, _: Context) -> Outcome:
    if args.project is None:
        from evaldesk.services.projects.identities import own_identities

        own = [_own(one) for one in own_identities()]
        text = "\n".join(one.text for one in own) or "There is no identity on this machine yet."
        return Outcome([one.data for one in own], text)
    with opened(args) as project:
        known = project.trust.all()
    text = "\n".join(map(_trusted_text, known)) or "Nobody is trusted yet."
    return Outcome([_trusted_json(one) for one in known], text)


def _trusted_json(one: "Trusted") -> dict[str, Any]:
    return {
        "name": one.name,
        "fingerprint": one.fingerprint,
        "words": words_of(one.fingerprint),
        "role": one.role,
        "state": one.state,
        "by": one.by,
        "at": one.at,
        "since": one.since,
        "reason": one.reason or None,
        "expires_at": one.expires_at or one.card.expires_at or None,
    }


def _trusted_text(one: "Trusted") -> str:
    ends = one.expires_at or one.card.expires_at
    until = f", until {ends[:10]}" if ends else ""
    why = f" ({one.reason})" if one.reason else ""
    return (
        f"{one.name}: {one.role}, {one.state} by {one.by} on {one.at[:10]}{until}{why}\n"
        f"  {words_of(one.fingerprint)}"
    )


COMMANDS = (
    Command(
        "identity new",
        "Make your keys: to sign with, and to be sent packages.",
        "evaldesk identity new --name Ines",
        _new_arguments,
        _new,
    ),
    Command(
        "identity show",
        "Your card and its fingerprint.",
        "evaldesk identity show",
        _show_arguments,
        _show,
    ),
    Command(
        "identity export",
        "Write your card, to hand to others.",
        "evaldesk identity export --out ines.card",
        _export_arguments,
        _export,
    ),
    Command(
        "identity trust",
        "Accept what somebody signs, in a project.",
        "evaldesk identity trust support.evaldesk ines.card --role reviewer",
        _trust_arguments,
        _trust,
    ),
    Command(
        "identity revoke",
        "Accept nothing more that somebody signs, in a project.",
        "evaldesk identity revoke support.evaldesk Ines --reason 'left the team'",
        _revoke_arguments,
        _revoke,
    ),
    Command(
        "identity list",
        "The people that a project trusts, or the identities of this machine.",
        "evaldesk identity list support.evaldesk",
        _list_arguments,
        _list,
    ),
)
