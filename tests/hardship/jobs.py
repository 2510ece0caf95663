"""What is done to a project while its machine lets it down; each says what it shows as saved."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

from evaldesk.credentials.identities import IdentityStore
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.labelling import review
from evaldesk.services.packages import merging
from evaldesk.services.projects import encryption
from evaldesk.services.projects.encryption import unlock_with
from evaldesk.storage.project import Project

RATER = "ada"
OWNER = "olga"
PASSPHRASE = "lantern quorum otter vinegar"


def say(*words: object) -> None:
    """One write to a pipe is whole or not there, whatever happens to the process."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def importing(folder: Path, chance: random.Random) -> None:
    """A file of traces: all of them or none."""
    rows = [
        {
            "scenario": {"key": f"NEW-{number:04}", "input": f"question {number}"},
            "messages": [{"role": "user", "parts": [{"type": "text", "content": "why? " * 400}]}],
        }
        for number in range(chance.randrange(50, 400))
    ]
    source = folder.parent / f"{folder.name}.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Project.open(folder / "p.evaldesk") as project:
        say("ready", len(rows))
        import_files(project, [source], TraceImport(run="new", author=RATER))
        say("imported", len(rows))


def labelling(folder: Path, chance: random.Random) -> None:
    """One answer after another."""
    with Project.open(folder / "p.evaldesk") as project:
        rubric = project.rubrics.get("Support")
        queue = review.queue(project, rubric, RATER)
        say("ready")
        for _ in range(chance.randrange(20, 200)):
            pk = chance.choice(queue.pks)
            given = review.answer(
                project, rubric, pk, "success", RATER, chance.choice(["yes", "no"])
            )
            if given.id:
                say("answer", given.id)


def migrating(folder: Path, chance: random.Random) -> None:
    """A file of the first format is brought up to date."""
    say("ready")
    with Project.open(folder / "old.evaldesk") as project:
        say("opened", project.info().traces)


def backing_up(folder: Path, chance: random.Random) -> None:
    """A copy, whole or not there."""
    with Project.open(folder / "p.evaldesk") as project:
        say("ready")
        project.copy_to(folder / "copy.evaldesk")
        say("copied")


def merging_back(folder: Path, chance: random.Random) -> None:
    """What a rater handed back."""
    store = IdentityStore(folder / "identities")
    kept = store.find(OWNER)
    assert kept is not None
    owner = store.unlock(kept, lambda _: PASSPHRASE)
    with Project.open(folder / "p.evaldesk") as project:
        project.signer = owner
        say("ready")
        report = merging.merge(project, [folder / "back.evalpack"], owner, OWNER)
        for one in report.files:
            if one.rejected:
                say("refused", one.rejected)
        if not any(one.rejected for one in report.files):
            say("merged", report.added)


def re_keying(folder: Path, chance: random.Random) -> None:
    """An encrypted project gets another key."""
    path = folder / "p.evaldesk"
    key = encryption.unlocked(path, unlock_with(PASSPHRASE, keyring=False))
    say("ready")
    encryption.rekey(path, key)
    say("re-keyed")


JOBS: dict[str, Callable[[Path, random.Random], None]] = {
    "import": importing,
    "label": labelling,
    "migrate": migrating,
    "back up": backing_up,
    "merge": merging_back,
    "re-key": re_keying,
}
