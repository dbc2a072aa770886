# SPDX-License-Identifier: Apache-2.0
"""The command as a user meets it: in this process, and as a real one in an empty folder."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner
from tests.report.small_case import small_case

from piidetect.cli import cli
from piidetect.errors import CaseError

# Birth years before 1906: nobody living. The second has a wrong check digit.
ROWS = """姓名,身份证号,邮箱,备注
赵一,110101190501010010,zhao@example.com,首诊
钱二,110101190501010011,qian@example.com,复诊
赵一,110101190501010010,zhao@example.com,首诊

"""


def commands(group=cli, path=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in an empty folder; English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("piidetect.cli.front.LANG", "en")
    monkeypatch.setenv("PIIDETECT_LANG", "en")

    def invoke(*arguments, **options):
        result = CliRunner().invoke(cli, arguments, prog_name="piidetect", **options)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


@pytest.fixture
def users(tmp_path):
    path = tmp_path / "users.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def one_line_error(result):
    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert "Traceback" not in lines[0]
    return lines[0]


# ------------------------------------------------------------------ help


def test_the_commands_are_those_that_exist():
    assert sorted(" ".join(path) for path, _ in commands()) == [
        "assess",
        "calls",
        "claim",
        "compare",
        "detect",
        "estimate",
        "events",
        "groups",
        "lead",
        "leads",
        "links",
        "manifest",
        "merge",
        "overlap",
        "portfolio",
        "recognizers",
        "recognizers check",
        "recognizers list",
        "recognizers new",
        "rectification",
        "rekey",
        "report",
        "sample",
        "scan",
        "sectors",
        "truth",
        "verify",
    ]


@pytest.mark.parametrize("path", [(), *(path for path, _ in commands())])
def test_help_teaches(run, path):
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert "--help" in result.stdout
    if path not in (("recognizers", "list"), ("recognizers", "check")):
        assert f"\n  {' '.join(('  piidetect', *path[:1]))}" in result.stdout


@pytest.mark.parametrize("command", [command for _, command in commands()])
def test_every_option_has_help(command):
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or parameter.help, parameter.name


def test_the_version(run):
    assert re.fullmatch(r"piidetect, version \d+\.\d+.*\n", run("--version").stdout)


# ------------------------------------------------------------------ scan


def test_scan_prints_the_summary_and_leaves_nothing(run, users):
    result = run("scan", "users.csv", "--reference-date", "2024-06-30")
    assert result.exit_code == 0, result.stderr
    assert "Resident identity" in result.stdout
    assert "Records that count" in result.stdout
    assert names(users.parent) == ["users.csv"]


def test_scan_json_prints_the_report_and_nothing_else(run, users):
    result = run("scan", "users.csv", "--format", "json")
    built = json.loads(result.stdout)
    assert built["schema"] == "piidetect.report/1"
    assert built["totals"]["rows"] == 4
    ids = built["entities"]["CN_RESIDENT_ID"]
    assert (ids["verdicts"], ids["distinct_valid"]) == ({"invalid_checksum": 1, "valid": 2}, 1)


def test_scan_in_chinese(run, users):
    assert "扣押记录" in run("scan", "users.csv", "--lang", "zh").stdout


def test_scan_keeps_a_case_that_reports_the_same(run, users):
    scanned = run("scan", "users.csv", "--out", "case", "--format", "json")
    assert "case" in scanned.stderr
    assert run("report", "case", "--format", "json").stdout == scanned.stdout


def test_a_case_among_the_sources_is_not_scanned(run, users, tmp_path):
    (tmp_path / "seized").mkdir()
    users.rename(tmp_path / "seized" / "users.csv")
    assert run("scan", "seized", "--out", "seized/case").exit_code == 0
    result = run("scan", "seized", "--format", "json")
    built = json.loads(result.stdout)
    assert [source["path"] for source in built["sources"]] == ["seized/users.csv"]
    assert [alert["code"] for alert in built["alerts"]] == ["case_skipped"]
    assert "seized is not empty" in one_line_error(run("scan", "seized", "--out", "seized"))


def test_no_raw_value_is_printed_or_kept(run, users, tmp_path):
    result = run("scan", "users.csv", "--out", "case")
    kept = [p.read_bytes() for p in (tmp_path / "case").rglob("*") if p.is_file()]
    for value in ("110101190501010010", "zhao@example.com", "赵一"):
        assert value not in result.stdout + result.stderr
        assert not any(value.encode() in content for content in kept)


def test_scan_with_a_source_that_cannot_be_read_ends_with_alerts(run, users):
    result = run("scan", "users.csv", "absent.csv")
    assert result.exit_code in (1, 2)
    assert "absent.csv" in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["absent.csv"], "absent.csv"),
        (["empty"], "empty"),
        (["users.csv", "--reference-date", "2024-02-30"], "2024-02-30.*YYYY-MM-DD"),
        (["users.csv", "--reference-date", "yesterday"], "yesterday.*YYYY-MM-DD"),
        (["users.csv", "--key-file", "absent.key"], "absent.key"),
        (["users.csv", "--key-file", "users.csv"], "users.csv.*32 hex"),
        (["users.csv", "--out", "foreign"], "foreign.*--out"),
        (["users.csv", "--out", "users.csv"], "users.csv"),
        (["users.csv", "--recognizers", "broken"], "cn/x.yaml"),
        (["users.csv", "--recognizers", "absent"], "absent"),
    ],
)
def test_bad_input_gets_one_line_that_names_it(run, users, tmp_path, arguments, named):
    (tmp_path / "empty").mkdir()
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "letter.txt").write_text("hello")
    (tmp_path / "broken" / "cn").mkdir(parents=True)
    (tmp_path / "broken" / "cn" / "x.yaml").write_text("id: [")
    before = sorted(p for p in tmp_path.rglob("*"))
    line = one_line_error(run("scan", *arguments))
    assert re.search(named, line)
    assert sorted(p for p in tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "x", "--format", "pdf"],
        ["scan", "x", "--lang", "fr"],
        ["scan", "x", "--threads", "0"],
        ["scan", "x", "--no-such-option"],
        ["no-such-command"],
    ],
)
def test_misuse_ends_with_code_2(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert arguments[-1].strip("-") in result.stderr


def test_a_full_disk_is_told(run, users, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device", "case/parts")

    monkeypatch.setattr("piidetect.scan", full)
    assert "No space left on device" in one_line_error(run("scan", "users.csv"))


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (MemoryError(), 2, "--threads 1"),
        (KeyboardInterrupt(), 130, "nothing half-written"),
        (CaseError("case x is broken; delete it"), 2, "case x is broken; delete it"),
    ],
)
def test_errors_end_without_a_traceback(run, monkeypatch, error, code, said):
    def fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr("piidetect.scan", fail)
    result = run("scan", "users.csv")
    assert (result.exit_code, result.stderr.count("\n")) == (code, 1)
    assert said in result.stderr


def test_a_mistake_in_the_program_is_not_hidden(monkeypatch):
    def fail(*_arguments, **_options):
        raise KeyError("x")

    monkeypatch.setattr("piidetect.scan", fail)
    assert isinstance(CliRunner().invoke(cli, ["scan", "users.csv"]).exception, KeyError)


# ------------------------------------------------------------------ report


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        ([], "Personal information"),
        (["--format", "json"], "{"),
        (["--format", "html"], "<!DOCTYPE html>"),
        (["--lang", "zh"], "涉案"),
    ],
)
def test_report_prints(run, tmp_path, arguments, start):
    small_case(tmp_path / "case")
    assert run("report", "case", *arguments).stdout.startswith(start)


def test_report_writes_a_file(run, tmp_path):
    small_case(tmp_path / "case")
    result = run("report", "case", "--out", "report.html")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "report.html" in result.stderr
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_report_of_a_case_with_alerts_ends_with_1(run, tmp_path):
    alert = {"source": "x", "code": "c", "message": "m", "row": None, "byte_offset": None}
    small_case(tmp_path / "case", alerts=[alert])
    assert run("report", "case").exit_code == 1
    assert run("report", "case", "--out", "r.txt").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["absent"], "absent"),
        (["."], "not a case"),
        (["case", "--out", "r.pdf"], r"r\.pdf.*\.html"),
        (["case", "--out", "absent/r.html"], "absent"),
    ],
)
def test_report_of_something_else(run, tmp_path, arguments, named):
    small_case(tmp_path / "case")
    assert re.search(named, one_line_error(run("report", *arguments)))


# ------------------------------------------------------------------ detect, recognizers


def test_detect_shows_values_and_verdicts(run):
    result = run("detect", "身份证号110101190501010010，误110101190501010011")
    assert "wrong check digit" in result.stdout
    assert result.stdout.count("110101190501010010") == 2  # as written, and as its value


def test_detect_reads_stdin_and_prints_json(run):
    text = "邮箱 zhao@example.com"
    for data in (text.encode("utf-8"), text.encode("gb18030")):
        [found] = json.loads(run("detect", "-", "--format", "json", input=data).stdout)
        assert found["entity"] == "EMAIL_ADDRESS"
        assert (found["value"], found["verdict"]) == ("zhao@example.com", "valid")
        assert text[found["start"] : found["end"]] == found["text"]


def test_detect_of_nothing(run):
    result = run("detect", "hello")
    assert (result.exit_code, result.stdout) == (0, "No personal information found.\n")
    assert run("detect", "hello", "--format", "json").stdout == "[]\n"


def test_recognizers_list(run):
    lines = run("recognizers", "list").stdout.splitlines()
    assert any(re.match(r"cn[./]resident_id +CN_RESIDENT_ID ", line) for line in lines)


def test_recognizers_check(run):
    result = run("recognizers", "check")
    assert result.exit_code == 0, result.stdout
    assert "all pass" in result.stdout


# ------------------------------------------------------------------ a real process


def process(tmp_path, *arguments, encoding="utf-8", **environ):
    return subprocess.Popen(
        [sys.executable, "-m", "piidetect.cli", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PIIDETECT_LANG": "zh", **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding=encoding,
    )


def test_a_real_process_prints_figures_to_stdout_and_nothing_to_stderr(tmp_path, users):
    running = process(tmp_path, "scan", "users.csv", "--format", "json")
    out, err = running.communicate(timeout=120)
    assert (running.returncode, err) == (0, "")
    assert json.loads(out)["totals"]["rows"] == 4


def test_a_terminal_gets_a_progress_bar_and_stdout_stays_clean(tmp_path, users):
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "piidetect.cli", "scan", "users.csv", "--format", "json"],
        cwd=tmp_path,
        env={**os.environ, "PIIDETECT_LANG": "en", "TERM": "xterm", "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        encoding="utf-8",
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal's other side was closed
        while chunk := os.read(ours, 4096):
            shown += chunk
    os.close(ours)
    out, _ = running.communicate(timeout=120)
    assert running.returncode == 0
    assert json.loads(out)["totals"]["rows"] == 4
    assert b"Scanning" in shown


def test_a_real_process_prints_errors_in_one_line(tmp_path):
    running = process(tmp_path, "scan", "没有.csv")
    out, err = running.communicate(timeout=120)
    assert (running.returncode, out) == (2, "")
    assert err.startswith("错误：")
    assert "没有.csv" in err
    assert err.count("\n") == 1


def test_a_terminal_that_cannot_show_chinese_is_no_reason_to_fail(tmp_path, users):
    running = process(tmp_path, "scan", "users.csv", encoding="latin-1")
    out, err = running.communicate(timeout=120)
    assert (running.returncode, err) == (0, "")
    assert "\\u" in out


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    small_case(tmp_path / "case")
    with process(tmp_path, "report", "case", "--format", "html") as running:
        running.stdout.close()
        assert "Traceback" not in running.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_scan_leaves_nothing(tmp_path, number):
    pipe = tmp_path / "work"
    pipe.mkdir()
    (pipe / "big.csv").write_text("姓名,备注\n" + "赵一,无\n" * 4_000_000, encoding="utf-8")
    (tmp_path / "tmp").mkdir()
    running = process(pipe, "scan", "big.csv", "--out", "case", TMPDIR=str(tmp_path / "tmp"))
    deadline = time.monotonic() + 60
    while not (pipe / "case").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(number)
    _, err = running.communicate(timeout=120)
    assert "Traceback" not in err
    assert running.returncode in (0, 128 + number, -number)
    if running.returncode:
        assert names(pipe) == ["big.csv"]
    assert names(tmp_path / "tmp") == []


def test_a_disk_that_fills_up_while_the_case_is_written_leaves_nothing(tmp_path):
    rows = (f"赵一,{number:018d},a{number}@example.com\n" for number in range(100_000))
    (tmp_path / "big.csv").write_text("姓名,备注,邮箱\n" + "".join(rows), encoding="utf-8")
    limit = 1 << 20  # stands for the space that is left

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    arguments = [sys.executable, "-m", "piidetect.cli", "scan", "big.csv", "--out", "case"]
    done = subprocess.run(
        arguments,
        cwd=tmp_path,
        env={**os.environ, "PIIDETECT_LANG": "en"},
        preexec_fn=small_disk,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"Error: case folder case can't be written \(.*\); free .*\n", done.stderr)
    assert names(tmp_path) == ["big.csv"]


def test_a_source_that_is_damaged_is_an_alert_where_others_can_be_read(run, users, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "good.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "folder" / "bad.parquet").write_bytes(b"PAR1 and no more")
    result = run("scan", "folder", "--format", "json")
    assert result.exit_code == 1
    built = json.loads(result.stdout)
    statuses = {source["path"]: source["status"] for source in built["sources"]}
    assert sorted(statuses.values()) == ["complete", "skipped"]
    assert "bad.parquet" in built["alerts"][0]["source"]
