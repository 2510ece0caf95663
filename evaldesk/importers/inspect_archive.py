"""Inspect's ``.eval`` files: ZIP archives of JSON, deflated or zstd-compressed.

Member names are keys in memory and never paths on a disk, so a name that climbs out of a folder
reaches nothing. What a member unpacks to is bounded.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evaldesk.importers.json_stream import BadJson, loads
from evaldesk.importers.source import Source
from evaldesk.importers.zip_file import open_zip, zip_faults

MEMBER_MAX = 1 << 30
_RATIO_MAX = 1000
_RATIO_FREE = 64 << 20

_SAMPLE = re.compile(r"^samples/(?P<id>.+)_epoch_(?P<epoch>\d+)(?P<rest>\.json|/sample\.json)$")
_CHUNK = re.compile(r"^(?P<kind>messages|events|calls|attachments)/(?P<start>\d+)\.json$")


class Archive:
    """An open ``.eval`` file.

    Attributes:
        names: its members.
    """

    def __init__(self, source: Source) -> None:
        """Opens it.

        Raises:
            InputError: it is not a whole ZIP file.
        """
        self._source = source
        self._zip = open_zip(source)
        self.names: list[str] = list(dict.fromkeys(self._zip.namelist()))

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def json(self, name: str) -> Any:
        """The JSON of a member.

        Raises:
            InputError: it is damaged, too large, or not JSON; names the member.
        """
        try:
            return loads(self._read(name))
        except BadJson as error:
            raise self._source.error(f"It is not JSON: {error}.", record=name) from error

    def header(self) -> dict[str, Any]:
        """``header.json``, or what the journal says of a run that has not ended."""
        for name in ("header.json", "_journal/start.json"):
            if name in self.names:
                value = self.json(name)
                if not isinstance(value, dict):
                    raise self._source.error("It is not an object.", record=name)
                if name != "header.json":
                    value = {"status": "started", **value}
                return value
        raise self._source.error("It has neither header.json nor _journal/start.json.")

    def samples(self, order: Sequence[Any]) -> list[str]:
        """Members that are samples: in the order of the data set where ``order`` lists its ids,
        else as they were written.
        """
        places = {str(ident): index for index, ident in enumerate(order)}
        found: dict[str, tuple[int, int]] = {}
        for name in self.names:
            match = _SAMPLE.match(name)
            if match:
                where = places.get(match["id"].rpartition("/")[2], places.get(match["id"]))
                found[name] = (len(places) if where is None else where, int(match["epoch"]))
        return sorted(found, key=lambda name: found[name])

    def sample(self, name: str) -> Any:
        """A sample, put together where it is stored in pieces."""
        value = self.json(name)
        if name.endswith("/sample.json") and isinstance(value, dict):
            return self._joined(value, name.removesuffix("sample.json"))
        return value

    def _joined(self, sample: dict[str, Any], folder: str) -> dict[str, Any]:
        pools = {kind: self._pool(folder, kind) for kind in ("messages", "events", "attachments")}
        made = dict(sample)
        if "messages" not in made:
            pool = pools["messages"]
            refs = made.pop("message_refs", None)
            picked = _picked(refs, pool) if refs is not None else list(pool.values())
            made["messages"] = picked
        if "events" not in made and pools["events"]:
            made["events"] = list(pools["events"].values())
        if "attachments" not in made and pools["attachments"]:
            made["attachments"] = {str(key): item for key, item in pools["attachments"].items()}
        return made

    def _pool(self, folder: str, kind: str) -> dict[int, Any]:
        made: dict[int, Any] = {}
        for name in self.names:
            if not name.startswith(folder):
                continue
            match = _CHUNK.match(name[len(folder) :])
            if match and match["kind"] == kind:
                values = self.json(name)
                if isinstance(values, list):
                    made.update(enumerate(values, start=int(match["start"])))
        return dict(sorted(made.items()))

    def _read(self, name: str) -> bytes:
        info = self._zip.getinfo(name)
        limit = min(MEMBER_MAX, max(_RATIO_FREE, _RATIO_MAX * info.compress_size))
        if info.file_size > limit:
            raise self._too_large(name, info.file_size)
        try:
            with self._zip.open(info) as member:
                data: bytes = member.read(limit + 1)
        except zip_faults() as error:
            raise self._source.error(f"The member is damaged ({error}).", record=name) from error
        if len(data) > limit:
            raise self._too_large(name, len(data))
        return data

    def _too_large(self, name: str, size: int) -> Exception:
        return self._source.error(
            f"The member unpacks to more than {size >> 20} MB.",
            "It looks like a decompression bomb.",
            record=name,
        )


def _picked(refs: Any, pool: Mapping[int, Any]) -> list[Any]:
    """Elements of a pool by half-open ranges ``[[start, end], …]``."""
    return [
        pool[index]
        for start, end in _ranges(refs)
        for index in range(start, min(end, start + len(pool)))
        if index in pool
    ]


def _ranges(refs: Any) -> Iterator[tuple[int, int]]:
    for item in refs if isinstance(refs, list) else []:
        if isinstance(item, list) and len(item) == 2 and all(type(end) is int for end in item):
            yield item[0], item[1]
