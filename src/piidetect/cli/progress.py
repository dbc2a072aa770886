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
