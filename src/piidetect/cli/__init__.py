# SPDX-License-Identifier: Apache-2.0
"""The command ``piidetect``. Exit codes: 0 done, 1 done with alerts, 2 unusable arguments.

Figures go to stdout, everything else to stderr. Each command is a module of its name, loaded when it
is called; the language of the help is that of the locale, or of ``PIIDETECT_LANG``.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import signal
import sys
from typing import TYPE_CHECKING

import click

from piidetect import __version__
from piidetect.cli.front import help_text

if TYPE_CHECKING:
    from types import FrameType

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

#: The commands in the order of the help; each is the click command of that name in its module.
COMMANDS = (
    "scan",
    "report",
    "links",
    "estimate",
    "sectors",
    "groups",
    "truth",
    "calls",
    "assess",
    "manifest",
    "events",
    "sample",
    "claim",
    "verify",
    "compare",
    "lead",
    "leads",
    "rectification",
    "rekey",
    "overlap",
    "merge",
    "portfolio",
    "detect",
    "recognizers",
)


class _Commands(click.Group):
    """The group whose commands are loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """Return the names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of a module."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"piidetect.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=_Commands, context_settings=_CONTEXT, help=help_text("group"))
@click.version_option(__version__, prog_name="piidetect")
def cli() -> None:
    """Hold the commands."""


#: How many objects come to be before Python looks for unused cycles: loading modules makes many
#: objects and hardly a cycle, and looking 380 times takes a tenth of a small scan.
_OBJECTS = 50_000


def main() -> None:
    """Run the command; characters that a terminal can't show become escapes."""
    gc.set_threshold(_OBJECTS)
    atexit.register(_let_go)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)
    cli(prog_name="piidetect")


def _let_go() -> None:
    """Spare the look for cycles at the very end, which takes 0.25 s; DuckDB wants it."""
    if "duckdb" not in sys.modules:
        gc.freeze()


def _leave(number: int, _frame: FrameType | None) -> None:
    """End in order, so that what is half-written is removed."""
    sys.exit(128 + number)
