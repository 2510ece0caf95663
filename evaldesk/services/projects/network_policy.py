"""Which machines a project may be worked on with: said when it is made, changed by its owner."""

from typing import TYPE_CHECKING

from evaldesk.domain.errors import UsageError
from evaldesk.net.policy import NetworkPolicy
from evaldesk.services.projects import roles

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_SETTING = "network"


def policy_of(project: "Project") -> NetworkPolicy:
    """The policy in force."""
    return NetworkPolicy.parse(project.get(_SETTING, "none"))


def change_policy(project: "Project", policy: str, author: str, reason: str) -> NetworkPolicy:
    """Put another policy in force; the log says who did it, why, and what it was before.

    Args:
        policy: ``none``, ``loopback`` or ``allow:HOST[,HOST…]``.

    Raises:
        UsageError: it is no policy, or the reason is missing.
        NotAllowedError: the author is not an owner of the project.
    """
    wanted = NetworkPolicy.parse(policy)
    before = policy_of(project)
    if wanted == before:
        return before
    roles.require(project, author, "owner", "change the network policy")
    if not reason.strip():
        raise UsageError(
            "A change of the network policy needs a reason.",
            "Say it in --reason; the log keeps it.",
        )
    said = f"{before} → {wanted}: {reason.strip()}"
    project.set(_SETTING, str(wanted), event="policy.network", author=author, reason=said)
    return wanted
