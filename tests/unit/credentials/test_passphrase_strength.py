"""An estimate that errs on the low side, and never calls a well-known phrase strong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.credentials.passphrase_strength import estimate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "password",
        "P@ssw0rd1",
        "qwertyuiop123456",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "letmeinletmeinletmeinletmein",
        "summer2026",
        "Passwort12345678",
        "12.03.1987",
        "Mara support assistant",
    ],
)
def test_what_is_guessed_first_is_refused(text: str) -> None:
    assert not estimate(text, ("Mara", "Support assistant")).enough


@pytest.mark.parametrize(
    "text",
    [
        "lantern quorum otter vinegar",
        "correcthorsebatterystaple",
        "x7!Kq2#vLm9&",
        "gT4 zzR 9pq W1xm",
    ],
)
def test_what_is_hard_is_accepted(text: str) -> None:
    assert estimate(text).enough


@given(st.text(min_size=1, max_size=30))
def test_repeating_adds_next_to_nothing(text: str) -> None:
    assert estimate(text * 3).bits <= estimate(text).bits + 12


@given(st.text(max_size=40), st.sampled_from("aZ7 ."))
def test_never_negative(text: str, more: str) -> None:
    assert estimate(text + more).bits >= 0
