"""The log that a return brings: of one file, by whoever it comes from."""

from typing import TYPE_CHECKING, Any

from evaldesk.domain.audit import AuditEvent
from evaldesk.domain.errors import InputError, NotAllowedError
from evaldesk.domain.identifiers import canonical_json, moment
from evaldesk.exchange.container import Package
from evaldesk.exchange.manifest import Manifest, damaged
from evaldesk.services.packages.working import EVENT_MEMBERS, EVENTS, ROWS, lines_of

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_LONGEST = 1_000_000
"""Bytes of what one entry says."""


def events_of(project: "Project", package: Package, sent: Manifest) -> list[AuditEvent]:
    """The entries of the sender's log. That they follow one another, that their signatures fit and
    that they say what the rows say is found when they are written.

    Args:
        sent: the assignment that is answered.

    Raises:
        NotAllowedError: an entry speaks in the name of somebody else whom this project knows.
        InputError: an entry cannot be read, or the rows come without a log.
    """
    found = [_event(line) for line in lines_of(package, EVENTS)]
    if len({event.chain for event in found}) > 1:
        raise NotAllowedError("It brings logs of other files than its own.")
    if not found and package.members[ROWS]:
        raise damaged("its log is missing")
    card = package.manifest.sender.card
    own = {"", card.name, sent.content["rater"]}
    others = {one.name for one in project.trust.all()} | set(project.people.names())
    keys = {one.name: one.fingerprint for one in project.trust.all()}
    for event in found:
        name = event.author
        if name not in own and name in others and (not event.key or keys.get(name) != event.key):
            raise NotAllowedError(
                f"Its log has an entry in the name of {name} ({event.kind}), who did not sign it."
            )
        if event.key and name == card.name and event.key != card.fingerprint:
            known = project.trust.of_key(event.key)
            if known is None or known.name != name:
                raise NotAllowedError(
                    f"Its log has an entry by {name} that another key signed ({event.kind})."
                )
    return found


def _event(line: Any) -> AuditEvent:
    wrong = damaged("an entry of its log cannot be read")
    if not isinstance(line, dict) or set(line) != set(EVENT_MEMBERS):
        raise wrong
    texts = [line[name] for name in EVENT_MEMBERS if name not in ("number", "body")]
    number, body = line["number"], line["body"]
    if not all(isinstance(text, str) for text in texts) or not isinstance(body, dict):
        raise wrong
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 1 << 53:
        raise wrong
    if moment(line["at"]) is None or not _speaks_of_rows(body.get("rows", {})):
        raise wrong
    if not isinstance(body.get("card", {}), dict):
        raise wrong
    try:
        "".join(texts).encode("utf-8")
        long = len(canonical_json(body)) > _LONGEST
    except (UnicodeEncodeError, RecursionError) as error:
        raise wrong from error
    if long:
        raise InputError("An entry of its log is too long.")
    return AuditEvent(**line)


def _speaks_of_rows(rows: Any) -> bool:
    """Whether it is what an entry says of the rows that it covers; see decision 0022."""
    if not isinstance(rows, dict):
        return False
    for said in rows.values():
        if not isinstance(said, dict):
            return False
        ids = said.get("ids", [])
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            return False
        if not isinstance(said.get("count"), int) or not isinstance(said.get("sha256"), str):
            return False
    return True
