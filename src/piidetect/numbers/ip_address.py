# SPDX-License-Identifier: Apache-2.0
"""Internet address (IP 地址), version 4 (RFC 791) and 6 (RFC 4291).

Private, shared (100.64/10), link-local, loopback, multicast, documentation and reserved ranges lead
to nobody on the internet: ``PLACEHOLDER``. Four numbers below 10 may be the version of a program:
``UNCHECKED`` until a heading confirms them. The ranges stand here, for the standard library changes
its answers from version to version. Canonical is version 6 in its short form, an IPv4 address in
IPv6 (::ffff:a.b.c.d) as version 4.

    >>> validate("8.8.8.8"), validate("2400:3200:0:0::1"), validate("::ffff:114.114.114.114")
    ('8.8.8.8', '2400:3200::1', '114.114.114.114')
    >>> verdict("192.168.1.10").name, verdict("100.64.1.1").name, verdict("fe80::1%eth0").name
    ('PLACEHOLDER', 'PLACEHOLDER', 'PLACEHOLDER')
    >>> verdict("1.2.3.4").name, verdict("1.2.3.4", context=True).name
    ('UNCHECKED', 'VALID')
    >>> verdict("256.1.1.1").name, verdict("1.2.3").name, verdict("01.2.3.4").name
    ('INVALID_FORMAT', 'INVALID_FORMAT', 'INVALID_FORMAT')
"""

from __future__ import annotations

import ipaddress

from piidetect.numbers.cell_text import fold
from piidetect.numbers.verdict_errors import checked, confirmed
from piidetect.schema import Verdict

#: Ranges that are nobody's on the internet (IANA's registries of special addresses).
NOBODY_4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
        "224.0.0.0/3"
    ).split()
)
#: The only range of global addresses, and what is nobody's in it.
GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
NOBODY_6 = tuple(
    ipaddress.IPv6Network(block) for block in "2001::/23 2001:db8::/32 2002::/16 3fff::/20".split()
)
LONGEST = 45
_VERSION_BELOW = 10

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _parse(text: str) -> _Address | None:
    folded = fold(text).partition("%")[0].strip("[]")
    if len(folded) > LONGEST or not folded.isascii():
        return None
    try:
        address = ipaddress.ip_address(folded)
    except ValueError:
        return None
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return inner or address


def compact(text: str) -> str:
    """Return the canonical address; text that is none comes back folded."""
    address = _parse(text)
    return fold(text) if address is None else str(address)


def _is_nobody(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in block for block in NOBODY_4)
    return address not in GLOBAL_6 or any(address in block for block in NOBODY_6)


def verdict(text: str, *, context: bool = False) -> Verdict:
    """Return the verdict on an address; never raises.

    Args:
        text: the address as written.
        context: whether a heading or a word says what it is.
    """
    address = _parse(text)
    if address is None:
        return Verdict.INVALID_FORMAT
    if _is_nobody(address):
        return Verdict.PLACEHOLDER
    version = address.version == 4 and max(address.packed) < _VERSION_BELOW
    return confirmed(Verdict.UNCHECKED if version else Verdict.VALID, context)


validate, is_valid = checked(verdict, compact)
format = compact  # noqa: A001
