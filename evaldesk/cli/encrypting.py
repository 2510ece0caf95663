"""``encrypt``, ``decrypt`` and ``rekey``."""

import argparse
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaldesk.cli.command import Command, Context, Outcome, add_path, add_project
from evaldesk.cli.keys import NEW_PASSPHRASE, PASSPHRASE, add_lock, lock_of, opened_with_key
from evaldesk.domain.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaldesk.domain.encryption import KeyHolder


def _encrypt_arguments(parser: argparse.ArgumentParser) -> None:
    add_path(parser)
    parser.add_argument(
        "--key-file", metavar="FILE", type=Path, help=f"holds the passphrase; else {PASSPHRASE}"
    )
    add_lock(parser)


def _encrypt(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.projects import encryption

    lock = lock_of(args, args.key_file, PASSPHRASE)
    key = encryption.encrypt(args.project, lock)
    left = encryption.plain_copies(args.project)
    for copy in left:
        context.tell(f"Not encrypted: {copy}. Remove it if nobody needs it.")
    data = {**_file(args.project), "encrypted": True, "plain_copies": [str(copy) for copy in left]}
    return _with_code(
        data, f"Encrypted {args.project}. {encryption.what_remains()}", key, args.recovery
    )


def _decrypt(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects import encryption

    with opened_with_key(args) as project:
        key = encryption.data_key(project)
    encryption.decrypt(args.project, key)
    data = {**_file(args.project), "encrypted": False}
    return Outcome(data, f"{args.project} is not encrypted any more.")


def _rekey_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_lock(parser)
    parser.add_argument(
        "--new-key-file",
        metavar="FILE",
        type=Path,
        help=f"holds a new passphrase; else {NEW_PASSPHRASE}",
    )
    parser.add_argument(
        "--change-passphrase", action="store_true", help="give the holder another passphrase"
    )
    parser.add_argument("--add-holder", metavar="NAME", help="let somebody else open it, too")
    parser.add_argument(
        "--recipient", metavar="AGE", help="with --add-holder: the age key of their card"
    )
    parser.add_argument("--remove", metavar="NAME", help="somebody opens it no more")
    parser.add_argument("--list", action="store_true", help="who can open it; changes nothing")


def _rekey(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects import encryption

    if sum(map(bool, (args.change_passphrase, args.add_holder, args.remove, args.list))) > 1:
        raise UsageError("One change at a time.", "Call it once for each.")
    if args.recipient and not args.add_holder:
        raise UsageError("--recipient goes with --add-holder.")
    with opened_with_key(args) as project:
        key = encryption.data_key(project)
        if args.add_holder:
            encryption.add_holder(project, _added(args))
    holders = encryption.holders(args.project)
    if args.list:
        text = "\n".join(
            f"{holder.name}: {holder.kind}, since {holder.since}" for holder in holders
        )
        return Outcome({**_file(args.project), "holders": _listed(holders)}, text)
    if args.add_holder:
        text = f"{args.add_holder} can open {args.project} now."
        data = {**_file(args.project), "holders": _listed(holders)}
        return _with_code(data, text, key, args.recovery)
    if args.remove:
        gone = [holder.id for holder in holders if holder.name == args.remove]
        if not gone:
            raise NotFoundError.among("key-holder", args.remove, (one.name for one in holders))
        key = encryption.rekey(args.project, key, without=gone)
        text = f"{args.remove} cannot open {args.project} any more, nor can old copies of its keys."
    elif args.change_passphrase:
        lock = lock_of(args, args.new_key_file, NEW_PASSPHRASE)
        mine = [holder.id for holder in holders if holder.name == lock.holder]
        key = encryption.rekey(args.project, key, without=mine, instead=lock)
        text = f"{args.project} opens with the new passphrase."
    else:
        key = encryption.rekey(args.project, key)
        text = f"{args.project} has a new key. Who could open it still can."
    holders = encryption.holders(args.project)
    data = {**_file(args.project), "holders": _listed(holders)}
    return _with_code(data, text, key, args.recovery)


def _added(args: argparse.Namespace) -> Any:
    from evaldesk.services.projects.encryption import Lock

    if args.recipient:
        return Lock(args.add_holder, "card", recipient=args.recipient)
    args.holder = args.add_holder
    return lock_of(args, args.new_key_file, NEW_PASSPHRASE)


def _listed(holders: "Sequence[KeyHolder]") -> list[dict[str, str]]:
    return [{"name": holder.name, "kind": holder.kind, "since": holder.since} for holder in holders]


def _file(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"path": str(path), "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _with_code(data: dict[str, Any], text: str, key: bytes, wanted: bool) -> Outcome:
    from evaldesk.services.projects.encryption import recovery_code_of

    if wanted:
        data["recovery_code"] = recovery_code_of(key)
        text += f"\n\nRecovery code, shown this once:\n\n  {data['recovery_code']}"
    return Outcome(data, text)


COMMANDS = (
    Command(
        "encrypt",
        "Encrypt a project that is not.",
        "evaldesk encrypt support.evaldesk --key-file passphrase.txt --recovery",
        _encrypt_arguments,
        _encrypt,
    ),
    Command(
        "decrypt",
        "Make a plain file of an encrypted project.",
        "evaldesk decrypt support.evaldesk --key-file key.txt",
        add_project,
        _decrypt,
    ),
    Command(
        "rekey",
        "A new key for an encrypted project; who opens it, and with what.",
        "evaldesk rekey support.evaldesk --remove Noor --recovery",
        _rekey_arguments,
        _rekey,
    ),
)
