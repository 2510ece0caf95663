"""What each job begins with: a folder a job."""

import gzip
import shutil
from pathlib import Path

from evaldesk.credentials.identities import IdentityStore
from evaldesk.credentials.key_file import LEAST
from evaldesk.domain.encryption import key_file_of
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.packages import sending, working
from evaldesk.services.projects import encryption
from evaldesk.services.projects.encryption import Lock
from evaldesk.services.projects.identities import trust
from evaldesk.services.projects.opening import open_project
from evaldesk.services.rounds.queue import open_items
from evaldesk.storage.project import Project
from tests.hardship.jobs import JOBS, OWNER, PASSPHRASE, RATER

ITEMS = 40
RUBRIC = Rubric.from_json(
    {"name": "Support", "criteria": [{"name": "success", "scale": {"kind": "binary"}}]}
)
OLD = Path(__file__).resolve().parents[1] / "data" / "projects" / "format-1.evaldesk.gz"


def prepare(work: Path) -> dict[str, Path]:
    """Job → folder to copy."""
    work.mkdir()
    made = {job: work / job.replace(" ", "-") for job in JOBS}
    for folder in made.values():
        folder.mkdir()
    plain = made["label"] / "p.evaldesk"
    with Project.create(plain) as project:
        _fill(project)
    for job in ("import", "back up", "merge", "re-key"):
        shutil.copy(plain, made[job])
    (made["migrate"] / "old.evaldesk").write_bytes(gzip.decompress(OLD.read_bytes()))
    secret = made["re-key"] / "p.evaldesk"
    encryption.encrypt(secret, Lock(OWNER, passphrase=PASSPHRASE, cost=LEAST))
    assert key_file_of(secret).exists()
    _hand_back(made["merge"])
    for path in work.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    return made


def _fill(project: Project) -> None:
    with project.ingest("made") as writer:
        writer.run("made", system="", dataset="", details={})
        for number in range(ITEMS):
            scenario = Scenario(key=f"RET-{number:03}", input=f"question {number}")
            body = {"messages": [{"role": "user", "parts": []}]}
            writer.add(TraceRecord(scenario, body), "made")  # type: ignore[arg-type]
        writer.finish("")
    project.rubrics.save(RUBRIC, OWNER)


def _hand_back(folder: Path) -> None:
    """A round goes out to a rater, who answers all of it and hands it back."""
    store = IdentityStore(folder / "identities", LEAST)
    owner, rater = (store.make(name, lambda _: PASSPHRASE, in_file=True) for name in (OWNER, RATER))
    with Project.open(folder / "p.evaldesk") as project:
        project.signer = owner
        trust(project, rater.signed_card, "reviewer", OWNER)
        pks = project.traces.ids(TraceQuery())
        items = [RoundItem(pk, (RATER,)) for pk in pks]
        project.rounds.start(RoundDraft("Pilot", "main", "Support", (RATER,), items), OWNER)
        out = folder / "out.evalpack"
        reader = project.trust.of_name(RATER)
        sending.send(project, "Pilot", RATER, reader, out, owner)
    place = folder / "theirs.evaldesk"
    working.open_package(out, place, rater, encrypted=False)
    with open_project(place) as theirs:
        theirs.signer = rater
        rubric = theirs.rubrics.get("Support")
        (named,) = theirs.rounds.all()
        for pk in open_items(theirs, named.name, RATER):
            theirs.ratings.answer(pk, rubric.name, "success", RATER, "yes", round=named.name)
        working.give_back(theirs, folder / "back.evalpack", rater)
    for path in (out, place):
        path.unlink()
