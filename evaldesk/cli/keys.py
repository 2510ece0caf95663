"""Where the command line takes a key from: a file, the environment, or a person at a terminal.

Never from an argument: what is typed there stands in the list of processes for all to read.
"""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.domain.errors import InputError, LockedError, UsageError, WrongKeyError

if TYPE_CHECKING:
    from evaldesk.credentials.key_file import Unlock
    from evaldesk.services.projects.encryption import Lock
    from evaldesk.storage.project import Project

PASSPHRASE = "EVALDESK_PASSPHRASE"
NEW_PASSPHRASE = "EVALDESK_NEW_PASSPHRASE"
_MOST_BYTES = 4096


def unlock_of(args: argparse.Namespace) -> "Unlock":
    """What the command was given to open a project with; the keyring and the keys of this machine's
    identities are always tried as well.

    Raises:
        InputError: the key file is not there or is none.
        WrongKeyError: it holds a recovery code with a slip in it.
    """
    from evaldesk.cli.command import author_of
    from evaldesk.services.projects.encryption import unlock_with
    from evaldesk.services.projects.identities import openers, passphrase_from

    sealed_with = getattr(args, "identity_key_file", None) or args.key_file
    return unlock_with(
        _given(args.key_file, PASSPHRASE),
        author_of(args),
        openers=openers(passphrase_from(sealed_with)),
    )


def opened_with_key(args: argparse.Namespace) -> "Project":
    """The project, opened with the key that was given or that is asked for."""
    from evaldesk.services.projects.opening import open_project

    unlock = unlock_of(args)
    try:
        project = open_project(args.project, unlock)
    except WrongKeyError:
        raise
    except LockedError as error:
        if not _somebody_is_there():
            raise LockedError(
                error.message, f"{error.hint} Give --key-file FILE or set {PASSPHRASE}."
            ) from error
        from evaldesk.services.projects.encryption import unlock_with

        typed = getpass.getpass(f"Passphrase or recovery code of {args.project.name}: ")
        project = open_project(args.project, unlock_with(typed, unlock.holder))
    tell_unused_key(args, project.encrypted)
    return project


def tell_unused_key(args: argparse.Namespace, encrypted: bool) -> None:
    """Say on standard error where a key file was given for a project that needs none."""
    if args.key_file is not None and not encrypted:
        print("The project is not encrypted; the key file was not used.", file=sys.stderr)


def add_lock(parser: argparse.ArgumentParser) -> None:
    """How a project is to be opened from now on."""
    parser.add_argument(
        "--holder", metavar="NAME", default="", help="whose key it is (you, if not given)"
    )
    parser.add_argument(
        "--keyring",
        choices=("alone", "too"),
        help="the key lies in this system's keyring: alone, or the passphrase is needed too",
    )
    parser.add_argument(
        "--recovery", action="store_true", help="show the recovery code; keep it on paper"
    )


def lock_of(args: argparse.Namespace, file: Path | None, variable: str) -> "Lock":
    """The way to open a project that the command was given.

    Raises:
        UsageError: no passphrase was given, and nobody is there to type one.
    """
    from evaldesk.cli.command import author_of
    from evaldesk.services.projects.encryption import Lock

    holder = args.holder or author_of(args)
    if args.keyring == "alone":
        return Lock(holder, "keyring")
    passphrase = _given(file, variable)
    if not passphrase:
        if not _somebody_is_there():
            raise UsageError(
                "A passphrase is needed.",
                f"Set {variable}, name a file that holds it, or use --keyring alone.",
            )
        passphrase = getpass.getpass("New passphrase: ")
        if getpass.getpass("The same again: ") != passphrase:
            raise UsageError("The two passphrases differ.", "Type them again.")
    return Lock(holder, "both" if args.keyring else "passphrase", passphrase)


def _given(file: Path | None, variable: str) -> str:
    if file is None:
        return os.environ.get(variable, "")
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise InputError(
                "It is too large for a key file.",
                "It holds a passphrase or a recovery code, and nothing else.",
                path=str(file),
            )
        return file.read_text("utf-8").strip("\r\n")
    except OSError as error:
        raise InputError("There is no such key file.", path=str(file)) from error
    except UnicodeDecodeError as error:
        raise InputError("The key file is not text.", path=str(file)) from error


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
