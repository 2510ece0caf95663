"""Sound files made unsound: in their bytes, their JSON, their encoding, their wrapping."""

import copy
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

from evaldesk.importers.zip_file import zip_module
from tests.fuzz.corpus import Seed, chosen, written, zipped

_NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 1e308, -0.0, 0.1, 1e-320)
_NOT_NUMBERS = (float("nan"), float("inf"), float("-inf"))
_TEXTS = (
    "", " ", "\0", "\ud800", "\udfff\ud800", "\ufeff", "\u202e", "a\u0000b", "null", "true", "NaN",
    "-", "1e999", "0x10", "2026-01-01T00:00:00Z", "2026-13-45T99:99:99+99:99", "{}", "[", '{"a":1}',
    "attachment://0", "../../etc/passwd", "data:image/png;base64,", "=1+1", "[PASS] (1.00) x",
    "\U0001f600", "x" * 300, "system", "assistant", "tool", "user", "error", "ok", "0", "1",
)  # fmt: skip
_TOKENS = (
    b"NaN", b"Infinity", b"-Infinity", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"\\ud800"',
    b"\\u0000", b"[" * 300, b'{"a":' * 300, b"]", b"}", b'"', b",", b":", b"\n", b"\r", b"1" * 400,
    b"1e400", b"-", b"\\", b"\xc3", b"\xed\xa0\x80", b"null", b"true", b"{}", b"[]", b"&a ", b"*a",
    b"!!python/name:x ", b"---\n", b"? ", b"- ", b"\t", b"'", b"PK\x03\x04", b"\x1f\x8b", b"# ",
    b"//",
)  # fmt: skip
_NAMES = (
    "a.json", "a.jsonl", "a.csv", "a.tsv", "a.yaml", "a.eval", "a.xlsx", "a.parquet", "a.txt", "a",
    "a.json.gz", "a.zip", "a.traj", ".json", "..jsonl",
)  # fmt: skip

_MOST = 4 << 20
Input = tuple[str, bytes]


def mutated(corpus: list[Seed], rng: random.Random) -> Input:
    """Name and bytes of an unsound file; now and then it is still sound."""
    seed = chosen(corpus, rng)
    name = seed.name if rng.random() < 0.85 else rng.choice(_NAMES)
    if seed.value is not None and rng.random() < 0.7:
        data = _restructured(seed, corpus, rng)
        for _ in range(rng.choice((0, 0, 0, 1))):
            data = rng.choice(_BYTES)(data, rng)
    elif seed.data[:2] == b"PK" and rng.random() < 0.5:
        data = _repacked(seed.data, rng)
    else:
        data = seed.data
        for _ in range(rng.choice((1, 1, 2, 3, 6))):
            data = rng.choice(_BYTES)(data, rng)
    if rng.random() < 0.08:
        data = rng.choice(_ENCODINGS)(data, rng)
    if rng.random() < 0.12:
        name, data = rng.choice(_WRAPS)(name, data, rng)
    return name, data[:_MOST]


# --------------------------------------------------------------------------------------- JSON


def _restructured(seed: Seed, corpus: list[Seed], rng: random.Random) -> bytes:
    value = copy.deepcopy(seed.value)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        value = _changed(value, corpus, rng)
    lines = seed.lines if rng.random() < 0.9 else not seed.lines
    how: dict[str, Any] = {"ensure_ascii": rng.random() < 0.7}
    if not lines and rng.random() < 0.2:
        how["indent"] = 1
    try:
        data = written(value, lines=lines, **how)
    except (RecursionError, ValueError):
        data = seed.data
    if rng.random() < 0.04:
        data = _doubled_key(data, rng)
    if rng.random() < 0.02:
        deep = rng.choice((50, 250, 1000, 10_000))
        opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
        data = data.replace(b"null", opening * deep + b"1" + closing * deep, 1)
    return data


def _places(value: Any, rng: random.Random) -> tuple[Any, Any] | None:
    """A container at random and a key or index in it."""
    here = value
    found: tuple[Any, Any] | None = None
    while isinstance(here, dict | list) and here:
        key = rng.choice(list(here)) if isinstance(here, dict) else rng.randrange(len(here))
        found = (here, key)
        if rng.random() < 0.22:
            break
        here = here[key]
    return found


def _changed(value: Any, corpus: list[Seed], rng: random.Random) -> Any:
    found = _places(value, rng)
    if found is None:
        return _any(rng)
    holder, key = found
    kind = rng.randrange(10)
    if kind == 0:
        del holder[key]
    elif kind in (1, 2, 3):
        holder[key] = _any(rng)
    elif kind == 4 and isinstance(holder, list):
        holder.extend([holder[key]] * rng.choice((1, 1, 3, 200)))
    elif kind == 4:
        holder[rng.choice(_TEXTS)] = holder.pop(key)
    elif kind == 5:
        for _ in range(rng.choice((1, 2, 5, 30, 260))):
            holder[key] = [holder[key]] if rng.random() < 0.5 else {"a": holder[key]}
    elif kind == 6:
        holder[key] = rng.choice(("x" * 70_000, [1] * 3000, {str(n): n for n in range(500)}))
    elif kind == 7:
        other = chosen(corpus, rng).value
        inner = _places(other, rng) if other is not None else None
        holder[key] = copy.deepcopy(inner[0][inner[1]]) if inner else None
    elif kind == 8:
        said = holder[key]
        holder[key] = json.dumps(said) if not isinstance(said, str) else [said]
    elif isinstance(holder, dict):
        second = rng.choice(list(holder))
        holder[key], holder[second] = holder[second], holder[key]
    else:
        rng.shuffle(holder)
    return value


