# SPDX-License-Identifier: Apache-2.0
"""``piidetect scan``: size sources and print the report."""

from __future__ import annotations

import datetime as dt
import os
import sys
from typing import Any

import click

import piidetect as pii
from piidetect.cli import front
from piidetect.cli.assessing import asked_of, assessments, policy_options
from piidetect.cli.front import exit_code, help_text, lang_option, option_format, show, told
from piidetect.cli.progress import progress_bar
from piidetect.errors import ArgumentError
from piidetect.messages import language, say
from piidetect.sources import Limits, is_url, read_url
from piidetect.sources.database_url import PASSWORD_VARIABLE


@click.command(help=help_text("scan"), short_help=help_text("short_scan"), no_args_is_help=True)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--out", metavar="DIR", help=help_text("option_out_case"))
@option_format()
@click.option("--reference-date", metavar="YYYY-MM-DD", help=help_text("option_reference_date"))
@click.option("--key-file", metavar="FILE", help=help_text("option_key_file"))
@lang_option
@click.option("--threads", type=click.IntRange(min=1), help=help_text("option_threads"))
@click.option("--roles/--no-roles", default=True, help=help_text("option_roles"))
@click.option("--bare-phone", is_flag=True, help=help_text("option_bare_phone"))
@click.option("--password-file", metavar="FILE", help=help_text("option_password_file"))
@click.option("--max-depth", type=click.IntRange(min=1), help=help_text("option_max_depth"))
@click.option("--max-members", type=click.IntRange(min=1), help=help_text("option_max_members"))
@click.option("--max-ratio", type=click.IntRange(min=1), help=help_text("option_max_ratio"))
@click.option("--max-unpacked", metavar="BYTES", help=help_text("option_max_unpacked"))
@click.option("--digest", default="sha256", metavar="KINDS", help=help_text("option_digest"))
@click.option("--spill-dir", metavar="DIR", help=help_text("option_spill_dir"))
@click.option("--recognizers", metavar="DIR", help=help_text("option_recognizers"))
@policy_options("option_report_policy")
@told
def scan(
    paths: tuple[str, ...],
    out: str | None,
    form: str,
    reference_date: str | None,
    lang: str | None,
    **options: Any,
) -> None:
    """Scan sources and print the report."""
    day = _day(reference_date)
    options["password"] = _password(paths, options["password_file"], language(lang))
    asked = asked_of(options)
    options["digests"] = tuple(options.pop("digest").split(","))
    options["limits"] = _limits({name: options.pop(f"max_{name}") for name in _LIMITS})
    with progress_bar(language(lang)) as progress:
        case = pii.scan(list(paths), out=out, reference_date=day, progress=progress, **options)
    show(case, form, lang, assessments(case, asked))
    if out is not None:
        click.echo(say("cli.kept", language(lang), path=out), err=True)
    sys.exit(exit_code(case))


def _password(paths: tuple[str, ...], password_file: str | None, lang: str) -> str | None:
    """Ask for the password of a live database where it isn't given otherwise and can be asked for."""
    urls = [read_url(path) for path in paths if is_url(path)]
    given = password_file is not None or os.environ.get(PASSWORD_VARIABLE)
    if not urls or given or not sys.stdin.isatty():
        return None
    text = say("cli.ask_password", lang, where=", ".join(one.locator for one in urls))
    answer: str = click.prompt(text, default="", show_default=False, hide_input=True, err=True)
    return answer or None


_LIMITS = ("depth", "members", "ratio", "unpacked")
_UNITS = {"K": 10, "M": 20, "G": 30, "T": 40}


def _limits(given: dict[str, Any]) -> Limits:
    """Return the limits of unpacking, those that weren't given by their defaults."""
    text = given["unpacked"]
    if text is not None:
        digits, unit = (text[:-1], text[-1:].upper()) if text[-1:].isalpha() else (text, "")
        if not digits.isdecimal() or (unit and unit not in _UNITS) or not int(digits):
            raise ArgumentError(say("cli.not_bytes", front.LANG, value=repr(text)))
        given["unpacked"] = int(digits) << _UNITS.get(unit, 0)
    return Limits(**{name: value for name, value in given.items() if value is not None})


def _day(text: str | None) -> dt.date | None:
    """Return the day of ``--reference-date``, None if it wasn't given."""
    if text is None:
        return None
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a day, no time)
    except ValueError as error:
        raise ArgumentError(say("cli.not_a_date", front.LANG, value=repr(text))) from error
