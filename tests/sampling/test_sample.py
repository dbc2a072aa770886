# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import csv
import hashlib
import io
import random

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import seized
from tests.made_case import REFERENCE_DATE, Found, Made, Record, write_case

import piidetect as pii
from piidetect.errors import ArgumentError
from piidetect.refusal import RowsRefused
from piidetect.schema import SubjectKind

CATEGORIES = {"CN_RESIDENT_ID": ["identity"], "CN_PREGNANCY": ["health"], "CN_MOBILE": ["contact"]}


def record(number, *, pregnant=False):
    findings = [Found("CN_RESIDENT_ID", number), Found("CN_MOBILE", number, column=1)]
    if pregnant:
        findings.append(Found("CN_PREGNANCY", number, column=2))
    kind = SubjectKind.ID
    return Record(tuple(findings), content=number, subject_kind=kind, subject=number)


def parts(first=200, second=100):
    columns = tuple(
        {
            "position": at,
            "header": name,
            "entity": entity,
            "whose": "subject",
            "evidence": "",
            "kind": "",
        }
        for at, (name, entity) in enumerate(
            [("证件", "CN_RESIDENT_ID"), ("手机", "CN_MOBILE"), ("孕周", "CN_PREGNANCY")]
        )
    )
    a = [record(n, pregnant=n % 3 == 0) for n in range(1, first + 1)]
    b = [record(n) for n in range(first - 49, first + second - 49)]  # 50 are in both
    return [
        Made("甲.csv", (*a, Record(content=9), *a[:20]), columns),
        Made("乙=1.csv", tuple(b), columns),
    ]


@pytest.fixture
def case(tmp_path):
    return write_case(tmp_path / "case", parts(), categories=CATEGORIES)


def drawn(case, **options):
    return case.sample(**{"size": 40, "seed": "2026-1", **options})


