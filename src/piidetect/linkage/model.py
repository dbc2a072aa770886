# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 -- the SQL is made of this module's constants
"""The model: Fellegi and Sunter's, by Splink, trained on the case itself without anybody's labels.

- u, how often two different persons agree on a value, is counted, not drawn: among all pairs of records
  with different names (for the name: of different subjects). It is exact and needs no seed.
- m, how often two records of one person agree, is measured on the records that repeat an ID, where
  there are enough. Else it is learnt by expectation maximisation on pairs that agree on something:
  the phone, the e-mail address, name and address. Each such rule leaves out its own columns, so that
  every column is learnt from pairs that others chose.
- The prior, how likely two records are one person's, comes from the pairs that agree on a rule that
  leaves hardly a doubt (:data:`CERTAIN`), raised by the share of true pairs that such rules are taken to
  find (:data:`RECALL`): an assumption, and printed as one.
- A name weighs by how rare it is (term frequency).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from piidetect.errors import ArgumentError
from piidetect.linkage.rows import VALUES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    import numpy as np
    import pyarrow as pa

#: What pairs must agree on to be looked at, and to learn from.
RULES: tuple[tuple[str, ...], ...] = (
    ("id",),
    ("number",),
    ("mobile",),
    ("email",),
    ("card",),
    ("record",),
    ("name", "birth"),
    ("name", "address"),
)
#: Agreement that leaves hardly a doubt.
CERTAIN: tuple[tuple[str, ...], ...] = (
    ("id",),
    ("number",),
    ("name", "mobile"),
    ("name", "email"),
    ("name", "birth", "address"),
)
#: The share of the pairs of one person that CERTAIN is taken to find.
RECALL = 0.8
#: Fewer pairs teach nothing.
FEWEST_PAIRS = 20
#: Pairs of a rule that are learnt from at most; a hash of the rows picks them.
MOST_PAIRS = 2_000_000
#: Pairs less likely than this are not kept.
LEAST = 0.5
#: More pairs than this can't be scored on one machine.
MOST_SCORED = 300_000_000


@dataclass(frozen=True)
class Column:
    """What was learnt of a column: rows that have it, m and u of agreement."""

    name: str
    filled: int
    m: float
    u: float


@dataclass(frozen=True)
class Scored:
    """Pairs of rows that may be one person's, with their probabilities, and the model."""

    left: np.ndarray  # int64[n] unique_id
    right: np.ndarray  # int64[n]
    probability: np.ndarray  # float64[n]
    columns: tuple[Column, ...]
    prior: float
    trained_on: tuple[str, ...]
    left_out: tuple[str, ...] = field(default=())


def score(rows: pa.Table, connection: duckdb.DuckDBPyConnection, spark: Any = None) -> Scored:
    """Return the pairs that the model takes for one person's with at least :data:`LEAST`.

    Args:
        rows: as :func:`piidetect.linkage.rows.rows_of` gives them.
        connection: a DuckDB connection to work on.
        spark: a Spark session to score on instead.

    Raises:
        ArgumentError: Splink is not installed, or the case holds too little or too much to compare.
    """
    import numpy as np

    splink = _splink()
    connection.register("person_rows", rows)
    pairs = {rule: _agreeing(connection, rule) for rule in RULES}
    rules = [rule for rule in RULES if pairs[rule]]
    if sum(pairs.values()) > MOST_SCORED:
        raise ArgumentError(
            f"{sum(pairs.values())} pairs of records would have to be compared, more than "
            f"{MOST_SCORED}; estimate the persons of its sources in cases of their own"
        )
    teaching = [rule for rule in rules if pairs[rule] >= FEWEST_PAIRS]
    teaching = [("id",)] if ("id",) in teaching else teaching
    columns = [name for name in VALUES if any(name not in rule for rule in teaching)]
    columns = [name for name in columns if _agreeing(connection, (name,)) or name == "name"]
    if not teaching or len(columns) < 2:  # noqa: PLR2004
        empty = np.empty(0, np.int64)
        return Scored(empty, empty, np.empty(0), (), 0.0, (), tuple(VALUES))
    measured = {name: _chance(connection, name) for name in columns}
    linker = _linker(splink, rows, connection, spark, measured, rules)
    _train(linker, splink, teaching)
    return _scored(linker, measured, teaching)


def _splink() -> Any:
    try:
        import splink
    except ImportError as error:
        msg = "the estimate needs Splink; run: pip install 'piidetect[linkage]'"
        raise ArgumentError(msg) from error
    logging.getLogger("splink").setLevel(logging.ERROR)
    return splink


def _agreeing(connection: duckdb.DuckDBPyConnection, rule: Sequence[str]) -> int:
    """Return the pairs of rows that agree on all columns of a rule."""
    names = ", ".join(rule)
    known = " and ".join(f"{name} is not null" for name in rule)
    [(found,)] = connection.execute(
        f"select coalesce(sum(n * (n - 1) // 2), 0)::bigint from "
        f"(select count(*)::hugeint as n from person_rows where {known} group by {names})"
    ).fetchall()
    return int(found)


