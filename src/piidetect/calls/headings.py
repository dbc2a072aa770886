# SPDX-License-Identifier: Apache-2.0
"""Which columns of a call log say who called whom and when: by heading, and a look at the values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from piidetect.calls.cells import column_texts
from piidetect.calls.moments import moment_of
from piidetect.numbers.cell_text import fold, small
from piidetect.schema import TEXT_COLUMN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from piidetect.kernels.cells import Block

#: Headings by what they say, the surest first; read without brackets, blanks and underlines.
HEADINGS: dict[str, tuple[str, ...]] = {
    "caller": (
        *(
            "主叫号码",
            "主叫电话号码",
            "主叫用户号码",
            "主叫方号码",
            "主叫电话",
            "主叫手机号",
            "主叫手机",
        ),
        *("主叫用户", "主叫方", "主叫", "主叫号", "来电号码", "callingnumber", "callernumber"),
        *("callingpartynumber", "callingparty", "callernum", "callerid", "calling", "caller"),
        *("anumber", "src"),
    ),
    "callee": (
        *(
            "被叫号码",
            "被叫电话号码",
            "被叫用户号码",
            "被叫方号码",
            "被叫电话",
            "被叫手机号",
            "被叫手机",
        ),
        *(
            "被叫用户",
            "被叫方",
            "被叫",
            "被叫号",
            "拨打号码",
            "拨出号码",
            "呼叫号码",
            "callednumber",
        ),
        *("calleenumber", "calledpartynumber", "calledparty", "calleenum", "called", "callee"),
        *("bnumber", "dialednumber", "dst"),
    ),
    "time": (
        *(
            "通话开始时间",
            "呼叫开始时间",
            "通话起始时间",
            "开始时间",
            "起始时间",
            "呼叫时间",
            "拨打时间",
        ),
        *("通话时间", "主叫时间", "呼叫日期", "通话日期", "日期时间", "时间", "日期", "starttime"),
        *("callstarttime", "calltime", "calldate", "callstart", "start", "datetime", "timestamp"),
        *("time", "date"),
    ),
}
_BRACKETED = re.compile(r"[(\[【<].*?[)\]】>]")
_NOISE = re.compile(r"[\s_\-.:：]+")
#: Of a column of times at least so many in a hundred filled cells have to be days.
_TIMES = 50


class Columns(NamedTuple):
    """Positions of the columns."""

    caller: int
    callee: int
    time: int


def _plain(heading: str) -> str:
    return _NOISE.sub("", _BRACKETED.sub("", small(fold(heading))))


def columns_of(
    header: Sequence[str] | None, sample: Callable[[], Block], given: dict[str, str]
) -> Columns | list[str]:
    """Return the columns of a call log, or what wasn't found: some of caller, callee, time.

    Args:
        header: the headings, None where there are none.
        sample: gives some rows, of which a column of times must hold days.
        given: headings that the user named, or positions from 1 up, by ``caller``, ``callee``, ``time``.
    """
    header = list(header or ())
    found: dict[str, int] = {}
    for what, known in HEADINGS.items():
        places = _named(header, given[what]) if what in given else _known(header, known)
        places = [place for place in places if place not in found.values()]
        if what == "time" and what not in given and places:
            block = sample()
            places = [place for place in places if _holds_days(block, place)]
        if places:
            found[what] = places[0]
    missing = [what for what in HEADINGS if what not in found]
    return missing or Columns(**found)


def _named(header: list[str], name: str) -> list[int]:
    same = [at for at, heading in enumerate(header) if heading == name]
    same = same or [at for at, heading in enumerate(header) if _plain(heading) == _plain(name)]
    position = name.isascii() and name.isdecimal() and len(name) <= len(str(TEXT_COLUMN))
    return same or ([int(name) - 1] if position and 0 < int(name) <= TEXT_COLUMN else [])


def _known(header: list[str], known: tuple[str, ...]) -> list[int]:
    plain = [_plain(heading) for heading in header]
    return [at for word in known for at, heading in enumerate(plain) if heading == word]


def _holds_days(block: Block, place: int) -> bool:
    filled = [text for text in column_texts(block, place) if text.strip()]
    days = sum(moment_of(text) is not None for text in filled)
    return days * 100 >= len(filled) * _TIMES
