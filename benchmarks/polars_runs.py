# SPDX-License-Identifier: Apache-2.0
"""polars as a contender: expressions on lines, checks as arithmetic on columns, one thread."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from patterns import (
    ASCII_EDGE,
    CARD,
    EMAIL,
    FOLD,
    GROUPED,
    MOBILE,
    RESIDENT_ID,
    RUN,
    WEIGHTS,
    WIDE,
    is_gb18030,
)

if TYPE_CHECKING:
    from pathlib import Path

    from patterns import Found, Work


def polars_tuned(path: Path) -> Work:
    """One pass with one pattern for all runs and e-mails; the runs are told apart afterwards."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars as pl

    def work() -> Found:
        lines = polars_lines(path)
        pattern = f"{ASCII_EDGE}{RUN}{ASCII_EDGE}|{EMAIL}"
        runs = lines.select(pl.col("line").str.extract_all(pattern).explode().alias("run"))
        runs = runs.drop_nulls().with_columns(size=pl.col("run").str.len_bytes())
        mail = pl.col("run").str.contains("@", literal=True)
        emails = runs.filter(mail)["run"]
        runs = runs.filter(~mail)
        return polars_checks(
            runs.filter(pl.col("size") == 18)["run"],
            runs.filter(pl.col("size").is_in([11, 13]))["run"],
            runs.filter(pl.col("size") >= 16)["run"],
            emails,
        )

    return work


def polars_all_forms(path: Path) -> Work:
    """Look for the written forms of this corpus as well: grouped, full-width, prefixed, 15 digits."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars as pl

    def work() -> Found:
        lines = polars_lines(path)
        pattern = f"{ASCII_EDGE}(?:{RUN}|{GROUPED}){ASCII_EDGE}|{WIDE}|{EMAIL}"
        runs = lines.select(pl.col("line").str.extract_all(pattern).explode().alias("run"))
        runs = runs.drop_nulls()
        run = pl.col("run")
        mail = run.str.contains("@", literal=True)
        emails = runs.filter(mail)["run"]
        runs = runs.filter(~mail)
        odd = run.str.contains("[^0-9Xx]")
        clean = run.str.replace_all("[ -]", "").str.replace_many(list(FOLD), list(FOLD.values()))
        runs = pl.concat([runs.filter(~odd), runs.filter(odd).select(clean)])
        runs = runs.with_columns(size=run.str.len_bytes())
        size = pl.col("size")
        coded = run.str.starts_with("0086")
        mobiles = runs.filter(size.is_in([11, 13]) | ((size == 15) & coded))["run"]
        old = runs.filter((size == 15) & ~coded)
        old = old.select(pl.concat_str(run.str.head(6), pl.lit("19"), run.str.tail(9)).alias("run"))
        return polars_checks(
            runs.filter(size == 18)["run"],
            mobiles.str.replace("^0086", ""),
            runs.filter(size >= 16)["run"],
            emails,
            old["run"],
        )

    return work


def polars_expressions(path: Path) -> Work:
    """Four patterns, one after the other, as an analyst would write them."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    import polars as pl

    def work() -> Found:
        lines = polars_lines(path)

        def extract(pattern: str) -> pl.Series:
            return lines.select(pl.col("line").str.extract_all(pattern).explode()).drop_nulls()[
                "line"
            ]

        edged = [f"{ASCII_EDGE}{pattern}{ASCII_EDGE}" for pattern in (RESIDENT_ID, MOBILE, CARD)]
        return polars_checks(*map(extract, edged), extract(EMAIL))

    return work


def polars_lines(path: Path):
    """Read a file as one column of lines; GB18030 is transcoded by Python first."""
    import polars as pl

    source: object = path
    if is_gb18030(path):
        source = path.read_bytes().decode("gb18030", "replace").encode()
    return pl.read_csv(
        source, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String}
    )


def polars_checks(ids, mobiles, cards, emails, bodies=()) -> Found:
    """Check candidates by whole-number arithmetic on columns; count distinct IDs."""
    import polars as pl

    body, text = pl.col("body"), pl.col("text")
    whole = text.cast(pl.Int64, strict=False)
    frame = pl.LazyFrame({"text": ids}).with_columns(
        body=text.str.head(17).cast(pl.Int64, strict=False), last=text.str.tail(1)
    )
    total = sum((body // 10 ** (16 - i) % 10) * w for i, w in enumerate(WEIGHTS))
    given = pl.when(pl.col("last").is_in(["X", "x"])).then(10)
    given = given.otherwise(pl.col("last").cast(pl.Int64, strict=False))
    day, month, year = body // 1000 % 100, body // 10**5 % 100, body // 10**7 % 10_000
    plausible = day.is_between(1, 31) & month.is_between(1, 12) & year.is_between(1800, 2099)
    frame = frame.filter(plausible).filter((12 - total % 11) % 11 == given)
    valid_ids = frame.select(body).collect()["body"]
    if len(bodies):
        old = pl.LazyFrame({"text": bodies}).select(body=whole).filter(plausible)
        valid_ids = pl.concat([valid_ids, old.collect()["body"]])
    phone = pl.LazyFrame({"text": mobiles}).select(body=whole)
    plain, coded = (body.is_between(a + 13 * 10**9, a + 2 * 10**10 - 1) for a in (0, 86 * 10**11))
    numbers = phone.filter(plain | coded).select(body % 10**11).collect()["body"]
    card = pl.LazyFrame({"text": cards}).with_columns(body=whole, size=text.str.len_bytes())
    first = text.str.head(1).is_in(["3", "4", "5", "6"])
    century = body // 10**10 % 100  # an 18-digit number with a date is an ID first
    dated = (pl.col("size") == 18) & century.is_in([18, 19, 20])
    luhn = sum(body // 10**i % 10 for i in range(0, 19, 2))
    for i in range(1, 19, 2):
        digit = body // 10**i % 10
        luhn += 2 * digit - 9 * (digit > 4).cast(pl.Int64)
    card = card.filter(first & ~dated).filter(luhn % 10 == 0)
    valid_cards = card.select(body).collect()["body"]
    return {
        "CN_RESIDENT_ID": valid_ids,
        "CN_MOBILE": numbers,
        "CN_BANK_CARD": valid_cards,
        "EMAIL_ADDRESS": emails,
        "distinct": valid_ids.n_unique(),
    }


CONTENDERS = {
    "polars_tuned": (polars_tuned, None),
    "polars_expressions": (polars_expressions, None),
    "polars_all_forms": (polars_all_forms, None),
}
