"""The one place where a project's file is opened.

An encrypted file, and later a PostgreSQL server, change this module and ``search`` only.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, CursorResult, Engine, create_engine, event, exc
from sqlalchemy.pool import QueuePool

from evaldesk.domain.encryption import key_file_of
from evaldesk.domain.errors import DamagedError, EvalDeskError, ProjectError
from evaldesk.storage.happening import Happening, Watcher
from evaldesk.storage.interruption import Interruption, Register

APPLICATION_ID = 0x45564C44  # "EVLD"
PAGE_SIZE = 16384  # 2 KB rows waste half of a 4 KB page; see docs/performance.md
HMAC = "HMAC_SHA256"  # SHA-512 takes 1.7 times as long for a page on processors of today
CIPHER_DEFAULTS = (
    f"cipher_default_page_size={PAGE_SIZE}",
    f"cipher_default_hmac_algorithm={HMAC}",
)
"""Of the process: what VACUUM INTO and ATTACH make. With others, a copy that nothing opens."""
READ_CACHE_KB = 8_192  # for each connection that reads; the system keeps the file's pages besides
WRITE_CACHE_KB = 4_096
BULK_CACHE_KB = 65_536  # ids are hashes: each new one goes somewhere else in its index
_KEPT_READERS = 4
_MORE_READERS = 8
_HEADER = b"SQLite format 3\x00"


class Database:
    """Two engines over one file: a single writer and several readers.

    SQLite lets one connection write at a time. A transaction that begins by reading and then
    writes fails at once when another has written meanwhile, whatever the timeout; so whoever may
    write says so from the start (``BEGIN IMMEDIATE``), and readers cannot write at all.

    Attributes:
        key: 32 bytes that the file is encrypted with; None for a file that is not.
    """

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        self.path = path
        self.key = key
        self.watcher: Watcher | None = None
        self._lock = threading.RLock()
        self._reader = _engine(path, key, query_only=True)
        self._local = threading.local()
        event.listen(self._reader, "before_cursor_execute", self._before_query)
        self._writer = _engine(path, key, query_only=False)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the project and cannot change it.

        Raises:
            Cancelled: it was ended; see `interruptible`.
        """
        with translated(self.path), self._reader.connect() as connection:
            asked = self._interruption
            if asked is None:
                yield connection
            else:
                with asked.over(connection.connection.dbapi_connection):
                    yield connection

    @contextmanager
    def interruptible(self, register: Register) -> Iterator[None]:
        """What this thread reads inside ends within milliseconds of being cancelled.

        Args:
            register: told what to call when the work is cancelled, from whatever thread.
        """
        before = self._interruption
        self._local.interruption = asked = Interruption()
        register(asked.ask)
        try:
            yield
        finally:
            self._local.interruption = before

    @property
    def _interruption(self) -> Interruption | None:
        return getattr(self._local, "interruption", None)

    def _before_query(self, *_: object) -> None:
        asked = self._interruption
        if asked is not None:
            asked.check()

    @contextmanager
    def write(
        self,
        *,
        bulk: bool = False,
        event: str = "",
        author: str = "",
        reason: str = "",
        details: Mapping[str, Any] | None = None,
        always: bool = False,
    ) -> Iterator[Connection]:
        """One transaction: everything inside happens, or nothing. What it did is one event of the
        log, in the same transaction.

        Args:
            bulk: for imports, which can be repeated: the disk need not confirm each commit.
                What a person decides is confirmed by the disk before it is shown as saved.
            event, author, reason, details, always: for the log; see `Happening`.
        """
        happening = Happening(event, author, reason, details, always)
        with self._lock, translated(self.path), self._writer.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute(f"PRAGMA synchronous={'NORMAL' if bulk else 'FULL'}")
            if not bulk:
                with connection.begin(), self._watched(connection, happening):
                    yield connection
                return
            raw.execute(f"PRAGMA cache_size=-{BULK_CACHE_KB}")
            try:
                with connection.begin(), self._watched(connection, happening):
                    yield connection
            finally:
                raw.execute(f"PRAGMA cache_size=-{WRITE_CACHE_KB}")
                raw.execute("PRAGMA shrink_memory").close()

    def _watched(
        self, connection: Connection, happening: Happening
    ) -> AbstractContextManager[None]:
        if self.watcher is None:
            return nullcontext()
        return self.watcher.watching(connection, happening)

    def busy_timeout(self, milliseconds: int) -> None:
        """How long the writer waits for another program that writes; 10 seconds at first."""
        with self._lock, self._writer.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute(f"PRAGMA busy_timeout={milliseconds:d}")

    def fold(self) -> None:
        """Write what the write-ahead log holds into the file itself."""
        with self._lock, translated(self.path), self._writer.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Fold the write-ahead log back: what remains is one plain file."""
        self._reader.dispose()
        with self._lock:
            self._writer.dispose()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what the file system or the file did into words that a person can act on."""
    try:
        yield
    except EvalDeskError:
        raise
    except (exc.DBAPIError, driver.Error, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, exc.DBAPIError) else error
        known = _in_words(path, str(cause))
        if known is None:
            raise
        raise known from error


_DAMAGE = frozenset(("malformed", "could not decode", "not a database"))


