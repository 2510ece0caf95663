"""Opening ZIP files, whatever they hold: with zstd, within bounds, and faults said in words."""

import lzma
import os
import struct
import sys
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from evaldesk.importers.source import Source

MAX_DIRECTORY_BYTES = 32 << 20
"""What lists the members; a log of 100,000 samples needs 10 MB. Python reads it whole."""

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_TAIL = (1 << 16) + 22 + 20 + 56


def zip_module() -> ModuleType:
    """``zipfile`` with zstd: the standard library's from Python 3.14 on, else the backport."""
    if sys.version_info >= (3, 14):  # pragma: no cover
        import zipfile

        return zipfile
    from backports.zstd import zipfile as backport

    return backport


def zip_faults() -> tuple[type[Exception], ...]:
    """What reading a damaged archive or member may raise."""
    if sys.version_info >= (3, 14):  # pragma: no cover
        from compression.zstd import ZstdError
    else:
        from backports.zstd import ZstdError
    return (
        OSError,
        EOFError,
        ValueError,
        RuntimeError,  # a password is wanted; a method is not implemented
        OverflowError,
        IndexError,
        struct.error,
        zlib.error,
        lzma.LZMAError,
        zip_module().BadZipFile,
        ZstdError,
    )


def open_zip(source: Source) -> Any:
    """The ``ZipFile`` of a source.

    Raises:
        InputError: it is not a whole ZIP file, or lists more than any archive of ours does.
    """
    target = source.seekable()
    try:
        size = _directory_size(target)
        if size > MAX_DIRECTORY_BYTES:
            raise source.error(
                f"The archive's list of members is {size >> 20} MB long.",
                "No export is packed like that; unpack it by hand if you trust it.",
            )
        return zip_module().ZipFile(target)
    except zip_faults() as error:
        raise source.error(
            f"The archive could not be opened ({error}).",
            "It may be cut off: copy it again, or wait until the evaluation has ended.",
        ) from error


def _directory_size(target: Path | BinaryIO) -> int:
    """Bytes of the central directory as the file's end gives them; 0 where it gives none."""
    if isinstance(target, Path):
        with open(target, "rb") as file:
            return _directory_size(file)
    length = target.seek(0, os.SEEK_END)
    target.seek(max(0, length - _TAIL))
    tail = target.read(_TAIL)
    target.seek(0)
    sizes = [0]
    at = tail.rfind(_END_64)
    if at >= 0 and len(tail) >= at + 48:
        sizes.append(struct.unpack_from("<Q", tail, at + 40)[0])
    at = tail.rfind(_END)
    if at >= 0 and len(tail) >= at + 16:
        size = struct.unpack_from("<I", tail, at + 12)[0]
        sizes.append(0 if size == 0xFFFFFFFF else size)
    # A size beyond the file is a fault that zipfile tells, and nothing of that length is read.
    return min(max(sizes), length)
