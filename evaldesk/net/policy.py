"""What a project's network policy says, and whom it lets the program speak to."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evaldesk.domain.errors import UsageError

_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*", re.ASCII)


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Which machines a project may be worked on with.

    Attributes:
        kind: ``none``; ``loopback``, this machine alone; or ``allow``, the hosts that are named.
        hosts: names or addresses, in lower case; empty but for ``allow``.
    """

    kind: Literal["none", "loopback", "allow"]
    hosts: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "NetworkPolicy":
        """Read ``none``, ``loopback`` or ``allow:HOST[,HOST…]``.

        Raises:
            UsageError: it is none of these, or a host is neither a name nor an address.
        """
        if text == "none":
            return NONE
        if text == "loopback":
            return LOOPBACK
        kind, colon, named = text.partition(":")
        if kind != "allow" or not colon:
            raise UsageError(
                f"“{text}” is no network policy.", "Use none, loopback or allow:HOST[,HOST…]."
            )
        return cls("allow", tuple(dict.fromkeys(_host(one) for one in named.split(","))))

    def __str__(self) -> str:
        return f"allow:{','.join(self.hosts)}" if self.kind == "allow" else self.kind

    def allows(self, host: str, addresses: Iterable[str] = ()) -> bool:
        """Whether the program may speak to a host.

        Args:
            host: a name or an address.
            addresses: what named hosts were found at, as text.
        """
        if self.kind == "loopback":
            return is_loopback(host)
        return self.kind == "allow" and (_plain(host) in self.hosts or host in set(addresses))


NONE = NetworkPolicy("none")
LOOPBACK = NetworkPolicy("loopback")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: by its address, or by the name ``localhost``."""
    if _plain(host) == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _host(text: str) -> str:
    host = _plain(text.strip())
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    # A row of numbers is an address that was mistyped, or one in a spelling that hides it.
    if _NAME.fullmatch(host) and not re.fullmatch(r"[0-9.]+", host):
        return host
    raise UsageError(
        f"“{text.strip()}” is neither the name of a host nor an address.",
        "Name it alone: without https://, port or path.",
    )
