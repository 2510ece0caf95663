"""ZIP archives of files to import, read through as if each file had been given by itself.

Nothing is unpacked onto a disk. A member's name is a label and never a path: the path that a
member shows stands inside of the archive, where no file system has anything. Inspect's ``.eval``
and Excel's workbooks are ZIP files too, and stay what they are.
"""

import io
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from evaldesk.domain.errors import InputError
from evaldesk.domain.wording import counted
from evaldesk.importers.source import (
    MAX_EXPANDED_BYTES,
    MAX_RATIO,
    RATIO_FREE_BYTES,
    Source,
    run_name,
)
from evaldesk.importers.zip_file import open_zip, zip_faults

MAX_MEMBERS = 5000
MAX_HELD_BYTES = 512 << 20
"""A member that is read by jumping about in it (a log, a workbook, Parquet) is held in memory."""

_CHUNK = 1 << 20
_MAGIC = b"PK"
_OWN_ENDINGS = (".eval", ".xlsx", ".xlsm")
_DATA = re.compile(
    r"\.(jsonl?|ndjson|ya?ml|csv|tsv|tab|eval|xlsx|xlsm|parquet|traj)(\.gz)?$", re.IGNORECASE
)
_ARCHIVES = re.compile(r"\.(zip|7z|rar|tar|tgz|tar\.\w+)$", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"|?*]")
_LINK = 0o120000
_KIND = 0o170000


def sources_of(path: str | os.PathLike[str]) -> "Opened":
    """What a path stands for: a file, the members of an archive, or one of them.

    Args:
        path: of a file, or of an archive with a member's name behind it: ``logs.zip/a.jsonl``.

    Raises:
        InputError: it could not be opened, or is an archive that is not read; says why.
    """
    archive, member = _split(Path(path))
    if member:
        bundle = Bundle(Source(archive))
        return Opened((bundle.member(member),))
    source = Source(path)
    if not is_bundle(source):
        return Opened((source,))
    bundle = Bundle(source)
    return Opened(tuple(bundle.members), tuple(bundle.ignored), archive=source.shown)


def source_at(path: str | os.PathLike[str]) -> Source:
    """The one file that a path names, which may be a member: ``logs.zip/a.jsonl``.

    Raises:
        InputError: it could not be opened, or there is no such member.
    """
    archive, member = _split(Path(path))
    return Bundle(Source(archive)).member(member) if member else Source(path)


def only_source(path: str | os.PathLike[str]) -> Source:
    """The one file that a path stands for, which may be the only one in an archive.

    Raises:
        InputError: it could not be opened, or the archive holds several.
    """
    opened = sources_of(path)
    if len(opened.sources) > 1:
        names = ", ".join(source.shown for source in opened.sources[:3])
        raise InputError(
            f"The archive holds {len(opened.sources)} files.",
            f"Name one of them: {names}{' …' if len(opened.sources) > 3 else '.'}",
            path=opened.archive,
        )
    return opened.sources[0]


