# SPDX-License-Identifier: Apache-2.0
"""The command ``piidetect``. Exit codes: 0 done, 1 done with alerts, 2 unusable arguments.

Figures go to stdout, everything else to stderr. The language of the help is that of the locale,
or of ``PIIDETECT_LANG``.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

import piidetect as pii
from piidetect.errors import ArgumentError, PiiDetectError
from piidetect.kernels import cold
from piidetect.messages import LANGUAGES, default_language, language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from piidetect.scanning import Progress

P = ParamSpec("P")

DONE, WITH_ALERTS, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
_LANG = default_language()
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_REPORT_FORMATS = ("text", "json", "html")


def _help(name: str) -> str:
    # click takes a backspace for "keep the line breaks of this paragraph"
    return say(f"cli.{name}", _LANG).replace(r"\b", "\b")


def _stop(message: str, code: int) -> None:
    click.echo(say("cli.error", _LANG) + message, err=True)
    sys.exit(code)


def _told(command: Callable[P, None]) -> Callable[P, None]:
    """Turn the errors that a user can cause into one line and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except PiiDetectError as error:
            _stop(str(error), UNUSABLE)
        except BrokenPipeError:
            raise  # click ends quietly: the reader of the output has gone
        except OSError as error:
            what = error.filename or "system"
            why = error.strerror or type(error).__name__
            _stop(say("cli.system_error", _LANG, what=what, why=why), UNUSABLE)
        except MemoryError:
            _stop(say("cli.out_of_memory", _LANG), UNUSABLE)
        except KeyboardInterrupt:
            _stop(say("cli.interrupted", _LANG), INTERRUPTED)

    return run


_lang_option = click.option("--lang", type=click.Choice(LANGUAGES), help=_help("option_lang"))


@click.group(context_settings=_CONTEXT, help=_help("group"))
@click.version_option(pii.__version__, prog_name="piidetect")
def cli() -> None:
    """Hold the commands."""


@cli.command(help=_help("scan"), short_help=_help("short_scan"), no_args_is_help=True)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--out", metavar="DIR", help=_help("option_out_case"))
@click.option(
    "--format",
    "form",
    type=click.Choice(_REPORT_FORMATS[:2]),
    default="text",
    help=_help("option_format"),
)
@click.option("--reference-date", metavar="YYYY-MM-DD", help=_help("option_reference_date"))
@click.option("--key-file", metavar="FILE", help=_help("option_key_file"))
@_lang_option
@click.option("--threads", type=click.IntRange(min=1), help=_help("option_threads"))
@click.option("--roles/--no-roles", default=True, help=_help("option_roles"))
@click.option("--bare-phone", is_flag=True, help=_help("option_bare_phone"))
@click.option("--recognizers", metavar="DIR", help=_help("option_recognizers"))
@_told
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
    with _progress(language(lang)) as progress:
        case = pii.scan(list(paths), out=out, reference_date=day, progress=progress, **options)
    _show(case, form, lang)
    if out is not None:
        click.echo(say("cli.kept", language(lang), path=out), err=True)
    sys.exit(_code(case))


def _day(text: str | None) -> dt.date | None:
    """Return the day of ``--reference-date``, None if it wasn't given."""
    if text is None:
        return None
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a day, no time)
    except ValueError as error:
        raise ArgumentError(say("cli.not_a_date", _LANG, value=repr(text))) from error


def _show(case: pii.Case, form: str, lang: str | None) -> None:
    """Print the report of a case."""
    from piidetect import report

    click.echo(report.render(case, form, lang=lang), nl=False)


def _code(case: pii.Case) -> int:
    """Return the exit code for a case: alerts, and sources that were not read in full, are 1."""
    incomplete = any(part.meta["status"] != "complete" for part in case.parts)
    return WITH_ALERTS if incomplete or case.alert_list() else DONE


