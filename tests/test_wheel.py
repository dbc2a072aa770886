# SPDX-License-Identifier: Apache-2.0
"""The recognizers are found in the wheel and in an editable install."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import piidetect
from piidetect import _resources
from piidetect.errors import RecognizerError

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built by the build backend itself: no network is needed."""
    folder = tmp_path_factory.mktemp("dist")
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return folder / done.stdout.split()[-1]


def test_the_wheel_has_every_recognizer_and_table(wheel):
    shipped = set(zipfile.ZipFile(wheel).namelist())
    files = [
        path.relative_to(ROOT).as_posix()
        for pattern in ("*.yaml", "*.csv")
        for folder in ("recognizers", "policies", "duties")
        for path in (ROOT / folder).rglob(pattern)
    ]
    assert len(files) > 10
    assert {f"piidetect/{name}" for name in files} <= shipped


def test_the_wheel_is_pure_typed_and_licensed(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name.endswith("-py3-none-any.whl")
    assert "piidetect/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    data = [
        path
        for path in (ROOT / "src" / "piidetect").rglob("*.*")
        if path.suffix in {".yaml", ".css"}
    ]
    assert {path.relative_to(ROOT / "src").as_posix() for path in data} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]


def test_the_wheel_finds_its_own_recognizers(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = "import piidetect; from piidetect._resources import recognizers_root; print(recognizers_root()); print(len(piidetect.load_recognizers())); print(piidetect.assess_counts('cn-criminal-2017', tier4=500).level)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    folder, count, level = done.stdout.split()
    assert level == "serious"
    assert Path(folder) == tmp_path / "site" / "piidetect" / "recognizers"
    assert int(count) == len(list((ROOT / "recognizers").rglob("*.yaml"))) - len(
        list((ROOT / "recognizers").glob("*.yaml"))
    )


def test_a_checkout_finds_its_recognizers():
    if Path(_resources.__file__).parents[2] != ROOT:
        pytest.skip("this run uses an installed wheel")
    assert _resources.recognizers_root() == ROOT / "recognizers"


def test_missing_recognizers_are_one_clear_error(monkeypatch, tmp_path):
    monkeypatch.setattr(_resources, "__file__", str(tmp_path / "a" / "b" / "c" / "_resources.py"))
    with pytest.raises(RecognizerError, match="reinstall piidetect"):
        _resources.recognizers_root.__wrapped__()


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert piidetect.__version__ == project["version"]
