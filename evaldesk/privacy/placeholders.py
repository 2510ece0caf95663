"""What stands where personal data stood: it is itself nobody's data, so that a redacted text can be
redacted again and stays as it is.
"""

import hashlib
import hmac
import re

from evaldesk.domain.privacy import KINDS, Action
from evaldesk.privacy.folding import fold

REMOVED = "[…]"
_DIGITS = 8

_WORDS = {kind: kind.replace("_", " ") for kind in KINDS}
_PATTERN = re.compile(
    r"\[(?:…|" + "|".join(re.escape(word) for word in _WORDS.values()) + r")\]"
    r"|(?:Person|person|" + "|".join(kind.replace("_", "-") for kind in KINDS) + r")"
    rf"-[0-9a-f]{{{_DIGITS}}}(?:@example\.invalid)?"
)
_SOME = re.compile(r"\[[a-zA-Z…]|-[0-9a-f]{8}")


def placeholder(action: Action, kind: str, subject: str, key: bytes) -> str:
    """What is put there.

    Args:
        subject: whom or what the text speaks of: the same one gets the same pseudonym.
        key: the project's secret, without which nobody can try names.
    """
    if action == "remove":
        return REMOVED
    if action == "mask":
        return f"[{_WORDS.get(kind, kind)}]"
    # A folded text: the same person however they are written.
    mark = digest(key, f"pseudonym\0{kind}\0{fold(subject)}")[:_DIGITS]
    if kind == "email":
        return f"person-{mark}@example.invalid"  # RFC 2606: nobody can own it
    if kind == "person":
        return f"Person-{mark}"
    return f"{kind.replace('_', '-')}-{mark}"


def digest(key: bytes, text: str) -> str:
    """Keyed hash (HMAC-SHA-256, the first 128 bits) as 32 hexadecimal digits."""
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)[:16].hex()


def blanked(text: str) -> str:
    """The text with something in place of each placeholder that is no letter, digit or space: of
    the same length, and nothing is found in it or across it.
    """
    if _SOME.search(text) is None:
        return text
    return _PATTERN.sub(lambda found: "\x01" * len(found.group()), text)
