"""What names a machine or lets somebody in: IP and hardware addresses, passwords in addresses."""

import re
from collections.abc import Iterable
from ipaddress import ip_address

from evaldesk.domain.privacy import Match
from evaldesk.privacy.scan import Scan

_IPV4 = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_SOME_IPV4 = re.compile(r"\.\d{1,3}\.\d{1,3}\.\d")
_SOME_IPV6 = re.compile(r":[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
_VERSION = frozenset("version versions release v ver build section kapitel chapter".split())
_SOME_MAC = re.compile(
    r"[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|\.[0-9A-Fa-f]{4}\."
)
_MAC = re.compile(
    r"(?<![\w:.-])(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}"
    r"|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2})(?![\w:.-])"
)


class IpAddresses:
    """IPv4 and IPv6, but for those that every machine has (127.0.0.1, ::1, 0.0.0.0)."""

    name = "ip-address"
    kinds = ("ip_address",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits:
            return
        for found in _IPV4.finditer(scan.text) if _SOME_IPV4.search(scan.text) else ():
            yield from self._checked(scan, found)
        if "::" in scan.text or _SOME_IPV6.search(scan.text):
            for found in _IPV6.finditer(scan.text):
                if found.group().count(":") >= 2:
                    yield from self._checked(scan, found)

    def _checked(self, scan: Scan, found: re.Match[str]) -> Iterable[Match]:
        try:
            address = ip_address(found.group())
        except ValueError:
            return
        if address.is_loopback or address.is_unspecified:
            return
        if address.version == 4 and scan.around(*found.span()) & _VERSION:
            return
        if address.version == 6 and len(found.group()) < 6:
            return  # ``a::b`` stands in code
        yield Match(found.start(), found.end(), "ip_address", self.name, 0.9)


class HardwareAddresses:
    """Six pairs of hexadecimal digits, as network cards have them."""

    name = "mac-address"
    kinds = ("mac_address",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        for found in _MAC.finditer(scan.text) if _SOME_MAC.search(scan.text) else ():
            if len(set(found.group().lower()) - set(":-.")) > 2:
                yield Match(found.start(), found.end(), "mac_address", self.name, 0.9)


_USERINFO = re.compile(r"[^\s/@\"'<>\\?#:]{1,128}:([^\s/@\"'<>\\]{1,256})@(?=[\w\[])")
_QUERY = re.compile(
    r"[?&;](?:access_?token|auth(?:orization)?|api_?key|key|token|secret|password|passwd|pwd|sig"
    r"|signature|code|session(?:_?id)?|client_?secret|x-amz-signature|x-amz-credential)"
    r"=([^\s&#\"'<>\\;]{4,2048})",
    re.IGNORECASE,
)
_URL_END = re.compile(r"[\s\"'<>\\]")


class UrlCredentials:
    """The password before the host of an address, and tokens in its query."""

    name = "url-credentials"
    kinds = ("url_credentials",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        text, done = scan.text, 0
        at = text.find("://")
        while at >= 0:
            start = at + 3
            userinfo = _USERINFO.match(text, start)
            if userinfo is not None:
                yield Match(start, userinfo.end() - 1, "url_credentials", self.name, 1.0)
            if start >= done:
                end = _URL_END.search(text, start, start + 4096)
                done = end.start() if end is not None else min(len(text), start + 4096)
                for found in _QUERY.finditer(text, start, done):
                    yield Match(*found.span(1), "url_credentials", self.name, 0.9)
            at = text.find("://", start)


_SOME_DEGREES = re.compile(r"\.\d{3}")
_COORDINATES = re.compile(
    r"(?<![\w.])([+-]?\d{1,2}\.\d{3,15})°?\s?([NSns])?\s{0,2}[,;/]\s{0,2}"
    r"([+-]?\d{1,3}\.\d{3,15})°?\s?([EWOewo])?(?![\w.]\d)"
)
_DEGREES = re.compile(
    r"(?<!\w)\d{1,2}\s?°\s?\d{1,2}\s?['’′]\s?(?:\d{1,2}(?:[.,]\d{1,6})?\s?(?:\"|”|″|''))?\s?[NS]"
    r"[\s,;]{1,3}\d{1,3}\s?°\s?\d{1,2}\s?['’′]\s?(?:\d{1,2}(?:[.,]\d{1,6})?\s?(?:\"|”|″|''))?"
    r"\s?[EWO](?!\w)"
)


class Coordinates:
    """A place on the earth to a hundred metres or better."""

    name = "coordinates"
    kinds = ("geo",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits:
            return
        for found in _COORDINATES.finditer(scan.text) if _SOME_DEGREES.search(scan.text) else ():
            latitude, longitude = abs(float(found.group(1))), abs(float(found.group(3)))
            if latitude <= 90 and longitude <= 180 and (latitude or longitude):
                sure = found.group(2) or found.group(4) or len(found.group(1)) >= 7
                end = found.start() + len(found.group().rstrip())
                yield Match(found.start(), end, "geo", self.name, 0.85 if sure else 0.6)
        for found in _DEGREES.finditer(scan.text) if "°" in scan.text else ():
            yield Match(*found.span(), "geo", self.name, 0.95)
