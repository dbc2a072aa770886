# SPDX-License-Identifier: Apache-2.0
"""Find the data files: inside the wheel, or at the root of an editable checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from piidetect.errors import PolicyError, RecognizerError


@cache
def recognizers_root() -> Path:
    """Return the folder that holds the recognizer files and ``tables/``.

    Raises:
        RecognizerError: the folder is neither in the package nor beside ``src/``.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "recognizers", package.parents[1] / "recognizers"):
        if (folder / "tables").is_dir():
            return folder
    msg = "recognizers: the folder isn't installed; reinstall piidetect"
    raise RecognizerError(msg)


@cache
def policies_root() -> Path:
    """Return the folder that holds the policy files.

    Raises:
        PolicyError: the folder is neither in the package nor beside ``src/``.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "policies", package.parents[1] / "policies"):
        if next(folder.glob("*.yaml"), None):  # in a checkout the package of that name holds none
            return folder
    msg = "policies: the folder isn't installed; reinstall piidetect"
    raise PolicyError(msg)


@cache
def duties_file() -> Path:
    """Return the file of duties.

    Raises:
        PolicyError: it is neither in the package nor beside ``src/``.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "duties", package.parents[1] / "duties"):
        if (folder / "cn.yaml").is_file():
            return folder / "cn.yaml"
    msg = "duties/cn.yaml isn't installed; reinstall piidetect"
    raise PolicyError(msg)


def table_bytes(name: str) -> bytes:
    """Return the content of ``tables/<name>.csv``.

    Raises:
        RecognizerError: the table is missing or unreadable.
    """
    path = recognizers_root() / "tables" / f"{name}.csv"
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"tables/{name}.csv: {error.strerror}; reinstall piidetect"
        raise RecognizerError(msg) from None
