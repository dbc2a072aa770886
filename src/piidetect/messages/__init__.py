# SPDX-License-Identifier: Apache-2.0
"""What piidetect says to people, in Chinese and English: one catalogue.

The catalogue is the YAML files of this folder together; a section may go through several of them.
A key is ``section.name``. Texts have ``{named}`` places; figures are grouped by thousands where
the text says so (``{rows:,}``).
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: tuple[str, ...] = ("zh", "en")

Catalogue = dict[str, dict[str, dict[str, str]]]


def default_language(environ: Mapping[str, str] | None = None) -> str:
    """Return ``zh`` or ``en``: ``PIIDETECT_LANG`` if it names one, else the locale, else ``en``.

    Args:
        environ: The variables to look at; those of the process by default.
    """
    variables = os.environ if environ is None else environ
    for name in ("PIIDETECT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = variables.get(name, "").lower()
        if value:
            return "zh" if value.startswith("zh") else "en"
    return "en"


def language(lang: str | None) -> str:
    """Return ``lang``, or the default language if it is None.

    Raises:
        ArgumentError: ``lang`` is no language of the catalogue.
    """
    if lang is None:
        return default_language()
    if lang not in LANGUAGES:
        msg = f"language {lang!r} is not known; use one of {', '.join(LANGUAGES)}"
        raise ArgumentError(msg)
    return lang


def say(key: str, lang: str, **values: object) -> str:
    """Return the text of ``key`` in ``lang`` with the values put in.

    Raises:
        KeyError: The catalogue has no such key (a mistake in the program).
    """
    section, _, name = key.partition(".")
    return catalogue()[section][name][lang].format(**values)


def term(section: str, name: str, lang: str) -> str:
    """Return the word for a code that comes from data; a code without a word stands for itself."""
    entry = catalogue().get(section, {}).get(name)
    return name if entry is None else entry[lang]


def remedy(code: str, lang: str) -> str:
    """Return what to do about an alert of this code; empty if the catalogue has nothing on it."""
    return term("remedy", code, lang) if code in catalogue()["remedy"] else ""


@cache
def catalogue() -> Catalogue:
    """Return all texts: section → name → language → text."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    texts: Catalogue = {}
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        part = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (a safe loader)
        for section, entries in cast("Catalogue", part).items():
            texts.setdefault(section, {}).update(entries)
    return texts