def _any(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return None
    if kind == 1:
        return rng.random() < 0.5
    if kind == 2:
        return rng.choice(_NUMBERS)
    if kind == 3:
        return rng.choice(_NOT_NUMBERS)
    if kind in (4, 5):
        return rng.choice(_TEXTS)
    if kind == 6:
        return []
    if kind == 7:
        return [_any(rng, depth + 1) for _ in range(rng.randrange(4))]
    names = ("type", "text", "role", "content", "id", "name", "value", "")
    return {rng.choice(names): _any(rng, depth + 1) for _ in range(rng.randrange(4))}


def _doubled_key(data: bytes, rng: random.Random) -> bytes:
    at = [n for n in range(len(data)) if data[n : n + 1] == b"{"]
    if not at:
        return data
    where = rng.choice(at) + 1
    end = data.find(b",", where)
    if end < 0:
        return data
    return data[: end + 1] + data[where : end + 1] + data[end + 1 :]


# -------------------------------------------------------------------------------------- bytes


def _span(data: bytes, rng: random.Random, most: int = 200) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.randrange(1, most))


def _flipped(data: bytes, rng: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 64))):
        if made:
            made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return bytes(made)


def _overwritten(data: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng, 16)
    return data[:start] + rng.randbytes(end - start) + data[end:]


def _inserted(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(_TOKENS) + data[at:]


def _deleted(data: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _doubled(data: bytes, rng: random.Random) -> bytes:
    start, end = _span(data, rng, 2000)
    return data[:end] + data[start:end] * rng.choice((1, 1, 2, 20)) + data[end:]


def _truncated(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _spliced(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)] + data[rng.randrange(len(data) + 1) :]


def _lines_mixed(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    kind = rng.randrange(5)
    if kind == 0:
        rng.shuffle(lines)
    elif kind == 1:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    elif kind == 2:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(_TOKENS))
    elif kind == 3:
        return data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b"\x00\n", b" ")))
    else:
        del lines[rng.randrange(len(lines))]
    return b"\n".join(lines)


def _random(data: bytes, rng: random.Random) -> bytes:
    return data if rng.random() < 0.8 else rng.randbytes(rng.randrange(200))


_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flipped, _overwritten, _inserted, _inserted, _deleted, _doubled),
    *(_truncated, _spliced, _lines_mixed, _lines_mixed, _random),
)


# ---------------------------------------------------------------------- encodings and wrappings


def _recoded(encoding: str, mark: bytes = b"") -> Callable[[bytes, random.Random], bytes]:
    def make(data: bytes, _: random.Random) -> bytes:
        return mark + data.decode("utf-8", "replace").encode(encoding, "replace")

    return make


_ENCODINGS = (
    _recoded("utf-16"),
    _recoded("utf-16-le"),
    _recoded("utf-16-be", b"\xfe\xff"),
    _recoded("latin-1"),
    _recoded("cp1252"),
    _recoded("utf-8-sig"),
    _recoded("utf-32"),
    _recoded("utf-7"),
    lambda data, rng: _recoded("utf-16")(data, rng)[:-1],
    lambda data, rng: b"\xff\xfe" + data,
)


def _gzip(name: str, data: bytes, rng: random.Random) -> Input:
    made = gzip.compress(data, 1, mtime=0)
    if rng.random() < 0.5:
        made = rng.choice((_truncated, _flipped, _doubled, _inserted))(made, rng)
    return (f"{name}.gz" if rng.random() < 0.7 else name), made


def _gzip_twice(name: str, data: bytes, rng: random.Random) -> Input:
    return f"{name}.gz", gzip.compress(gzip.compress(data, 1, mtime=0), 1, mtime=0)


def _zip(name: str, data: bytes, rng: random.Random) -> Input:
    inner = rng.choice(
        (name, name, f"f/{name}", "../up.jsonl", "/etc/x.json", "C:\\x.csv", "x.zip")
    )
    members = {inner: data}
    if rng.random() < 0.4:
        members["b.jsonl"] = b'{"question": "q", "answer": "a"}\n'
    if rng.random() < 0.2:
        members["README.md"] = b"words, and more"
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    made = zipped(members, method)
    if rng.random() < 0.4:
        made = rng.choice((_truncated, _flipped, _overwritten, _inserted))(made, rng)
    return "a.zip", made


_WRAPS = (_gzip, _gzip, _gzip_twice, _zip, _zip)


def _repacked(data: bytes, rng: random.Random) -> bytes:
    """A ZIP file with one member made unsound, or left out."""
    with zip_module().ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(sorted(members))
    kind = rng.randrange(6)
    if kind == 0:
        del members[name]
    elif kind == 1:
        members[rng.choice(sorted(members))] = members.pop(name)
    elif kind == 2:
        members[name] = rng.choice((b"", b"null", b"[]", b"{}", b"7", b'"x"', b"[" * 10_000))
    elif kind == 3:
        try:
            value = json.loads(members[name])
            members[name] = written(_changed(value, [Seed("", "", b"", value)], rng))
        except (ValueError, RecursionError):
            members[name] = rng.choice(_BYTES)(members[name], rng)
    else:
        members[name] = rng.choice(_BYTES)(members[name], rng)
    made = zipped(members)
    return made if rng.random() < 0.8 else _flipped(made, rng)
