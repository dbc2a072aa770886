# SPDX-License-Identifier: Apache-2.0
"""``piidetect recognizers``: list and check them, begin a new one."""

from __future__ import annotations

import functools
import re
from importlib.util import find_spec
from pathlib import Path

import click

import piidetect as pii
from piidetect.cli.front import UNUSABLE, help_text, lang_option, stop, told
from piidetect.errors import ArgumentError
from piidetect.messages import language, say
from piidetect.schema import OWN_PREFIX

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}(?:\.[a-z][a-z0-9_]{1,39})+")


@click.group(help=help_text("recognizers"), short_help=help_text("short_recognizers"))
def recognizers() -> None:
    """Hold the commands on recognizers."""


directory_option = click.option(
    "--recognizers", "--dir", "directory", metavar="DIR", help=help_text("option_recognizers")
)


@recognizers.command("list", help=help_text("recognizers_list"))
@directory_option
@lang_option
@told
def recognizers_list(directory: str | None, lang: str | None) -> None:
    """Print a table of the recognizers."""
    from piidetect.report import findings, words

    loaded = pii.load_recognizers(directory)
    click.echo(findings.recognizers(loaded, words(lang)), nl=False)


@recognizers.command("check", help=help_text("recognizers_check"))
@directory_option
@lang_option
@told
def recognizers_check(directory: str | None, lang: str | None) -> None:
    """Check all recognizers and print what fails."""
    from piidetect.recognizer import cell_detector, check

    loaded = pii.load_recognizers(directory)
    detect = functools.partial(pii.detect, recognizers=loaded)
    failures = check(loaded, detect, cell_detector(detect))
    through_presidio = find_spec("presidio_analyzer") is not None
    if through_presidio:
        from piidetect.integrations import presidio

        failures += presidio.check(loaded)
    chosen = language(lang)
    for failure in failures:
        click.echo(failure)
    if failures:
        stop(say("cli.check_failed", chosen, n=len(failures)), UNUSABLE)
    examples = sum(len(one.examples) + len(one.counter_examples) for one in loaded)
    click.echo(say("cli.check_passed", chosen, n=len(loaded), examples=examples))
    click.echo(say("cli.check_presidio" if through_presidio else "cli.check_no_presidio", chosen))


@recognizers.command("new", help=help_text("recognizers_new"))
@click.argument("name", metavar="ID")
@click.option(
    "--recognizers",
    "--dir",
    "directory",
    metavar="DIR",
    default=".",
    help=help_text("option_new_in"),
)
@lang_option
@told
def recognizers_new(name: str, directory: str, lang: str | None) -> None:
    """Write a file that lacks its examples."""
    chosen = language(lang)
    if not _ID.fullmatch(name):
        raise ArgumentError(say("cli.new_bad_id", chosen, id=repr(name)))
    path = Path(directory).joinpath(*name.split(".")).with_suffix(".yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    entity = OWN_PREFIX + name.rpartition(".")[2].upper()[:40]
    text = say("cli.skeleton", chosen, id=name, entity=entity)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise ArgumentError(say("cli.new_exists", chosen, path=path)) from None
    click.echo(say("cli.new_made", chosen, path=path, dir=directory))
