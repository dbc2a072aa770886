# SPDX-License-Identifier: Apache-2.0
"""Every command and public name is documented, and what the docs show runs."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import click
import pytest

import piidetect
from piidetect import cli
from piidetect.schema import ENTITIES, RowKind, SubjectKind, Verdict, schemas

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
EXECUTED = [ROOT / "README.md", ROOT / "README.zh-CN.md", DOCS / "tutorial" / "first-scan.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def root_command() -> click.Group:
    return cli.cli


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, click.Command]]:
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((" ".join((*path, name)), command))
        if isinstance(command, click.Group):
            found.extend(commands(command, (*path, name)))
    return found


def test_every_command_and_option_is_documented_and_has_help():
    page = read("reference/cli.md")
    seen = commands(root_command())
    assert {"scan", "report", "detect", "recognizers list", "recognizers check"} <= {
        n for n, _ in seen
    }
    for name, command in seen:
        assert f"piidetect {name}" in page, name
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (name, parameter.name)
                assert max(parameter.opts, key=len) in page, (name, parameter.opts)


def test_no_option_is_documented_that_does_not_exist():
    real = {
        opt for _, command in commands(root_command()) for p in command.params for opt in p.opts
    }
    real |= {"--help", "--version"}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for line in re.findall(r"piidetect (?:scan|report|assess|detect|recognizers)[^\n`]*", text):
            unknown = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", line)) - real
            assert not unknown, (page.name, line)


def test_every_public_name_is_documented():
    page = read("reference/api.md")
    for name in piidetect.__all__:
        assert f"`{name}" in page, name
    for name in dir(piidetect.Case):
        if not name.startswith("_"):
            assert f"Case.{name}" in page, name


def test_the_page_on_numbers_is_current():
    spec = spec_from_file_location("make_numbers", DOCS / "reference" / "make_numbers.py")
    assert spec is not None
    assert spec.loader is not None
    maker = module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert len(maker.modules()) > 40
    assert maker.page() == read("reference/numbers.md"), "run docs/reference/make_numbers.py"


def test_the_page_on_recognizers_is_current_and_no_cell_of_the_matrix_is_undeclared():
    spec = spec_from_file_location("make_recognizers", DOCS / "reference" / "make_recognizers.py")
    assert spec is not None
    assert spec.loader is not None
    maker = module_from_spec(spec)
    spec.loader.exec_module(maker)
    page = maker.page()
    assert "NOT DECLARED" not in page
    assert page == read("reference/recognizers.md"), "run docs/reference/make_recognizers.py"


def test_every_code_is_documented():
    page = read("reference/entities.md")
    recognized = {recognizer.entity for recognizer in piidetect.load_recognizers()}
    assert recognized <= set(ENTITIES)
    for entity in recognized:
        assert f"`{entity}`" in page, entity
    for code in (Verdict, RowKind):
        for member in code:
            assert f"| {int(member)} | `{member.name.lower()}`" in page, member
    assert all(f"{int(kind)} " in read("reference/case-folder.md") for kind in SubjectKind)


def test_every_column_of_the_case_folder_is_documented():
    page = read("reference/case-folder.md")
    for schema in schemas().values():
        for field in schema:
            assert re.search(rf"^\| .*`{field.name}`.* \| {field.type} \|", page, re.MULTILINE), (
                field
            )


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https:", "http:")):
            continue
        name, _, anchor = target.partition("#")
        other = (page.parent / name).resolve() if name else page
        assert other.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", other.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in slugs, target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_page_names_a_machine_or_has_open_ends(page):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"/work/|/root/|/home/\w|TODO|FIXME", text)


@pytest.mark.parametrize("page", EXECUTED, ids=lambda p: p.name)
def test_the_code_shown_runs(page, tmp_path, monkeypatch):
    """Runs the blocks of a page from top to bottom, as a reader would, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    scripts = sysconfig.get_path("scripts")
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    program = []
    ran = 0
    for language, code in blocks:
        if language == "python":
            program.append(code)
        elif language == "console" and not re.match(r"\$ (make|git|python3 -m)", code):
            script = re.sub(r"^\$ ", "", code, flags=re.MULTILINE)
            done = subprocess.run(
                ["bash", "-euc", script],
                env={"PATH": f"{scripts}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"},
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
            assert done.returncode == 0, done.stderr
            assert "Traceback" not in done.stderr
            ran += 1
    (tmp_path / "shown.py").write_text("\n".join(program), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "shown.py"], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert program
    assert ran or page.name == "first-scan.md"
