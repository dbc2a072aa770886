# SPDX-License-Identifier: Apache-2.0
"""`import piidetect` is quick and loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {
    "pandas",
    "spacy",
    "presidio_analyzer",
    "tldextract",
    "numba",
    "llvmlite",
    "pyarrow",
    "duckdb",
    "polars",
}


def in_a_fresh_interpreter(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def test_import_loads_nothing_heavy():
    loaded = set(in_a_fresh_interpreter("import piidetect, sys; print(*sys.modules)").split())
    assert "piidetect" in loaded
    assert not HEAVY & loaded


def test_help_loads_nothing_heavy():
    code = (
        "import sys; sys.argv = ['piidetect', '--help']\n"
        "from piidetect.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules)"
    )
    loaded = set(in_a_fresh_interpreter(code).splitlines()[-1].split())
    assert "piidetect.cli" in loaded
    assert not HEAVY & loaded


def test_import_takes_less_than_half_a_second():
    # CPU time, and the best of several: another process on the machine must not fail it
    code = "import time; t = time.process_time(); import piidetect; print(time.process_time() - t)"
    assert min(float(in_a_fresh_interpreter(code)) for _ in range(5)) < 0.5


def test_the_public_names_can_be_listed_without_loading_them():
    code = "import piidetect, sys; dir(piidetect); piidetect.__all__; print(*sys.modules)"
    assert not HEAVY & set(in_a_fresh_interpreter(code).split())


def test_the_command_ends_without_a_word_also_with_duckdb():
    code = (
        "import sys, duckdb; duckdb.sql('select 1').fetchall(); sys.argv = ['piidetect', '--help']\n"
        "from piidetect.cli import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not done.stderr
