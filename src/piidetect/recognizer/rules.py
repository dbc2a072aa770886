# SPDX-License-Identifier: Apache-2.0
"""The rules of numbers as data for :mod:`piidetect.kernels.forms`.

Each rule says again what the module in :mod:`piidetect.numbers` says, with that module's own
constants; Hypothesis checks that both agree. Patterns are over the compact value: folded, without
separators, letters in capitals.
"""

from __future__ import annotations

from functools import cache

from piidetect import tables
from piidetect.numbers import (
    hk_id,
    imsi,
    meid,
    military_id,
    organisation_code,
    tw_id,
    uscc,
    vehicle_plate,
    vin,
    waybill_number,
)
from piidetect.recognizer.form_checks import (
    ALL,
    DIGITS,
    Check,
    Form,
    Rule,
    amounts,
    luhn,
    negative,
    weighted,
)
from piidetect.schema import Verdict

_VALID, _UNCHECKED, _PLACEHOLDER = Verdict.VALID, Verdict.UNCHECKED, Verdict.PLACEHOLDER
_MOD_11_2 = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _identity(first: int) -> Check:
    """Return the check of a resident ID that begins at a place."""
    plain = weighted(DIGITS, (*[0] * first, *_MOD_11_2), 11, "10X98765432")
    return plain._replace(at=first + 17)


def _fillers(validator: str) -> list[Form]:
    """Return the values that stand for no value as forms."""
    values = ("".join(c for c in one if c.isalnum()) for one in tables.placeholders(validator))
    return [Form(one, _PLACEHOLDER) for one in sorted(values)]


