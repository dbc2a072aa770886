# SPDX-License-Identifier: Apache-2.0
"""Documents: docx and pptx (tables too), by the text of their XML; PDF by pypdf.

A paragraph is a row of one cell; the cells of a table's row are joined by tabs into one row, so that
the values of one person stay together. A page without text (a scan) is told.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from piidetect.errors import SourceError
from piidetect.sources.alerts import Alert
from piidetect.sources.digesting import SharedDigest
from piidetect.sources.registry import Match
from piidetect.sources.rows import Row, RowSource
from piidetect.sources.zip_directory import directory
from piidetect.sources.zip_member import pieces_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from piidetect.sources.content import Content, Head
    from piidetect.sources.ledger import Ledger
    from piidetect.sources.options import Options

#: Parts of a docx or pptx that hold text.
_PARTS = re.compile(
    r"(?:word/(?:document|comments|footnotes|endnotes|(?:header|footer)\d*)"
    r"|ppt/(?:slides|notesSlides|comments)/\w+)\.xml$"
)
_TOKEN = re.compile(
    rb"<(?:w|a):t(?:\s[^>]*)?>([^<]*)<|<((?:w|a):(?:tab|br|cr))\b|<(/(?:w|a):(?:p|tc|tr))>|<((?:w|a):tr)\b"
)
_LONGEST = 1 << 28
_PDF = b"%PDF-"


def sniff(head: Head) -> Match:
    """Say whether it is a PDF; docx and pptx are ZIP archives, which hand over to here."""
    if head.raw.lstrip().startswith(_PDF):
        return Match.MAGIC
    # readers forgive up to 1024 bytes before the mark; but a text or a record may hold it, too
    return Match.NAME if head.suffix == ".pdf" and _PDF in head.raw[:1024] else Match.NO


def open_content(content: Content, head: Head, _options: Options) -> list[RowSource]:
    """Return the text of a document.

    Raises:
        SourceError: It can't be read.
    """
    if head.raw.startswith(b"PK"):
        with content.open() as file:
            names = [entry.name for entry in directory(file)]
        kind = "pptx" if any(name.startswith("ppt/") for name in names) else "docx"
        return [_source(content, kind, _office)]
    return [_source(content, "pdf", _pdf)]


def _source(
    content: Content, kind: str, texts: Callable[[Content, list[Alert]], Iterator[str]]
) -> RowSource:
    digest = SharedDigest(content)

    def rows(ledger: Ledger, alerts: list[Alert]) -> Iterator[Row]:
        digest.enter(ledger, content)
        for number, text in enumerate(texts(content, alerts)):
            yield Row(number, [text])

    return RowSource(content.locator, kind, None, 1, rows)


def _office(content: Content, _alerts: list[Alert]) -> Iterator[str]:
    """Yield the paragraphs of all parts; a row of a table is one text."""
    with content.open() as file:
        for entry in directory(file):
            if not _PARTS.match(entry.name):
                continue
            raw = bytearray()
            for piece in pieces_of(file, entry, []):
                raw += piece
                if len(raw) > _LONGEST:
                    message = f"{entry.name} has more than {_LONGEST} bytes"
                    raise SourceError(message)
            yield from _paragraphs(bytes(raw))


def _paragraphs(raw: bytes) -> Iterator[str]:
    """Yield the texts of an XML part."""
    words: list[str] = []
    depth = 0
    for text, gap, end, begin in _TOKEN.findall(raw):
        if begin:
            depth += 1
        elif gap:
            words.append("\t" if gap.endswith(b"tab") else " ")
        elif end.endswith(b":tc"):
            words.append("\t")
        elif end.endswith(b":p") and depth:
            words.append(" ")
        elif end:
            depth -= end.endswith(b":tr") and depth > 0
            if depth == 0:
                whole = "".join(words).strip()
                words.clear()
                if whole:
                    yield whole
        else:
            words.append(html.unescape(text.decode("utf-8", "replace")))
    if "".join(words).strip():
        yield "".join(words).strip()


def _pdf(content: Content, alerts: list[Alert]) -> Iterator[str]:
    """Yield the lines of the pages."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is broken is told here
    failures = (
        PyPdfError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        OSError,
        RecursionError,
        OverflowError,
        AssertionError,
        NotImplementedError,
        ArithmeticError,
    )
    empty: list[int] = []
    with content.open() as file:
        try:
            reader: Any = PdfReader(file)
            if reader.is_encrypted and not reader.decrypt(""):
                message = "the PDF is encrypted; save it without its password, and scan that"
                raise SourceError(message)
            pages = len(reader.pages)
        except failures as error:
            raise SourceError(f"the PDF can't be read ({_first(error)})") from error
        for number in range(pages):
            try:
                text = reader.pages[number].extract_text()
            except failures as error:
                message = f"page {number + 1} of {pages} can't be read ({_first(error)})"
                alerts.append(Alert(content.locator, "page_unreadable", message))
                continue
            if not text.strip():
                empty.append(number + 1)
            yield from (line for line in text.splitlines() if line.strip())
    if empty:
        message = f"{len(empty)} of {pages} pages have no text, from page {empty[0]} on; images aren't read"
        alerts.append(Alert(content.locator, "page_without_text", message))


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:120] or type(error).__name__