def is_bundle(source: Source) -> bool:
    """Whether a file is an archive of files, and no log or workbook.

    Raises:
        InputError: it is a damaged archive of no other kind.
    """
    if source.magic()[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
        return False
    try:
        with open_zip(source) as archive:
            names = set(archive.namelist())
    except InputError:
        if source.path.suffix.lower() in _OWN_ENDINGS:
            return False
        raise
    return not (
        {"header.json", "_journal/start.json"} & names
        or any(name.startswith("xl/") for name in names)
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """What a path stands for.

    Attributes:
        sources: the files to read; one where the path is no archive.
        ignored: names of members that are no files of data, such as a README.
        archive: the archive as the person named it; empty where there is none.
    """

    sources: tuple[Source, ...]
    ignored: tuple[str, ...] = ()
    archive: str = ""

    @property
    def note(self) -> str:
        """What a person should know of the archive; empty for nothing."""
        if not self.ignored:
            return ""
        shown = ", ".join(f"“{name}”" for name in self.ignored[:5])
        more = " …" if len(self.ignored) > 5 else ""
        which = counted(
            len(self.ignored),
            "%1 member of the archive holds no data by its name and was left out",
            "%1 members of the archive hold no data by their names and were left out",
        )
        return f"{which}: {shown}{more}."


class Bundle:
    """An open archive of files. It stays open while one of its members is in use.

    Attributes:
        members: the files of data in it, in its order.
        ignored: names of the others.
    """

    def __init__(self, source: Source) -> None:
        """Looks at the list of members.

        Raises:
            InputError: it is damaged, holds too much, or something that is not to be trusted.
        """
        self.source = source
        self._zip = open_zip(source)
        files = self._checked([info for info in self._zip.infolist() if not info.is_dir()])
        chosen = [info for info in files if _is_data(info)]
        self.ignored = [
            info.filename for info in files if not (_is_data(info) or _is_shadow(info.filename))
        ]
        if not chosen:
            raise source.error(
                "The archive holds no files of data.",
                "Files in it need their usual endings, such as .json, .jsonl, .csv or .eval.",
            )
        folders: dict[str, set[str]] = {}
        for info in chosen:
            folders.setdefault(_base(info.filename), set()).add(info.filename.rpartition("/")[0])
        self.members = [
            Member(self, info, spelled_out=len(folders[_base(info.filename)]) > 1)
            for info in chosen
        ]

    def member(self, name: str) -> "Member":
        """The member of that name.

        Raises:
            InputError: there is none.
        """
        for member in self.members:
            if name in (member.info.filename, member.path.name):
                return member
        raise self.source.error(f"The archive has no file of data called “{name}”.")

    def open(self, info: Any) -> BinaryIO:
        """The bytes of a member."""
        return cast(BinaryIO, self._zip.open(info))

    def _checked(self, infos: list[Any]) -> list[Any]:
        error = self.source.error
        if len(infos) > MAX_MEMBERS:
            raise error(
                f"The archive holds {len(infos):,} files; at most {MAX_MEMBERS:,} are read.",
                "Unpack it and import the files that you want.",
            )
        total = sum(info.file_size for info in infos)
        if total > MAX_EXPANDED_BYTES or total > max(
            RATIO_FREE_BYTES, MAX_RATIO * self.source.size
        ):
            raise error(
                f"The archive unpacks to {total >> 20:,} MB from {self.source.size:,} bytes.",
                "It looks like a decompression bomb; unpack it by hand if it is not.",
            )
        seen: set[str] = set()
        for info in infos:
            name = info.filename
            if _climbs(name) or _climbs(info.orig_filename):
                raise error(
                    "The name of the member points out of the archive.",
                    "Such archives are made to overwrite files; nothing of it was read.",
                    record=name,
                )
            if name in seen:
                raise error(
                    "Two members of the archive have this name.",
                    "Which one is meant cannot be told; pack it again.",
                    record=name,
                )
            seen.add(name)
            if info.flag_bits & 0x1:
                raise error(
                    "The member is encrypted.", "Unpack the archive with its password.", record=name
                )
            if _ARCHIVES.search(name):
                raise error(
                    "It is an archive inside of an archive.",
                    "Unpack the outer one, and import the inner ones.",
                    record=name,
                )
        return infos


class Member(Source):
    """One file inside of an archive.

    Attributes:
        info: what the archive says of it.
    """

    def __init__(self, bundle: Bundle, info: Any, *, spelled_out: bool = False) -> None:
        # Nothing of the name reaches a disk; below a file there are no files.
        self.info = info
        self._bundle = bundle
        self.on_disk = bundle.source.path
        self.shown = f"{bundle.source.shown}/{info.filename}"
        self.path = bundle.source.path / _label(info.filename)
        self.size = info.file_size
        self.name = run_name(self.path.name)
        if spelled_out:
            folders = [part for part in PurePosixPath(info.filename).parts[:-1] if part != "/"]
            self.name = "/".join((*folders, self.name))
        self.facts = {}
        self._raw = None
        self._fraction = 0.0

    def seekable(self) -> Path | BinaryIO:
        """The content, in memory."""
        if self.size > MAX_HELD_BYTES:
            raise self.error(
                f"A file of this kind can be read inside of an archive up to "
                f"{MAX_HELD_BYTES >> 20} MB.",
                "Unpack the archive, and import the file itself.",
            )
        with self._open_raw() as raw:
            return io.BytesIO(raw.read())

    def packed(self, raw: BinaryIO) -> int:
        """No more than the member takes in the archive: gzip in ZIP multiplies."""
        return min(raw.tell(), int(self.info.compress_size))

    def _open_raw(self) -> BinaryIO:
        try:
            opened = self._bundle.open(self.info)
        except zip_faults() as error:
            raise self._damaged(error) from error
        return cast(BinaryIO, io.BufferedReader(_Unzip(opened, self), _CHUNK))

    def _damaged(self, error: Exception) -> InputError:
        return self.error(f"The member of the archive could not be read ({error}).")


class _Unzip(io.RawIOBase):
    """Unpacks, counts, and speaks of what is wrong in words."""

    def __init__(self, stream: BinaryIO, member: Member) -> None:
        self._stream = stream
        self._member = member
        self._out = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._out

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except zip_faults() as error:
            raise self._member._damaged(error) from error
        self._out += len(data)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _split(path: Path) -> tuple[Path, str]:
    """An archive and the name of a member, where a path goes on behind a file."""
    parts: list[str] = []
    here = path
    while not _exists(here) and here.parent != here:
        parts.insert(0, here.name)
        here = here.parent
    return (here, "/".join(parts)) if parts and _is_zip(here) else (path, "")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_zip(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with open(path, "rb") as file:
            return file.read(2) == _MAGIC
    except OSError:
        return False


def _is_data(info: Any) -> bool:
    link = (info.external_attr >> 16) & _KIND == _LINK
    return not _is_shadow(info.filename) and not link and bool(_DATA.search(info.filename))


def _is_shadow(name: str) -> bool:
    """Whether a member is what a Mac writes beside a file."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _climbs(name: str) -> bool:
    """Whether a member's name would leave the folder that it were unpacked in."""
    parts = re.split(r"[/\\]", name)
    return ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", name) is not None


def _base(name: str) -> str:
    return run_name(_label(name))


def _label(name: str) -> str:
    """The last part of a member's name, fit to be shown as a file's name."""
    last = re.split(r"[/\\]", name)[-1]
    return _UNSAFE.sub("_", last).strip(". ") or "member"
