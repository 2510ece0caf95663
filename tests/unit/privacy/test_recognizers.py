"""What is found in one text, and what is not. Numbers are made up; their check digits are right."""

import pytest

from evaldesk.privacy.detection import Detector

DETECTOR = Detector(b"k" * 32)

FOUND = {
    "e-mail": ("email", "write to anna.b+x@mail.example.org now", "anna.b+x@mail.example.org"),
    "e-mail at the end of a sentence": ("email", "It is jo@example.com.", "jo@example.com"),
    "e-mail said in words": ("email", "jo.b (at) example.com", "jo.b (at) example.com"),
    "international phone": ("phone", "x +49 30 901820 y", "+49 30 901820"),
    "phone of a region": ("phone", "I am on (212) 555-2368 today", "(212) 555-2368"),
    "short phone beside a word": ("phone", "please call 467 3395", "467 3395"),
    "card": ("credit_card", "pay 4111 1111 1111 1111 ok", "4111 1111 1111 1111"),
    "IBAN": ("iban", "to DE89 3704 0044 0532 0130 00 please", "DE89 3704 0044 0532 0130 00"),
    "IBAN in small letters": ("iban", "gb82west12345698765432", "gb82west12345698765432"),
    "bitcoin": ("crypto_address", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", None),
    "bech32": ("crypto_address", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", None),
    "IPv4": ("ip_address", "from 203.0.113.7 at noon", "203.0.113.7"),
    "IPv6": ("ip_address", "host 2001:db8::8a2e:370:7334 up", "2001:db8::8a2e:370:7334"),
    "MAC": ("mac_address", "eth0 00:1B:44:11:3A:B7 up", "00:1B:44:11:3A:B7"),
    "URL with a password": ("url_credentials", "https://bob:hunter2@example.org/", "bob:hunter2"),
    "token in a query": ("url_credentials", "https://x.org/a?token=abc123def&b=1", "abc123def"),
    "SSN": ("national_id", "SSN 536-22-1234", "536-22-1234"),
    "NINO": ("national_id", "QQ is none, AB 12 34 56 C is", "AB 12 34 56 C"),
    "NHS": ("national_id", "NHS number 943 476 5919", "943 476 5919"),
    "German tax": ("national_id", "Steuer-ID: 86 095 742 719", "86 095 742 719"),
    "French NIR": ("national_id", "1 84 12 76 451 089 46", "1 84 12 76 451 089 46"),
    "Spanish DNI": ("national_id", "DNI 12345678Z", "12345678Z"),
    "Italian": ("national_id", "RSSMRA85T10A562S", "RSSMRA85T10A562S"),
    "Dutch": ("national_id", "BSN 111222333", "111222333"),
    "Brazilian": ("national_id", "CPF 529.982.247-25", "529.982.247-25"),
    "Swiss": ("national_id", "756.9217.0769.85", "756.9217.0769.85"),
    "Chinese": ("national_id", "11010519491231002X", "11010519491231002X"),
    "Finnish": ("national_id", "131052-308T", "131052-308T"),
    "passport": ("passport", "her passport no. is C01X00T47", "C01X00T47"),
    "driving licence": ("driving_licence", "driver's license number is 5130634", "5130634"),
    "born": ("birth_date", "She was born on 10/23/1951.", "10/23/1951"),
    "birthday in words": ("birth_date", "geboren am 3. März 1980", "3. März 1980"),
    "age": ("age", "a 35 year old man", "35"),
    "API key": ("secret", "key sk-ant-api03-Ab3dEf6hIj9kLm2nOp5qRs8t ok", None),
    "AWS key": ("secret", "AKIAIOSFODNN7EXAMPL1", "AKIAIOSFODNN7EXAMPL1"),
    "password that is named": ("secret", "my password is Tr0ub4dor&3", "Tr0ub4dor&3"),
    "street": ("address", "at 12 Baker Street please", "12 Baker Street"),
    "street with town": (
        "address",
        "I live at 742 Evergreen Terrace, Springfield, OR 97477.",
        "742 Evergreen Terrace, Springfield, OR 97477",
    ),
    "Straße": ("address", "wohnt Hauptstraße 5, 10115 Berlin", "Hauptstraße 5, 10115 Berlin"),
    "rue": ("address", "au 12 rue de la Paix", "12 rue de la Paix"),
    "British postcode": ("postcode", "near SW1A 1AA", "SW1A 1AA"),
    "coordinates": ("geo", "at 52.5200, 13.4050 now", "52.5200, 13.4050"),
    "home folder": ("username", "see /home/jdoe/notes.txt", "jdoe"),
    "title": ("person", "Dear Dr. Anna Kowalska, thanks", "Anna Kowalska"),
    "said": ("person", "my name is Mia Li and", "Mia Li"),
    "label": ("person", "Name: Jan van der Berg\nPhone", "Jan van der Berg"),
    "JSON inside a text": ("person", 'it said {"first_name": "Odalys"}', "Odalys"),
    "full-width digits": (
        "credit_card",
        "４１１１１１１１１１１１１１１１",
        "４１１１１１１１１１１１１１１１",
    ),
    "invisible characters": (
        "email",
        "a\u200bnna@exam\u200bple.com",
        "a\u200bnna@exam\u200bple.com",
    ),
    "percent signs": ("email", "?q=anna%40example.com", "anna%40example.com"),
    "escapes": ("person", r"{\"last_name\": \"Kowalska\"}", "Kowalska"),
    "phone across lines": ("phone", "call +1 212\n555 2368", "+1 212\n555 2368"),
    "base64": ("email", "YW5uYUBleGFtcGxlLmNvbQ==", "YW5uYUBleGFtcGxlLmNvbQ=="),
}


@pytest.mark.parametrize("case", FOUND, ids=str)
def test_is_found(case: str) -> None:
    kind, text, wanted = FOUND[case]
    places = [text[one.start : one.end] for one in DETECTOR.in_text(text) if one.kind == kind]
    assert places, DETECTOR.in_text(text)
    if wanted is not None:
        assert places == [wanted]


NOT_FOUND = (
    "card with a wrong digit: 4111 1111 1111 1112",
    "IBAN with a wrong digit: DE89 3704 0044 0532 0130 01",
    "version 1.2.3.4 of the program",
    "localhost is 127.0.0.1",
    "flight HAT136 on 2024-05-20 costs 1234567",
    "it will take 2 hours either way",
    "on 12 May 2024 at 10:30",
    "The password was changed. The password is required.",
    "reservation ZFA04Y, payment certificate_7504069",
    "0.123456, 1.5 and 2.25",
    "via EWR, May 21",
    "call_Zx81bq0T returned 17 rows",
    "I am Happy to help",
    "order 20240515 shipped",
)


@pytest.mark.parametrize("text", NOT_FOUND, ids=range(len(NOT_FOUND)))
def test_is_not_found(text: str) -> None:
    assert DETECTOR.in_text(text) == []
