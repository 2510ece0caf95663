"""Events of the log in words."""

from collections.abc import Mapping
from typing import Any

from evaldesk.domain.audit import AuditEvent

_DONE = {
    "project.created": "made the project",
    "project.founded": "brought the project to a new format; its log begins with what was there",
    "project.encrypted": "encrypted the project",
    "project.decrypted": "stored the project without encryption",
    "key.added": "let {name} open the encrypted project",
    "key.replaced": "gave the encrypted project a new key",
    "import.traces": "imported {files}",
    "import.scenarios": "imported {files}",
    "import.ratings": "imported ratings from {files}",
    "import.preferences": "imported preferences from {file}",
    "rating.answered": "gave {answer}",
    "rating.submitted": "submitted {answer}",
    "rating.skipped": "skipped a rating",
    "rating.flagged": "flagged a rating for the adjudicator",
    "rating.reopened": "opened a rating again",
    "rating.timed": "worked for a while",
    "preference.given": "gave {preference}",
    "preference.submitted": "submitted {preference}",
    "ruling.made": "ruled on “{criterion}”",
    "round.started": "started the round “{round}”",
    "round.revealed": "revealed the round “{round}”",
    "round.closed": "closed the round “{round}”",
    "rubric.saved": "saved the rubric “{rubric}”",
    "dataset.saved": "saved a version of the dataset “{dataset}”",
    "suite.frozen": "gave the name “{suite}” to a dataset version",
    "note.written": "wrote a note",
    "note.changed": "changed a note",
    "note.removed": "removed a note",
    "highlight.marked": "marked a passage",
    "highlight.removed": "removed a mark",
    "view.saved": "saved the view “{view}”",
    "view.removed": "removed the view “{view}”",
    "view.renamed": "renamed the view “{view}” to “{renamed}”",
    "mapping.saved": "saved a mapping",
    "setting.changed": "changed {settings}",
    "policy.network": "changed the network policy",
    "trust.trusted": "trusted the key of {name} as {role}",
    "trust.revoked": "revoked the key of {name}",
    "trust.compromised": "reported the key of {name} as compromised",
    "package.merged": "merged a package",
    "package.sent": "sent a package",
    "package.opened": "opened a package",
    "retention.deleted": "deleted {gone}",
    "export.file": "exported {path}",
    "export.audit": "exported the log to {path}",
    "backup.made": "made a backup",
    "veil.lifted": "looked at what the round “{round}” hides",
    "answers.shown": "looked at what others answered",
}

_NAMES = {
    "answer": ("answer", "answers"),
    "submission": ("rating handed in", "ratings handed in"),
    "trace": ("trace", "traces"),
    "scenario": ("scenario", "scenarios"),
    "score": ("score", "scores"),
    "annotation": ("annotation", "annotations"),
    "ruling": ("ruling", "rulings"),
    "round": ("round", "rounds"),
    "round_event": ("step of a round", "steps of rounds"),
    "rubric_version": ("version of a rubric", "versions of rubrics"),
    "dataset_version": ("version of a dataset", "versions of datasets"),
    "scenario_revision": ("description of a scenario", "descriptions of scenarios"),
    "suite": ("name of a dataset version", "names of dataset versions"),
    "note": ("note", "notes"),
    "highlight": ("highlight", "highlights"),
    "preference": ("preference", "preferences"),
    "pair_submission": ("pair handed in", "pairs handed in"),
    "work_time": ("stretch of work", "stretches of work"),
    "person": ("person", "people"),
    "import_file": ("imported file", "imported files"),
    "rubric": ("rubric", "rubrics"),
    "dataset": ("dataset", "datasets"),
    "metric": ("metric", "metrics"),
    "run": ("run", "runs"),
    "setting": ("setting", "settings"),
    "mapping": ("mapping", "mappings"),
    "saved_view": ("saved view", "saved views"),
    "trust": ("word on a key", "words on keys"),
    "package": ("package", "packages"),
    "audit_gone": ("row that was deleted", "rows that were deleted"),
}


def sentence(event: AuditEvent) -> str:
    """What happened, in a sentence: “ann submitted 3 answers of trace 1f… in the round “main”.”"""
    body = event.body
    details: Mapping[str, Any] = body.get("details") or {}
    who = event.author or "Somebody"
    known = _DONE.get(event.kind)
    did = f"did “{event.kind}”" if known is None else known.format_map(_Words(body, details))
    where = ""
    if event.kind.startswith(("rating.", "preference.")):
        where = f" of trace {str(details['trace'])[:12]}" if details.get("trace") else ""
        where += f" in the round “{details['round']}”" if details.get("round") else ""
    behalf = f", in the name of {body['said_by']}" if body.get("said_by") else ""
    reason = f": {body['reason']}" if body.get("reason") else ""
    return f"{who} {did}{where}{behalf}{reason}."


def covered(event: AuditEvent) -> list[str]:
    """What the event covers, one phrase a table: “3 answers”, “1 setting”."""
    found = [
        count_of(name, int(said["count"])) for name, said in (event.body.get("rows") or {}).items()
    ]
    found += [count_of(name, len(said)) for name, said in (event.body.get("state") or {}).items()]
    chains = event.body.get("chains") or {}
    if chains:
        found.append("1 log of another file" if len(chains) == 1 else f"{len(chains)} other logs")
    return found


def count_of(name: str, count: int) -> str:
    """So many rows of a table."""
    one, many = _NAMES.get(name, (f"row of {name}", f"rows of {name}"))
    return f"{count:,} {one if count == 1 else many}"


class _Words(dict[str, str]):
    """What the sentences have places for."""

    def __init__(self, body: Mapping[str, Any], details: Mapping[str, Any]) -> None:
        rows = body.get("rows") or {}
        super().__init__({key: str(value) for key, value in details.items()})
        for name in ("answer", "preference"):
            count = int((rows.get(name) or {}).get("count", 0))
            self[name] = count_of(name, count) if count else "a rating"
        gone = (rows.get("audit_gone") or {}).get("count", 0)
        self["gone"] = f"{gone:,} rows" if gone != 1 else "1 row"
        files = [str(file.get("name", "")) for file in details.get("files") or ()]
        more = f" and {len(files) - 3} more files" if len(files) > 3 else ""
        self["files"] = (", ".join(files[:3]) or "something") + more
        settings = body.get("settings") or {}
        self["settings"] = (
            ", ".join(f"“{key}” to “{value}”" for key, value in settings.items())
            or "a setting of the project"
        )

    def __missing__(self, key: str) -> str:
        return "…"
