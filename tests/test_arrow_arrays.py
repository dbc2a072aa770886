# SPDX-License-Identifier: Apache-2.0
"""Numbers go from numpy to Arrow and back as pyarrow itself takes them, and without pandas."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from piidetect.arrow_arrays import as_arrow, as_numpy

KINDS = ["uint8", "int16", "uint32", "int64", "uint64", "float64"]


@pytest.mark.parametrize("kind", KINDS)
def test_there_and_back_as_pyarrow_does_it(kind):
    numbers = np.arange(7).astype(kind)
    for part in (numbers, numbers[2:5], numbers[:0]):
        arrow = as_arrow(part)
        assert arrow.equals(pa.array(part))
        arrow.validate(full=True)
        back = as_numpy(arrow)
        assert back.dtype == part.dtype
        assert back.tolist() == part.tolist()
        assert not back.flags.writeable
    assert numbers.flags.writeable


def test_slices_and_chunks():
    whole = pa.array([1, 2, 3, 4], pa.int32())
    assert as_numpy(whole.slice(1, 2)).tolist() == [2, 3]
    chunks = pa.chunked_array([whole.slice(3), whole.slice(0, 0), whole.slice(1, 2)])
    assert as_numpy(chunks).tolist() == [4, 2, 3]
    assert not as_numpy(chunks).flags.writeable
    assert as_numpy(pa.chunked_array([], pa.int32())).tolist() == []
    assert as_numpy(pa.chunked_array([], pa.int32())).dtype == np.int32


def test_what_is_no_plain_number_is_left_to_pyarrow():
    assert as_numpy(pa.array([True, False])).tolist() == [True, False]
    assert as_numpy(pa.array(["a", None])).tolist() == ["a", None]
    with_null = as_numpy(pa.array([1, None]))
    assert with_null[0] == 1
    assert np.isnan(with_null[1])


def test_sizing_a_source_loads_no_pandas(tmp_path):
    (tmp_path / "a.csv").write_text("姓名,电话\n王安,13800138001\n李宁,13900139001\n", "utf-8")
    code = (
        "import sys, piidetect as pii\n"
        f"result = pii.scan({str(tmp_path / 'a.csv')!r}).result\n"
        "assert result.entities\n"
        "print([one for one in ('pandas', 'scipy.linalg') if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    assert "pandas" not in done.stdout
