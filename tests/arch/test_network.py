"""The guard that keeps every test off the network is itself in place."""

import socket
import urllib.request

import pytest


def test_no_connection_leaves_the_machine() -> None:
    with socket.socket() as made, pytest.raises(AssertionError, match="connect to"):
        made.connect(("127.0.0.1", 9))


def test_no_name_is_looked_up() -> None:
    with pytest.raises(AssertionError, match="asked for the address"):
        urllib.request.urlopen("http://example.org/", timeout=1)


def test_a_local_socket_may_speak() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"
