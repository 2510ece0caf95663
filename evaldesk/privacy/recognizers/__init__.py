"""Every recognizer there is. A new kind is a module, or a row of a table, and a line here."""

from collections.abc import Sequence

from evaldesk.privacy.recognizers.addresses import PostalAddresses, Postcodes
from evaldesk.privacy.recognizers.contact import Emails, Phones
from evaldesk.privacy.recognizers.money import BankAccounts, CryptoAddresses, PaymentCards
from evaldesk.privacy.recognizers.national_ids import NationalIds
from evaldesk.privacy.recognizers.network import (
    Coordinates,
    HardwareAddresses,
    IpAddresses,
    UrlCredentials,
)
from evaldesk.privacy.recognizers.people import Ages, BirthDates, NamesInContext, UserNames
from evaldesk.privacy.recognizers.secrets import Secrets
from evaldesk.privacy.scan import Recognizer

REGIONS = ("US", "GB", "DE", "FR")
"""Whose telephone numbers are known without a country code, where a project says nothing else."""


def recognizers(regions: Sequence[str] = REGIONS) -> tuple[Recognizer, ...]:
    """All of them.

    Args:
        regions: ISO 3166 codes whose telephone numbers are known without their country code.
    """
    return (
        Emails(),
        Phones(regions),
        PaymentCards(),
        BankAccounts(),
        CryptoAddresses(),
        NationalIds(),
        IpAddresses(),
        HardwareAddresses(),
        UrlCredentials(),
        Coordinates(),
        Secrets(),
        NamesInContext(),
        Ages(),
        BirthDates(),
        UserNames(),
        PostalAddresses(),
        Postcodes(),
    )
