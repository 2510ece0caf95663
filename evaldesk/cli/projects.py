"""``new``, ``info``, ``verify`` and ``backup``."""

import argparse
from dataclasses import asdict
from pathlib import Path

from evaldesk.cli.command import (
    Command,
    Context,
    Outcome,
    add_key,
    add_path,
    add_project,
    opened,
)
from evaldesk.cli.identities import add_identity, addressed
from evaldesk.cli.keys import PASSPHRASE, add_lock, lock_of, tell_unused_key, unlock_of
from evaldesk.domain.errors import UsageError


def _network(text: str) -> str:
    from evaldesk.net.policy import NetworkPolicy

    try:
        return str(NetworkPolicy.parse(text))
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _new_arguments(parser: argparse.ArgumentParser) -> None:
    add_path(parser)
    parser.add_argument("--name", default="", help="what the project is called")
    parser.add_argument(
        "--network",
        type=_network,
        default="none",
        metavar="POLICY",
        help="none (default), loopback or allow:HOST[,HOST…]",
    )
    parser.add_argument(
        "--encrypt", action="store_true", help="encrypt the whole file, with a key file beside it"
    )
    parser.add_argument(
        "--key-file", metavar="FILE", type=Path, help=f"holds the passphrase; else {PASSPHRASE}"
    )
    add_lock(parser)


def _new(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects.opening import create_project, recovery_code

    wanted = [name for name in ("key_file", "holder", "keyring", "recovery") if vars(args)[name]]
    if wanted and not args.encrypt:
        name = wanted[0].replace("_", "-")
        raise UsageError(f"--{name} goes with --encrypt.")
    lock = lock_of(args, args.key_file, PASSPHRASE) if args.encrypt else None
    with create_project(args.project, args.name, args.network, lock) as project:
        info = project.info()
        code = recovery_code(project) if args.recovery else None
    data = {
        "project": info.name,
        "path": str(args.project),
        "encrypted": info.encrypted,
        "network": info.network,
    }
    kind = "encrypted, " if info.encrypted else ""
    text = f"Made {args.project} (“{info.name}”, {kind}network: {info.network})."
    if code is not None:
        data["recovery_code"] = code
        text += f"\n\nRecovery code, shown this once:\n\n  {code}"
    return Outcome(data, text)


def _info(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects.opening import check_quickly

    with opened(args) as project:
        info = asdict(project.info())
        faults = check_quickly(project)
    info["integrity"] = {"ok": not faults, "faults": list(faults)}
    lines = [f"{info['name']}  ({args.project})", ""]
    lines += [
        f"{key.replace('_', ' '):>15}  {value:,}"
        for key, value in info.items()
        if isinstance(value, int) and not isinstance(value, bool)
    ]
    lines.append(f"{'encrypted':>15}  {'yes' if info['encrypted'] else 'no'}")
    lines.append(f"{'network':>15}  {info['network']}")
    lines.append(f"{'file':>15}  {'whole' if not faults else faults[0]}")
    return Outcome(info, "\n".join(lines))


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a project or a package")
    add_key(parser)
    add_identity(parser)


def _verify(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.packages.checking import is_package
    from evaldesk.services.projects.opening import verify
    from evaldesk.storage.engine import is_encrypted

    if is_package(args.file):
        return _verify_package(args)
    found = verify(args.file, unlock=unlock_of(args))
    tell_unused_key(args, is_encrypted(args.file))
    data = {
        "ok": found.ok,
        "checked": found.checked,
        "faults": [{"where": fault.where, "what": fault.what} for fault in found.faults],
        "log": {"signed": found.signed, "unsigned": found.unsigned},
    }
    if found.ok:
        entries = found.signed + found.unsigned
        unsigned = f", {found.unsigned:,} of them by name only" if found.unsigned else ""
        text = f"Whole: {found.checked:,} things compared, no fault."
        return Outcome(data, f"{text} The log has {entries:,} entries{unsigned}.")
    lines = [f"{len(found.faults)} faults in {args.file}:"]
    lines += [f"  {fault.where}: {fault.what}" for fault in found.faults[:50]]
    return Outcome(data, "\n".join(lines), 1)


def _verify_package(args: argparse.Namespace) -> Outcome:
    from evaldesk.services.packages.checking import check_package

    found = check_package(args.file, addressed(args, args.file))
    data = {
        "ok": not found.faults,
        "checked": found.checked,
        "faults": [{"where": fault.where, "what": fault.what} for fault in found.faults],
        "kind": found.kind or None,
        "from": found.sender or None,
    }
    if found.faults:
        return Outcome(data, found.faults[0].what, 1)
    return Outcome(data, f"Whole: {found.kind} signed by {found.sender}.")


def _backup_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the copy")


def _backup(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects.opening import back_up

    with opened(args) as project:
        digest = back_up(project, args.out)
    data = {"path": str(args.out), "sha256": digest}
    return Outcome(data, f"Copied to {args.out} (SHA-256 {digest}).")


COMMANDS = (
    Command(
        "new",
        "Make a project.",
        "evaldesk new support.evaldesk --name 'Support assistant'",
        _new_arguments,
        _new,
    ),
    Command("info", "Counts and integrity.", "evaldesk info support.evaldesk", add_project, _info),
    Command(
        "verify",
        "Whether a project is whole: file, references, the content behind every id, and the log.",
        "evaldesk verify support.evaldesk",
        _verify_arguments,
        _verify,
    ),
    Command(
        "backup",
        "A whole copy, safe while the project is open.",
        "evaldesk backup support.evaldesk --out copy.evaldesk",
        _backup_arguments,
        _backup,
    ),
)
