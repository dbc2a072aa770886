# SPDX-License-Identifier: Apache-2.0
"""``piidetect detect``: the findings of a text."""

from __future__ import annotations

import sys

import click

import piidetect as pii
from piidetect.cli.front import help_text, lang_option, option_format, told


@click.command(help=help_text("detect"), short_help=help_text("short_detect"), no_args_is_help=True)
@click.argument("text", metavar="TEXT")
@option_format()
@click.option("--recognizers", "directory", metavar="DIR", help=help_text("option_recognizers"))
@lang_option
@told
def detect(text: str, form: str, directory: str | None, lang: str | None) -> None:
    """Print the findings of a text."""
    from piidetect.report import findings, words

    chosen = None if directory is None else pii.load_recognizers(directory)
    found = pii.detect(_stdin() if text == "-" else text, recognizers=chosen)
    printed = findings.as_json(found) if form == "json" else findings.as_text(found, words(lang))
    click.echo(printed, nl=False)


def _stdin() -> str:
    data = sys.stdin.buffer.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")
