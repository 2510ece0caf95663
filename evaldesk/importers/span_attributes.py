"""The attributes of one span, taken out one by one, so that what nobody knows is left over.

Conventions write lists and objects as ``llm.input_messages.0.message.role``, as nested JSON, or as
JSON in a string; here they come out the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from evaldesk.importers.fields import EMPTY, amount, count, text, unwrapped

_LEVELS = 24
"""Of a name with dots; what is deeper stays in one piece."""


class Attributes:
    """What a span says of itself."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._left = dict(given)

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def any_under(self, *prefixes: str) -> bool:
        """Whether a name begins with one of these."""
        return any(name.startswith(prefixes) for name in self._left)

    def peek(self, *names: str) -> Any:
        """The first of the attributes that is there, left where it is."""
        return next((self._left[name] for name in names if self._left.get(name) is not None), None)

    def take(self, *names: str) -> Any:
        """The first of the attributes that is there, taken out, and others that say the same."""
        found = None
        for name in names:
            value = self._left.get(name)
            if value is None:
                continue
            if found is None or value == found:
                found = value
                del self._left[name]
        return found

    def text(self, *names: str) -> str:
        """As `take`, of a string or a number; anything else stays."""
        return text(self.take(*self._fit(names, lambda value: text(value) != "")))

    def count(self, *names: str) -> int | None:
        """As `take`, of a whole number of 0 or more."""
        return count(self.take(*self._fit(names, lambda value: count(value) is not None)))

    def amount(self, *names: str) -> float | None:
        """As `take`, of a number of 0 or more."""
        return amount(self.take(*self._fit(names, lambda value: amount(value) is not None)))

    def json(self, *names: str) -> Any:
        """As `take`, with JSON in a string parsed."""
        return unwrapped(self.take(*names))

    def tree(self, prefix: str) -> Any:
        """Everything under a name, as one list or object; None where nothing is."""
        whole = self._left.pop(prefix, None)
        whole = nested(unwrapped(whole))
        below = prefix + "."
        parts = {
            name.removeprefix(below): self._left.pop(name)
            for name in [name for name in self._left if name.startswith(below)]
        }
        if not parts:
            return whole
        made = nested(parts)
        if isinstance(whole, dict) and isinstance(made, dict):
            return whole | made
        if whole not in EMPTY:
            self._left[prefix] = whole
        return made

    def trees(self, prefix: str) -> list[Any]:
        """As `tree`, of a list, or of numbered names; what has other names stays."""
        below = prefix + "."
        numbered = [
            name
            for name in self._left
            if name.startswith(below) and name[len(below) :].partition(".")[0].isdecimal()
        ]
        if not numbered:
            whole = nested(unwrapped(self._left.get(prefix)))
            if isinstance(whole, list):
                del self._left[prefix]
                return whole
            return []
        made = nested({name.removeprefix(below): self._left.pop(name) for name in numbered})
        return made if isinstance(made, list) else list(made.values())

    def rest(self) -> dict[str, Any]:
        """What was not taken, without what is empty."""
        return {name: value for name, value in self._left.items() if value not in EMPTY}

    def _fit(self, names: tuple[str, ...], fits: Any) -> list[str]:
        return [name for name in names if name in self._left and fits(self._left[name])]


def nested(value: Any) -> Any:
    """Names with dots taken apart, and objects of numbered members made lists, at every level."""
    if isinstance(value, list):
        return [nested(item) for item in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for name, item in value.items():
        at = made
        parts = str(name).split(".", _LEVELS)
        for part in parts[:-1]:
            inner = at.get(part)
            if not isinstance(inner, dict):
                inner = at[part] = {} if inner is None else {"": inner}
            at = inner
        inner = at.get(parts[-1])
        item = nested(item)
        if isinstance(inner, dict):
            if isinstance(item, dict):
                inner.update(item)
            else:
                inner[""] = item
        else:
            at[parts[-1]] = item
    return _listed(made)


def flat(given: Mapping[str, Any], roots: frozenset[str]) -> dict[str, Any]:
    """Attributes that are nested objects, with names with dots.

    Args:
        roots: first parts of the names that are taken apart; other objects are values.
    """
    return dict(_flat(given, roots))


def _flat(given: Mapping[str, Any], roots: frozenset[str]) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        name = str(name)
        if isinstance(value, dict) and value and name.partition(".")[0] in roots:
            # Two levels name an attribute; below, an object is its value, or Attributes.tree's.
            for inner, item in value.items():
                if isinstance(item, dict) and item:
                    for last, leaf in item.items():
                        yield f"{name}.{inner}.{last}", leaf
                else:
                    yield f"{name}.{inner}", item
        else:
            yield name, value


def _listed(value: dict[str, Any]) -> Any:
    for name, item in value.items():
        if isinstance(item, dict):
            value[name] = _listed(item)
    if value and all(name.isdecimal() and len(name) < 12 for name in value):
        return [value[name] for name in sorted(value, key=int)]
    return value
