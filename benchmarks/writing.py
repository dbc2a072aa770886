# SPDX-License-Identifier: Apache-2.0
"""Text as matrices of bytes, and numbers with their check digits, for many rows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import vocabulary as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Text = NDArray[
        np.uint8
    ]  # n rows of UTF-8, padded with NUL anywhere; NULs are dropped at the end
    Whole = NDArray[np.int64]
    Mask = NDArray[np.bool_]

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECK_DIGITS = np.frombuffer(b"10X98765432", np.uint8)
FNV_OFFSET, FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


def table(entries: Sequence[str]) -> Text:
    """Return one row of UTF-8 bytes for each entry, padded with NUL."""
    raw = [entry.encode() for entry in entries]
    width = max(1, *map(len, raw))
    padded = b"".join(entry.ljust(width, b"\0") for entry in raw)
    return np.frombuffer(padded, np.uint8).reshape(len(raw), width)


def digits(values: Whole, width: int) -> Text:
    """Write whole numbers with leading zeros, ``width`` digits each."""
    out = np.empty((len(values), width), np.uint8)
    rest = values.astype(np.int64)
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        out[:, place] = digit + 48
    return out


def full_width(text: Text) -> Text:
    """Write digits and letters in their full-width forms, as U+FF10 and on."""
    out = np.zeros((*text.shape, 3), np.uint8)
    out[..., 0], out[..., 1], out[..., 2] = 0xEF, 0xBC, text + 0x60
    out[text == 0] = 0
    return out.reshape(len(text), 3 * text.shape[1])


def grouped(text: Text, sizes: Sequence[int], separator: str) -> Text:
    """Put a separator between groups of characters; padding gets none."""
    parts, start = [], 0
    for size in sizes:
        group = text[:, start : start + size]
        if start:
            parts.append(np.where(group[:, :1] > 0, np.uint8(ord(separator)), np.uint8(0)))
        parts.append(group)
        start += size
    return np.hstack(parts)


def constant(count: int, text: str) -> Text:
    """Return ``count`` rows of the same text."""
    return np.repeat(table([text]), count, axis=0)


def glue(*parts: Text | str) -> Text:
    """Join texts row by row; a str stands in every row."""
    count = next(len(part) for part in parts if not isinstance(part, str))
    return np.hstack([constant(count, p) if isinstance(p, str) else p for p in parts])


def scatter(count: int, pieces: Sequence[tuple[Mask, Text]]) -> Text:
    """Lay texts made for some rows only into ``count`` rows."""
    out = np.zeros((count, max(text.shape[1] for _, text in pieces)), np.uint8)
    for mask, text in pieces:
        out[mask, : text.shape[1]] = text
    return out


def fingerprint(text: Text) -> Whole:
    """Return FNV-1a, 64 bits, of each row of bytes, NULs left out."""
    state = np.full(len(text), FNV_OFFSET)
    for column in text.T:
        state = np.where(column > 0, (state ^ column) * FNV_PRIME, state)
    return state.view(np.int64)


def check_digits(bodies: Whole) -> Text:
    """Return the 18th character of resident IDs (ISO 7064 MOD 11-2) from the first 17 digits."""
    return CHECK_DIGITS[((digits(bodies, 17).astype(np.int64) - 48) @ WEIGHTS) % 11]


def dates(rng: np.random.Generator, count: int, first: str, last: str) -> Whole:
    """Draw calendar days, as yyyymmdd."""
    start, stop = np.datetime64(first), np.datetime64(last)
    return yyyymmdd(start + rng.integers(0, int((stop - start).astype(int)) + 1, count))


def yyyymmdd(days: NDArray[np.datetime64]) -> Whole:
    """Write days as whole numbers."""
    month = days.astype("datetime64[M]")
    year = month.astype("datetime64[Y]")
    number = (year.astype(np.int64) + 1970) * 100 + (month - year).astype(np.int64) + 1
    return number * 100 + (days - month).astype(np.int64) + 1


def bodies(rng: np.random.Generator, count: int, *, last: str = "2024-12-31") -> Whole:
    """Draw the first 17 digits of resident IDs: region, birth date, sequence number."""
    codes = np.array([code for code, _ in words.REGIONS])
    region = codes[rng.integers(0, len(codes) - 3, count)]
    permit = rng.random(count) < 0.003
    region[permit] = codes[rng.integers(len(codes) - 3, len(codes), permit.sum())]
    born = dates(rng, count, "1935-01-01", last)
    return (region * 10**8 + born) * 1000 + rng.integers(1, 996, count)


def mobiles(rng: np.random.Generator, count: int) -> Whole:
    """Draw mobile numbers; the patterned ones that stand for nobody are not made."""
    rest = rng.integers(0, 10**8, count)
    patterned = (
        (rest % 11_111_111 == 0) | (rest == 12_345_678) | (rest == 138_000) | (rest == 10**7)
    )
    return np.array(words.MOBILE_PREFIXES)[
        rng.integers(0, len(words.MOBILE_PREFIXES), count)
    ] * 10**8 + np.where(patterned, 27_182_818, rest)


def luhn_sums(values: Whole) -> Whole:
    """Return the Luhn sum of numbers that still lack their last digit."""
    total, rest, double = np.zeros_like(values), values.copy(), True
    while rest.any():
        rest, digit = np.divmod(rest, 10)
        twice = 2 * digit
        total += np.where(twice > 9, twice - 9, twice) if double else digit
        double = not double
    return total
