"""A project: one file, its repositories, and the writes that touch several of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy import func as sql
from sqlalchemy.dialects.sqlite import insert

from evaldesk.domain.errors import LockedError, ProjectError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.identity import Signer
from evaldesk.domain.project import ProjectInfo
from evaldesk.domain.rubric import Rubric
from evaldesk.storage import codec, migrations, rubrics
from evaldesk.storage import tables as t
from evaldesk.storage.audit.log import AuditRepository
from evaldesk.storage.audit.witness import Witness
from evaldesk.storage.datasets import DatasetRepository
from evaldesk.storage.engine import PAGE_SIZE, Database, is_encrypted, translated
from evaldesk.storage.facets import FacetRepository
from evaldesk.storage.highlights import HighlightRepository
from evaldesk.storage.imports import ImportedFiles
from evaldesk.storage.ingest import TraceWriter
from evaldesk.storage.interruption import Register
from evaldesk.storage.notes import NoteRepository
from evaldesk.storage.origins import OriginRepository
from evaldesk.storage.packages import PackageRepository
from evaldesk.storage.people import PersonRepository
from evaldesk.storage.preferences import PreferenceRepository
from evaldesk.storage.privacy import PrivacyRepository
from evaldesk.storage.rating_ingest import RatingWriter
from evaldesk.storage.ratings import RatingRepository
from evaldesk.storage.rounds import RoundRepository
from evaldesk.storage.rubrics import RubricRepository
from evaldesk.storage.rulings import RulingRepository
from evaldesk.storage.runs import RunRepository
from evaldesk.storage.saved_views import SavedViewRepository
from evaldesk.storage.traces import TraceRepository
from evaldesk.storage.trust import TrustRepository
from evaldesk.storage.work_times import WorkTimeRepository

SUFFIX = ".evaldesk"


class Project:
    """An open project.

    Attributes:
        path: the file.
        backup: the copy that was laid beside it when its format was brought up to date, or None.
        traces, facets, runs, datasets, origins, rubrics, ratings, work_times, rulings, people,
            notes, highlights, views: the repositories.
    """

    def __init__(self, database: Database, backup: Path | None) -> None:
        self._database = database
        database.watcher = self._witness = Witness()
        self.path = database.path
        self.backup = backup
        self.facets = FacetRepository(database)
        self.traces = TraceRepository(database, self.facets)
        self.runs = RunRepository(database)
        self.datasets = DatasetRepository(database)
        self.origins = OriginRepository(database)
        self.rubrics = RubricRepository(database)
        self.ratings = RatingRepository(database)
        self.work_times = WorkTimeRepository(database)
        self.rulings = RulingRepository(database)
        self.rounds = RoundRepository(database)
        self.preferences = PreferenceRepository(database)
        self.people = PersonRepository(database)
        self.notes = NoteRepository(database)
        self.highlights = HighlightRepository(database)
        self.views = SavedViewRepository(database)
        self.trust = TrustRepository(database)
        self.audit = AuditRepository(database)
        self.packages = PackageRepository(database)
        self.privacy = PrivacyRepository(database)

    @classmethod
    def create(
        cls, path: Path, name: str = "", network: str = "none", key: bytes | None = None
    ) -> "Project":
        """Make a new project.

        Args:
            key: 32 bytes to encrypt it with; see `evaldesk.services.projects.encryption`.

        Raises:
            ProjectError: the file exists, or its folder does not or cannot be written.
        """
        if path.exists():
            raise ProjectError(f"{path} exists already.", "Choose another name, or open it.")
        if not path.parent.is_dir():
            raise ProjectError(f"There is no folder {path.parent}.", "Make it first.")
        database = Database(path, key)
        try:
            with translated(path):
                migrations.create(
                    database,
                    {
                        "name": name or path.stem,
                        "network": network,
                        "id": new_id(),
                        "created_at": now(),
                    },
                )
            project = cls(database, None)
            # From here on the file alone says what it is, also where its log is left behind.
            database.fold()
        except BaseException:
            database.close()
            path.unlink(missing_ok=True)
            raise
        return project

    @classmethod
    def open(cls, path: Path, key: bytes | None = None) -> "Project":
        """Open a project, bringing an older format up to date (with a backup beside it).

        Args:
            key: of an encrypted project; see `evaldesk.services.projects.encryption`.

        Raises:
            ProjectError: missing, not a project, damaged, newer or locked.
            LockedError: it is encrypted, and there is no key.
        """
        if not is_encrypted(path):
            key = None
        elif key is None:
            raise LockedError(f"{path.name} is encrypted.", "Unlock it with its passphrase.")
        database = Database(path, key)
        try:
            backup = migrations.migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database, backup)

    def __enter__(self) -> "Project":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; one plain file remains."""
        self._database.close()

    @property
    def encrypted(self) -> bool:
        """Whether what is on the disk can be read without a key."""
        return self._database.key is not None

    def interruptible(self, register: Register) -> AbstractContextManager[None]:
        """What this thread reads inside ends within milliseconds of being cancelled, by raising
        `Cancelled`.

        Args:
            register: told what to call when the work is cancelled: a job's ``on_cancel``.
        """
        return self._database.interruptible(register)

    @property
    def database(self) -> Database:
        """For the rest of storage and for benchmarks."""
        return self._database

    @property
    def signer(self) -> Signer | None:
        """Signs what happens in this project from here on; None where nobody does."""
        return self._witness.signer

    @signer.setter
    def signer(self, signer: Signer | None) -> None:
        self._witness.signer, self._witness.ask = signer, None

    def sign_as(self, ask: Callable[[], Signer | None]) -> None:
        """Ask who signs when the first event is written, and not before."""
        self._witness.ask = ask

    def get(self, key: str, default: str = "") -> str:
        """One of the project's own facts."""
        with self._database.read() as connection:
            found = connection.execute(
                select(t.setting.c.value).where(t.setting.c.key == key)
            ).scalar()
            return default if found is None else str(found)

    def set(
        self, key: str, value: str, *, event: str = "", author: str = "", reason: str = ""
    ) -> None:
        """Change one of the project's own facts.

        Args:
            event: what the log calls it, such as ``policy.network``; empty for its usual name.
            author: who changes it. reason: why.
        """
        statement = insert(t.setting).values(key=key, value=value)
        with self._database.write(event=event, author=author, reason=reason) as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["key"], set_={"value": statement.excluded.value}
                )
            )

    @property
    def name(self) -> str:
        """What the project is called."""
        return self.get("name", self.path.stem)

    def info(self) -> ProjectInfo:
        """Counts."""
        with self._database.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            raters = connection.execute(
                select(sql.count(t.answer.c.rater_pk.distinct()))
            ).scalar_one()
            counts = {
                name: _count(connection, table)
                for name, table in (
                    ("datasets", t.dataset),
                    ("scenarios", t.scenario),
                    ("runs", t.run),
                    ("traces", t.trace),
                    ("rubrics", t.rubric),
                    ("rulings", t.ruling),
                )
            }
        return ProjectInfo(
            name=self.name,
            path=str(self.path),
            schema_version=migrations.SCHEMA_VERSION,
            encrypted=self.encrypted,
            network=self.get("network", "none"),
            raters=raters,
            ratings=self.ratings.count(),
            incidents=0,
            size_bytes=pages * PAGE_SIZE,
            **counts,
        )

    @contextmanager
    def ingest(self, source: str, place: str = "", author: str = "") -> Iterator[TraceWriter]:
        """One transaction of imported traces: all of them, or none.

        Args:
            source: the file's name, kept with the runs it makes.
            place: the file's path, for error messages.
            author: whoever imports, for the log.
        """
        told: dict[str, Any] = {}
        with self._database.write(
            bulk=True, event="import.traces", author=author, details=told
        ) as connection:
            files = ImportedFiles(connection, told)
            yield TraceWriter(connection, source=source, place=place or source, files=files)

    def imports(self) -> list[dict[str, object]]:
        """What was imported, oldest first: name, sha256, format, author, time, counts, notes."""
        with self._database.read() as connection:
            found = connection.execute(select(t.import_file).order_by(t.import_file.c.pk))
            return [
                {
                    **{key: row[key] for key in row if key not in ("pk", "id", "notes")},
                    "notes": codec.decode(row["notes"]),
                }
                for row in found.mappings()
            ]

    @contextmanager
    def bring_ratings(
        self, rubric: Rubric | str, source: str, author: str = ""
    ) -> Iterator[RatingWriter]:
        """One transaction of ratings made elsewhere: all of them, or none.

        Args:
            rubric: the name of one that exists, or one to save first.
            source: the file's name.
            author: whoever imports, for the log.
        """
        told: dict[str, Any] = {}
        with self._database.write(
            bulk=True, event="import.ratings", author=author, details=told
        ) as connection:
            if isinstance(rubric, Rubric):
                rubrics.save(connection, rubric, source)
                rubric = rubric.name
            writer = RatingWriter(connection, rubric, source, ImportedFiles(connection, told))
            yield writer
            writer.flush()

    def save_mapping(self, name: str, kind: str, content: dict[str, object]) -> None:
        """Keep a mapping from columns to fields under a name; ``kind`` is traces or ratings."""
        statement = insert(t.mapping).values(
            name=name, kind=kind, content=codec.encode(content), created_at=now()
        )
        with self._database.write() as connection:
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["name"],
                    set_={
                        "kind": statement.excluded.kind,
                        "content": statement.excluded.content,
                        "created_at": statement.excluded.created_at,
                    },
                )
            )

    def mappings(self, kind: str) -> dict[str, dict[str, object]]:
        """Saved mappings: name → content."""
        with self._database.read() as connection:
            found = connection.execute(
                select(t.mapping.c.name, t.mapping.c.content)
                .where(t.mapping.c.kind == kind)
                .order_by(t.mapping.c.created_at.desc())
            )
            return {name: codec.decode(content) for name, content in found}

    def copy_to(self, path: Path) -> None:
        """A whole copy of the project, safe while it is open."""
        migrations.copy_to(self._database, path)


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(sql.count()).select_from(table)).scalar_one())
