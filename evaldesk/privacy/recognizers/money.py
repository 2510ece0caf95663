"""Payment cards, bank accounts and crypto addresses: each with its checksum."""

import hashlib
import re
from collections.abc import Iterable

from evaldesk.domain.privacy import Match
from evaldesk.privacy import checksums as check
from evaldesk.privacy.scan import Scan

# Patterns that begin with the digit itself are searched for several times as fast as those that
# look back first.
_CARD = re.compile(r"\d(?<![\w.-]\d)(?<!\d[ ,]\d)(?:[ -]?\d){11,18}(?![\w-])(?!\.\d)")
_CARD_WORDS = frozenset(
    "card cards cc credit debit visa mastercard amex payment karte kreditkarte carte tarjeta "
    "carta".split()
)


def _issuer(number: str) -> bool:
    """Whether some issuer gives numbers that begin so and are as long (ISO/IEC 7812 ranges)."""
    count, two, three, four = len(number), int(number[:2]), int(number[:3]), int(number[:4])
    if number[0] == "4":
        return count in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return count == 16
    if two in (34, 37):
        return count == 15
    if 300 <= three <= 305 or two in (36, 38, 39):
        return 14 <= count <= 19
    if four == 6011 or 644 <= three <= 649 or two in (62, 65, 60, 81):
        return 16 <= count <= 19
    if 3528 <= four <= 3589:
        return 16 <= count <= 19
    if four in (2131, 1800):
        return count == 15
    return two in (50, 56, 57, 58, 59, 61, 63, 64, 66, 67, 68, 69) and 12 <= count <= 19


class PaymentCards:
    """12 to 19 digits of an issuer's range with a Luhn digit; those of a rarer issuer, and of
    unusual length, only where a word nearby speaks of a card.
    """

    name = "payment-card"
    kinds = ("credit_card",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits:
            return
        for found in _CARD.finditer(scan.text):
            number = found.group().replace(" ", "").replace("-", "")
            if not check.luhn(number) or len(set(number)) < 2 or not _issuer(number):
                continue
            near = bool(scan.around(*found.span()) & _CARD_WORDS)
            if near or len(number) in (14, 15, 16):
                score = 0.97 if near else 0.85
                yield Match(found.start(), found.end(), "credit_card", self.name, score)


_IBAN_DIGITS = re.compile(r"\d(?<=[A-Za-z]{2}\d)(?<![^\W_][A-Za-z]{2}\d)\d(?=[ -]?[A-Za-z0-9])")
"""The check digits, behind the two letters that an account begins with."""
IBAN_LENGTHS = {
    "AD": 24,
    "AE": 23,
    "AL": 28,
    "AT": 20,
    "AZ": 28,
    "BA": 20,
    "BE": 16,
    "BG": 22,
    "BH": 22,
    "BI": 27,
    "BR": 29,
    "BY": 28,
    "CH": 21,
    "CR": 22,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DJ": 27,
    "DK": 18,
    "DO": 28,
    "EE": 20,
    "EG": 29,
    "ES": 24,
    "FI": 18,
    "FK": 18,
    "FO": 18,
    "FR": 27,
    "GB": 22,
    "GE": 22,
    "GI": 23,
    "GL": 18,
    "GR": 27,
    "GT": 28,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IL": 23,
    "IQ": 23,
    "IS": 26,
    "IT": 27,
    "JO": 30,
    "KW": 30,
    "KZ": 20,
    "LB": 28,
    "LC": 32,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "LY": 25,
    "MC": 27,
    "MD": 24,
    "ME": 22,
    "MK": 19,
    "MN": 20,
    "MR": 27,
    "MT": 31,
    "MU": 30,
    "NI": 28,
    "NL": 18,
    "NO": 15,
    "OM": 23,
    "PK": 24,
    "PL": 28,
    "PS": 29,
    "PT": 25,
    "QA": 29,
    "RO": 24,
    "RS": 22,
    "RU": 33,
    "SA": 24,
    "SC": 31,
    "SD": 18,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "SO": 23,
    "ST": 25,
    "SV": 28,
    "TL": 23,
    "TN": 24,
    "TR": 26,
    "UA": 29,
    "VA": 22,
    "VG": 24,
    "XK": 20,
    "YE": 30,
}
"""Country → characters (SWIFT's IBAN registry)."""


class BankAccounts:
    """IBANs of the length their country gives them, with the right check digits."""

    name = "iban"
    kinds = ("iban",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits:
            return
        for found in _IBAN_DIGITS.finditer(scan.text):
            start = found.start() - 2
            wanted = IBAN_LENGTHS.get(scan.text[start : start + 2].upper())
            if wanted is None:
                continue
            compact, at = "", start
            while len(compact) < wanted and at < len(scan.text):
                one = scan.text[at]
                if one.isascii() and one.isalnum():
                    compact += one
                elif one not in " -\u00a0":
                    break
                at += 1
            after = scan.text[at : at + 1]
            if len(compact) == wanted and not after.isalnum() and check.mod_97_10(compact.upper()):
                yield Match(start, at, "iban", self.name, 0.99)


_CRYPTO = re.compile(
    r"[013LMDTbtl](?<![^\W_].)(?:(?<=0)x[0-9a-fA-F]{40}"
    r"|(?:(?<=b)c1|(?<=t)b1|(?<=l)tc1)[02-9ac-hj-np-z]{11,71}"
    r"|(?<=[13LMDT])[1-9A-HJ-NP-Za-km-z]{25,34})(?![^\W_])"
)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _base58(text: str) -> bool:
    number = 0
    for one in text:
        number = number * 58 + _BASE58.index(one)
    raw = number.to_bytes(25, "big") if number < 1 << 200 else b""
    return bool(raw) and hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def _bech32(text: str) -> bool:
    """BIP 173 and 350."""
    human, _, data = text.rpartition("1")
    values = [ord(one) >> 5 for one in human] + [0] + [ord(one) & 31 for one in human]
    values += [_BECH32.index(one) for one in data]
    check_ = 1
    for value in values:
        top = check_ >> 25
        check_ = (check_ & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            check_ ^= generator if (top >> place) & 1 else 0
    return check_ in (1, 0x2BC830A3)


class CryptoAddresses:
    """Bitcoin and its kin by their checksum, Ethereum by its form."""

    name = "crypto-address"
    kinds = ("crypto_address",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        for found in _CRYPTO.finditer(scan.text):
            text = found.group()
            if text.startswith("0x"):
                sound = True
            elif text[0] in "btl":
                sound = _bech32(text)
            else:
                sound = _base58(text)
            if sound:
                yield Match(found.start(), found.end(), "crypto_address", self.name, 0.95)
