# SPDX-License-Identifier: Apache-2.0
"""``piidetect links``: the persons of a case, and why records are one person's."""

from __future__ import annotations

import json

import click

import piidetect as pii
from piidetect.cli.front import help_text, lang_option, option_format, told
from piidetect.messages import language, say, term


@click.command(help=help_text("links"), short_help=help_text("short_links"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@option_format()
@lang_option
@told
def links(case: str, form: str, lang: str | None) -> None:
    """Print low, point and high, the merges by rule, and the conflicts."""
    from piidetect.report.width import table

    found = pii.open_case(case).links
    figures = {name: int(n) for name, n in found.figures["persons"].items()}
    merges = {str(name): int(n) for name, n in found.merges["merges"].items()}
    conflicts = {str(name): int(n) for name, n in found.conflicts["number"].items()}
    if form == "json":
        shown = {"persons": figures, "merges": merges, "conflicts": conflicts}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    chosen = language(lang)
    number, what = say("heading.number", chosen), say("heading.rule", chosen)
    lines: list[str] = []
    for section, content in (("persons", figures), ("link_rule", merges), ("conflict", conflicts)):
        rows = [(term(section, name, chosen), f"{n:,}") for name, n in content.items()]
        title = say(f"links.{section}", chosen)
        lines += [f"▌{title}", *table((what, number), rows, (False, True)), ""]
    click.echo("\n".join([*lines, say("links.rule", chosen)]))
