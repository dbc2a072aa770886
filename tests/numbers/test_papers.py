# SPDX-License-Identifier: Apache-2.0
"""Papers, vehicles, organisations: verdicts with and without a heading, and what they tell.

A row is the module, the verdict without a heading, the one with it (None: the same), and texts.
"""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.numbers.judged import assert_agrees

from piidetect import tables
from piidetect.errors import InvalidComponent
from piidetect.numbers import (
    birth_certificate,
    blood_type,
    disability_card,
    driver_file_number,
    foreign_permanent_resident_id,
    health_record_number,
    hk_id,
    hk_macau_permit,
    icd9_procedure,
    military_id,
    mo_id,
    mod_11_2,
    organisation_code,
    passport,
    resident_id,
    social_security_card,
    student_id,
    taiwan_permit,
    tw_id,
    uscc,
    vehicle_plate,
    vin,
)
from piidetect.schema import Verdict

ID = "110101190501010010"

TABLE = [
    (hk_macau_permit, "unchecked", "valid", "C12345678 c12345678 CA0000001 CZ1234567 W12345678 H12345678 H1234567801 M12345678 Ｃ１２３４５６７８ C-1234-5678"),
    (hk_macau_permit, "invalid_format", None, "CI1234567 CO1234567 D12345678 123456789 HA1234567 C1234567A WA1234567"),
    (hk_macau_permit, "invalid_length", None, "C1234567 H123456789 C1234567801 C"),
    (taiwan_permit, "unchecked", "valid", "12345678 1234567890 1234567890A 1234567801(B) A123456789 L12345678 T12345678"),
    (taiwan_permit, "invalid_format", None, "B12345678 AB12345678 1234567A AB123456789"),
    (taiwan_permit, "invalid_length", None, "123456789 1234567 123456789012"),
    (passport, "unchecked", "valid", "E12345678 EA1234567 EZ1234567 G12345678 141234567 151234567 P1234567 P12345678 S1234567 D12345678 PE1234567 SE1234567 DE1234567 K12345678 KJ1234567 H12345678 MA1234567 312345678"),
    (passport, "invalid_format", None, "EI1234567 EO1234567 F12345678 PA1234567 ABCDEFGHI EAA123456 GA1234567"),
    (passport, "invalid_length", None, "E1234567 12345678 K1234567 E123456789 E"),
    (hk_id, "valid", None, "A000001(1) a0000011 AB000002(5) AB000002（5） Z000012(5) C000005(A)"),
    (hk_id, "invalid_checksum", None, "A000001(2) AB000002(4) C000005(9)"),
    (hk_id, "invalid_format", None, "1000001(1) A00000B(1) A000001(B)"),
    (hk_id, "invalid_length", None, "A00001(1) ABC000001(1)"),
    (hk_id, "placeholder", None, "A123456(3)"),
    (mo_id, "unchecked", "valid", "1234567(8) 52345678 7/234567/8 １２３４５６７（８）"),
    (mo_id, "invalid_format", None, "2234567(8) 8234567(8) 1234567(A)"),
    (mo_id, "invalid_length", None, "1234567 123456789"),
    (tw_id, "valid", None, "A100000001 a100000001 A800000005 AB00000001"),
    (tw_id, "invalid_checksum", None, "A100000002 A200000001"),
    (tw_id, "invalid_format", None, "A300000001 1100000001 AE00000001 A10000000X"),
    (tw_id, "placeholder", None, "A123456789"),
    (military_id, "unchecked", "valid", "军字第12345678号 军字第1234567号 海字第123456号 武警字第12345678号 警字第1234567 军字第１２３４５６７８号 军12345678"),
    (military_id, "invalid_format", None, "12345678 字第12345678号 丙字第12345678号 军第12345678号 军字第号 军字第1234A678号"),
    (military_id, "invalid_length", None, "军字第123号 军字第123456789号"),
    (disability_card, "valid", None, f"{ID}11 {ID}74 {ID}-4-3 {ID[:6]}-{ID[6:14]}-{ID[14:]}43"),
    (disability_card, "unchecked", "valid", f"{ID}43B1 {ID}431 {ID}4312"),
    (disability_card, "invalid_format", None, f"{ID}83 {ID}45 {ID}03 {ID}43C1 {ID}43BB"),
    (disability_card, "invalid_checksum", None, f"{ID[:17]}143"),
    (disability_card, "invalid_length", None, f"{ID} {ID}4 {ID}43B12"),
    (student_id, "valid", None, f"G{ID} g{ID} J{ID}"),
    (student_id, "unchecked", "valid", "L110101190501011234"),
    (student_id, "invalid_checksum", None, f"G{ID[:17]}1 J{ID[:17]}1"),
    (student_id, "invalid_date", None, "L110101190513011234"),
    (student_id, "unknown_region", None, "L990101190501011234"),
    (student_id, "invalid_format", None, f"X{ID} L1101011905010112X4 1{ID}"),
    (student_id, "invalid_length", None, f"{ID} G{ID}1"),
    (driver_file_number, "unchecked", "valid", "430101758218 110000000001 4301-0175-8218"),
    (driver_file_number, "unknown_region", None, "990101758218 000000000000"),
    (driver_file_number, "invalid_format", None, "43010175821X"),
    (driver_file_number, "invalid_length", None, "43010175821 4301017582180"),
    (social_security_card, "unchecked", "valid", "A12345678 12345678 123456789 A1234567X 12345678X JSA123456789"),
    (social_security_card, "invalid_format", None, "AB123456A ABCDEFGHI 123456789012"),
    (social_security_card, "invalid_length", None, "1234567 1234567890"),
    (birth_certificate, "unchecked", "valid", "X320101001 q330000001"),
    (birth_certificate, "unknown_region", None, "X990101001"),
    (birth_certificate, "invalid_format", None, "3201010011 XX20101001"),
    (birth_certificate, "invalid_length", None, "X32010100 X3201010011"),
    (health_record_number, "unchecked", "valid", "33010600100100012 330106-001-001-00012 11010119050101001"),
    (health_record_number, "unknown_region", None, "99010600100100012"),
    (health_record_number, "invalid_format", None, "3301060010010001X"),
    (health_record_number, "invalid_length", None, f"3301060010010001 {ID}"),
    (uscc, "valid", None, "91110000600037341L 91350100M000100Y43 91110000600037341l"),
    (uscc, "invalid_checksum", None, "91110000600037341A 91110000600037342L"),
    (uscc, "invalid_format", None, "9111000060003734IL 91A10000600037341L"),
    (uscc, "unknown_region", None, "91999900MA00000006"),
    (uscc, "invalid_length", None, "9111000060003734 D2143569X"),
    (organisation_code, "valid", None, "D2143569-X d2143569x 60003734-1"),
    (organisation_code, "invalid_checksum", None, "D2143569-1 60003734-2"),
    (organisation_code, "invalid_format", None, "D2143569-A D2143*69-X"),
    (organisation_code, "invalid_length", None, "D214356-X 91110000600037341L"),
    (vehicle_plate, "valid", None, "浙A12345 浙a·12345 浙A-12345 京AD12345 京AF12345 京AFA1234 京A12345D 京AA12345 京AKA1234 京A12345K 沪A1234学 粤Z1234港 京A1234警 使123456 鄂AB12C3"),
    (vehicle_plate, "unchecked", "valid", "WJ12345 WJ京12345 WJ京1234X 浙AABCDE 浙AABC1D"),
    (vehicle_plate, "invalid_format", None, "浙I12345 浙AI2345 浙AO2345 折A12345 京AL12345 京ADAB234 京A1D2345 AB12345 使12345A 12345678 WJABCDE"),
    (vehicle_plate, "invalid_length", None, "浙A1234 浙A1234567 浙"),
    (vin, "valid", None, "LSVAA2188E2100003 lsvaa2188e2100003 LSVAA-2188-E2100003"),
    (vin, "unchecked", "valid", "WBA00000000000000"),
    (vin, "invalid_checksum", None, "LSVAA2181E2100003 1M8GDM9A1KP042788"),
    (vin, "invalid_format", None, "LSVAA2I88E2100003 LSVAA2O88E2100003 LSVAA2Q88E2100003"),
    (vin, "invalid_length", None, "LSVAA2188E210000 LSVAA2188E21000033"),
    (vin, "placeholder", None, "11111111111111111 00000000000000000 1M8GDM9AXKP042788"),
    (icd9_procedure, "valid", None, "64.4500x002 64.2x00x001 64.2x01 64.2X00X001"),
    (icd9_procedure, "unchecked", "valid", "74.1 74.10 64.4100 04.0302"),
    (icd9_procedure, "invalid_format", None, "7.41 74. 74.123 741 O80.0 74.1x 64.4500x02 64.45000 .1"),
    (icd9_procedure, "none", None, "- 无 NULL"),
    (blood_type, "valid", None, "A型 AB型血 O型Rh阴性 Ｂ型 A+ O- AB(+) ARH(D)阳性"),
    (blood_type, "unchecked", "valid", "A B O AB ab"),
    (blood_type, "invalid_format", None, "C AA A型B ABO 血型 A1 +"),
    (blood_type, "none", None, "- 不详 未知"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "expected", "with_heading", "text"),
    [(m, v, h, t) for m, v, h, texts in TABLE for t in texts.split()],
)
def test_verdict(module, expected, with_heading, text):
    found = module.verdict(text)
    assert found.name.lower() == expected
    if with_heading or expected != "valid":
        try:
            told = module.verdict(text, context=True)
        except TypeError:
            assert with_heading is None
        else:
            assert told.name.lower() == (with_heading or expected)
    assert_agrees(module, text, expected)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (hk_macau_permit.validate("H1234567802"), "H12345678"),
        (hk_macau_permit.kind("M12345678"), "resident_of_macau"),
        (passport.kind("EA1234567"), "ordinary"),
        (passport.kind("312345678"), "taiwan"),
        (passport.kind("PE1234567"), "official"),
        (passport.kind("KJ1234567"), "hong_kong"),
        (tw_id.sex("A100000001"), "male"),
        (tw_id.sex("AB00000001"), "female"),
        (military_id.validate("军字第 1234567 号"), "军1234567"),
        (military_id.kind("警字第123456号"), "police"),
        (military_id.kind("军字第1234567号"), "military"),
        (disability_card.resident_id_of(f"{ID}43"), ID),
        (disability_card.disability(f"{ID}71"), ("several", 1)),
        (disability_card.birth_date(f"{ID}43"), datetime.date(1905, 1, 1)),
        (disability_card.sex(f"{ID}43"), "male"),
        (disability_card.region(f"{ID}43").county, "东城区"),
        (student_id.resident_id_of(f"G{ID}"), ID),
        (student_id.birth_date(f"J{ID}"), datetime.date(1905, 1, 1)),
        (student_id.sex(f"G{ID}"), "male"),
        (student_id.region(f"J{ID}").county, "东城区"),
        (health_record_number.region("33010600100100012").county, "西湖区"),
        (uscc.region("91110000600037341L").province, "北京市"),
        (birth_certificate.region("X320101001").province, "江苏省"),
        (health_record_number.looks_like_an_id(ID[:17]), True),
        (health_record_number.looks_like_an_id("33010600100100012"), False),
        (health_record_number.looks_like_an_id("x"), False),
        (uscc.organisation_code_of("91110000600037341L"), "600037341"),
        (uscc.is_sole_trader("91110000600037341L"), False),
        (vehicle_plate.kind("京AD12345"), "new_energy"),
        (vehicle_plate.kind("使123456"), "embassy"),
        (vehicle_plate.region("京AD12345").province, "北京市"),
        (vehicle_plate.region("使123456").province, ""),
        (icd9_procedure.is_obstetric("74.1"), True),
        (blood_type.validate("O型 Rh(D) 阴性"), "O-"),
        (foreign_permanent_resident_id.country("932682190501010010").alpha3, "SAU"),
        (foreign_permanent_resident_id.sex("932682190501010010"), "male"),
    ],
)
def test_what_numbers_tell(found, expected):
    assert found == expected


