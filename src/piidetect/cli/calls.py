# SPDX-License-Identifier: Apache-2.0
"""``piidetect calls``: calls to emergency lines and other protected numbers in call logs."""

from __future__ import annotations

import click

import piidetect as pii
from piidetect.cli.front import hand_out, help_text, lang_option, option_format, out_option, told


@click.command(help=help_text("calls"), short_help=help_text("short_calls"), no_args_is_help=True)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--numbers", metavar="FILE", help=help_text("option_numbers"))
@click.option("--caller", metavar="NAME", help=help_text("option_caller"))
@click.option("--callee", metavar="NAME", help=help_text("option_callee"))
@click.option("--time", metavar="NAME", help=help_text("option_time"))
@out_option
@option_format(("text", "json", "html"))
@lang_option
@told
def calls(
    sources: tuple[str, ...],
    numbers: str | None,
    caller: str | None,
    callee: str | None,
    time: str | None,
    out: str | None,
    form: str,
    lang: str | None,
) -> None:
    """Print the calls to protected numbers."""
    from piidetect.calls import PROTECTED, read_numbers
    from piidetect.report import calls as report
    from piidetect.report import words

    listed = PROTECTED if numbers is None else (*PROTECTED, *read_numbers(numbers))
    log = pii.call_log(list(sources), numbers=listed, caller=caller, callee=callee, time=time)
    hand_out(report.paper(log, words(lang)), out, form, lang)