def fill(path, answers):
    """Fill in a csv sheet: number → answer, true by default."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    for row in rows[1:]:
        row[7] = answers.get(int(row[0]), "true")
    save(path, rows)


def save(path, rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig")


def rows_of(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def problems(case, path):
    with pytest.raises(RowsRefused) as caught:
        case.read_sample(path)
    return [(one.line, one.field, one.what) for one in caught.value.problems]


# ------------------------------------------------------------------ the draw


def test_the_frame_is_what_the_funnel_leaves(case):
    sample = drawn(case)
    assert sample.frame == case.result.funnel[-1].remaining == 266
    strata = [(one.source, one.tier, one.records) for one in sample.strata]
    # Of 50 persons in both files 34 have the same information; the file that comes first has them.
    assert strata == [
        ("乙=1.csv", "5", 100),
        ("甲.csv", "4", 66),
        ("甲.csv", "5", 100),
    ]
    assert len(sample.records) == 40
    assert all(one.drawn for one in sample.strata)


def test_each_record_is_drawn_by_a_value_that_anybody_can_work_out(case):
    sample = drawn(case)
    digests = {part.meta["path"]: part.meta["sha256"] for part in case.parts}
    for one in sample.records:
        text = f"2026-1|{digests[one.source]}|0|{one.row}"
        assert one.value == "x" + hashlib.sha256(text.encode()).hexdigest()[:16]
        assert one.byte_offset == 100 * one.row


def test_the_smallest_values_of_a_stratum_are_drawn(case):
    few, more = drawn(case, size=10), drawn(case, size=60)
    places = {(one.source, one.row) for one in more.records}
    assert {(one.source, one.row) for one in few.records} <= places


def test_the_draw_is_the_same_whatever_the_order_and_the_batches(tmp_path):
    made = parts()
    one = write_case(tmp_path / "one", made, categories=CATEGORIES)
    again = [Made(m.path, m.records, m.columns, batch=7) for m in reversed(made)]
    other = write_case(tmp_path / "other", again, categories=CATEGORIES)
    assert drawn(one).records == drawn(other).records
    assert drawn(one, seed="another").records != drawn(one).records


def test_the_draw_is_the_same_whatever_the_key_and_the_threads(tmp_path):
    rng = random.Random(11)
    paths = []
    for name in ("a.csv", "b.csv"):
        rows = [seized.row(rng, seized.person(rng)) for _ in range(300)]
        rows += rows[:40]
        paths.append(tmp_path / name)
        paths[-1].write_text(
            "\n".join(",".join(cells) for cells in [seized.HEADER, *rows]), encoding="utf-8"
        )
    cases = [  # each with a key of its own
        pii.scan(paths, out=tmp_path / "one", threads=1, reference_date=REFERENCE_DATE),
        pii.scan(paths[::-1], out=tmp_path / "two", threads=2, reference_date=REFERENCE_DATE),
    ]
    samples = [case.sample(50, seed="7") for case in cases]
    assert samples[0].strata == samples[1].strata
    assert samples[0].records == samples[1].records
    assert samples[0].frame == cases[0].result.funnel[-1].remaining


@settings(max_examples=20)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
)
def test_any_printable_seed_goes(tmp_path_factory, seed):
    case = write_case(tmp_path_factory.mktemp("c") / "case", parts(30, 60), categories=CATEGORIES)
    sample = case.sample(5, seed=seed)
    assert len(sample.records) == 5
    text = f"{seed}|{case.parts[0].meta['sha256']}|0|{sample.records[0].row}"
    assert sample.records[0].value[1:] == hashlib.sha256(text.encode()).hexdigest()[:16]


def test_fields_tell_where_to_look_and_hold_no_value(case):
    assert {one.fields for one in drawn(case).records} == {
        "证件 (CN_RESIDENT_ID), 手机 (CN_MOBILE)",
        "证件 (CN_RESIDENT_ID), 手机 (CN_MOBILE), 孕周 (CN_PREGNANCY)",
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": None}, "one of the two"),
        ({"size": 5, "precision": "0.1"}, "one of the two"),
        ({"size": 0}, "not usable"),
        ({"seed": ""}, "seed"),
        ({"seed": "a\nb"}, "seed"),
        ({"confidence": "1"}, "between 0 and 1"),
        ({"confidence": "nan"}, "between 0 and 1"),
        ({"size": None, "precision": "-0.1"}, "between 0 and 1"),
        ({"size": None, "precision": "five"}, "between 0 and 1"),
    ],
)
def test_terms_that_can_not_be_used(case, options, message):
    with pytest.raises(ArgumentError, match=message):
        drawn(case, **options)


def test_nothing_that_counts_can_not_be_sampled(tmp_path):
    empty = write_case(tmp_path / "empty", [Made("a.csv", (Record(),))])
    with pytest.raises(ArgumentError, match="nothing to sample"):
        empty.sample(5, seed="x")


# ------------------------------------------------------------------ the sheet


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sheet_comes_back(case, tmp_path, ending, lang):
    sample = drawn(case, size=None, precision="0.1", confidence="0.9")
    path = sample.sheet(tmp_path / f"sheet{ending}", lang=lang)
    words = {"zh": ("真实", "不真实", "无法核实"), "en": ("true", "false", "unknown")}[lang]
    answers = {1: words[1], 2: words[2]}
    if ending == ".csv":
        fill(path, {number: answers.get(number, words[0]) for number in range(1, 1000)})
    else:
        book = openpyxl.load_workbook(path)
        for number in range(1, len(sample.records) + 1):
            book.worksheets[0].cell(number + 1, 8).value = answers.get(number, words[0])
        book.save(path)
    result = case.read_sample(path)
    assert result.sample == sample
    total = result.total
    assert (total.true, total.false, total.unknown) == (len(sample.records) - 2, 1, 1)
    assert result.true.low < result.true.high <= 265
    assert result.funnel[:-1] == case.result.funnel
    assert result.funnel[-1].remaining == result.true.low
    assert result.funnel[-1].excluded == 266 - result.true.low


def test_a_sheet_that_a_chinese_spreadsheet_saved_is_read(case, tmp_path):
    path = drawn(case).sheet(tmp_path / "sheet.csv", lang="zh")
    fill(path, {3: "不真实"})
    path.write_bytes(path.read_text(encoding="utf-8-sig").encode("gb18030"))
    assert case.read_sample(path).total.false == 1


def test_order_and_empty_lines_do_not_matter(case, tmp_path):
    path = drawn(case).sheet(tmp_path / "sheet.csv")
    fill(path, {3: "false"})
    head, *rows = rows_of(path)
    save(path, [head, *reversed(rows), [""] * 10, []])
    assert case.read_sample(path).total.false == 1


def test_a_file_name_is_no_formula(tmp_path):
    case = write_case(tmp_path / "case", [Made("=cmd|calc", parts()[0].records)])
    path = case.sample(5, seed="x").sheet(tmp_path / "sheet.csv")
    assert rows_of(path)[1][2] == "'=cmd|calc"
    fill(path, {})
    assert case.read_sample(path).total.true == 5


def test_all_that_is_wrong_is_told_at_once(case, tmp_path):
    path = drawn(case).sheet(tmp_path / "sheet.csv", lang="en")
    fill(path, {4: "perhaps", 5: ""})
    rows = rows_of(path)
    rows[1][0] = "999"  # line 2: never drawn; number 1 is missing then
    rows[2][3] = str(int(rows[2][3]) + 1)  # line 3: another row
    rows[3][2] = "other.csv"  # line 4
    rows[6] = list(rows[7])  # line 7 repeats number 7; number 6 is missing
    save(path, rows)
    found = problems(case, path)
    assert {(line, field) for line, field, _ in found} == {
        (2, "number"),
        (3, "row"),
        (4, "source"),
        (5, "answer"),
        (6, "answer"),
        (8, "number"),
        (41, "number"),
    }
    told = " ".join(what for _, _, what in found)
    for words in ("never drawn", "restore it", "perhaps", "no answer", "is missing", "delete one"):
        assert words in told


def test_a_row_of_another_draw_is_refused(case, tmp_path):
    path = drawn(case).sheet(tmp_path / "sheet.csv")
    other = drawn(case, seed="2026-2").sheet(tmp_path / "other.csv")
    fill(path, {})
    rows = rows_of(path)
    rows[5] = rows_of(other)[5]
    save(path, rows)
    assert problems(case, path) == [
        (6, "draw", "belongs to another draw or was changed; take the row out or restore the cell")
    ]


def test_changed_terms_are_refused(case, tmp_path):
    path = drawn(case).sheet(tmp_path / "sheet.csv")
    fill(path, {})
    rows = rows_of(path)
    for row in rows[1:]:
        row[9] = row[9].replace("size=40", "size=x")
    save(path, rows)
    assert problems(case, path)[0][1] == "draw"
    for row in rows[1:]:
        row[9] = row[9].replace("size=x", "size=39")  # another draw: the rows aren't its rows
    save(path, rows)
    assert any(
        "never drawn" in what or "not as it was drawn" in what for *_, what in problems(case, path)
    )


def test_a_sheet_of_other_tiers_is_refused(case, tmp_path, monkeypatch):
    path = drawn(case).sheet(tmp_path / "sheet.csv")
    fill(path, {})
    monkeypatch.setattr("piidetect.sampling.result.version", lambda: "cn-criminal-2030@1")
    with pytest.raises(ArgumentError, match="version of piidetect that drew it"):
        case.read_sample(path)


def test_a_missing_column_is_named(case, tmp_path):
    path = drawn(case).sheet(tmp_path / "sheet.csv", lang="zh")
    rows = [row[:7] for row in rows_of(path)]
    save(path, rows)
    assert [field for _, field, _ in problems(case, path)] == [
        "核验结果 / answer",
        "抽样参数 / draw",
    ]


def test_the_sheet_of_another_case_is_refused(case, tmp_path):
    path = drawn(case).sheet(tmp_path / "sheet.csv")
    fill(path, {})
    other = write_case(tmp_path / "other", parts(60, 60), categories=CATEGORIES)
    with pytest.raises(ArgumentError, match="was drawn from case"):
        other.read_sample(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("sheet.ods", b"", "no such format"),
        ("sheet.xlsx", b"not a zip", "no xlsx file"),
        ("sheet.csv", b"\xff\xfe\x00\xd8", "neither UTF-8 nor GB18030"),
        ("sheet.csv", b"", "column is missing"),
    ],
)
def test_files_that_are_no_sheet(case, tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ArgumentError, match=message):
        case.read_sample(path)


def test_a_failed_reading_changes_nothing(case, tmp_path):
    before = {path: path.read_bytes() for path in case.directory.rglob("*") if path.is_file()}
    path = drawn(case).sheet(tmp_path / "sheet.csv")
    with pytest.raises(RowsRefused):
        case.read_sample(path)
    assert before == {p: p.read_bytes() for p in case.directory.rglob("*") if p.is_file()}