@pytest.mark.parametrize(
    "call",
    [
        lambda: student_id.sex(f"J{ID}"),
        lambda: student_id.resident_id_of("L110101190501011234"),
        lambda: foreign_permanent_resident_id.sex("USA110105010101"),
        lambda: foreign_permanent_resident_id.birth_date("USA110105010101"),
    ],
)
def test_what_they_do_not_tell_is_an_error(call):
    with pytest.raises(InvalidComponent):
        call()


@pytest.mark.parametrize("module", [blood_type, icd9_procedure])
def test_a_very_long_cell_is_too_long(module):
    assert module.verdict("A" * 300) is Verdict.INVALID_LENGTH


def test_a_sole_trader_is_one_person():
    body = "92330106MA2800000"
    assert uscc.is_sole_trader(body + uscc.calc_check_character(body))


def test_born_after_the_reference_date():
    late = "11010120300101001"
    number = late + mod_11_2.calc_check_digit(late)
    assert disability_card.verdict(f"{number}43", today=20261124) is Verdict.INVALID_DATE
    assert student_id.verdict(f"G{number}", today=20261124) is Verdict.INVALID_DATE
    assert student_id.verdict("L110101203001011234", today=20261124) is Verdict.INVALID_DATE


@given(st.from_regex(r"[A-Z]{1,2}[0-9]{6}", fullmatch=True))
def test_hk_ids_have_one_check_character(body):
    right = [c for c in "0123456789A" if hk_id.checksum(body + c) == 0]
    assert len(right) == 1


