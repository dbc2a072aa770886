# SPDX-License-Identifier: Apache-2.0
"""``piidetect assess``: what a policy says of a kept case."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

import piidetect as pii
from piidetect.cli.assessing import asked_of, assessments, policy_options
from piidetect.cli.front import exit_code, help_text, lang_option, option_format, told
from piidetect.errors import ArgumentError
from piidetect.messages import language, say
from piidetect.whole_file import writing_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

_DEFAULT = ("cn-criminal-2017",)
#: The tiers whose records must be proved one by one.
_ONE_BY_ONE = ("3", "4")
_COLUMNS = ("policy", "reading", "tier", "source", "row", "byte_offset", "copies")
_ROWS_AT_A_TIME = 1 << 17


@click.command(help=help_text("assess"), short_help=help_text("short_assess"), no_args_is_help=True)
@click.argument("case", metavar="CASE")
@policy_options("option_policy")
@click.option("--lawful-business", is_flag=True, help=help_text("option_lawful_business"))
@click.option(
    "--bare-phone/--no-bare-phone", default=None, help=help_text("option_assess_bare_phone")
)
@click.option("--companies/--no-companies", default=None, help=help_text("option_companies"))
@click.option(
    "--public-source", multiple=True, metavar="SOURCE", help=help_text("option_public_source")
)
@click.option("--events", metavar="EVENTS.csv", help=help_text("option_assess_events"))
@click.option("--records", metavar="FILE", help=help_text("option_records"))
@option_format()
@lang_option
@told
def assess(case: str, form: str, lang: str | None, records: str | None, **options: Any) -> None:
    """Print the assessments of a kept case."""
    from piidetect import report

    options["policy"] = options["policy"] or _DEFAULT
    asked = asked_of(options)
    opened = pii.open_case(case)
    made = assessments(
        opened,
        asked,
        lawful_business=options["lawful_business"],
        bare_phone=options["bare_phone"],
        count_companies=options["companies"],
        public_sources=options["public_source"],
        events=options["events"],
    )
    if records is not None:
        number = _write_records(made, Path(records))
        click.echo(say("cli.records_written", language(lang), path=records, n=number), err=True)
    click.echo(report.assessed(opened, made, form, lang=lang), nl=False)
    sys.exit(exit_code(opened))


def _write_records(made: Sequence[pii.Assessment], path: Path) -> int:
    """Write where the records of tiers 3 and 4 stand, whole or not at all; return how many."""
    if not any(set(_ONE_BY_ONE) & set(one.tiers) for one in made):
        raise ArgumentError("--records needs a policy with tiers, such as cn-criminal-2017")
    number = 0
    with writing_whole(path, "list") as file:
        file.write(codecs.BOM_UTF8 + (",".join(_COLUMNS) + "\n").encode())
        for one in made:
            for reading in ("strict", "expansive"):
                for tier in _ONE_BY_ONE:
                    if tier in one.tiers:
                        front = (one.policy.id, reading, tier)
                        number += _write_rows(file, front, one.records(tier, reading))
    return number


def _write_rows(file: BinaryIO, front: Sequence[str], found: pa.Table) -> int:
    """Write a table with the same first cells in each row; there may be millions."""
    import pyarrow as pa
    from pyarrow.csv import WriteOptions, write_csv

    options = WriteOptions(include_header=False)
    for batch in found.to_batches(max_chunksize=_ROWS_AT_A_TIME):
        cells = [pa.repeat(cell, batch.num_rows) for cell in front]
        rows = pa.RecordBatch.from_arrays([*cells, *batch.columns], names=list(_COLUMNS))
        write_csv(rows, file, options)
    return int(found.num_rows)
