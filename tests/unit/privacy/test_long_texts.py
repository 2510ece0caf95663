"""Texts made to keep a pattern busy: each is gone through in time that grows with its length. What
does not is stopped by the limit that every test has.
"""

import pytest

from evaldesk.privacy.detection import Detector

PIECES = (
    *("a", "1", "1 ", "1-", "a@", "a.", "@a.", "(", "+", " ", "\n", "http://a:", "?token=", "::"),
    *('{"name":"', '"first_name": "a\\', "%41", "\\u0041", "QUJD", "QUJDREVGR0hJSg ", "zip 1 "),
    *(
        "12 a a a a ",
        "12 Main Main Main Street ",
        "my name is ",
        "Mr. A B C D E ",
        "12 Street\n,a ",
    ),
    *("12 rue de la ", "corner of a b c ", "AB12 ", "DE89", "eyJaaaaaaaa.", "sk-", "born 1/1/1 "),
    *("-----BEGIN PRIVATE KEY-----", "password: ", "00:", "é", "e\u0301", "\u200b", "１ ", "山田"),
    *("52.1234,", "12°30'", "/home/a", "user id: ", "+1 212 555 ", "4111 ", "ssn 123456789 "),
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", PIECES, ids=range(len(PIECES)))
def test_is_gone_through(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    for found in Detector(b"k" * 32).in_text(text):
        assert 0 <= found.start < found.end <= len(text)
