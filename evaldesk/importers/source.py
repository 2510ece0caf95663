"""A file on its way in: hashed, unpacked within bounds, decoded, never trusted."""

import codecs
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from evaldesk.domain.errors import InputError

ENDINGS = frozenset(
    (
        *("gz", "zip", "json", "jsonl", "ndjson", "yaml", "yml", "eval", "parquet", "traj"),
        *("csv", "tsv", "tab", "xlsx", "xlsm", "txt", "log"),
    )
)
"""What is taken off a file's name, as often as it stands at the end, to name a run."""

MAX_RECORD_BYTES = 256 << 20
"""One line or record; no trace is that long, and a file without line ends must not fill memory."""

MAX_EXPANDED_BYTES = 32 << 30
MAX_RATIO = 300
RATIO_FREE_BYTES = 64 << 20
"""A gzip file may unpack to 300 times its size beyond the first 64 MB; real logs reach about 60."""

_CHUNK = 1 << 20
_MOST_SAID = 600


class Source:
    """One file to import.

    Attributes:
        path: the file; of a member of an archive, what its path would be below the archive.
        on_disk: the file that holds the bytes.
        shown: the path as the person gave it, for messages.
        size: bytes on disk.
        name: file name without folder and known endings; a run's default name.
        facts: what format detection found out, kept so that it is found out once.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.shown = os.fspath(path)
        self.path = self.on_disk = Path(path)
        self.name = run_name(self.path.name)
        self.facts: dict[str, Any] = {}
        self._raw: BinaryIO | None = None
        self._fraction = 0.0
        try:
            if self.path.is_dir():
                raise self.error("This is a folder, not a file.")
            self.size = self.path.stat().st_size
        except OSError as error:
            raise self.error(f"The file could not be opened ({_reason(error)}).") from error

    def error(self, reason: str, hint: str = "", *, record: str = "") -> InputError:
        """An `InputError` that names this file. What a file says of itself is quoted at most so
        far that it can be read.
        """
        if len(reason) > _MOST_SAID:
            reason = f"{reason[: _MOST_SAID // 2]} … {reason[-_MOST_SAID // 4 :]}"
        return InputError(reason, hint, path=self.shown, record=record)

    def sha256(self) -> str:
        """Of the file's bytes as they lie on disk, read once in pieces."""
        known = self.facts.get("sha256")
        if known is None:
            digest = hashlib.sha256()
            with self._open_raw() as raw:
                while chunk := raw.read(_CHUNK):
                    digest.update(chunk)
            known = self.facts["sha256"] = digest.hexdigest()
        return cast(str, known)

    def magic(self) -> bytes:
        """The first 8 bytes on disk."""
        known = self.facts.get("magic")
        if known is None:
            with self._open_raw() as raw:
                known = self.facts["magic"] = raw.read(8)
        return cast(bytes, known)

    def open_raw(self) -> BinaryIO:
        """The bytes as they lie on disk, for formats that are archives themselves."""
        raw = self._open_raw()
        self._raw = raw
        return raw

    def seekable(self) -> Path | BinaryIO:
        """What a reader that jumps about opens: the path, or the bytes where there is none."""
        return self.path

    def packed(self, raw: BinaryIO) -> int:
        """Bytes on disk that stand behind what was read of ``raw`` so far, by which what it
        unpacks to is bounded.
        """
        return raw.tell()

    def open(self) -> BinaryIO:
        """The content: gzip is unpacked (by its magic number, not its name), within bounds.

        Raises:
            InputError: on reading, where the gzip stream is cut off, damaged or expands too far.
        """
        packed = self.magic()[:2] == b"\x1f\x8b"
        raw = self.open_raw()
        if not packed:
            return raw
        return cast(BinaryIO, io.BufferedReader(_Gunzip(raw, self), _CHUNK))

    def open_utf8(self) -> BinaryIO:
        """The content as UTF-8 without a byte order mark; UTF-16 is transcoded. What is neither is
        found by who decodes it.
        """
        stream = self.open()
        try:
            head = _peek(stream, 4096)
        except BaseException:
            stream.close()
            raise
        encoding = _encoding(head)
        if encoding == "utf-8":
            return stream
        if encoding == "utf-8-sig":
            stream.read(3)
            return stream
        return cast(BinaryIO, io.BufferedReader(_Transcode(stream, encoding, self), _CHUNK))

    def open_text(self) -> TextIO:
        """The content as text with line ends kept, for ``csv``. Wrong bytes raise InputError."""
        checked = cast(BinaryIO, _Checked(self.open_utf8(), self))
        return io.TextIOWrapper(checked, encoding="utf-8", newline="")

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Number (from 1) and bytes of each line that is not blank.

        Raises:
            InputError: a line is longer than `MAX_RECORD_BYTES`.
        """
        limit = MAX_RECORD_BYTES
        with self.open_utf8() as stream:
            number = 0
            while line := stream.readline(limit):
                number += 1
                if len(line) >= limit:
                    raise self.error(
                        f"The line is longer than {limit >> 20} MB.",
                        "One record is expected on each line.",
                        record=f"line {number}",
                    )
                if not line.isspace():
                    yield number, line

    def head(self, n: int = 1 << 16) -> str:
        """The first ``n`` bytes of the content, decoded; wrong bytes are replaced here."""
        known = self.facts.get(f"head {n}")
        if known is None:
            with self.open_utf8() as stream:
                data = stream.read(n)
            known = codecs.getincrementaldecoder("utf-8")("replace").decode(data)
            self.facts[f"head {n}"] = known
        return cast(str, known)

    def position(self) -> float:
        """How far reading has come, from 0 to 1."""
        if self._raw is None or self._raw.closed:
            return self._fraction
        try:
            return min(1.0, self._raw.tell() / self.size) if self.size else 1.0
        except (OSError, ValueError):
            return self._fraction

    def advance(self, fraction: float) -> None:
        """Says how far reading has come where the format knows better than the file's offset."""
        self._raw = None
        self._fraction = fraction

    def _open_raw(self) -> BinaryIO:
        try:
            return open(self.path, "rb", buffering=_CHUNK)
        except OSError as error:
            raise self.error(f"The file could not be opened ({_reason(error)}).") from error


