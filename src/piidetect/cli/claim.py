# SPDX-License-Identifier: Apache-2.0
"""``piidetect claim``: what is claimed, with working and provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import piidetect as pii
from piidetect.cli.front import hand_out, help_text, lang_option, option_format, out_option, told
from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable


def _option(name: str, metavar: str, **more: Any) -> Callable[..., Any]:
    key = name.lstrip("-").replace("-", "_")
    return click.option(name, metavar=metavar, help=help_text(f"option_claim_{key}"), **more)


@click.command(help=help_text("claim"), short_help=help_text("short_claim"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@_option("--basis", "gain|loss|discretion", multiple=True)
@_option("--gain", "[NAME=]YUAN[@SOURCE]", multiple=True)
@_option("--loss", "[NAME=]YUAN[@SOURCE]", multiple=True)
@_option("--expense", "[NAME=]YUAN[@SOURCE]", multiple=True)
@_option("--unit-price", "YUAN@SOURCE")
@_option("--per", "record|person", default="record")
@_option("--figure", "NAME")
@_option("--sample", "SHEET")
@_option("--events", "EVENTS.csv")
@_option("--actor", "NAME")
@_option("--amount", "YUAN@SOURCE")
@_option("--factor", "NAME=TEXT", multiple=True)
@_option("--defendant", "NAME[=SHARE]", multiple=True)
@_option("--liability", "joint|several")
@_option("--punitive", "MULTIPLE")
@out_option
@option_format(("text", "json", "html"))
@lang_option
@told
def claim(
    case: str,
    basis: tuple[str, ...],
    factor: tuple[str, ...],
    defendant: tuple[str, ...],
    out: str | None,
    form: str,
    lang: str | None,
    **options: Any,
) -> None:
    """Print a claim and its annex."""
    from piidetect.report import claims, words

    if len(basis) != 1:
        what = f"is given {len(basis)} times ({', '.join(basis)})" if basis else "is missing"
        raise ArgumentError(
            f"--basis {what}; give one of gain, loss, discretion: bases are never mixed"
        )
    options["gains"] = options.pop("gain")
    options["losses"] = options.pop("loss")
    options["expenses"] = options.pop("expense")
    opened = pii.open_case(case)
    made = opened.claim(
        basis[0],
        factors=_pairs("--factor", factor, needed=True),
        defendants=_pairs("--defendant", defendant, needed=False),
        **options,
    )
    printed = claims.paper(opened, made, words(lang))
    hand_out(printed, out, form, lang)


def _pairs(option: str, texts: tuple[str, ...], *, needed: bool) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = (piece.strip() for piece in text.partition("="))
        if not name or (sign and not value) or (needed and not value):
            raise ArgumentError(f"{option} {text!r} can't be used; write NAME=VALUE")
        if name in pairs:
            raise ArgumentError(f"{option} {name!r} is given twice; keep one")
        pairs[name] = value
    return pairs
