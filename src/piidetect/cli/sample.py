# SPDX-License-Identifier: Apache-2.0
"""``piidetect sample``: draw a sample to look up, or read the filled-in sheet."""

from __future__ import annotations

from pathlib import Path

import click

import piidetect as pii
from piidetect.cli.front import help_text, lang_option, option_format, told
from piidetect.errors import ArgumentError
from piidetect.messages import language, say


@click.command(help=help_text("sample"), short_help=help_text("short_sample"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@click.option("--size", type=click.IntRange(min=1), metavar="N", help=help_text("option_size"))
@click.option("--precision", metavar="P", help=help_text("option_precision"))
@click.option("--expected", metavar="P", help=help_text("option_expected"))
@click.option("--confidence", metavar="P", help=help_text("option_confidence"))
@click.option("--seed", metavar="TEXT", help=help_text("option_seed"))
@click.option("--out", metavar="FILE", help=help_text("option_out_sheet"))
@click.option("--read", "sheet", metavar="SHEET", help=help_text("option_read"))
@option_format(("text", "json", "html"))
@lang_option
@told
def sample(
    case: str,
    size: int | None,
    precision: str | None,
    expected: str | None,
    confidence: str | None,
    seed: str | None,
    out: str | None,
    sheet: str | None,
    form: str,
    lang: str | None,
) -> None:
    """Draw a sample and write the sheet, or read it back and print the bounds."""
    from piidetect.report import paper, sampling, words

    given = (size, precision, expected, confidence, seed)
    if sheet is not None and any(value is not None for value in given):
        raise ArgumentError(
            "--read takes size, precision, confidence and seed from the sheet; leave them out"
        )
    chosen = words(lang)
    if sheet is not None:
        if out is not None:
            paper.format_of(Path(out))  # a paper here, a sheet when a sample is drawn
        opened = pii.open_case(case)
        result = opened.read_sample(sheet)
        made = sampling.verified(opened, result, chosen)
        if out is not None:
            written = paper.write(made, Path(out))
            click.echo(say("cli.written", language(lang), path=written), err=True)
            return
    else:
        if seed is None:
            raise ArgumentError(
                "--seed is missing; give any text that is fixed before, e.g. the case number"
            )
        opened = pii.open_case(case)
        drawn = opened.sample(
            size,
            precision=precision,
            expected="0.5" if expected is None else expected,
            confidence="0.95" if confidence is None else confidence,
            seed=seed,
        )
        made = sampling.drawn(opened, drawn, chosen)
        if out is not None:
            written = drawn.sheet(out, lang=lang)
            click.echo(say("cli.written", language(lang), path=written), err=True)
    click.echo(paper.render(made, form), nl=False)