def _chance(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[int, float]:
    """Return the rows that have a column, and how often two different persons agree on it.

    Rows of different names are of different persons; for the name itself, those of different subjects.
    """
    who = "subject" if name == "name" else "coalesce(name, subject)"
    [(filled, agree, pairs)] = connection.execute(
        f"""
        with held as (select {who} as who, {name} as value, count(*)::hugeint as n
                      from person_rows where {name} is not null group by all)
        select (select coalesce(sum(n), 0)::bigint from held),
            (select coalesce(sum(n), 0)::double from (
                select sum(n) * sum(n) - sum(n * n) as n from held group by value)),
            (select coalesce(sum(n), 0)::double * coalesce(sum(n), 0)::double from held)
                - (select coalesce(sum(n * n), 0)::double from
                    (select sum(n) as n from held group by who))"""
    ).fetchall()
    # half a pair more and one more in all: never 0 nor 1, however small the case
    return int(filled), (agree / 2 + 0.5) / (pairs / 2 + 1)


def _linker(
    splink: Any,
    rows: pa.Table,
    connection: duckdb.DuckDBPyConnection,
    spark: Any,
    measured: dict[str, tuple[int, float]],
    rules: Sequence[Sequence[str]],
) -> Any:
    from splink import comparison_level_library as levels
    from splink import comparison_library as comparisons

    made = []
    for name, (_filled, chance) in measured.items():
        agree = levels.ExactMatchLevel(name, term_frequency_adjustments=name == "name")
        agree.configure(u_probability=chance, m_probability=0.9, fix_u_probability=True)
        differ = levels.ElseLevel()
        differ.configure(u_probability=1 - chance, m_probability=0.1, fix_u_probability=True)
        made.append(
            comparisons.CustomComparison(
                output_column_name=name, comparison_levels=[levels.NullLevel(name), agree, differ]
            )
        )
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        comparisons=made,
        blocking_rules_to_generate_predictions=[
            # two IDs are two persons; rows of one ID are one person without a model
            f"{_joined(rule)} and (l.id is null or r.id is null)"
            for rule in rules
            if rule != ("id",)
        ],
        retain_matching_columns=False,
    )
    if spark is None:
        api, table = splink.DuckDBAPI(connection=connection), rows
    else:
        api = splink.SparkAPI(
            spark_session=spark,
            register_udfs_automatically=False,
            break_lineage_method="persist",  # the default needs a checkpoint folder
        )
        table = spark.createDataFrame(rows.to_pandas(types_mapper=_nullable()))
    return splink.Linker(api.register(table), settings, log_level=logging.ERROR)


def _nullable() -> Any:
    """Return what makes pandas keep integers beside nulls."""
    import pandas as pd
    import pyarrow as pa

    return {pa.int64(): pd.Int64Dtype()}.get


def _joined(rule: Sequence[str]) -> str:
    return " and ".join(f"l.{name} = r.{name}" for name in rule)


def _train(linker: Any, splink: Any, teaching: Sequence[Sequence[str]]) -> None:
    """Set the prior, then learn m."""
    certain = [splink.block_on(*rule) for rule in CERTAIN]
    try:
        linker.training.estimate_probability_two_random_records_match(certain, recall=RECALL)
    except ValueError:  # nearly every pair is certain: a tiny case
        linker.training.estimate_probability_two_random_records_match(certain, recall=1.0)
    if ("id",) in teaching:
        linker.training.estimate_m_from_label_column("id")
        return
    for rule in teaching:
        linker.training.estimate_parameters_using_expectation_maximisation(
            splink.block_on(*rule), max_pairs=MOST_PAIRS
        )


def _scored(
    linker: Any, measured: dict[str, tuple[int, float]], teaching: Sequence[Sequence[str]]
) -> Scored:
    import numpy as np

    found = linker.inference.predict(threshold_match_probability=LEAST).as_pyarrow_table()
    order = np.lexsort((found["unique_id_r"].to_numpy(), found["unique_id_l"].to_numpy()))
    model = linker.misc.save_model_to_json()
    learnt = {
        one["output_column_name"]: one["comparison_levels"][1] for one in model["comparisons"]
    }
    return Scored(
        left=found["unique_id_l"].to_numpy()[order],
        right=found["unique_id_r"].to_numpy()[order],
        probability=found["match_probability"].to_numpy()[order],
        columns=tuple(
            Column(name, filled, float(learnt[name]["m_probability"]), chance)
            for name, (filled, chance) in measured.items()
        ),
        prior=float(model["probability_two_random_records_match"]),
        trained_on=tuple(" + ".join(rule) for rule in teaching),
        left_out=tuple(name for name in VALUES if name not in measured),
    )
