# SPDX-License-Identifier: Apache-2.0
"""Real headings: what each means over values of each sort, and the headings that mislead."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from piidetect.columns import infer
from piidetect.columns.headings import load_headings, meanings_of, normalise
from piidetect.recognizer import load_recognizers

_SPEC = importlib.util.spec_from_file_location("made_up", Path(__file__).parent / "made_up.py")
made_up = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made_up)

# values; headings; entity; whose; kind
TABLE = [
    (
        "id",
        (
            "身份证号 证件号码 SFZH SFZ sfzhm ID_CARD idCard CtfId A20 certNo 身份证号(必填) 公民身份号码* 患者身份证号 "
            "证件号码(身份证) 身份證號碼 gmsfhm shenfenzhenghao zjhm 身份证号_1 DE02_01_030_00 WS02_01_030_01 "
            "b.sfzh 产前检查身份证号 社会保障号码 cardno 学籍号"
        ),
        "CN_RESIDENT_ID",
        "subject",
        "",
    ),
    (
        "name",
        (
            "姓名 XM xm hzxm BRXM personName patient_name 患者姓名 业主姓名 学生姓名 收货人 车主 A11 姓 名 name "
            "Name 真实姓名 客户 zsxm xingming 持卡人 fullName 入住人姓名 用户名 姓名(必填) DBRM2x姓名"
        ),
        "PERSON",
        "subject",
        "",
    ),
    (
        "mobile",
        (
            "手机号 手机 SJH LXDH LXFS DH 联系电话 联系方式 电话1 mobileNumber phone_number phone Mobile Tel A27 "
            "XZZ_DH 家庭电话 JTDH 患者电话 客户手机号 電話 手机号码（11位） 预留手机号 userPhone lianxidianhua DE02.01.010.00 "
            "收货人手机号 业主联系电话"
        ),
        "CN_MOBILE",
        "subject",
        "",
    ),
    ("landline", "固定电话 座机 电话 JTDH DH Tel 家庭电话", "CN_LANDLINE", "subject", ""),
    (
        "card",
        "银行卡号 YHKH KH 卡号 bankCardNo 收款账号 还款卡号 bank_account",
        "CN_BANK_CARD",
        "subject",
        "",
    ),
    ("email", "邮箱 EMail 电子邮箱 DZYJ email_address 登录名 账号", "EMAIL_ADDRESS", "subject", ""),
    (
        "address",
        (
            "地址 XZZ HKDZ DZ 家庭住址 现住址 户口地址 收货地址 A26 A24 XZZ_QTDZ LXDZ residenceAddress2 Address "
            "籍贯 GG 常住户口所在地住址 JTZZ detailAddress 身份证地址 产妇现住址"
        ),
        "CN_ADDRESS",
        "subject",
        "",
    ),
    (
        "date",
        "出生日期 CSRQ CSNY 生日 Birthday birth_date 出生年月 A13 患者出生日期 dob",
        "DATE_OF_BIRTH",
        "subject",
        "",
    ),
    ("compact_date", "CSRQ 出生日期", "DATE_OF_BIRTH", "subject", ""),
    (
        "mrn",
        (
            "病案号 BAH BRID EMPIID 病历号 A48 孕册号 pregnantBookId 就诊卡号 JZKH MZBLH2病历号 patientId KH "
            "BRZSY 患者ID"
        ),
        "CN_MEDICAL_RECORD_NUMBER",
        "subject",
        "",
    ),
    (
        "visit",
        "住院号 ZYH ZYHM MZHM 门诊号 JZLSH mjzh 就诊流水号 ZY MZ visit_no",
        "CN_VISIT_NUMBER",
        "subject",
        "",
    ),
    (
        "icd",
        "疾病编码 JBBM JBDM JBDM15 icd10 主要诊断编码 C01C 出院诊断编码1 主要诊断",
        "ICD10_CODE",
        "subject",
        "",
    ),
    ("recent", "末次月经 末次月经时间 lastMenstrualPeriod LMP", "CN_PREGNANCY", "subject", "lmp"),
    ("recent", "预产期 dateOfPrenatal EDD", "CN_PREGNANCY", "subject", "edd"),
    ("weeks", "孕周 gestationalWeeks 建册孕周 孕周数", "CN_PREGNANCY", "subject", "weeks"),
    # the same abbreviation, another meaning: the values decide
    ("job", "ZY 职业 XM 姓名", "", "unknown", None),
    ("nation", "MZ 民族", "", "unknown", None),
    ("lab", "XM 项目 name", "", "unknown", None),
    ("blood", "XX XM", "", "unknown", None),
    ("marriage", "HY HYZK 婚姻", "", "unknown", None),
    ("school", "XX 学校 XM", "", "unknown", None),
    ("order", "DH 单号 运单号", "", "unknown", None),
    ("zip", "YB1 YB 邮编 DH", "", "unknown", None),
    ("code", "ZY MZ XZ A38C 住院次数", "", "unknown", None),
    ("money", "ZFY 总费用 金额", "", "unknown", None),
    ("datetime", "RYSJ 入院时间 创建时间 复查日期 date", "", "unknown", "time"),
    ("place", "籍贯 GG CSD 户籍地", "", "unknown", "region"),
    ("sex", "XB 性别 Gender", "", "unknown", "sex"),
    ("text", "科室 dept", "", "unknown", "institution"),
    # headings that the values contradict
    ("mrn", "姓名 身份证号 手机号 邮箱 地址", "", "unknown", ""),
    ("remark", "姓名 地址 手机号 病案号 疾病编码 出生日期 孕周", "", "unknown", ""),
    ("timestamp", "手机号 姓名 身份证号 联系电话", "", "unknown", ""),
    ("mobile", "姓名 病案号 住院号 备注", "CN_MOBILE", "subject", ""),
    ("id", "手机号 备注 CardNo 姓名 住院号 银行卡号", "CN_RESIDENT_ID", "subject", ""),
    # damaged values keep the role that their heading gives
    ("masked_name", "姓名 XM", "PERSON", "subject", ""),
    ("masked_mobile", "手机号 DH", "CN_MOBILE", "subject", ""),
    ("masked_id", "身份证号", "CN_RESIDENT_ID", "subject", ""),
    ("bad_id", "身份证号 SFZH", "CN_RESIDENT_ID", "subject", ""),
    ("lost_id", "身份证号", "CN_RESIDENT_ID", "subject", ""),
    ("latin_name", "姓名 fullname 患者姓名", "PERSON", "subject", ""),
    # columns without any value
    ("empty", "身份证号 姓名", "?", "subject", ""),
    ("dash", "手机号 预产期", "?", "subject", None),
    ("empty", "DH XM ZY KH", "", "unknown", ""),
    # nothing of a person, whatever it sounds like
    ("text", "医院名称 文件名 companyName productName", "", "unknown", None),
]
CASES = [
    (values, heading, entity, whose, kind)
    for values, headings, entity, whose, kind in TABLE
    for heading in headings.replace("姓 名", "姓\u3000名").split(" ")
]


def one(heading, values, recognizers=(), **others):
    columns = {"a": made_up.made(values), **{k: made_up.made(v) for k, v in others.items()}}
    return infer([heading, *others], made_up.block(columns.values()), recognizers)


@pytest.mark.parametrize(("values", "heading", "entity", "whose", "kind"), CASES)
@pytest.mark.parametrize("recognizers", [(), load_recognizers()], ids=["file", "recognizers"])
def test_heading_over_values(values, heading, entity, whose, kind, recognizers):
    column = one(heading, values, recognizers)[0]
    assert column.header == heading
    if entity == "?":
        assert column.entity
        assert column.evidence == "heading"
    else:
        assert column.entity == entity
    assert column.whose == whose
    if kind is not None:
        assert column.kind == kind


WHOSE = [
    ("name", "LXRXM LXRM LXR 联系人姓名 联系人 A32 紧急联系人 contact", "PERSON", "contact"),
    (
        "mobile",
        "DH2 联系人电话 A35 contactPerson_phone2联系人电话 紧急联系人手机 LXRDH 亲属电话",
        "CN_MOBILE",
        "contact",
    ),
    ("address", "LXRDZ A34 联系人地址", "CN_ADDRESS", "contact"),
    ("name", "母亲姓名 motherName MQXM 产妇姓名 产妇 孕妇姓名 mother_name", "PERSON", "mother"),
    ("id", "母亲身份证号 motherCardNo 产妇身份证号 母亲证件号码", "CN_RESIDENT_ID", "mother"),
    ("name", "父亲姓名 fatherName 父亲", "PERSON", "father"),
    ("id", "fatherCardNo 父亲身份证号", "CN_RESIDENT_ID", "father"),
    ("name", "丈夫姓名 配偶姓名 husband husbandName 丈夫", "PERSON", "spouse"),
    ("mobile", "丈夫电话 husbandPhone 配偶联系电话 丈夫手机号", "CN_MOBILE", "spouse"),
    ("name", "监护人姓名 家长姓名 DBRM guardianName JZXM 监护人", "PERSON", "guardian"),
    ("mobile", "监护人电话 家长联系电话 家长手机 parentPhone", "CN_MOBILE", "guardian"),
    ("name", "新生儿姓名 babyName 婴儿姓名 孩子姓名 宝宝姓名2", "PERSON", "child"),
    ("date", "新生儿出生日期 babyBirthday 宝宝生日", "DATE_OF_BIRTH", "child"),
    (
        "name",
        (
            "主治医师 医生 YSXM 护士 责任护士 操作员 CZY 录入员 doctorName 接诊医生 B22 医师姓名 经办人 麻醉医师 "
            "置业顾问 doctor 手术医师签名2医生 助产士"
        ),
        "PERSON",
        "doctor",
    ),
    ("mobile", "单位电话 DWDH CTel A30 公司电话 companyPhone", "CN_MOBILE", "organisation"),
    (
        "address",
        "单位地址 CAddress 公司地址 GZDWJDZ A29 工作单位及地址",
        "CN_ADDRESS",
        "organisation",
    ),
]


@pytest.mark.parametrize(
    ("values", "heading", "entity", "whose"),
    [(v, h, e, w) for v, headings, e, w in WHOSE for h in headings.split()],
)
@pytest.mark.parametrize("recognizers", [(), load_recognizers()], ids=["file", "recognizers"])
def test_whose(values, heading, entity, whose, recognizers):
    column = one(heading, values, recognizers, 姓名="name", 身份证号="id")[0]
    assert (column.entity, column.whose) == (entity, whose)
    assert (column.kind == "doctor_name") == (whose == "doctor")


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        (" 身份证号\n(必填) ", "身份证号"),
        ("ＳＦＺＨ", "sfzh"),
        ("*姓　名：", "姓名"),
        ("last_menstrual-Period", "lastmenstrualperiod"),
        ("restRegionCode_text", "restregioncode"),
        ("联系电话【手机】", "联系电话"),
        ("(手机)", ""),
    ],
)
def test_normalise(heading, expected):
    assert normalise(heading) == expected


def test_a_heading_of_brackets_only_is_read_inside_them():
    found = meanings_of("号码类(手机)", load_headings())
    assert [meaning.entity for meaning in found] == ["CN_MOBILE"]


@pytest.mark.parametrize(
    "heading", ["", " ", "((((", "))", "[", "*", "_1", "1" * 5000, "号" * 5000, "\x00", "."]
)
def test_odd_headings_mean_nothing_and_break_nothing(heading):
    assert meanings_of(heading, load_headings()) == ()
