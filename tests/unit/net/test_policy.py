"""What a network policy allows, and what it refuses to be."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.errors import UsageError
from evaldesk.net.policy import LOOPBACK, NONE, NetworkPolicy


@pytest.mark.parametrize("text", ["none", "loopback", "allow:judge.example", "allow:10.0.0.7,::1"])
def test_a_policy_is_read_as_it_is_written(text: str) -> None:
    assert str(NetworkPolicy.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "all",
        "allow",
        "allow:",
        "allow:a,,b",
        "allow:https://judge.example",
        "allow:judge.example:443",
        "allow:judge example",
        "allow:*.example",
        "allow:010.0.0.1",
        "allow:256.1.1.1",
        "loopback:now",
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        NetworkPolicy.parse(text)


def test_spelling_does_not_hide_a_host() -> None:
    policy = NetworkPolicy.parse("allow:Judge.Example.,[2001:DB8::1]")
    assert policy.hosts == ("judge.example", "2001:db8::1")
    assert policy.allows("JUDGE.example")
    assert policy.allows("2001:db8::1")
    assert not policy.allows("judge.example.org")
    assert not policy.allows("example")


@given(st.ip_addresses())
def test_loopback_is_this_machine_alone(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assert LOOPBACK.allows(str(address)) == address.is_loopback
    assert not NONE.allows(str(address))


@given(st.text())
def test_none_allows_nothing(host: str) -> None:
    assert not NONE.allows(host)
    assert not NONE.allows(host, [host])


def test_a_named_host_is_reached_by_the_address_that_was_found() -> None:
    policy = NetworkPolicy.parse("allow:judge.example")
    assert policy.allows("192.0.2.7", ["192.0.2.7"])
    assert not policy.allows("192.0.2.8", ["192.0.2.7"])
    assert not LOOPBACK.allows("192.0.2.7", ["192.0.2.7"])
