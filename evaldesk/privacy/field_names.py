"""What the names of fields give away: a value under ``first_name`` is a name, whatever it looks
like. In a trace's metadata, in arguments and answers of tools, and in JSON inside a text.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

_NAMES: dict[str, str] = {}
for _kind, _words in {
    "person": "firstname lastname givenname familyname surname fullname middlename maidenname "
    "customername contactname passengername patientname holdername cardholder cardholdername "
    "username_full realname nickname legalname accountholder recipientname sendername "
    "employeename guestname authorname vorname nachname prenom nombre apellido",
    "username": "username userid user_id login loginname handle screenname userhandle enduserid",
    "email": "email emailaddress mail useremail customeremail contactemail",
    "phone": "phone phonenumber telephone tel mobile mobilephone cellphone fax faxnumber "
    "contactnumber homephone workphone msisdn",
    "address": "address address1 address2 addressline1 addressline2 street streetaddress "
    "streetname billingaddress shippingaddress homeaddress mailingaddress postaladdress strasse",
    "postcode": "zip zipcode postcode postalcode plz",
    "place": "city town hometown birthplace placeofbirth",
    "birth_date": "dob dateofbirth birthdate birthday geburtsdatum",
    "national_id": "ssn socialsecuritynumber nationalid nationalidnumber taxid taxnumber nino "
    "nhsnumber steuerid personnummer socialsecurity",
    "passport": "passport passportnumber passportno",
    "driving_licence": "driverlicense driverslicense drivinglicence drivinglicense licensenumber "
    "driverslicensenumber",
    "credit_card": "cardnumber creditcardnumber creditcard pan cvv cvc cvv2 securitycode",
    "iban": "iban accountnumber bankaccount bankaccountnumber",
    "account": "customerid customernumber customerno accountid memberid membernumber "
    "membershipnumber loyaltynumber loyaltyid frequentflyernumber policynumber patientid mrn "
    "employeeid kundennummer clientid",
    "ip_address": "ip ipaddress clientip remoteaddr remoteip",
    "mac_address": "mac macaddress",
    "geo": "lat latitude lng lon long longitude geolocation coordinates",
    "secret": "password passwd pwd passphrase secret apikey accesstoken authtoken refreshtoken "
    "clientsecret privatekey authorization bearertoken sessiontoken cookie setcookie xapikey pin",
}.items():
    for _word in _words.split():
        _NAMES[_word.replace("_", "")] = _kind

_PEOPLE = frozenset(
    "user users customer customers passenger passengers person people patient patients contact "
    "contacts client guest recipient sender author employee applicant member traveler travelers "
    "travellers savedpassengers driver owner holder".split()
)
_SEPARATORS = re.compile(r"[\W_]+")
_NOT_VALUES = frozenset(
    "string str number integer int boolean bool object array null none true false unknown n/a na "
    "required optional redacted".split()
)
_IN_TEXT = re.compile(
    r"[\"']([A-Za-z][\w .-]{1,40})\\?[\"']\s{0,4}:\s{0,4}"
    r"(?:\\?\"((?:[^\"\\\n]|\\(?!\")[^\n]){1,300})|'([^'\n]{1,300})'|(-?\d[\d.]{0,30}))"
)


@lru_cache(maxsize=8192)
def kind_of(name: str, parent: str = "") -> str | None:
    """What a field of this name holds; None where the name does not say.

    Args:
        parent: name of the field that the object lies in: ``name`` is a person's below
            ``customer`` and a tool's below ``function``.
    """
    bare = _SEPARATORS.sub("", name.lower())
    if bare in ("name", "displayname"):
        return "person" if _SEPARATORS.sub("", parent.lower()) in _PEOPLE else None
    found = _NAMES.get(bare)
    if found is None and "." in name:  # OpenTelemetry: ``enduser.id``, ``client.address``
        return _NAMES.get(_SEPARATORS.sub("", name.rsplit(".", 1)[-1].lower()))
    return found


def is_value(text: str, kind: str) -> bool:
    """Whether this can be a value of that kind: a schema says ``string`` there."""
    bare = text.strip().casefold()
    if len(bare) < 2 or bare in _NOT_VALUES or bare.startswith(("[", "{", "<")):
        return kind == "geo" and bool(bare) and bare[0].isdigit()
    if kind in ("phone", "postcode", "credit_card", "birth_date", "geo", "ip_address"):
        return any(one.isdigit() for one in bare)
    if kind == "email":
        return "@" in bare
    if kind in ("person", "place"):
        return len(bare) <= 80 and bare[0].isalpha() and bare.count(" ") <= 6
    if kind in ("national_id", "passport", "driving_licence", "iban"):
        return any(one.isdigit() for one in bare) and len(bare) <= 40
    if kind == "secret":
        return len(bare) >= 4 and " " not in bare.removeprefix("bearer ")
    return len(bare) <= 300


def in_text(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, kind and the field's name of values in JSON, or what Python prints, that stands
    in a text.
    """
    if ":" not in text or ("'" not in text and '"' not in text):
        return
    for found in _IN_TEXT.finditer(text):
        kind = kind_of(found.group(1))
        if kind is None:
            continue
        group = 2 if found.group(2) is not None else 3 if found.group(3) is not None else 4
        value = found.group(group).rstrip("\\") if group == 2 else found.group(group)
        if is_value(value, kind):
            start = found.start(group)
            yield start, start + len(value), kind, _SEPARATORS.sub("", found.group(1).lower())