@given(st.from_regex(r"[A-Z][1289][0-9]{7}", fullmatch=True))
def test_tw_ids_have_one_check_digit(body):
    assert len([c for c in "0123456789" if tw_id.checksum(body + c) == 0]) == 1


@given(st.text(alphabet=vin.ALPHABET, min_size=17, max_size=17), st.integers(0, 16))
def test_a_vin_catches_a_wrong_digit(text, place):
    number = text[:8] + vin.calc_check_character(text) + text[9:]
    if place == vin.CHECK_PLACE or not number[place].isdigit():
        return
    changed = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    assert vin.calc_check_character(changed) != changed[vin.CHECK_PLACE]


@given(st.text(alphabet=uscc.ALPHABET, min_size=17, max_size=17), st.integers(0, 16))
def test_a_uscc_catches_a_wrong_character(body, place):
    other = "1" if body[place] == "0" else "0"
    changed = body[:place] + other + body[place + 1 :]
    assert uscc.calc_check_character(body) != uscc.calc_check_character(changed)


@given(
    st.sampled_from(sorted(tables.division_codes())),
    st.dates(datetime.date(1850, 1, 1), datetime.date(2020, 12, 31)),
    st.integers(0, 999),
    st.integers(1, 7),
    st.integers(1, 4),
)
def test_a_disability_card_is_an_id_and_two_digits(code, day, sequence, kind, grade):
    body = f"{code}{day:%Y%m%d}{sequence:03d}"
    if len(body) != 17:
        return
    holder = body + mod_11_2.calc_check_digit(body)
    number = f"{holder}{kind}{grade}"
    assert disability_card.verdict(number) is resident_id.verdict(holder) is Verdict.VALID
    assert disability_card.birth_date(number) == day
    assert disability_card.disability(number) == (disability_card.CLASSES[kind - 1], grade)
