# SPDX-License-Identifier: Apache-2.0
"""The progress bar of long commands."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from piidetect.kernels import cold
from piidetect.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from piidetect.scanning import Progress

#: Cells of a terminal for the name of what is being read.
_NAME_CELLS = 32


@contextmanager
def progress_bar(lang: str) -> Iterator[Callable[[Progress], None] | None]:
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
        bars.TextColumn("{task.fields[name]}", markup=False),
        bars.TimeRemainingColumn(),
        console=Console(stderr=True),
        refresh_per_second=4,
        transient=True,
    )
    with bar:
        task = bar.add_task(say("cli.scanning", lang), total=None, rows="", name="")

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
                name="" if done else shortened(state.source),
            )

        yield show


def shortened(locator: str, most: int = _NAME_CELLS) -> str:
    """Return the end of a locator as it fits into so many cells of a terminal.

    >>> shortened("检材/a.zip!/用户/2023.csv", 18)
    '…ip!/用户/2023.csv'
    """
    from piidetect.report.width import visible, width

    plain = visible(locator)
    if width(plain) <= most:
        return plain
    kept = 0
    while width(plain[-kept - 1 :]) < most:
        kept += 1
    return f"…{plain[-kept:]}"
