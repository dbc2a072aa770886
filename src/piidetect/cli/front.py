# SPDX-License-Identifier: Apache-2.0
"""What all commands share: exit codes, options, the language, and how errors are told."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from piidetect.errors import PiiDetectError
from piidetect.messages import LANGUAGES, default_language, language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import piidetect as pii
    from piidetect.report.paper import Paper

P = ParamSpec("P")

DONE, WITH_ALERTS, UNUSABLE, INTERRUPTED = 0, 1, 2, 130

#: Language of the help and of errors: that of the locale, or of ``PIIDETECT_LANG``.
LANG = default_language()

REPORT_FORMATS = ("text", "json", "html")


def help_text(name: str) -> str:
    """Return the help of a command or option from the catalogue, section ``cli``."""
    # click takes a backspace for "keep the line breaks of this paragraph"
    return say(f"cli.{name}", LANG).replace(r"\b", "\b")


def stop(message: str, code: int) -> None:
    """Print one line of error and leave with this code."""
    click.echo(say("cli.error", LANG) + message, err=True)
    sys.exit(code)


def told(command: Callable[P, None]) -> Callable[P, None]:
    """Turn the errors that a user can cause into one line and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except PiiDetectError as error:
            stop(str(error), UNUSABLE)
        except BrokenPipeError:
            raise  # click ends quietly: the reader of the output has gone
        except OSError as error:
            what = error.filename or "system"
            why = error.strerror or type(error).__name__
            stop(say("cli.system_error", LANG, what=what, why=why), UNUSABLE)
        except MemoryError:
            stop(say("cli.out_of_memory", LANG), UNUSABLE)
        except KeyboardInterrupt:
            stop(say("cli.interrupted", LANG), INTERRUPTED)

    return run


lang_option = click.option("--lang", type=click.Choice(LANGUAGES), help=help_text("option_lang"))


def option_format(formats: tuple[str, ...] = REPORT_FORMATS[:2]) -> Callable[..., Any]:
    """Return ``--format``; the first is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        help=help_text("option_format"),
    )


def _known_ending(_context: click.Context, _option: click.Parameter, out: str | None) -> str | None:
    """Refuse a file whose ending belongs to no format, before any work is done."""
    if out is not None:
        from piidetect.report import paper as papers

        try:
            papers.format_of(Path(out))
        except PiiDetectError as error:
            stop(str(error), UNUSABLE)
    return out


#: ``--out`` of the commands that hand out a paper.
out_option = click.option(
    "--out", metavar="FILE", callback=_known_ending, help=help_text("option_out_paper")
)


def show(
    case: pii.Case,
    form: str,
    lang: str | None,
    assessments: Sequence[pii.Assessment] = (),
    *,
    details: bool = False,
) -> None:
    """Print the report of a case."""
    from piidetect import report

    text = report.render(case, form, lang=lang, assessments=assessments, details=details)
    click.echo(text, nl=False)


def hand_out(paper: Paper, out: str | None, form: str, lang: str | None) -> None:
    """Print a paper, or write it to a file and say where."""
    from piidetect.report import paper as papers

    if out is None:
        click.echo(papers.render(paper, form), nl=False)
    else:
        written = papers.write(paper, Path(out))
        click.echo(say("cli.written", language(lang), path=written), err=True)


def exit_code(case: pii.Case) -> int:
    """Return the exit code for a case: alerts, and sources that were not read in full, are 1."""
    incomplete = any(part.meta["status"] != "complete" for part in case.parts)
    return WITH_ALERTS if incomplete or case.alert_list() else DONE
