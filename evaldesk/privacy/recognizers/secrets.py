"""Keys and passwords: by the prefixes that their issuers publish, and by what is called a key and
looks like chance.
"""

import math
import re
from collections.abc import Iterable

from evaldesk.domain.privacy import Match
from evaldesk.privacy.scan import Scan

_PREFIXED = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-ant-[A-Za-z0-9_-]{20,200}|sk-(?:proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{20,200}"
    r"|(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_-]{20,64}"
    r"|xox[abeprs]-[A-Za-z0-9-]{10,250}|xapp-[A-Za-z0-9-]{10,250}"
    r"|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,400}"
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,120}|whsec_[A-Za-z0-9]{20,80}"
    r"|SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{30,60}|hf_[A-Za-z0-9]{30,60}"
    r"|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{40,300}|dop_v1_[a-f0-9]{64}"
    r"|lsv2_(?:pt|sk)_[a-f0-9_]{30,80}|pk-lf-[a-f0-9-]{30,40}|sk-lf-[a-f0-9-]{30,40}"
    r"|gsk_[A-Za-z0-9]{40,80}|r8_[A-Za-z0-9]{30,50}|AGE-SECRET-KEY-1[A-Z0-9]{58}"
    r")(?![A-Za-z0-9])"
)
_STARTS = (
    *("sk-", "AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    *("github_pat_", "glpat-", "xox", "xapp-", "AIza", "ya29.", "k_live_", "k_test_", "whsec_"),
    *("SG.", "hf_", "npm_", "pypi-", "dop_v1_", "lsv2_", "pk-lf-", "gsk_", "r8_", "AGE-SECRET"),
)
_JWT = re.compile(r"(?<![\w-])eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{4,8000}\.[\w-]{0,2000}")
_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_BLOCK_END = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_NAMED = re.compile(
    r"(?:pass(?:word|wd|phrase|wort|code)|pwd|secret|api[_ -]?key|access[_ -]?key|auth[_ -]?token"
    r"|access[_ -]?token|private[_ -]?key|client[_ -]?secret|bearer|credential|kennwort"
    r"|contraseña|mot de passe)[\"']?"
    r"(?:\s{0,3}(?::=|[:=]|=>)\s{0,3}|\s{1,3}(?:is|ist|es|est)[: ]\s{0,2}|(?<=[rR])\s{1,2})"
    r"[\"'`]?([^\s\"'`,;<>{}()\[\]\\]{4,400})",
    re.IGNORECASE,
)
_NAMED_WORDS = (
    *("passw", "passph", "passcode", "pwd", "secret", "api", "access", "auth", "private"),
    *("client", "bearer", "credential", "kennwort", "contraseña", "mot de passe"),
)
_NOT_SECRET = frozenset(
    "none null true false string required optional password secret token changed invalid correct "
    "incorrect wrong expired missing empty your the not reset protected valid undefined".split()
)


def entropy(text: str) -> float:
    """Bits for each character, by how often each occurs in it."""
    length = len(text)
    counts = [text.count(one) for one in set(text)]
    return -sum(count / length * math.log2(count / length) for count in counts)


class Secrets:
    """API keys, tokens, private keys, and what is said to be a password."""

    name = "secret"
    kinds = ("secret",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        text = scan.text
        if any(map(text.__contains__, _STARTS)):
            for found in _PREFIXED.finditer(text):
                body = found.group()
                if any(one.isdigit() for one in body) and entropy(body) > 2.5:
                    yield Match(*found.span(), "secret", "secret-prefix", 0.97)
        for found in _JWT.finditer(text) if "eyJ" in text else ():
            yield Match(*found.span(), "secret", "web-token", 0.97)
        yield from _blocks(text)
        if any(map(scan.lower.__contains__, _NAMED_WORDS)):
            yield from _named(scan)


def _blocks(text: str) -> Iterable[Match]:
    at = 0
    while (begin := text.find("-----BEGIN ", at)) >= 0:
        at = begin + 11
        head = _BLOCK.match(text, begin)
        if head is None:
            continue
        end = _BLOCK_END.search(text, head.end())
        stop = end.end() if end is not None else len(text)
        yield Match(begin, stop, "secret", "private-key", 0.99)
        at = stop


def _named(scan: Scan) -> Iterable[Match]:
    stop = 0
    for at in scan.beginning(_NAMED_WORDS):
        found = _NAMED.match(scan.text, at) if at >= stop else None
        if found is None:
            continue
        stop = found.end()
        value = found.group(1).rstrip(".!?:")
        start = found.start(1)
        if len(value) < 4 or value.lower() in _NOT_SECRET or value.startswith(("$", "%", "*")):
            continue
        mixed = sum(
            (
                any(one.islower() for one in value),
                any(one.isupper() for one in value),
                any(one.isdigit() for one in value),
                any(not one.isalnum() for one in value),
            )
        )
        # A word of small letters alone is a word.
        if mixed >= 3 or (mixed == 2 and any(one.isdigit() for one in value)):
            score = 0.85 if len(value) >= 8 and entropy(value) > 2.5 else 0.6
            yield Match(start, start + len(value), "secret", "named-secret", score)
