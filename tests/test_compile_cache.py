# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from pathlib import Path

import pytest

from piidetect import _compile_cache
from piidetect._compile_cache import VARIABLE, choose_compile_cache


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.setenv(VARIABLE, "")


def test_the_sources_own_folder_is_used_where_it_can_be_written(tmp_path):
    choose_compile_cache(tmp_path)
    assert os.environ[VARIABLE] == ""


def test_what_the_user_chose_stands(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    choose_compile_cache(tmp_path / "a file" / "can't hold a folder")
    assert os.environ[VARIABLE] == str(tmp_path)


def test_the_users_cache_is_second(tmp_path, monkeypatch):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file can't hold a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    choose_compile_cache(blocked)
    assert Path(os.environ[VARIABLE]) == tmp_path / "cache" / "piidetect" / "numba"


def test_a_private_folder_is_last(tmp_path, monkeypatch):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file can't hold a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    removed = []
    monkeypatch.setattr(_compile_cache.atexit, "register", lambda *args, **_: removed.append(args))
    choose_compile_cache(blocked)
    chosen = Path(os.environ[VARIABLE])
    assert chosen.stat().st_mode & 0o777 == 0o700
    assert removed[0][1] == str(chosen)
    chosen.rmdir()
