# SPDX-License-Identifier: Apache-2.0
"""The sector that a source comes from, told by its headings (``recognizers/sectors.yaml``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from piidetect._resources import recognizers_root
from piidetect.columns.headings import normalise
from piidetect.errors import RecognizerError
from piidetect.yaml_file import UnsafeFileError, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE = "sectors.yaml"
_FEWEST = 2
_PARTS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Sector:
    """A sector: its names by language, words of its headings, and words that are enough alone."""

    key: str
    name: Mapping[str, str]
    words: frozenset[str]
    alone: frozenset[str]

    def tells(self, heading: str) -> bool:
        """Return whether a heading has one of the words."""
        text = normalise(heading)
        parts = set(_PARTS.split(heading.casefold())) | {text}
        return any(
            word in parts if word.isascii() else word in text for word in self.words | self.alone
        )


@cache
def load_sectors() -> tuple[Sector, ...]:
    """Return the sectors in the order of the file.

    Raises:
        RecognizerError: the file is missing or broken.
    """
    try:
        content, _ = read(recognizers_root() / FILE)
        return tuple(
            Sector(
                key,
                {"zh": entry["name"]["zh"], "en": entry["name"]["en"]},
                frozenset(normalise(word) for word in entry["words"].split()),
                frozenset(normalise(word) for word in entry["alone"].split()),
            )
            for key, entry in content.items()
        )
    except (UnsafeFileError, AttributeError, KeyError, TypeError) as error:
        msg = f"{FILE} is broken ({error}); mend it or reinstall piidetect"
        raise RecognizerError(msg) from None


def sector_of(headings: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Return the sector's key and the headings that tell it; '' and none where nothing does.

    >>> sector_of(["业主姓名", "房号", "联系电话"])
    ('property', ('业主姓名', '房号'))
    """
    found: tuple[str, tuple[str, ...]] = ("", ())
    given = [heading for heading in headings if heading.strip()]
    for sector in load_sectors():
        telling = tuple(heading for heading in given if sector.tells(heading))
        enough = len(telling) >= _FEWEST or any(normalise(one) in sector.alone for one in telling)
        if enough and len(telling) > len(found[1]):
            found = (sector.key, telling)
    return found
