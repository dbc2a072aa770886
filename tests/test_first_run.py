# SPDX-License-Identifier: Apache-2.0
"""The child process of a first run: when there is one, and that nothing depends on it."""

from __future__ import annotations

import subprocess
import sys
import tempfile

import pytest

from piidetect import kernels
from piidetect.scanning import first_run


@pytest.fixture
def started(monkeypatch):
    """Every run is a first one; the children started, each of which only waits for its stdin."""
    children = []
    popen = subprocess.Popen

    def start(command, **options):
        children.append(popen([command[0], "-c", "import sys; sys.stdin.read()"], **options))
        return children[-1]

    monkeypatch.setattr(kernels, "cold", lambda: True)
    monkeypatch.setattr(first_run.subprocess, "Popen", start)
    return children


def _fail_beside(started):
    with first_run.compiling_beside(2):
        assert started[0].poll() is None
        raise KeyError


def test_the_child_ends_with_the_scan_even_if_that_fails(started):
    with pytest.raises(KeyError):
        _fail_beside(started)
    assert started[0].poll() is not None


def test_a_child_that_takes_too_long_is_not_waited_for(started, monkeypatch):
    monkeypatch.setattr(first_run, "PATIENCE", 0.01)
    monkeypatch.setattr(first_run, "rehearse", lambda: None)
    with first_run.compiling_beside(2) as ready:
        ready()
        assert started[0].poll() is None


def test_no_child_for_one_thread_or_with_compiled_kernels_or_in_a_bundle(started, monkeypatch):
    with first_run.compiling_beside(1) as ready:
        ready()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with first_run.compiling_beside(2) as ready:
        ready()
    monkeypatch.delattr(sys, "frozen")
    monkeypatch.setattr(kernels, "cold", lambda: False)
    with first_run.compiling_beside(2) as ready:
        ready()
    assert not started


def test_a_child_that_cant_be_started_does_no_harm(started, monkeypatch):
    def no_process(*_, **__):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(first_run.subprocess, "Popen", no_process)
    with first_run.compiling_beside(2) as ready:
        ready()


def test_the_child_leaves_when_its_parent_is_gone():
    code = "import piidetect.scanning.first_run as one; one._end_with_parent()"
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, check=False, timeout=60
    )
    assert done.returncode == 1


def test_kernels_are_cold_until_one_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "_COMPILED", tmp_path)
    (tmp_path / "kernels").mkdir()
    assert kernels.cold()
    (tmp_path / "kernels" / "blocks.scan_items-1.py311.nbi").touch()
    assert not kernels.cold()


def test_the_rehearsal_uses_what_comes_after_the_largest_kernel_and_leaves_nothing(
    tmp_path, monkeypatch
):
    from piidetect.kernels import blocks, distinct, rows, values

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    scanned = list(blocks.scan_items.signatures)
    first_run.rehearse()
    for one in (rows.summarise_rows, values._check_cells, distinct.scatter_values):
        assert one.signatures
    assert blocks.scan_items.signatures == scanned
    assert not list(tmp_path.iterdir())


def test_a_scan_goes_on_where_the_rehearsal_fails(started, monkeypatch):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(first_run, "PATIENCE", 0.01)
    monkeypatch.setattr(first_run, "rehearse", full)
    with first_run.compiling_beside(2) as ready:
        ready()