def _in_words(path: Path, text: str) -> ProjectError | None:
    lowered = text.lower()
    for sign, message, hint in (
        (
            "database or disk is full",
            f"The disk is full; {path.name} was not changed.",
            "Free some space and try again.",
        ),
        (
            "database is locked",
            f"{path.name} is in use by another program.",
            "Close it there, or wait until its import has ended, and try again.",
        ),
        (
            "malformed",
            f"{path.name} is damaged.",
            "Restore a backup; `evaldesk verify` says what is affected.",
        ),
        (
            "could not decode",
            f"{path.name} is damaged.",
            "Restore a backup; `evaldesk verify` says what is affected.",
        ),
        (
            "not a database",
            f"{path.name} is damaged, or its key does not fit.",
            "Restore a backup; `evaldesk verify` says what is affected.",
        ),
        (
            "readonly database",
            f"{path.name} or its folder cannot be written.",
            "Copy it to a folder where you may write.",
        ),
        (
            "disk i/o error",
            f"The disk reported an error at {path.name}.",
            "Check the disk or the network drive, then open the project again.",
        ),
        (
            "unable to open database",
            f"{path.name} cannot be opened.",
            "Check that it exists and that you may read and write its folder.",
        ),
    ):
        if sign in lowered:
            kind = DamagedError if sign in _DAMAGE else ProjectError
            return kind(message, hint)
    return None


def row_number(inserted: CursorResult[Any]) -> int:
    """The number that a row was given when it was inserted."""
    key = inserted.inserted_primary_key
    assert key is not None
    return int(key[0])


def is_encrypted(path: Path) -> bool:
    """Whether a file is an encrypted project rather than a plain one; refuses in words what cannot
    be a project, before SQLite touches it.

    Raises:
        ProjectError: missing, a folder, empty, or neither of the two.
    """
    if not path.exists():
        raise ProjectError(f"There is no project {path}.", "Check the path, or make a new one.")
    if path.is_dir():
        raise ProjectError(f"{path} is a folder.", "Choose the .evaldesk file inside it.")
    try:
        with path.open("rb") as file:
            head = file.read(PAGE_SIZE)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ProjectError(
            f"{path.name} cannot be opened ({reason}).", "Check that you may read it."
        ) from error
    if not head.startswith(_HEADER):
        if _looks_encrypted(path, head):
            return True
        raise ProjectError(
            f"{path.name} is not an EvalDesk project, or it is damaged.",
            "Choose a file that EvalDesk made.",
        )
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID and not _is_project_by_log(path):
        raise ProjectError(
            f"{path.name} is an SQLite file, but not an EvalDesk project.",
            "Choose a file that EvalDesk made.",
        )
    return False


def _looks_encrypted(path: Path, head: bytes) -> bool:
    """Whether a file that begins like nothing at all is one of ours: its keys lie beside it, or it
    has whole pages and the first is noise. A page of noise lacks few of the 256 bytes and repeats
    none often; text, archives and pictures of this size have a head of their own.
    """
    if key_file_of(path).exists():
        return True
    if len(head) < PAGE_SIZE or path.stat().st_size % PAGE_SIZE:
        return False
    counts = [head.count(value) for value in range(256)]
    expected = len(head) / 256
    # Chi-squared with 255 degrees of freedom: mean 255, standard deviation 22.6.
    return sum((count - expected) ** 2 / expected for count in counts) < 400


def _is_project_by_log(path: Path) -> bool:
    """Whether the write-ahead log says what the file's first page does not yet: the program was
    killed before it was folded back.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return False
    with translated(path):
        connection = connect(path, None)
        try:
            found = connection.execute("PRAGMA application_id").fetchone()
        finally:
            connection.close()
    return bool(found[0] == APPLICATION_ID)


def connect(path: Path, key: bytes | None, *more: str, timeout: float = 10.0) -> Any:
    """A bare connection in autocommit mode; every one in this program is made here.

    Args:
        key: of an encrypted file.
        more: pragmas that come after those that the key needs.
    """
    connection = driver.connect(
        str(path), timeout=timeout, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in (*keyed(key), *more):
            connection.execute(f"PRAGMA {pragma}").close()
    except BaseException:
        # Whoever keeps the error keeps its frames, and with them this: and a lock on the file.
        connection.close()
        raise
    return connection


def keyed(key: bytes | None) -> tuple[str, ...]:
    """The pragmas that come first on a connection.

    The key is given raw: nothing is derived, so that a connection costs no more than a plain one.
    The page size of an encrypted file does not stand in it; it is this for all of them.
    """
    plain = ("temp_store=MEMORY", "mmap_size=0")
    if key is None:
        return (f"page_size={PAGE_SIZE}", *plain)
    # What SQLCipher would tell standard error is told in words, where the error is shown.
    return (
        "cipher_log_level=NONE",
        f"key = \"x'{key.hex()}'\"",
        f"cipher_page_size={PAGE_SIZE}",
        f"cipher_hmac_algorithm={HMAC}",
        *CIPHER_DEFAULTS,
        *plain,
    )


def _engine(path: Path, key: bytes | None, *, query_only: bool) -> Engine:
    def make() -> Any:
        return connect(
            path,
            key,
            "journal_mode=WAL",
            "foreign_keys=ON",
            f"cache_size=-{READ_CACHE_KB if query_only else WRITE_CACHE_KB}",
            "query_only=ON" if query_only else "synchronous=FULL",
        )

    engine = create_engine(
        "sqlite://",
        module=driver,
        creator=make,
        hide_parameters=True,  # an error's text must not carry what somebody typed or imported
        poolclass=QueuePool,
        pool_size=_KEPT_READERS if query_only else 1,
        max_overflow=_MORE_READERS if query_only else 0,
    )

    # The driver is in autocommit mode so that BEGIN is ours: DEFERRED to read one moment,
    # IMMEDIATE to write.
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if query_only else "BEGIN IMMEDIATE")

    return engine
