# SPDX-License-Identifier: Apache-2.0
"""``piidetect merge``: several cases as one."""

from __future__ import annotations

import sys

import click

from piidetect.cli.front import exit_code, help_text, lang_option, told
from piidetect.messages import language, say


@click.command(help=help_text("merge"), short_help=help_text("short_merge"), no_args_is_help=True)
@click.argument("out", metavar="OUT")
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@click.option("--key-file", metavar="FILE", help=help_text("option_key_file"))
@lang_option
@told
def merge(out: str, cases: tuple[str, ...], key_file: str | None, lang: str | None) -> None:
    """Write the union of cases to a new folder."""
    from piidetect.case.merging import merge as unite

    made = unite(out, cases, key_file=key_file)
    click.echo(say("cli.kept", language(lang), path=out), err=True)
    sys.exit(exit_code(made))
