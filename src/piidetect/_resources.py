# SPDX-License-Identifier: Apache-2.0
"""Find the data that ships with piidetect.

A wheel carries the recognizers inside the package; an editable install doesn't, and the checkout's
folder is used.
"""

from __future__ import annotations

from pathlib import Path

from piidetect.errors import RecognizerError


def recognizers_dir() -> Path:
    """Return the folder of the built-in recognizers.

    Raises:
        RecognizerError: neither the package nor a checkout has one.
    """
    package = Path(__file__).parent
    for folder in (package / "recognizers", package.parents[1] / "recognizers"):
        if folder.is_dir():
            return folder
    msg = f"the recognizers are missing from {package}: install piidetect again"
    raise RecognizerError(msg)
