# SPDX-License-Identifier: Apache-2.0
"""The mistakes in a YAML file of the law: all of them are told at once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from piidetect import yaml_file
from piidetect.errors import PolicyError

if TYPE_CHECKING:
    from pathlib import Path


class Faults:
    """What is wrong in a file, by field."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: list[str] = []

    def __call__(self, where: str, fault: str) -> None:
        """Note a fault."""
        self._lines.append(f"{self._name}: {where}: {fault}")

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self._lines)

    def error(self) -> PolicyError:
        """Return the error that tells all of them."""
        return PolicyError("\n".join(self._lines))


def read(path: Path) -> tuple[Any, str, Faults]:
    """Return what a file holds, its SHA-256 and where to note its faults.

    Raises:
        PolicyError: the file is missing or no plain YAML.
    """
    try:
        content, data = yaml_file.read(path)
    except yaml_file.UnsafeFileError as error:
        raise PolicyError(f"{path.name}: {error}") from None
    return content, hashlib.sha256(data).hexdigest(), Faults(path.name)
