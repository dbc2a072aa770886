# SPDX-License-Identifier: Apache-2.0
"""``piidetect portfolio``: a table of a folder of cases."""

from __future__ import annotations

import sys
from typing import Any

import click

from piidetect.cli.front import DONE, WITH_ALERTS, help_text, lang_option, option_format, told
from piidetect.messages import language, say, term

_SHOWN = ("sources", "rows", "counted", "low", "point", "high", "alerts")


@click.command(
    help=help_text("portfolio"), short_help=help_text("short_portfolio"), no_args_is_help=True
)
@click.argument("directory", metavar="DIR")
@option_format(("text", "json", "csv"))
@lang_option
@told
def portfolio(directory: str, form: str, lang: str | None) -> None:
    """Print a table of the cases below a folder."""
    from piidetect.case.many import portfolio as tabulate

    found = tabulate(directory)
    if form == "json":
        click.echo(found.to_json(orient="records", force_ascii=False, indent=2))
    elif form == "csv":
        click.echo(found.to_csv(index=False), nl=False)
    else:
        click.echo(_text(found, language(lang)))
    sys.exit(WITH_ALERTS if (found["status"] != "complete").any() else DONE)


def _text(found: Any, lang: str) -> str:
    from piidetect.report.width import table

    head = ("case", "status", "sources", "records", "counted", "low", "point", "high", "alerts")
    rows = [
        (
            row["case"],
            term("status", row["status"], lang),
            *("" if row["status"] == "damaged" else f"{row[name]:,}" for name in _SHOWN),
        )
        for row in found.to_dict("records")
    ]
    lines = table(
        tuple(say(f"heading.{name}", lang) for name in head), rows, (False, False, *[True] * 7)
    )
    reasons = [
        f"{row['case']}: {row['reason']}" for row in found.to_dict("records") if row["reason"]
    ]
    return "\n".join([*lines, *(["", *reasons] if reasons else [])])