@cli.command(help=_help("report"), short_help=_help("short_report"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@click.option("--out", metavar="FILE", help=_help("option_out_report"))
@click.option("--format", "form", type=click.Choice(_REPORT_FORMATS), help=_help("option_format"))
@_lang_option
@_told
def report(case: str, out: str | None, form: str | None, lang: str | None) -> None:
    """Print or write the report of a kept case."""
    from piidetect import report as reports

    if out is not None and form is None:
        form = reports.format_of(Path(out))  # before the case is counted
    opened = pii.open_case(case)
    if out is None:
        _show(opened, form or "text", lang)
    else:
        written = reports.write(opened, out, form=form, lang=lang)
        click.echo(say("cli.written", language(lang), path=written), err=True)
    sys.exit(_code(opened))


@cli.command(help=_help("detect"), short_help=_help("short_detect"), no_args_is_help=True)
@click.argument("text", metavar="TEXT")
@click.option(
    "--format",
    "form",
    type=click.Choice(_REPORT_FORMATS[:2]),
    default="text",
    help=_help("option_format"),
)
@_lang_option
@_told
def detect(text: str, form: str, lang: str | None) -> None:
    """Print the findings of a text."""
    from piidetect.report import findings, words

    found = pii.detect(_stdin() if text == "-" else text)
    printed = findings.as_json(found) if form == "json" else findings.as_text(found, words(lang))
    click.echo(printed, nl=False)


def _stdin() -> str:
    data = sys.stdin.buffer.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


@cli.group(help=_help("recognizers"), short_help=_help("short_recognizers"))
def recognizers() -> None:
    """Hold the commands on recognizers."""


_directory_option = click.option(
    "--dir", "directory", metavar="DIR", help=_help("option_recognizers")
)


@recognizers.command("list", help=_help("recognizers_list"))
@_directory_option
@_lang_option
@_told
def recognizers_list(directory: str | None, lang: str | None) -> None:
    """Print a table of the recognizers."""
    from piidetect.report import findings, words

    loaded = pii.load_recognizers(directory)
    click.echo(findings.recognizers(loaded, words(lang)), nl=False)


@recognizers.command("check", help=_help("recognizers_check"))
@_directory_option
@_lang_option
@_told
def recognizers_check(directory: str | None, lang: str | None) -> None:
    """Check all recognizers and print what fails."""
    from piidetect.recognizer import check

    loaded = pii.load_recognizers(directory)
    failures = check(loaded, functools.partial(pii.detect, recognizers=loaded))
    chosen = language(lang)
    for failure in failures:
        click.echo(failure)
    if failures:
        _stop(say("cli.check_failed", chosen, n=len(failures)), UNUSABLE)
    examples = sum(len(one.examples) + len(one.counter_examples) for one in loaded)
    click.echo(say("cli.check_passed", chosen, n=len(loaded), examples=examples))


@contextmanager
def _progress(lang: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show a bar on stderr while the block runs; nothing if stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    if cold():
        click.echo(say("cli.first_run", lang), err=True)
    from rich import progress as bars
    from rich.console import Console

    bar = bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.DownloadColumn(),
        bars.TransferSpeedColumn(),
        bars.TextColumn("{task.fields[rows]}"),
        bars.TimeRemainingColumn(),
        console=Console(stderr=True),
        refresh_per_second=4,
        transient=True,
    )
    with bar:
        task = bar.add_task(say("cli.scanning", lang), total=None, rows="")

        def show(state: Progress) -> None:
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = int(state.rows_done / elapsed) if elapsed else 0
            done = state.bytes_total and state.bytes_done >= state.bytes_total
            bar.update(
                task,
                completed=state.bytes_done,
                total=state.bytes_total or None,
                description=say("cli.counting" if done else "cli.scanning", lang),
                rows=say("cli.progress", lang, rows=state.rows_done, rate=rate),
            )

        yield show


def main() -> None:
    """Run the command; characters that a terminal can't show become escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)
    cli(prog_name="piidetect")


def _leave(number: int, _frame: FrameType | None) -> None:
    """End in order, so that what is half-written is removed."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