def run_name(file_name: str) -> str:
    """The name of a file without folder and known endings: ``a.json.gz`` gives ``a``."""
    name = file_name
    while True:
        stem, dot, ending = name.rpartition(".")
        if not dot or not stem or ending.lower() not in ENDINGS:
            return name
        name = stem


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _peek(stream: BinaryIO, n: int) -> bytes:
    buffered = cast(io.BufferedReader, stream)
    return buffered.peek(n)[:n]


def _encoding(head: bytes) -> str:
    """UTF-16 by its mark, or because most of its first characters have a zero byte."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[: len(head) // 2 * 2][:64]
    if len(sample) >= 4:
        even, odd = sample[0::2], sample[1::2]
        most, few = 0.7 * len(even), 0.1 * len(even)
        if odd.count(0) >= most and even.count(0) <= few:
            return "utf-16-le"
        if even.count(0) >= most and odd.count(0) <= few:
            return "utf-16-be"
    return "utf-8"


class _Gunzip(io.RawIOBase):
    """Unpacks, counts, and speaks of what is wrong in words."""

    def __init__(self, raw: BinaryIO, source: Source) -> None:
        self._source = source
        self._raw = raw
        self._file = gzip.GzipFile(fileobj=raw, mode="rb")
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._file.read1(len(buffer))
        except EOFError as error:
            raise self._source.error(
                "The gzip file is cut off before its end.", "Copy or download it again."
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise self._source.error(f"The gzip file is damaged ({error}).") from error
        except OSError as error:
            raise self._source.error(f"Reading failed ({_reason(error)}).") from error
        self._out += len(data)
        if self._out > RATIO_FREE_BYTES and (
            self._out > MAX_RATIO * max(1, self._source.packed(self._raw))
            or self._out > MAX_EXPANDED_BYTES
        ):
            raise self._source.error(
                f"The gzip file unpacks to more than {self._out >> 20} MB from "
                f"{self._source.size:,} bytes.",
                "It looks like a decompression bomb; unpack it by hand if it is not.",
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self._raw.close()
        super().close()


class _Transcode(io.RawIOBase):
    """UTF-16 in, UTF-8 out."""

    def __init__(self, stream: BinaryIO, encoding: str, source: Source) -> None:
        self._stream = stream
        self._encoding = encoding
        # A lone half of a pair is replaced; a wrong number of bytes is told at the end.
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._source = source
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            data = self._stream.read(_CHUNK)
            self._rest = self._decoder.decode(data, final=not data).encode("utf-8", "replace")
            if not data:
                break
        piece = self._rest[: len(buffer)]
        self._rest = self._rest[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class _Checked(io.BufferedIOBase):
    """Hands bytes on and names the place of the first that is not UTF-8."""

    def __init__(self, stream: BinaryIO, source: Source) -> None:
        self._stream = stream
        self._source = source
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._lines = 1
        self._offset = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._stream.read(-1 if size is None else size)
        return self._check(data)

    def read1(self, size: int = -1, /) -> bytes:
        return self._check(self._stream.read(_CHUNK if size < 0 else size))

    def _check(self, data: bytes) -> bytes:
        try:
            self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            bad = error.object[error.start]
            before = self._offset - (len(error.object) - len(data)) + error.start
            line = self._lines + error.object[: error.start].count(b"\n")
            raise self._source.error(
                f"Byte {before + 1} (0x{bad:02X}) is not UTF-8 text.",
                "Save the file as UTF-8, or as UTF-16 with a byte order mark.",
                record=f"line {line}",
            ) from error
        self._lines += data.count(b"\n")
        self._offset += len(data)
        return data

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
