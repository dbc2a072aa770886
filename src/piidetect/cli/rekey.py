# SPDX-License-Identifier: Apache-2.0
"""``piidetect rekey``: the same case under another key, from its sources."""

from __future__ import annotations

import sys
from typing import Any

import click

from piidetect.cli.front import exit_code, help_text, lang_option, told
from piidetect.cli.progress import progress_bar
from piidetect.messages import language, say


@click.command(help=help_text("rekey"), short_help=help_text("short_rekey"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@click.option("--key-file", required=True, metavar="FILE", help=help_text("option_key_file"))
@click.option("--out", required=True, metavar="DIR", help=help_text("option_out_case"))
@click.option("--recognizers", metavar="DIR", help=help_text("option_recognizers"))
@click.option("--threads", type=click.IntRange(min=1), help=help_text("option_threads"))
@lang_option
@told
def rekey(case: str, lang: str | None, **options: Any) -> None:
    """Scan the sources of a case again under another key."""
    from piidetect.scanning.rekeying import rekey as scan_again

    with progress_bar(language(lang)) as progress:
        made = scan_again(case, progress=progress, **options)
    click.echo(say("cli.kept", language(lang), path=options["out"]), err=True)
    sys.exit(exit_code(made))
