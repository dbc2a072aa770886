# SPDX-License-Identifier: Apache-2.0
"""``piidetect manifest``: what a case was made from, with digests."""

from __future__ import annotations

import click

import piidetect as pii
from piidetect.cli.front import help_text, told


@click.command(
    help=help_text("manifest"), short_help=help_text("short_manifest"), no_args_is_help=True
)
@click.argument("case", metavar="CASE")
@click.option(
    "--format",
    "form",
    type=click.Choice(("csv", "dfxml")),
    default="csv",
    help=help_text("option_format"),
)
@told
def manifest(case: str, form: str) -> None:
    """Print the manifest of a kept case."""
    from piidetect.report import manifest as manifests

    with pii.open_case(case) as opened:
        click.echo(manifests.render(opened, form), nl=False)
