# SPDX-License-Identifier: Apache-2.0
"""The same work by other tools: each finds resident IDs, mobiles, cards and e-mails in a file.

A contender is a function that takes the file, does its imports and set-up, and returns the work
as a function. The work returns the canonical values that it found for each entity, as arrays that
`scoring.py` compares with the truth (see corpora.py for what stands for what). All run on one thread.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress
from shutil import which
from typing import TYPE_CHECKING

import numpy as np
import polars_runs
from patterns import CARD, EMAIL, GROUPS, MOBILE, RESIDENT_ID, RUN, WEIGHTS, Skipped, is_gb18030

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from patterns import Found, Work

# --- DuckDB ----------------------------------------------------------------------------------


def duckdb_sql(path: Path) -> Work:
    """One pass of regexp_extract_all, then checks as arithmetic, in SQL."""
    import duckdb

    if is_gb18030(path):
        raise Skipped("DuckDB's CSV reader has no GB18030")
    connection = duckdb.connect(config={"threads": 1})

    def work() -> Found:
        connection.execute(
            f"""
            create or replace temp table runs as
            select run, length(run) as size, contains(run, '@') as mail from (
              select unnest(regexp_extract_all(line, '\\b{RUN}\\b|{EMAIL}')) as run
              from read_csv(?, header=false, delim='\x01', quote='', escape='', auto_detect=false,
                            columns={{'line': 'varchar'}}, strict_mode=false))""",
            [str(path)],
        )
        return {
            name: connection.execute(query).fetchnumpy()["v"] for name, query in QUERIES.items()
        }

    return work


def id_query() -> str:
    """Write the check of resident IDs: MOD 11-2 and a plausible date."""
    total = " + ".join(f"(b // {10 ** (16 - i)} % 10) * {w}" for i, w in enumerate(WEIGHTS))
    return f"""
        select b as v from (
          select try_cast(left(run, 17) as bigint) as b, upper(right(run, 1)) as last
          from runs where size = 18 and not mail)
        where b // 100000 % 100 between 1 and 12 and b // 1000 % 100 between 1 and 31
          and b // 10000000 % 10000 between 1800 and 2099
          and substr('10X98765432', (({total}) % 11 + 1)::int, 1) = last"""


def card_query() -> str:
    """Write the check of bank cards: Luhn, and no date inside where there are 18 digits."""
    odd = " + ".join(f"(b // {10**i} % 10)" for i in range(0, 19, 2))
    even = " + ".join(
        f"((b // {10**i} % 10) * 2 % 10 + (b // {10**i} % 10) // 5)" for i in range(1, 19, 2)
    )
    return f"""
        select b as v from (
          select try_cast(run as bigint) as b, size from runs
          where size >= 16 and not mail and run[1] between '3' and '6')
        where ({odd} + {even}) % 10 = 0
          and not (size = 18 and b // 10000000000 % 100 in (18, 19, 20))"""


QUERIES = {
    "CN_RESIDENT_ID": id_query(),
    "CN_MOBILE": """
        select right(run, 11)::bigint as v from runs where size in (11, 13) and not mail
        and regexp_full_match(run, '(?:86)?1[3-9][0-9]{9}')""",
    "CN_BANK_CARD": card_query(),
    "EMAIL_ADDRESS": "select run as v from runs where mail",
    "distinct": f"select count(distinct v) as v from ({id_query()})",
}


# --- ripgrep ---------------------------------------------------------------------------------


def ripgrep(path: Path) -> Work:
    """Search with ripgrep; its matches are checked by numpy (that time counts as well)."""
    if which("rg") is None:
        raise Skipped("rg is not installed")
    command = ["rg", "-oIN", "--no-filename", "-j1", "--no-unicode"]
    command += ["--encoding", "gb18030"] if is_gb18030(path) else ["-a"]
    command += [rf"\b{RUN}\b|{EMAIL}", str(path)]

    def work() -> Found:
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        return checked_lines(raw)

    return work


def checked_lines(raw: bytes) -> Found:
    """Check matches that stand one a line, with numpy."""
    data = np.frombuffer(raw, np.uint8)
    stop = np.flatnonzero(data == 10)
    start = np.concatenate([[0], stop[:-1] + 1])
    size = stop - start
    mail = np.add.reduceat(data == ord("@"), start) > 0
    padded = np.concatenate([data, np.zeros(32, np.uint8)])

    def numbers(mask: NDArray[np.bool_], width: int, skip: int = 0) -> NDArray[np.int64]:
        chosen = start[mask] + skip
        return padded[chosen[:, None] + np.arange(width)].astype(np.int64) - 48

    found: Found = {
        "EMAIL_ADDRESS": [raw[a:b].decode() for a, b in zip(start[mail], stop[mail], strict=True)]
    }
    chars = numbers((size == 18) & ~mail, 18)
    total = chars[:, :17] @ np.array(WEIGHTS)
    last = np.where(chars[:, 17] > 9, 10, chars[:, 17])
    body = chars[:, :17] @ 10 ** np.arange(16, -1, -1)
    month, day = body // 10**5 % 100, body // 1000 % 100
    good = (
        ((12 - total % 11) % 11 == last) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    )
    found["CN_RESIDENT_ID"] = body[good & np.isin(body // 10**9 % 100, (18, 19, 20))]
    found["distinct"] = len(np.unique(found["CN_RESIDENT_ID"]))
    phones = []
    for width, skip in ((11, 0), (13, 2)):
        mask = (size == width) & ~mail
        if skip:
            mask &= (padded[start] == ord("8")) & (padded[start + 1] == ord("6"))
        digit = numbers(mask, 11, skip)
        good = (digit[:, 0] == 1) & (digit[:, 1] >= 3) & (digit[:, 10] <= 9)
        phones.append(digit[good] @ 10 ** np.arange(10, -1, -1))
    found["CN_MOBILE"] = np.concatenate(phones)
    cards = []
    for width in (16, 17, 18, 19):
        digit = numbers((size == width) & ~mail & np.isin(padded[start], (51, 52, 53, 54)), width)
        reverse = digit[:, ::-1].copy()
        reverse[:, 1::2] = reverse[:, 1::2] * 2 // 10 + reverse[:, 1::2] * 2 % 10
        good = (reverse.sum(1) % 10 == 0) & (digit[:, -1] <= 9)
        if width == 18:
            good &= ~np.isin(digit[:, 6] * 10 + digit[:, 7], (18, 19, 20))
        cards.append(digit[good] @ 10 ** np.arange(width - 1, -1, -1))
    found["CN_BANK_CARD"] = np.concatenate(cards)
    return found


# --- Presidio and python-stdnum --------------------------------------------------------------


def resident_id_is_valid(text: str) -> bool:
    """Check MOD 11-2."""
    total = sum(w * int(c) for w, c in zip(WEIGHTS, text, strict=False))
    return "10X98765432"[total % 11] == text[-1].upper()


def luhn_is_valid(text: str) -> bool:
    """Check the Luhn digit."""
    twice = [sum(divmod(2 * int(c), 10)) for c in text[-2::-2]]
    return (sum(map(int, text[::-2])) + sum(twice)) % 10 == 0


def presidio(path: Path) -> Work:
    """Analyze line by line with four pattern recognizers of ours and a blank Chinese pipeline."""
    try:
        import spacy
        from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
        from presidio_analyzer.nlp_engine import SpacyNlpEngine
    except ImportError as error:
        raise Skipped(f"{error.name} is not installed") from error

    class Checked(PatternRecognizer):
        def validate_result(self, pattern_text: str) -> bool | None:
            check = {"CN_RESIDENT_ID": resident_id_is_valid, "CN_BANK_CARD": luhn_is_valid}
            return check.get(self.supported_entities[0], lambda _: True)(pattern_text)

    class Blank(SpacyNlpEngine):
        def __init__(self) -> None:
            super().__init__()
            self.nlp = {"zh": spacy.blank("zh")}

    registry = RecognizerRegistry(recognizers=[], supported_languages=["zh"])
    for entity, pattern in zip(GROUPS, (RESIDENT_ID, MOBILE, CARD, EMAIL), strict=True):
        regex = (
            pattern if entity == "EMAIL_ADDRESS" else f"(?<![0-9A-Za-z]){pattern}(?![0-9A-Za-z])"
        )
        registry.add_recognizer(
            Checked(
                supported_entity=entity,
                supported_language="zh",
                patterns=[Pattern(entity, regex, 0.5)],
            )
        )
    engine = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["zh"])
    encoding = "gb18030" if is_gb18030(path) else "utf-8"

    def work() -> Found:
        def spans() -> Iterator[tuple[str, str]]:
            with path.open(encoding=encoding) as file:
                for line in file:
                    for result in engine.analyze(line, language="zh"):
                        yield result.entity_type, line[result.start : result.end]

        return collected(spans())

    return work


def python_stdnum(path: Path) -> Work:
    """Check the cells of the columns known to hold IDs and cards, as with a data frame.

    Of some division codes `ric` knows no county and raises KeyError: taken for not valid.
    """
    try:
        from stdnum import luhn
        from stdnum.cn import ric
    except ImportError as error:
        raise Skipped(f"{error.name} is not installed") from error
    import csv

    encoding = "gb18030" if is_gb18030(path) else "utf-8"

    def work() -> Found:
        def spans() -> Iterator[tuple[str, str]]:
            with path.open(encoding=encoding, newline="") as file:
                for row in csv.DictReader(file):
                    identity = ric.compact(row["身份证号"])
                    with suppress(KeyError):
                        if ric.is_valid(identity):
                            yield "CN_RESIDENT_ID", identity
                    card = row["银行卡号"].replace(" ", "").replace("-", "")
                    if card and luhn.is_valid(card):
                        yield "CN_BANK_CARD", card

        return collected(spans())

    return work


def collected(spans: Iterable[tuple[str, str]]) -> Found:
    """Sort values by entity as canonical whole numbers; count distinct IDs."""
    found: dict[str, list] = {}
    for entity, text in spans:
        if entity == "CN_RESIDENT_ID":
            found.setdefault(entity, []).append(int(text[:17]))
        elif entity == "EMAIL_ADDRESS":
            found.setdefault(entity, []).append(text)
        else:
            found.setdefault(entity, []).append(int(text[-11:] if entity == "CN_MOBILE" else text))
    return {**found, "distinct": len(set(found.get("CN_RESIDENT_ID", ())))}


#: name → (contender, most rows that it is given; None for all)
CONTENDERS: dict[str, tuple[Callable[[Path], Work], int | None]] = {
    **polars_runs.CONTENDERS,
    "duckdb_sql": (duckdb_sql, None),
    "ripgrep_numpy": (ripgrep, None),
    "python_stdnum_columns": (python_stdnum, 100_000),
    "presidio_lines": (presidio, 5_000),
}
