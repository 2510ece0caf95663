"""Refuses every connection that nobody permitted, whichever module asks for it.

Python tells an audit hook of each socket that is about to be connected, bound or looked up,
also inside libraries; a hook cannot be taken out again. It sees nothing of what libraries in other
languages do: EvalDesk uses no such library that connects (tests look for one at the system calls).

The program starts with this module, so what it needs comes when a socket is first made.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaldesk.net.policy import NetworkPolicy

_SPEAKING = frozenset(("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"))
_ASKING = frozenset(
    ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
)
_LOCAL = ("AF_UNIX", "AF_NETLINK")

_lock = threading.Lock()
_installed = False
_permitted: "tuple[NetworkPolicy, frozenset[str]] | None" = None


def install() -> None:
    """Refuse from now on; a second call changes nothing."""
    global _installed
    with _lock:
        if not _installed:
            sys.addaudithook(_hook)
            _installed = True


@contextmanager
def permitted(policy: "NetworkPolicy") -> Iterator[None]:
    """Let the whole program speak to what a policy allows, until the end of the block.

    The hosts' addresses are looked up once, at the beginning: a name that answers with another
    address later is refused.

    Raises:
        NotAllowedError: somebody is using the network already.
    """
    from evaldesk.domain.errors import NotAllowedError

    global _permitted
    with _lock:
        if _permitted is not None:
            raise NotAllowedError("The network is in use already.", "Wait until that is done.")
        _permitted = (policy, frozenset())
    try:
        found = frozenset(address for host in policy.hosts for address in _addresses(host))
        with _lock:
            _permitted = (policy, found)
        yield
    finally:
        with _lock:
            _permitted = None


def _addresses(host: str) -> set[str]:
    import socket

    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except OSError:
        return set()  # the connection to it will say so


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event in _SPEAKING:
        made, address = args[0], args[1]
        # A datagram of a socket that is connected names nobody: the connection was looked at.
        if getattr(made.family, "name", "") not in _LOCAL and address is not None:
            _check(address[0] if isinstance(address, tuple) else address)
    elif event in _ASKING:
        host = args[0]
        if host is not None:
            _check(host[0] if isinstance(host, tuple) else host)


def _check(host: Any) -> None:
    from evaldesk.domain.errors import NotAllowedError
    from evaldesk.net.policy import NONE, is_loopback

    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    policy, addresses = _permitted or (NONE, frozenset())
    if policy.allows(text, addresses):
        return
    # There a pair of sockets, which asyncio wakes itself by, is made of two on this machine.
    if sys.platform == "win32" and is_loopback(text):
        return
    raise NotAllowedError(
        f"A connection to {text} was refused: the project's network policy is “{policy}”.",
        "EvalDesk works without a network; only a project's owner can change its policy.",
    )
