# SPDX-License-Identifier: Apache-2.0
"""Documents and e-mails; what was planted is told."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from email.message import EmailMessage

import pytest
from reading import rows_of_block

from piidetect.errors import SourceError
from piidetect.sources import Alert, Options, Skipped, open_content
from piidetect.sources.content import content_of_bytes

IDS = [f"11010519050101{at:04d}" for at in range(40)]


def read(raw: bytes, name: str) -> tuple[dict, list]:
    tables, said = {}, []
    for one in open_content(content_of_bytes(raw, name, name), Options()):
        if isinstance(one, (Alert, Skipped)):
            said.append(one)
            continue
        one.sample()
        rows = [
            [c.decode() for c in row[3]] for block in one.blocks() for row in rows_of_block(block)
        ]
        tables[one.path] = rows
        said += one.alerts
    return tables, said


def office(parts: dict[str, str]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, xml in parts.items():
            archive.writestr(name, xml)
    return into.getvalue()


def docx() -> bytes:
    cells = "".join(
        f"<w:tr><w:tc><w:p><w:r><w:t>张安</w:t></w:r></w:p></w:tc>"
        f"<w:tc><w:p><w:r><w:t>{one[:6]}</w:t></w:r><w:r><w:t>{one[6:]}</w:t></w:r></w:p></w:tc></w:tr>"
        for one in IDS[:20]
    )
    body = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">证件 {one}&amp;</w:t></w:r></w:p>' for one in IDS[20:]
    )
    return office(
        {
            "word/document.xml": f"<w:document><w:body>{body}<w:tbl>{cells}</w:tbl></w:body></w:document>",
            "word/footer1.xml": "<w:ftr><w:p><w:r><w:t>页脚</w:t></w:r></w:p></w:ftr>",
        }
    )


def test_docx_paragraphs_tables_and_footers():
    tables, said = read(docx(), "a.docx")
    rows = [row[0] for row in tables["a.docx"]]
    assert rows == [f"证件 {one}&" for one in IDS[20:]] + [f"张安 \t{one}" for one in IDS[:20]] + [
        "页脚"
    ]
    assert said == []


def test_pptx():
    slide = "".join(f"<a:p><a:r><a:t>{one}</a:t></a:r></a:p>" for one in IDS)
    raw = office({"ppt/presentation.xml": "<p/>", "ppt/slides/slide1.xml": f"<p>{slide}</p>"})
    tables, _ = read(raw, "a.pptx")
    assert [row[0] for row in tables["a.pptx"]] == IDS


def pdf(pages: list[list[str]]) -> bytes:
    """A PDF with these lines of ASCII on its pages."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for lines in pages:
        stream = (
            "BT /F1 12 Tf 14 TL 50 800 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        )
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 850] /Contents {number + 1} 0 R "
            f"/Resources << /Font << /F1 {font} >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    raw, places = b"%PDF-1.4\n", []
    for at, one in enumerate(objects):
        places.append(len(raw))
        raw += f"{at + 1} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    return raw + f"{end}startxref\n{len(raw)}\n%%EOF\n".encode()


def test_pdf_and_pages_without_text():
    tables, said = read(pdf([IDS[:20], [], IDS[20:]]), "a.pdf")
    assert [row[0] for row in tables["a.pdf"]] == IDS
    assert [one.code for one in said] == ["page_without_text"]
    assert "1 of 3" in said[0].message


def test_what_stands_before_a_pdf_and_what_only_names_one():
    tables, _ = read(b"HTTP/1.1 200 OK\r\n\r\n" + pdf([IDS]), "a.pdf")
    assert [row[0] for row in tables["a.pdf"]] == IDS
    tables, _ = read(f"证件,备注\n{IDS[0]},%PDF-1.4\n{IDS[1]},无\n".encode(), "a.csv")
    assert [row[0] for row in tables["a.csv"]] == IDS[:2]


def mail(number: int, charset: str = "gb2312") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "甲 <a@example.com>"
    message["To"] = "b@example.com"
    message["Date"] = "Mon, 01 Jan 2024 10:00:00 +0800"
    message["Message-ID"] = f"<{number}@example.com>"
    message["Subject"] = f"名单{number}"
    message.set_content(f"证件 {IDS[number]}", charset=charset)
    return message


@pytest.mark.parametrize("charset", ["gb2312", "gb18030", "utf-8"])
def test_eml(charset):
    tables, said = read(mail(1, charset).as_bytes(), "a.eml")
    assert tables["a.eml"] == [
        [
            "甲 <a@example.com>",
            "b@example.com",
            "Mon, 01 Jan 2024 10:00:00 +0800",
            "名单1",
            f"证件 {IDS[1]}",
        ]
    ]
    assert said == []


def test_eml_with_a_name_that_gb2312_lacks():
    raw = mail(1).as_bytes().replace(b"\n\n", b"\n\n", 1)
    head, _, _ = raw.partition(b"\n\n")
    head = head.replace(b"base64", b"8bit").replace(b"quoted-printable", b"8bit")
    tables, _ = read(head + b"\n\n" + "王䶮 ".encode("gb18030") + IDS[1].encode(), "a.eml")
    assert tables["a.eml"][0][4] == f"王䶮 {IDS[1]}"


def test_attachments_are_read_like_files_and_html_once():
    message = mail(2)
    message.add_alternative(
        f"<p>证件 <b>{IDS[2]}</b></p><script>var x = 1</script>", subtype="html"
    )
    message.add_attachment(
        "姓名,号码\n张安,1\n李宁,2\n".encode(),
        maintype="application",
        subtype="x",
        filename="名单.csv",
    )
    tables, _ = read(message.as_bytes(), "a.eml")
    assert tables["a.eml"][0][4].count(IDS[2]) == 1
    assert tables["a.eml!/名单.csv"] == [["张安", "1"], ["李宁", "2"]]
    assert set(tables) == {"a.eml", "a.eml!/名单.csv"}


def test_mbox():
    raw = b"".join(b"From x Mon Jan 1\n" + mail(at).as_bytes() + b"\n\n" for at in range(5))
    tables, said = read(raw, "a.mbox")
    assert [row[4] for row in tables["a.mbox"]] == [f"证件 {one}" for one in IDS[:5]]
    assert said == []


SPECIMENS = {"a.docx": docx(), "a.pdf": pdf([IDS]), "a.eml": mail(3).as_bytes()}


@pytest.mark.parametrize("name", SPECIMENS)
def test_hostile_bytes_never_raise_anything_else(name):
    for seed in range(60):
        rng = random.Random(seed)
        raw = bytearray(SPECIMENS[name])
        for _ in range(rng.randint(1, 15)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        with contextlib.suppress(SourceError):
            read(bytes(raw[: rng.randint(1, len(raw))]), name)
