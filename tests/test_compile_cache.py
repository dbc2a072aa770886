# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from piidetect import _compile_cache
from piidetect._compile_cache import KEPT_DAYS, VARIABLE, choose_compile_cache, kernels_digest


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.setenv(VARIABLE, "")


@pytest.fixture
def kernels(tmp_path):
    folder = tmp_path / "package" / "kernels"
    folder.mkdir(parents=True)
    (folder / "runs.py").write_text("LENGTH = 18\n")
    (folder.parent / "schema.py").write_text("VALID = 1\n")
    return folder


@pytest.fixture
def blocked(kernels):
    (kernels / "__pycache__").write_text("a file can't hold a folder")
    return kernels


def test_the_sources_own_folder_is_first(kernels):
    chosen = choose_compile_cache(kernels)
    assert chosen.parent == kernels / "__pycache__"
    assert chosen.name == "kernels-" + kernels_digest(kernels.parent)
    assert os.environ[VARIABLE] == str(chosen)
    assert chosen.is_dir()


@pytest.mark.parametrize(
    ("name", "text"),
    [("kernels/runs.py", "LENGTH = 15\n"), ("schema.py", "VALID = 2\n"), ("kernels/new.py", "")],
)
def test_a_changed_source_changes_the_folder_and_the_old_one_goes(kernels, monkeypatch, name, text):
    before = choose_compile_cache(kernels)
    (before / "compiled").write_text("stale")
    (kernels.parent / name).write_text(text)
    monkeypatch.setenv(VARIABLE, "")
    after = choose_compile_cache(kernels)
    assert after.parent == before.parent
    assert list(after.parent.iterdir()) == [after]


def test_the_same_sources_have_the_same_folder_and_keep_it(kernels):
    before = choose_compile_cache(kernels)
    (before / "compiled").write_text("fresh")
    assert choose_compile_cache(kernels) == before
    assert (before / "compiled").exists()


def test_another_numba_changes_the_digest(kernels, tmp_path, monkeypatch):
    class Spec:
        origin = str(tmp_path / "numba" / "__init__.py")

    (tmp_path / "numba").mkdir()
    monkeypatch.setattr(_compile_cache, "find_spec", lambda _: Spec)
    digests = set()
    for version in ("0.68.1", "0.69.0"):
        (tmp_path / "numba" / "_version.py").write_text(version)
        digests.add(kernels_digest(kernels.parent))
    assert len(digests) == 2


def test_the_users_folder_holds_the_digests_and_drops_what_is_long_unused(
    kernels, tmp_path, monkeypatch
):
    given = tmp_path / "given"
    old, recent, foreign = (given / name for name in ("kernels-old", "kernels-recent", "other"))
    for folder in (old, recent, foreign):
        folder.mkdir(parents=True)
    os.utime(old, (0, old.stat().st_mtime - (KEPT_DAYS + 1) * 86_400))
    os.utime(foreign, (0, 0))
    monkeypatch.setenv(VARIABLE, str(given))
    chosen = choose_compile_cache(kernels)
    assert set(given.iterdir()) == {chosen, recent, foreign}
    assert not (kernels / "__pycache__").exists()


def test_a_process_started_by_a_scan_uses_the_same_folder(kernels):
    chosen = choose_compile_cache(kernels)
    assert choose_compile_cache(kernels) == chosen
    assert not list(chosen.iterdir())


def test_the_users_cache_is_second(blocked, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert choose_compile_cache(blocked).parent == tmp_path / "cache" / "piidetect" / "numba"


def test_a_private_folder_is_last(blocked, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked / "__pycache__"))
    removed = []
    monkeypatch.setattr(_compile_cache.atexit, "register", lambda *args, **_: removed.append(args))
    chosen = choose_compile_cache(blocked)
    assert chosen.parent.stat().st_mode & 0o777 == 0o700
    assert removed[0][1] == str(chosen.parent)
    chosen.rmdir()
    chosen.parent.rmdir()


def test_numba_keeps_kernels_there_even_if_it_was_imported_before(tmp_path):
    code = (
        "import numba, numpy as np\n"
        "from piidetect.kernels.distinct import tally_values as kernel\n"
        "print(kernel._cache.cache_path)\n"
    )
    environment = {**os.environ, VARIABLE: str(tmp_path)}
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    folder = Path(shown.stdout.strip()).parent
    assert folder.parent == tmp_path
    assert folder.name.startswith("kernels-")
