# SPDX-License-Identifier: Apache-2.0
"""Files for people are whole or not there."""

from __future__ import annotations

import pytest

from piidetect.errors import CaseError
from piidetect.whole_file import write_whole, writing_whole


def test_the_file_is_there_only_at_the_end(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"old")
    with writing_whole(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def break_off(path, error):
    with writing_whole(path) as file:
        file.write(b"half")
        raise error("stop")


@pytest.mark.parametrize("error", [KeyboardInterrupt, CaseError])
def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "list.csv"
    path.write_bytes(b"old")
    with pytest.raises(error):
        break_off(path, error)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CaseError, match="list '.*no-such.*can't be written"):
        write_whole(tmp_path / "no-such" / "a.csv", b"", "list")
