"""Secrets in the system's own keyring: Secret Service, Keychain or Credential Locker."""

import base64

from evaldesk.credentials.keyring_probe import probe
from evaldesk.domain.errors import EvalDeskError, ProjectError

SERVICE = "EvalDesk"


class NoKeyringError(ProjectError):
    """This system has no keyring that keeps secrets."""


def put(name: str, secret: bytes) -> None:
    """Keep a secret under a name, in place of an older one.

    Raises:
        NoKeyringError: there is none, it is locked, or it did not keep what it was given.
    """
    import keyring

    _check()
    text = base64.b64encode(secret).decode("ascii")
    try:
        keyring.set_password(SERVICE, name, text)
        kept = keyring.get_password(SERVICE, name)
    except Exception as error:  # each system's keyring raises its own
        raise _refused(error) from error
    if kept != text:
        raise NoKeyringError("The system's keyring did not keep the key.", "Use a passphrase.")


def get(name: str) -> bytes | None:
    """The secret of a name; None where there is none.

    Raises:
        NoKeyringError: there is no keyring, or it is locked.
    """
    import keyring

    _check()
    try:
        text = keyring.get_password(SERVICE, name)
    except Exception as error:
        raise _refused(error) from error
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except ValueError as error:
        raise NoKeyringError(
            "What the system's keyring holds is not what was put there.", "Use a passphrase."
        ) from error


def drop(name: str) -> None:
    """Forget a secret; it is fine if there is none."""
    import keyring
    import keyring.errors

    _check()
    try:
        keyring.delete_password(SERVICE, name)
    except keyring.errors.PasswordDeleteError:
        return
    except Exception as error:
        raise _refused(error) from error


def _check() -> None:
    works, detail = probe()
    if not works:
        raise NoKeyringError(
            f"There is no keyring to use here ({detail}).", "Use a passphrase or a recovery code."
        )


def _refused(error: Exception) -> EvalDeskError:
    return NoKeyringError(
        f"The system's keyring refused ({type(error).__name__}).",
        "Unlock it and try again, or use a passphrase or a recovery code.",
    )
