# SPDX-License-Identifier: Apache-2.0
"""The case folder: written whole or not at all, opened or refused with a remedy."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.made_case import REFERENCE_DATE, Found, Made, Record, tables, write_case, write_part

from piidetect.case import CaseWriter, PartMeta, open_case
from piidetect.case import part as part_module
from piidetect.case import writer as writer_module
from piidetect.errors import ArgumentError, CaseError, SchemaError
from piidetect.schema import TEXT_COLUMN, RowKind, Verdict, schemas

ROOT = Path(__file__).parents[1]
COLUMNS = (
    {
        "position": 0,
        "header": "手机号",
        "entity": "CN_MOBILE",
        "whose": "subject",
        "evidence": "heading",
        "kind": "",
    },
)
RECORDS = (
    Record((Found("CN_MOBILE", 7), Found("CN_MOBILE", 0, Verdict.MASKED)), 1),
    Record((Found("EMAIL_ADDRESS", 8, column=TEXT_COLUMN),), 2, RowKind.TEXT),
    Record(),
)
ALERT = {"source": "a.csv", "code": "nul_bytes", "message": "3 NULs", "row": 2, "byte_offset": 9}


@pytest.fixture
def case(tmp_path):
    parts = [
        Made("b.csv", RECORDS, COLUMNS),
        Made("a.csv", RECORDS[:1], COLUMNS, meta={"alerts": (ALERT,)}),
    ]
    return write_case(tmp_path / "case", parts)


def everything_in(directory):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def run(code, **options):
    header = f"""
