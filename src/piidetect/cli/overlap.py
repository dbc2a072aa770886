# SPDX-License-Identifier: Apache-2.0
"""``piidetect overlap``: the persons that cases share."""

from __future__ import annotations

import json

import click

from piidetect.cli.front import help_text, lang_option, option_format, told
from piidetect.messages import language, say


@click.command(
    help=help_text("overlap"), short_help=help_text("short_overlap"), no_args_is_help=True
)
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@option_format()
@lang_option
@told
def overlap(cases: tuple[str, ...], form: str, lang: str | None) -> None:
    """Print how many persons cases share."""
    from piidetect.case.many import overlap as count_overlap
    from piidetect.report.width import table

    matrix, hits = count_overlap(cases)
    numbers = [[int(number) for number in row] for row in matrix.to_numpy()]
    by_cases = {int(n): int(persons) for n, persons in hits["persons"].items()}
    if form == "json":
        content = {"cases": list(cases), "matrix": numbers, "persons_by_cases": by_cases}
        click.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    chosen = language(lang)
    head = (say("heading.case", chosen), *(f"[{n}]" for n in range(1, len(cases) + 1)))
    rows = [
        (f"[{n}] {name}", *(f"{number:,}" for number in row))
        for n, (name, row) in enumerate(zip(cases, numbers, strict=True), 1)
    ]
    lines = [
        say("overlap.title", chosen),
        "",
        *table(head, rows, (False, *[True] * len(cases))),
        "",
    ]
    lines += [
        say("overlap.hits", chosen, persons=persons, cases=n) for n, persons in by_cases.items()
    ]
    click.echo("\n".join([*lines, "", say("overlap.rule", chosen)]))
