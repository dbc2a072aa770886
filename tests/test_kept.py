# SPDX-License-Identifier: Apache-2.0
"""What is made of the built-in recognizers is kept on disk, and is the same as what is made anew."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from piidetect import kernels, load_recognizers, recognizer
from piidetect._resources import recognizers_root
from piidetect.recognizer import compiled
from piidetect.recognizer.kept import kept


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "compiled_folder", lambda: tmp_path)
    return tmp_path


def test_it_is_made_once_for_the_same_files(folder):
    made = []

    def make():
        made.append(1)
        return {"made": len(made)}

    assert kept("one", "files", make) == {"made": 1}
    assert kept("one", "files", make) == {"made": 1}
    assert kept("one", "other files", make) == {"made": 2}
    assert kept("two", "files", make) == {"made": 3}
    assert len(list(folder.glob("*.pickle"))) == 3
    assert not list(folder.glob("*.new"))


@pytest.mark.parametrize(
    "damage", [b"", b"no pickle", b"\x80\x05cnowhere\nnothing\n.", b"\x80\x05X"]
)
def test_a_damaged_file_is_made_again(folder, damage):
    kept("one", "files", lambda: 1)
    (path,) = folder.glob("*.pickle")
    path.write_bytes(damage)
    assert kept("one", "files", lambda: 2) == 2
    assert pickle.loads(path.read_bytes()) == 2


def test_a_folder_that_is_gone_does_no_harm(folder, monkeypatch):
    monkeypatch.setattr(kernels, "compiled_folder", lambda: folder / "gone")
    assert kept("one", "files", lambda: 1) == 1


def test_a_fault_is_raised_and_nothing_kept(folder):
    with pytest.raises(KeyError):
        kept("one", "files", lambda: {}["missing"])
    assert not list(folder.iterdir())


def test_the_recognizers_are_those_of_the_files():
    faults = []
    anew = recognizer._load(recognizers_root(), faults)
    assert not faults
    assert sorted(anew, key=lambda one: one.id) == list(load_recognizers())


def test_the_tables_of_patterns_are_those_made_anew(folder):
    recognizers = load_recognizers()
    compiled.patterns_of.cache_clear()
    first = compiled.patterns_of(recognizers)
    compiled.patterns_of.cache_clear()
    again = compiled.patterns_of(recognizers)  # from disk
    compiled.patterns_of.cache_clear()
    anew = compiled._made(recognizers)
    for one in (first, again):
        assert one.recognizers == anew.recognizers
        assert np.array_equal(one.token, anew.token)
        for name, array in anew.forms._asdict().items():
            assert np.array_equal(getattr(one.forms, name), array), name
            assert getattr(one.forms, name).dtype == array.dtype
            found = getattr(one.forms, name).flags
            for flag in ("writeable", "c_contiguous", "aligned"):  # else kernels compile again
                assert found[flag.upper()] == array.flags[flag.upper()], name


def test_a_changed_recognizer_is_not_taken_for_the_built_in_one():
    recognizers = load_recognizers()
    changed = tuple(
        replace(one, precedence=one.precedence + 1) if one.by_pattern else one
        for one in recognizers
    )
    plain, other = compiled.patterns_of(recognizers), compiled.patterns_of(changed)
    assert np.array_equal(plain.forms.precedence + 1, other.forms.precedence)