import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "src")!r}]
from tests.made_case import *
from piidetect.errors import CaseError
"""
    return subprocess.run(
        [sys.executable, "-c", header + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


# ---------------------------------------------------------------- writing


def test_what_is_written_is_read_again(case, tmp_path):
    again = open_case(tmp_path / "case")
    assert [part.meta["path"] for part in again.parts] == ["a.csv", "b.csv"]
    records, findings = tables(RECORDS)
    part = again.parts[1]
    for path, batch in ((part.records, records), (part.findings, findings)):
        written = pq.read_table(path)
        assert written.cast(batch.schema).equals(pa.Table.from_batches([batch]))
        assert not any(column.nullable for column in written.schema)
    assert everything_in(tmp_path / "case") == [
        "case.json",
        "key",
        "parts",
        *(
            f"parts/{name}"
            for number in ("000000", "000001")
            for name in (
                number,
                f"{number}/findings.parquet",
                f"{number}/part.json",
                f"{number}/records.parquet",
            )
        ),
    ]


def test_batches_are_gathered_into_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(part_module, "GROUP_ROWS", 4)
    records = tuple(Record((Found("CN_MOBILE", n),), n) for n in range(1, 12))
    case = write_case(tmp_path / "case", [Made("a.csv", records, batch=3)])
    file = pq.ParquetFile(case.parts[0].records)
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [6, 5]
    assert file.read()["row"].to_pylist() == list(range(11))


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_key_is_for_the_owner_alone(case):
    key = case.directory / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(bytes.fromhex(key.read_text())) == 16
    assert stat.S_IMODE(case.directory.stat().st_mode) == 0o700


def test_a_key_file_is_used_and_not_copied(tmp_path):
    key_file = tmp_path / "shared.key"
    key_file.write_text("00112233445566778899aabbccddeeff\n")
    with CaseWriter(tmp_path / "case", reference_date=REFERENCE_DATE, key_file=key_file) as writer:
        assert writer.key == bytes.fromhex(key_file.read_text().strip())
        case = writer.finish()
    assert not (case.directory / "key").exists()
    assert case.meta["key"]["file"] == str(key_file)
    assert "00112233" not in (case.directory / "case.json").read_text()


@pytest.mark.parametrize("text", ["", "abc", "zz" * 16, "00" * 15, "00" * 17, "1380013800é"])
def test_an_unusable_key_file_is_refused(tmp_path, text):
    key_file = tmp_path / "shared.key"
    key_file.write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match="32 hex digits") as caught:
        CaseWriter(tmp_path / "case", reference_date=REFERENCE_DATE, key_file=key_file)
    assert not text or text not in str(caught.value)
    assert not (tmp_path / "case").exists()


def test_an_absent_key_file_is_refused(tmp_path):
    with pytest.raises(CaseError, match="openssl rand"):
        CaseWriter(reference_date=REFERENCE_DATE, key_file=tmp_path / "none")


def test_the_id_depends_on_key_and_sources_and_not_on_their_order(tmp_path):
    key_file = tmp_path / "k"
    key_file.write_text("01" * 16)
    parts = [Made("a.csv"), Made("b.csv"), Made("c.csv")]
    ids = [
        write_case(tmp_path / str(n), chosen, key_file=key_file).id
        for n, chosen in enumerate((parts, parts[::-1], parts[:2]))
    ]
    assert ids[0] == ids[1] != ids[2]
    other = write_case(tmp_path / "other", parts)
    assert other.id != ids[0]
    assert len(other.id) == 16


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "case.json"])
def test_a_folder_that_is_not_empty_is_refused(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(CaseError, match="--out"):
        CaseWriter(tmp_path, reference_date=REFERENCE_DATE)
    assert everything_in(tmp_path) == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_an_empty_folder_is_used(tmp_path):
    assert write_case(tmp_path, []).directory == tmp_path


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CaseError, match="--out"):
            CaseWriter(path, reference_date=REFERENCE_DATE)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_failure_leaves_nothing(tmp_path):
    class StopError(Exception):
        pass

    def fail(directory):
        with CaseWriter(directory, reference_date=REFERENCE_DATE) as writer:
            write_part(writer, Made("a.csv", RECORDS))
            writer.part().write(*tables(RECORDS))
            raise StopError

    with pytest.raises(StopError):
        fail(tmp_path / "new" / "deep")
    assert everything_in(tmp_path) == []
    with pytest.raises(StopError):
        fail(tmp_path)  # was there and stays
    assert everything_in(tmp_path) == []


def test_a_part_that_is_not_closed_is_no_part(tmp_path):
    with CaseWriter(tmp_path / "case", reference_date=REFERENCE_DATE) as writer:
        write_part(writer, Made("a.csv", RECORDS))
        left = writer.part()
        left.write(*tables(RECORDS))
        left.abort()
        case = writer.finish()
    assert [part.meta["path"] for part in case.parts] == ["a.csv"]
    assert not [name for name in everything_in(case.directory) if ".tmp" in name]


def test_a_table_with_other_columns_is_refused(tmp_path):
    records, findings = tables(RECORDS)
    with CaseWriter(tmp_path / "case", reference_date=REFERENCE_DATE) as writer:
        part = writer.part()
        with pytest.raises(SchemaError, match="records"):
            part.write(findings, findings)
        with pytest.raises(SchemaError, match="findings"):
            part.write(records, records)


def test_a_ledger_that_does_not_close_is_an_alert(tmp_path):
    case = write_case(tmp_path / "case", [Made("a.csv", RECORDS, meta={"rows": 4})])
    assert list(case.alerts["code"]) == ["ledger_mismatch"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_FSIZE")
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path):
    done = run(
        """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        records = tuple(Record((Found("CN_MOBILE", n),), n) for n in range(1, 2001))
        try:
            write_case("deep/case", [Made("a.csv", records)])
        except CaseError as error:
            print(error)
        """,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "can't be written (File too large)" in done.stdout
    assert "--out" in done.stdout
    assert done.stdout.count("\n") == 1
    assert everything_in(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_at_the_first_byte_leaves_nothing(tmp_path, monkeypatch):
    def full(path, *_):
        with Path("/dev/full").open("w", encoding="ascii") as file:
            file.write(str(path))

    monkeypatch.setattr(writer_module, "_write_key", full)
    with pytest.raises(CaseError, match="No space left on device"):
        CaseWriter(tmp_path / "case", reference_date=REFERENCE_DATE)
    assert everything_in(tmp_path) == []


def test_a_killed_run_leaves_no_half_written_part(tmp_path):
    done = run(
        """
        import os, signal
        writer = CaseWriter("case", reference_date=REFERENCE_DATE)
        write_part(writer, Made("a.csv", (Record(),)))
        writer.part().write(*tables((Record(),)))
        os.kill(os.getpid(), signal.SIGKILL)
        """,
        cwd=tmp_path,
    )
    assert done.returncode == -signal.SIGKILL
    names = [p.name for p in (tmp_path / "case" / "parts").iterdir() if p.name[0] != "."]
    assert names == ["000000"]
    with pytest.raises(CaseError, match=r"unfinished.*delete"):
        open_case(tmp_path / "case")


# ---------------------------------------------------------------- temporary cases


def test_a_temporary_case_goes_away_when_closed():
    with write_case(None, [Made("a.csv", RECORDS)]) as case:
        directory = case.directory
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        rows = case.result.rows
    assert not directory.exists()
    assert (rows, case.result.rows) == (3, 3)


def test_a_temporary_case_goes_away_when_it_is_garbage():
    directory = write_case(None, [Made("a.csv")]).directory
    assert not directory.exists()


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("pass", 0),
        ("raise RuntimeError", 1),
        ("os._exit(3)", 3),
        ("os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)", 128 + signal.SIGTERM),
    ],
)
@pytest.mark.parametrize("finished", [True, False])
def test_a_temporary_case_goes_away_at_exit(tmp_path, end, code, finished):
    done = run(
        f"""
        import os, signal, time
        writer = CaseWriter(reference_date=REFERENCE_DATE)
        writer.part().write(*tables((Record(),)))
        case = writer.finish() if {finished} else writer
        assert case.directory.parent.samefile(os.environ["TMPDIR"])
        {end}
        """,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == code
    left = len(list(tmp_path.iterdir()))
    assert left == (1 if "_exit" in end else 0)  # the hard way out shows that the test can fail


def test_a_temporary_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    done = run(
        """
        import tempfile
        tempfile.tempdir = "absent"
        try:
            CaseWriter(reference_date=REFERENCE_DATE)
        except CaseError as error:
            print(error)
        """,
        cwd=tmp_path,
    )
    assert "TMPDIR" in done.stdout
    assert "--out" in done.stdout


# ---------------------------------------------------------------- opening


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("case.json", None, "not a case folder.*--out"),
        ("case.json", "{", "not JSON.*restore"),
        ("case.json", "[" * 100_000, "not JSON.*restore"),
        ("case.json", "[]", "not a JSON object.*restore"),
        ("case.json", "\xff", "not JSON.*restore"),
        ("case.json", '{"schema": "piidetect.case/9"}', "case/9.*version"),
        ("case.json", '{"schema": "piidetect.case/2"}', "unfinished.*delete"),
        ("case.json", '{"schema": "piidetect.case/2", "status": "complete"}', "missing.*id"),
        ("parts", None, "parts.*restore"),
        ("parts/000000", None, "2 parts.*holds 1"),
        ("parts/000000/part.json", None, "part.json.*restore"),
        ("parts/000000/part.json", "{}", "version"),
        ("parts/000000/records.parquet", None, "records.parquet.*missing"),
        ("parts/000001/findings.parquet", None, "findings.parquet.*missing"),
    ],
)
def test_a_damaged_folder_is_refused_with_a_remedy(case, name, text, message):
    path = case.directory / name
    if text is None:
        path.rename(case.directory.parent / "taken")
    else:
        path.write_text(text, encoding="latin-1")
    with pytest.raises(CaseError, match=message) as caught:
        open_case(case.directory)
    assert str(case.directory) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["records.parquet", "findings.parquet"])
@pytest.mark.parametrize("keep", [0, 60])
def test_a_damaged_table_is_refused_with_a_remedy(case, name, keep):
    path = case.parts[0].directory / name
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CaseError, match="restore"):
        _ = open_case(case.directory).result
    with pytest.raises(CaseError, match="restore"):
        open_case(case.directory).findings()
    assert not [entry for entry in everything_in(case.directory) if "spill" in entry]


def test_a_path_that_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CaseError, match="does not exist"):
        open_case(tmp_path / "absent")
    with pytest.raises(CaseError, match="is a file"):
        open_case(tmp_path / "file")


# ---------------------------------------------------------------- asking


def test_findings_in_words(case):
    found = case.findings().to_pylist()
    assert found == [
        {
            "source": source,
            "row": row,
            "column": column,
            "header": "手机号" if column == 0 else None,
            "entity": entity,
            "verdict": verdict,
            "byte_offset": 100 * row,
            "start": 10 * (TEXT_COLUMN if column is None else column),
            "length": 18,
        }
        for source, row, column, entity, verdict in [
            ("a.csv", 0, 0, "CN_MOBILE", "valid"),
            ("a.csv", 0, 0, "CN_MOBILE", "masked"),
            ("b.csv", 0, 0, "CN_MOBILE", "valid"),
            ("b.csv", 0, 0, "CN_MOBILE", "masked"),
            ("b.csv", 1, None, "EMAIL_ADDRESS", "valid"),
        ]
    ]


def test_findings_of_one_entity_or_verdict(case):
    assert set(case.findings("EMAIL_ADDRESS")["source"].to_pylist()) == {"b.csv"}
    assert case.findings(verdict="masked").num_rows == 2
    assert case.findings("CN_MOBILE", Verdict.VALID).num_rows == 2
    assert case.findings("PERSON").num_rows == 0
    with pytest.raises(ArgumentError, match="CN_MOBILE"):
        case.findings("MOBILE")
    with pytest.raises(ArgumentError, match="masked"):
        case.findings(verdict="good")


def test_an_empty_case_has_empty_tables(tmp_path):
    case = write_case(tmp_path / "case", [])
    for table in (case.counts, case.sources, case.columns, case.alerts):
        assert len(table) == 0
    assert case.findings().num_rows == 0
    assert list(case.funnel["remaining"]) == [0] * len(case.funnel)
    assert case.persons["persons"].sum() == 0


def test_the_tables_of_a_case(case):
    assert case.counts.loc["CN_MOBILE"].to_dict() == {
        "findings": 4,
        "distinct_valid": 1,
        "rows": 2,
        "valid": 2,
        "masked": 2,
    }
    assert list(case.sources["path"]) == ["a.csv", "b.csv"]
    assert list(case.sources["rows"]) == [1, 3]
    assert case.columns.loc[0].to_dict() == {"source": "a.csv", **COLUMNS[0]}
    assert case.alerts.loc[0].to_dict() == ALERT
    assert case.funnel.loc[0, "remaining"] == 4
    assert case.persons.loc["high", "persons"] == 0


def test_json_files_hold_no_key(case):
    key = (case.directory / "key").read_text().strip()
    for path in case.directory.rglob("*.json"):
        assert key not in path.read_text(encoding="utf-8")
    assert json.loads((case.directory / "case.json").read_bytes())["schema"] == "piidetect.case/2"


def test_a_skipped_source_is_a_part_without_rows(tmp_path):
    with CaseWriter(tmp_path / "case", reference_date=REFERENCE_DATE) as writer:
        writer.part().close(PartMeta(path="x.csv", status="skipped", reason="no permission"))
        writer.alert("y.csv", "not_found", "there is no such file")
        case = writer.finish()
    assert case.sources.loc[0, "status"] == "skipped"
    written = pq.read_table(case.parts[0].findings).schema
    assert dict(zip(written.names, written.types, strict=True)) == {
        column.name: column.type for column in schemas()["findings"]
    }
    assert list(case.alerts["source"]) == ["y.csv"]
    assert case.result.rows == 0
