# SPDX-License-Identifier: Apache-2.0
"""What `assess`, `report` and `scan` share: the options that ask for assessments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from piidetect.cli.front import help_text
from piidetect.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import piidetect as pii

NAMES = ("policy", "duty", "illegal_gain", "app_type")


def policy_options(help_key: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds the options; their values come as :data:`NAMES`."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        options = (
            click.option("--policy", multiple=True, metavar="NAME", help=help_text(help_key)),
            click.option("--duty", is_flag=True, help=help_text("option_duty")),
            click.option("--illegal-gain", metavar="YUAN", help=help_text("option_illegal_gain")),
            click.option("--app-type", metavar="TYPE", help=help_text("option_app_type")),
        )
        for option in reversed(options):
            command = option(command)
        return command

    return add


def asked_of(options: dict[str, Any]) -> dict[str, Any]:
    """Take the options of assessments out of a command's, and check them before any work.

    Raises:
        ArgumentError: an option can't be used.
        PolicyError: there is no such policy, or its file is broken.
    """
    asked = {name: options.pop(name) for name in NAMES}
    if all(value in ((), False, None) for value in asked.values()):
        return asked
    from piidetect.policies import load_policy
    from piidetect.policies.model import Necessity
    from piidetect.policies.necessity import find_type
    from piidetect.policies.tiers import fen

    fen(asked["illegal_gain"])
    bodies = [load_policy(name).body for name in asked["policy"]]
    types = [body for body in bodies if isinstance(body, Necessity)]
    for body in types:
        find_type(body, asked["app_type"])
    if asked["app_type"] is not None and not types:
        raise ArgumentError("--app-type needs --policy cn-app-necessity-2021")
    if not bodies and (asked["duty"] or asked["illegal_gain"]):
        raise ArgumentError("--duty and --illegal-gain need --policy, such as cn-criminal-2017")
    return asked


def assessments(case: pii.Case, asked: dict[str, Any], **more: Any) -> Sequence[pii.Assessment]:
    """Return the assessments asked for, in the order of the command line."""
    if not asked["policy"]:
        return []
    from piidetect.policies import load_policy
    from piidetect.policies.model import Necessity

    made = []
    for name in asked["policy"]:
        necessity = isinstance(load_policy(name).body, Necessity)
        made.append(
            case.assess(
                name,
                duty=asked["duty"],
                illegal_gain=asked["illegal_gain"],
                app_type=asked["app_type"] if necessity else None,
                **more,
            )
        )
    return made