def _meid_check() -> Check:
    doubled = [(2 * d) // 16 + (2 * d) % 16 for d in range(16)]
    parts = tuple(amounts(doubled if place % 2 else list(range(16)), 1, 16) for place in range(14))
    return Check(parts, 16, 14, negative("0123456789ABCDEF"))


def _tw_check() -> Check:
    place = [(n // 10 + n % 10 * 9) % 10 for n in (tw_id.LETTERS.find(c) + 10 for c in ALL)]
    second = [*range(10), *(tw_id.LETTERS.find(c) % 10 for c in ALL[10:])]
    rest = tw_id.WEIGHTS[3:10]
    parts = (amounts(place, 1, 10), amounts(second, 8, 10))
    return Check((*parts, *(amounts(DIGITS, one, 10) for one in rest)), 10, 9, negative(DIGITS))


def _hk_check(letters: int) -> Check:
    weights = range(7 + letters, 1, -1)
    constant = hk_id.NO_LETTER * 9 if letters == 1 else 0
    return weighted(ALL, weights, 11, negative("0123456789A"), constant=constant)


def _vin_forms() -> list[Form]:
    check = Check(
        tuple(
            amounts(
                [
                    0 if c not in vin.ALPHABET else int(vin.VALUES[vin.ALPHABET.index(c)])
                    for c in ALL
                ],
                weight,
                11,
            )
            for weight in vin.WEIGHTS
        ),
        11,
        vin.CHECK_PLACE,
        "0123456789X",
    )
    checked = f"[{vin.CHECKED}]"
    any_ = f"[{vin.ALPHABET}]"
    return [
        Form(f"{checked[:-1].replace('L', '')}][0-9]{{7}}{any_}{{9}}", _UNCHECKED, check, filler=0),
        Form(f"[0-9]{{8}}{any_}{{9}}", _UNCHECKED, filler=0),
        Form(f"{checked}{any_}{{16}}", _VALID, check, filler=0),
        Form(f"{any_}{{17}}", _VALID, check, bad=_UNCHECKED, filler=0),
    ]


_OCTET = "(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"
_NOBODY = (
    *(f"(?:0|10|127|22[4-9]|23[0-9]|24[0-9]|25[0-5])(?:\\.{_OCTET}){{3}}",),
    f"100\\.(?:6[4-9]|[789][0-9]|1[01][0-9]|12[0-7])(?:\\.{_OCTET}){{2}}",
    f"(?:169\\.254|192\\.168|198\\.1[89]|172\\.(?:1[6-9]|2[0-9]|3[01]))(?:\\.{_OCTET}){{2}}",
    f"(?:192\\.0\\.[02]|192\\.88\\.99|198\\.51\\.100|203\\.0\\.113)\\.{_OCTET}",
)


def _ip_forms() -> list[Form]:
    """Return the forms of IPv4 addresses, then of IPv6 ones, whose groups the kernel counts."""
    rest = ":[0-9A-F:]*"
    low = "(?:0{0,3}[0-9A-F]|0{0,2}[0-9A-F]{2}|0?1[0-9A-F]{2}|)"
    nobody = f"(?:2001:(?:0?DB8|{low})|2002|3FFF:(?:[0-9A-F]{{1,3}}|0[0-9A-F]{{3}}|)){rest}"
    return [
        *(Form(one, _PLACEHOLDER) for one in _NOBODY),
        Form("[0-9](?:\\.[0-9]){3}"),
        Form(f"{_OCTET}(?:\\.{_OCTET}){{3}}", _VALID),
        Form(nobody, _PLACEHOLDER, groups=True),
        Form(f"[23][0-9A-F]{{3}}{rest}", _VALID, groups=True),
        Form("[0-9A-F]*:[0-9A-F:]+", _PLACEHOLDER, groups=True),
    ]


_LATITUDE = "(?:(?:0?[3-9]|[1-4][0-9]|5[0-3])\\.[0-9]{4,}|54\\.0{4,})"
_LONGITUDE = "(?:(?:0?7[3-9]|0?[89][0-9]|1[0-2][0-9]|13[0-5])\\.[0-9]{4,}|136\\.0{4,})"
_DEGREES = "-?[0-9]{1,3}\\.[0-9]+"
_BETWEEN = "(?: *[,;、] *| +)"


def _coordinate_forms() -> list[Form]:
    zero = "-?0{1,3}\\.0+"
    return [
        Form(f"{zero}(?:{_BETWEEN}{zero})?", _PLACEHOLDER),
        Form(f"{_LATITUDE}{_BETWEEN}{_LONGITUDE}|{_LONGITUDE}{_BETWEEN}{_LATITUDE}", _VALID),
        Form("-?(?:[0-9]{1,2}|1[0-7][0-9])\\.[0-9]+|-?180\\.0+"),
        Form(f"-?(?:[0-9]|[1-8][0-9])\\.[0-9]+{_BETWEEN}-?(?:[0-9]{{1,2}}|1[0-7][0-9])\\.[0-9]+"),
    ]


def _plate_forms() -> list[Form]:
    province = f"[{''.join(vehicle_plate.PROVINCES)}]"
    letter, serial = f"[{vehicle_plate.LETTERS}]", f"[{vehicle_plate.SERIAL}]"
    last = f"[{vehicle_plate.SERIAL}{vehicle_plate.LAST}]"
    new = f"[{vehicle_plate.NEW_ENERGY}]"
    fewest = 2
    return [
        Form(f"{province}{letter}{serial}{{4}}{last}", _VALID, fewest=fewest),
        Form(
            f"{province}{letter}(?:{new}{serial}[0-9]{{4}}|[0-9]{{5}}{new})", _VALID, fewest=fewest
        ),
        Form("使[0-9]{6}", _VALID),
        Form(f"WJ{province}?[0-9]{{4}}{serial}"),
    ]


def _runs(digits: str, least: int) -> list[str]:
    """Return all pieces of a row of digits with at least so many of them."""
    return [digits[a:b] for a in range(len(digits)) for b in range(a + least, len(digits) + 1)]


def _networks(*, confirmed: bool) -> str:
    chosen = [one for one in imsi.NETWORKS if (one not in imsi.UNCONFIRMED) == confirmed]
    return "(?:" + "|".join(sorted(chosen)) + ")"


def _waybill_forms() -> list[Form]:
    postal = weighted(DIGITS, (0, 0, *waybill_number.POSTAL_WEIGHTS), 11, "50987654321", at=10)
    own = [
        Form(
            f"{prefix}[0-9A-Z]{{{free}}}[0-9]{{{15 - len(prefix) - free}}}"
            if free
            else f"{prefix}[0-9]{{{15 - len(prefix)}}}",
            _VALID,
        )
        for prefix, (_, free) in waybill_number.PREFIXES.items()
    ]
    return [
        Form("[0-9]{12,15}", filler=0),
        Form("[A-Z]{2}[0-9]{9}[A-Z]{2}", _VALID, postal),
        *own,
    ]


def _papers() -> dict[str, Rule]:
    """Return the rules of what identifies a person."""
    capital = "[A-Z]"
    series = "[ABCDEFGHJKLMNPQRSTUVWXYZ]"
    branches = "|".join(sorted(military_id.BRANCHES, key=len, reverse=True))
    return {
        "hk_id": Rule(
            (
                *_fillers("hk_id"),
                Form(f"{capital}[0-9]{{6}}[0-9A]", _VALID, _hk_check(1)),
                Form(f"{capital}{{2}}[0-9]{{6}}[0-9A]", _VALID, _hk_check(2)),
            ),
            drop="()",
        ),
        "tw_id": Rule(
            (*_fillers("tw_id"), Form(f"{capital}[1289ABCD][0-9]{{8}}", _VALID, _tw_check()))
        ),
        "mo_id": Rule((Form("[157][0-9]{7}"),), drop="()/"),
        "passport": Rule(
            (
                Form(
                    f"(?:1[45]|[EGKH][0-9]|E{series}|PE|SE|DE|KJ|MA)[0-9]{{7}}|[PSD][0-9]{{7,8}}"
                    "|[0-9]{9}"
                ),
            )
        ),
        "hk_macau_permit": Rule(
            (Form(f"[CW][0-9]{{8}}|C{series}[0-9]{{7}}|[HM][0-9]{{8}}(?:[0-9]{{2}})?"),), keep=9
        ),
        "taiwan_permit": Rule(
            (Form("[0-9]{8}|[0-9]{10}[A-Z]?|[A-Z][0-9]{9}|[LT][0-9]{8}"),), drop="()"
        ),
        "military_id": Rule((Form(f"(?:{branches})[0-9]{{6,8}}"),), drop="字第号"),
        "social_security_card": Rule(
            (Form("[0-9A-Z][0-9]{7}|[0-9]{7}[A-Z]|[0-9A-Z][0-9]{7}[0-9A-Z]|[A-Z]{3}[0-9]{9}"),)
        ),
        "birth_certificate": Rule((Form("[A-Z][0-9]{9}", region=1, digits=2),)),
    }


def _based_on_ids() -> dict[str, Rule]:
    """Return the rules of numbers with a resident ID, a birth date or a division code in them."""
    code_31 = f"[{uscc.ALPHABET}]"
    kind = "(?:" + "|".join(f"{one}[{kinds}]" for one, kinds in uscc.KINDS.items()) + ")"
    uscc_check = weighted(
        uscc.ALPHABET, [pow(3, n, 31) for n in range(17)], 31, negative(uscc.ALPHABET)
    )
    return {
        "disability_card": Rule(
            (
                Form("[0-9]{17}[0-9X][1-7][1-4]", _VALID, _identity(0), date=6, region=0),
                Form(
                    "[0-9]{17}[0-9X][1-7][1-4](?:[0-9]{1,2}|B[0-9])",
                    check=_identity(0),
                    date=6,
                    region=0,
                ),
            )
        ),
        "student_id": Rule(
            (
                Form("[GJ][0-9]{17}[0-9X]", _VALID, _identity(1), date=7, region=1),
                Form("L[0-9]{18}", date=7, region=1),
            )
        ),
        "health_record_number": Rule((Form("[0-9]{17}", region=0),)),
        "driver_file_number": Rule((Form("[0-9]{12}", region=0, digits=2),)),
        "uscc": Rule(
            (
                Form(f"{kind}100000{code_31}{{10}}", _VALID, uscc_check),
                Form(f"{kind}[0-9]{{6}}{code_31}{{10}}", _VALID, uscc_check, region=2, digits=2),
                Form(f"{code_31}{{2}}[0-9]{{6}}{code_31}{{10}}", check=uscc_check),
            ),
            flag=uscc.SOLE_TRADER,
        ),
    }


def _devices() -> dict[str, Rule]:
    """Return the rules of devices and their cards."""
    hex_ = "[0-9A-F]"
    body = "[0-9A-Z]"
    networks = "(?:" + "|".join(sorted(imsi.NETWORKS)) + ")"
    return {
        "imei": Rule(
            (
                *_fillers("imei"),
                Form("[0-9]{15}", _VALID, luhn(15), filler=0),
                Form("[0-9]{16}", filler=0),
            )
        ),
        "imsi": Rule(
            (
                Form(f"460{_networks(confirmed=True)}[0-9]{{10}}", _VALID, filler=5),
                Form(f"460{_networks(confirmed=False)}[0-9]{{10}}", filler=5),
                Form("460[0-9]{12}", Verdict.UNASSIGNED),
            )
        ),
        "iccid": Rule(
            (
                Form(f"8986{networks}[0-9]{{14}}", _VALID, luhn(20), bad=_UNCHECKED),
                Form(f"8986{networks}{body}{{13,14}}"),
                Form(f"8986[0-9]{{2}}{body}{{13,14}}", Verdict.UNASSIGNED),
            )
        ),
        "meid": Rule(
            (
                Form("|".join(f"{c}{{14}}{hex_}?" for c in "ABCDEF"), _PLACEHOLDER),
                Form(f"[A-F]{hex_}{{13}}"),
                Form(f"[A-F]{hex_}{{14}}", _VALID, _meid_check()),
            ),
            keep=meid.LENGTH,
        ),
    }


def _networks_and_phones() -> dict[str, Rule]:
    """Return the rules of addresses of network cards and identifiers of advertising."""
    hex_ = "[0-9A-F]"
    return {
        "mac_address": Rule(
            (
                *_fillers("mac_address"),
                Form(f"[0-9A-F][13579BDF]{hex_}{{10}}", _PLACEHOLDER),
                Form(f"[0-9A-F][26AE]{hex_}{{10}}", filler=0, fixed=True),
                Form(f"{hex_}{{12}}", _VALID, filler=0),
            ),
            drop=":-.",
        ),
        "advertising_id": Rule(
            (
                *_fillers("advertising_id"),
                Form(f"{hex_}{{16}}|{hex_}{{32}}|{hex_}{{64}}", filler=0),
            ),
            drop="-",
        ),
    }


def _others() -> dict[str, Rule]:
    """Return the rules of organisations, vehicles, accounts, places and codes."""
    body = "[0-9A-Z]"
    return {
        "organisation_code": Rule(
            (
                Form(
                    f"{body}{{8}}[0-9X]",
                    _VALID,
                    weighted(ALL, organisation_code.WEIGHTS, 11, negative("0123456789X")),
                ),
            )
        ),
        "vin": Rule((*_fillers("vin"), *_vin_forms())),
        "vehicle_plate": Rule(tuple(_plate_forms())),
        "ip_address": Rule(tuple(_ip_forms())),
        "qq_number": Rule(
            (
                Form("|".join(_runs("1234567890", 5)), _PLACEHOLDER),
                Form("[1-9][0-9]{4,10}", filler=0),
            )
        ),
        "wechat_id": Rule(
            (
                Form("GH_[0-9A-Z_-]{3,17}", Verdict.SERVICE_NUMBER),
                Form("WXID_[0-9A-Z]{10,15}", _VALID),
                Form("[A-Z][0-9A-Z_-]{5,19}"),
            )
        ),
        "social_account": Rule(
            (Form("[1-7][0-9]{9}|2088[0-9]{12}"), Form("MS4wLjABAAAA[0-9A-Za-z_-]{43,84}", _VALID))
        ),
        "waybill_number": Rule(tuple(_waybill_forms())),
        "coordinate": Rule(tuple(_coordinate_forms())),
    }


def _health() -> dict[str, Rule]:
    """Return the rules of blood types and procedures."""
    return {
        "blood_type": Rule(
            (
                Form("AB|A|B|O"),
                Form(
                    "(?:AB|A|B|O)(?:型血|血型|型)?(?:RH\\(D\\)|RHD|RH)?"
                    "(?:\\+|-|阳性|阴性|\\(\\+\\)|\\(-\\))?",
                    _VALID,
                ),
            ),
            drop=" ,、:",
        ),
        "icd9_procedure": Rule(
            (
                Form("[0-9]{2}\\.[0-9]{1,2}|[0-9]{2}\\.[0-9]{4}"),
                Form("[0-9]{2}\\.[0-9][0-9X][0-9]{2}(?:X[0-9]{3})?", _VALID),
            )
        ),
    }


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by the name of the validator."""
    hidden = Form("(?:.|\n)*\\*\\*(?:.|\n)*", Verdict.MASKED)
    any_ = [Form("(?:.|\n)+", verdict) for verdict in (_VALID, _UNCHECKED)]
    field = {"field": Rule((hidden, any_[0])), "shaped": Rule((hidden, any_[1]))}
    return (
        field
        | _papers()
        | _based_on_ids()
        | _devices()
        | _networks_and_phones()
        | _others()
        | _health()
    )
