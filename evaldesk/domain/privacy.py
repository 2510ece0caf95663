"""Personal data: where it was found, what people decided about it, and what a reader sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Action = Literal["mask", "pseudonym", "remove", "keep"]
"""mask: ``[phone]`` stands in its place. pseudonym: a name that is the same for the same text
everywhere in the project. remove: ``[…]``, which does not even say what stood there. keep: left."""

ACTIONS: tuple[Action, ...] = ("mask", "pseudonym", "remove", "keep")

KINDS: Mapping[str, str] = {
    "person": "name of a person",
    "username": "user name",
    "email": "e-mail address",
    "phone": "telephone number",
    "address": "postal address",
    "postcode": "postcode",
    "place": "place",
    "geo": "coordinates",
    "birth_date": "date of birth",
    "age": "age",
    "national_id": "national or tax number",
    "passport": "passport number",
    "driving_licence": "driving licence number",
    "credit_card": "payment card",
    "iban": "bank account",
    "crypto_address": "crypto address",
    "account": "customer number",
    "ip_address": "IP address",
    "mac_address": "hardware address",
    "url_credentials": "password in an address",
    "secret": "password or key",
    "organization": "organization",
    "nationality": "nationality or religion",
    "listed": "word of a list",
}
"""What is looked for: kind → what it is called."""

Verdict = Literal["accept", "reject", "always", "never", "undone"]
"""accept, reject: at this place. always, never: wherever this text stands in the project, and
``always`` also where no recognizer sees it. undone: what it supersedes no longer counts."""


@dataclass(frozen=True, slots=True)
class Match:
    """Something found in one text.

    Attributes:
        start, end: in code points, from 0, the end exclusive.
        kind: of `KINDS`.
        recognizer: which found it.
        score: 0 to 1, how sure; what has a checksum or a telling form is above 0.8.
        subject: whom or what it speaks of, folded, where that is more than the text itself: the
            whole name, of which a first name was found. Pseudonyms are made from it.
    """

    start: int
    end: int
    kind: str
    recognizer: str
    score: float
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found in a trace.

    Attributes:
        path: JSON Pointer (RFC 6901) into the canonical trace; with ``~k`` at its end it is the
            name of that member, not its value.
        start, end: in the text that stands there, in code points, from 0, the end exclusive.
        digest: keyed hash of the folded text, 32 hexadecimal digits: the same text has the same
            one in this project, and outside it says nothing.
    """

    path: str
    start: int
    end: int
    kind: str
    recognizer: str
    score: float
    digest: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said about something that was found. Only ever appended.

    Attributes:
        digest, kind: of the text.
        trace: content id of the trace, and ``path``, ``start``, ``end`` the place, for accept and
            reject; empty and 0 for always and never.
        text: the words themselves, for ``always``, which are looked for like those of a list;
            empty otherwise.
        supersedes: id of the decision that this one replaces; empty for none.
    """

    id: str
    verdict: Verdict
    kind: str
    digest: str
    author: str
    created_at: str
    reason: str = ""
    trace: str = ""
    path: str = ""
    start: int = 0
    end: int = 0
    text: str = ""
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is done with what is found.

    Attributes:
        name: unique in a project.
        title, description: for people.
        actions: kind → action; kinds that are not named get ``otherwise``.
        least_score: what was found with less is left alone.
    """

    name: str
    actions: Mapping[str, Action] = field(default_factory=dict)
    otherwise: Action = "mask"
    least_score: float = 0.5
    title: str = ""
    description: str = ""

    def action(self, kind: str) -> Action:
        """What is done with this kind."""
        return self.actions.get(kind, self.otherwise)

    def to_json(self) -> dict[str, Any]:
        """As it lies in ``resources/privacy`` and in a project."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "otherwise": self.otherwise,
            "least_score": self.least_score,
            "actions": dict(self.actions),
        }


@dataclass(frozen=True, slots=True)
class TermList:
    """A project's own words: names, places, customer numbers.

    Attributes:
        kind: what they are, of `KINDS`.
        terms: as a person gave them; they are found in any case, with and without accents.
    """

    name: str
    kind: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindCount:
    """How often a kind was found, in how many traces."""

    kind: str
    count: int
    traces: int = 0

    def to_json(self) -> dict[str, Any]:
        """The entry of ``found`` in the command line's contract."""
        return {"kind": self.kind, "count": self.count, "traces": self.traces}
