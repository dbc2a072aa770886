# SPDX-License-Identifier: Apache-2.0
"""Short messages and calls of a phone as XML, as the app SMS Backup & Restore and its kin write them.

A message has a sender and a receiver, a call a caller and a callee; the phone's own number isn't in
the file, so that side is empty. Times are given in Beijing time (UTC+8). What else the file says of
them stands in further columns. The format's fields: https://synctech.com.au/sms-backup-restore/
fields-in-xml-backup-files/
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from piidetect.sources import xml_records
from piidetect.sources.records import record_table
from piidetect.sources.registry import Match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from piidetect.sources.alerts import Alert
    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options
    from piidetect.sources.records import Record
    from piidetect.sources.rows import RowSource

_BEGINS = re.compile(
    rb"\s*(?:<\?[^>]*\?>\s*|<!--.*?-->\s*)*<(?:smses|calls|allsms|smss)[\s>]", re.DOTALL
)
_BEIJING = dt.timezone(dt.timedelta(hours=8))

#: What `type` says of a message and of a call; in the second of each pair the phone is the sender.
_MESSAGES = {"1": "收到", "2": "发出", "3": "草稿", "4": "待发", "5": "发送失败", "6": "排队"}
_SENT = frozenset("23456")
_CALLS = {
    "1": "被叫", "2": "主叫", "3": "未接", "4": "语音信箱", "5": "拒接", "6": "拦截",
}  # fmt: skip
_OUTGOING = "2"
_OF_THE_FILE = re.compile(r"(?:smses|calls|allsms|smss)\.(?:count|backup_set|backup_date|type): ")


def sniff(head: Head) -> Match:
    """Say whether the first element is that of such a file."""
    return Match.MAGIC if _BEGINS.match(head.text) else Match.NO


def open_content(content: Content, head: Head, options: Options) -> list[RowSource]:
    """Open the messages or calls as one table.

    Raises:
        SourceError: It can't be read.
    """

    def records(ledger: Ledger, alerts: list[Alert]) -> Iterator[Record]:
        for record in xml_records.records_of(content, head, options, ledger, alerts):
            if record.broken:
                yield record
            elif not _is_of_the_file(record.value):
                yield record._replace(value=_named(record.value))

    table = record_table(content.locator, "phone-xml", records, encoding=head.encoding[0])
    table.dialect["time"] = "UTC+8"
    return [table]


def _is_of_the_file(value: Any) -> bool:
    """Tell whether these are the attributes of the first element: how many there are, when saved."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(text, str) and _OF_THE_FILE.match(text) for text in value.values())
    )


def _named(value: Any) -> Any:
    """Return what is known of a message or call under the names of its columns."""
    if not isinstance(value, dict) or not isinstance(value.get("date"), str):
        return value
    left = dict(value)
    if "duration" in value and isinstance(value.get("number"), str):
        kind, other = left.pop("type", ""), left.pop("number")
        outgoing = kind == _OUTGOING
        named = {
            "主叫号码": "" if outgoing else other,
            "被叫号码": other if outgoing else "",
            "时间": _time(left.pop("date")),
            "时长(秒)": left.pop("duration"),
            "类型": _CALLS.get(kind, kind),
        }
    elif isinstance(value.get("address"), str) and "body" in value:
        kind, other = left.pop("type", ""), left.pop("address")
        named = {
            "发件人号码": "" if kind in _SENT else other,
            "收件人号码": other if kind in _SENT else "",
            "时间": _time(left.pop("date")),
            "正文": left.pop("body"),
            "类型": _MESSAGES.get(kind, kind),
        }
    else:
        return value
    named["对方姓名"] = left.pop("contact_name", "")
    return {**named, **left}


def _time(text: str) -> str:
    """Return milliseconds since 1970 as a time in Beijing; anything else as it stands.

    >>> _time("1303378237194")
    '2011-04-21 17:30:37'
    """
    if not text.isascii() or not text.isdecimal() or not 9 <= len(text) <= 14:  # noqa: PLR2004
        return text
    seconds = int(text) // (1000 if len(text) > 11 else 1)  # noqa: PLR2004 - some write seconds
    return dt.datetime.fromtimestamp(seconds, _BEIJING).strftime("%Y-%m-%d %H:%M:%S")
