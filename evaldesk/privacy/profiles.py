"""Profiles as JSON: what is done with each kind."""

from collections.abc import Mapping
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.privacy import ACTIONS, KINDS, Profile

_MEMBERS = frozenset(("name", "title", "description", "otherwise", "least_score", "actions"))


def profile_of(content: Mapping[str, Any]) -> Profile:
    """The profile that a JSON object describes.

    Raises:
        InputError: a member, a kind or an action that there is none of.
    """
    unknown = sorted(set(content) - _MEMBERS)
    if unknown:
        raise InputError(f"A profile has no “{unknown[0]}”.", f"It has {', '.join(_MEMBERS)}.")
    name = content.get("name")
    if not isinstance(name, str) or not name.strip():
        raise InputError("A profile needs a name.")
    actions = content.get("actions", {})
    if not isinstance(actions, Mapping):
        raise InputError("The actions of a profile are an object: kind and action.")
    for kind, action in actions.items():
        if kind not in KINDS:
            raise InputError(f"There is no kind “{kind}”.", f"There are: {', '.join(KINDS)}.")
        _check_action(action)
    otherwise = content.get("otherwise", "mask")
    _check_action(otherwise)
    least = content.get("least_score", 0.5)
    if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1:
        raise InputError("least_score is a number from 0 to 1.")
    return Profile(
        name=name.strip(),
        actions=dict(actions),
        otherwise=otherwise,
        least_score=float(least),
        title=str(content.get("title", "")),
        description=str(content.get("description", "")),
    )


def _check_action(action: object) -> None:
    if action not in ACTIONS:
        raise InputError(f"There is no action “{action}”.", f"There are: {', '.join(ACTIONS)}.")
