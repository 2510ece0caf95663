"""The guard holds in a process of its own: it can never be taken out of one again."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest


def run(code: str, repository: Path) -> str:
    """What a fresh process prints that has the guard in place."""
    begin = "from evaldesk.net import guard, policy\nguard.install()\nguard.install()\n"
    helper = """
    def tried(do):
        try:
            do()
        except Exception as error:
            return type(error).__name__
        return "done"
    """
    done = subprocess.run(
        [sys.executable, "-c", begin + textwrap.dedent(helper) + textwrap.dedent(code)],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_connects_binds_or_asks(repository: Path) -> None:
    printed = run(
        """
        import http.client, socket, urllib.request
        inet = lambda kind=socket.SOCK_STREAM: socket.socket(socket.AF_INET, kind)
        print(tried(lambda: inet().connect(("127.0.0.1", 9))))
        print(tried(lambda: inet().connect_ex(("192.0.2.1", 9))))
        print(tried(lambda: inet().bind(("", 0))))
        print(tried(lambda: inet(socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9))))
        print(tried(lambda: inet(socket.SOCK_DGRAM).sendmsg([b"x"], [], 0, ("192.0.2.1", 9))))
        print(tried(lambda: socket.getaddrinfo("example.org", 80)))
        print(tried(lambda: socket.gethostbyname("example.org")))
        print(tried(lambda: http.client.HTTPConnection("127.0.0.1").request("GET", "/")))
        print(tried(lambda: urllib.request.urlopen("http://example.org/")))
        print(tried(lambda: __import__("httpx").get("http://127.0.0.1:9/", trust_env=False)))
        """,
        repository,
    )
    assert printed.split() == ["NotAllowedError"] * 10


def test_sockets_within_the_machines_own_files_stay(repository: Path) -> None:
    printed = run(
        """
        import asyncio, socket
        one, other = socket.socketpair()
        one.sendall(b"x")
        print(other.recv(1))
        print(asyncio.run(asyncio.sleep(0, "slept")))
        """,
        repository,
    )
    assert printed.split() == ["b'x'", "slept"]


def test_what_is_permitted_ends_with_its_block(repository: Path) -> None:
    printed = run(
        """
        import socket
        # A server that was there before, as far as the guard knows.
        with guard.permitted(policy.LOOPBACK):
            server = socket.create_server(("127.0.0.1", 0))
            try:
                socket.create_connection(server.getsockname()).close()
            except OSError:
                raise SystemExit(print("no loopback interface"))
        where = server.getsockname()
        print(tried(lambda: socket.create_connection(where)))
        with guard.permitted(policy.LOOPBACK):
            print(tried(lambda: socket.create_connection(where).close()))
            print(tried(lambda: socket.create_connection(("192.0.2.1", 9))))
            print(tried(lambda: guard.permitted(policy.LOOPBACK).__enter__()))
        print(tried(lambda: socket.create_connection(where)))
        named = policy.NetworkPolicy.parse("allow:localhost")
        with guard.permitted(named):
            print(tried(lambda: socket.create_connection(("localhost", where[1])).close()))
            print(tried(lambda: socket.create_connection(("127.0.0.2", where[1])).close()))
        """,
        repository,
    )
    if "no loopback" in printed:
        pytest.skip("this machine has not even a loopback interface")
    assert printed.split() == [
        "NotAllowedError",
        "done",
        "NotAllowedError",
        "NotAllowedError",
        "NotAllowedError",
        "done",
        "NotAllowedError",
    ]
