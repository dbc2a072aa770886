# SPDX-License-Identifier: Apache-2.0
"""Write the same table in each format; whoever adds a format adds its writer to WRITERS."""

from __future__ import annotations

import csv
import html
import io
import json
import plistlib
import struct
from xml.sax import saxutils

import pyarrow as pa
from pyarrow import feather, parquet
from tests import xlsb


def sql_text(value, *, backslash):
    value = value.replace("'", "''")
    return "'" + (value.replace("\\", "\\\\") if backslash else value) + "'"


def write_csv(header, rows, encoding="utf-8", **dialect):
    out = io.StringIO()
    csv.writer(out, **{"lineterminator": "\n", **dialect}).writerows([header, *rows])
    return out.getvalue().encode(encoding)


def write_mysql(header, rows):
    names = ",".join(f"`{name}`" for name in header)
    values = ",\n".join(f"({','.join(sql_text(c, backslash=True) for c in row)})" for row in rows)
    create = ",".join(f"`{name}` varchar(99) DEFAULT NULL" for name in header)
    return (
        f"-- MySQL dump 10.13\nCREATE TABLE `t` ({create}) ENGINE=InnoDB;\n"
        f"INSERT INTO `t` ({names}) VALUES {values};\n"
    ).encode()


def write_inserts(begin, prefix="", end=";\n"):
    def write(header, rows):
        statements = (
            f"{begin(header)} ({', '.join(prefix + sql_text(c, backslash=False) for c in row)}){end}"
            for row in rows
        )
        return "".join(statements)

    return write


def write_mssql(header, rows):
    def begin(header):
        return f"INSERT [dbo].[t] ({', '.join(f'[{name}]' for name in header)}) VALUES"

    text = write_inserts(begin, "N", "\r\n")(header, rows)
    return ("USE [db]\r\nGO\r\n" + text + "GO\r\n").encode("utf-16")


def write_oracle(header, rows):
    def begin(header):
        return f"Insert into S.T ({','.join(header)}) values"

    return (
        "REM INSERTING into S.T\nSET DEFINE OFF;\n" + write_inserts(begin)(header, rows)
    ).encode("gb18030")


def write_sqlite(header, rows):
    create = f"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t({', '.join(f'{n} TEXT' for n in header)});\n"
    return (
        create + write_inserts(lambda _: "INSERT INTO t VALUES")(header, rows) + "COMMIT;\n"
    ).encode()


def write_copy(header, rows):
    names = ", ".join(header)
    escapes = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n"})
    lines = ["\t".join(cell.translate(escapes) for cell in row) for row in rows]
    head = f"--\n-- PostgreSQL database dump\n--\n\nCOPY public.t ({names}) FROM stdin;\n"
    return (head + "\n".join(lines) + "\n\\.\n").encode()


def dicts(header, rows):
    return [dict(zip(header, row, strict=True)) for row in rows]


def write_jsonl(header, rows):
    return "".join(
        json.dumps(one, ensure_ascii=False) + "\n" for one in dicts(header, rows)
    ).encode()


def write_json_array(header, rows):
    return json.dumps(dicts(header, rows), indent=2).encode()


def write_navicat_json(header, rows):
    return json.dumps({"RECORDS": dicts(header, rows)}, ensure_ascii=False).encode("utf-8-sig")


def write_elasticsearch(header, rows):
    lines = [{"_index": "t", "_id": "x", "_source": one} for one in dicts(header, rows)]
    return "".join(json.dumps(one) + "\n" for one in lines).encode()


def write_mongoexport(header, rows):
    lines = [{"_id": {"$oid": "5f" * 12}, **one} for one in dicts(header, rows)]
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines).encode()


def bson_document(pairs):
    body = b"".join(
        b"\x02" + name.encode() + b"\0" + struct.pack("<i", len(text) + 1) + text + b"\0"
        for name, text in ((name, text.encode()) for name, text in pairs)
    )
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def write_bson(header, rows):
    return b"".join(bson_document(zip(header, row, strict=True)) for row in rows)


def write_xml(header, rows):
    records = "".join(
        "<row>"
        + "".join(f"<{n}>{saxutils.escape(c)}</{n}>" for n, c in zip(header, row, strict=True))
        + "</row>\n"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="GB2312"?>\n<rows>\n{records}</rows>\n'.encode("gb18030")


def write_xml_attributes(header, rows):
    records = "".join(
        "<r "
        + " ".join(f"{n}={saxutils.quoteattr(c)}" for n, c in zip(header, row, strict=True))
        + "/>"
        for row in rows
    )
    return f"<all>{records}</all>".encode()


def write_phone(header, rows):
    """Short messages as an app backs them up; the table stands in further fields."""
    lines = [
        '<sms protocol="0" address="" date="1303378237194" type="1" body="" '
        + " ".join(f"{n}={saxutils.quoteattr(c)}" for n, c in zip(header, row, strict=True))
        + " />\n"
        for row in rows
    ]
    return f'<?xml version="1.0"?>\n<smses count="{len(rows)}">\n{"".join(lines)}</smses>'.encode()


def write_phone_calls(header, rows):
    """Calls of a backup; the table stands in further fields."""
    lines = [
        '<call number="" duration="9" date="1303378237194" type="1" '
        + " ".join(f"{n}={saxutils.quoteattr(c)}" for n, c in zip(header, row, strict=True))
        + " />\n"
        for row in rows
    ]
    return f'<?xml version="1.0"?>\n<calls count="{len(rows)}">\n{"".join(lines)}</calls>'.encode()


def write_html(header, rows):
    lines = ["<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows]
    top = "<tr>" + "".join(f"<th>{name}" for name in header) + "</tr>"
    return f"<html><body><table>{top}{''.join(lines)}</table></body></html>".encode()


def write_yaml(header, rows):
    return "".join(
        f"- {json.dumps(header[0], ensure_ascii=False)}: {json.dumps(row[0], ensure_ascii=False)}\n"
        + "".join(
            f"  {json.dumps(n, ensure_ascii=False)}: {json.dumps(c, ensure_ascii=False)}\n"
            for n, c in zip(header[1:], row[1:], strict=True)
        )
        for row in rows
    ).encode()


def write_plist(header, rows, fmt=plistlib.FMT_XML):
    return plistlib.dumps(dicts(header, rows), fmt=fmt)


def arrow(header, rows):
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(header)})


def write_parquet(header, rows):
    sink = io.BytesIO()
    parquet.write_table(arrow(header, rows), sink)
    return sink.getvalue()


def write_feather(header, rows):
    sink = io.BytesIO()
    feather.write_feather(arrow(header, rows), sink)
    return sink.getvalue()


#: Name of a file → what writes a table (heading, rows of texts) into its bytes.
WRITERS = {
    "a.csv": write_csv,
    "gbk.csv": lambda header, rows: write_csv(header, rows, "gb18030", lineterminator="\r\n"),
    "utf16.csv": lambda header, rows: write_csv(header, rows, "utf-16", delimiter="\t"),
    "bom.csv": lambda header, rows: write_csv(header, rows, "utf-8-sig", delimiter=";"),
    "mysql.sql": write_mysql,
    "mssql.sql": write_mssql,
    "oracle.sql": write_oracle,
    "sqlite.sql": write_sqlite,
    "copy.sql": write_copy,
    "lines.jsonl": write_jsonl,
    "array.json": write_json_array,
    "navicat.json": write_navicat_json,
    "elasticsearch.json": write_elasticsearch,
    "mongoexport.json": write_mongoexport,
    "a.bson": write_bson,
    "a.xml": write_xml,
    "attributes.xml": write_xml_attributes,
    "sms.xml": write_phone,
    "calls.xml": write_phone_calls,
    "a.html": write_html,
    "html.xls": write_html,
    "a.yaml": write_yaml,
    "a.plist": write_plist,
    "binary.plist": lambda header, rows: write_plist(header, rows, plistlib.FMT_BINARY),
    "a.parquet": write_parquet,
    "a.feather": write_feather,
    "a.xlsb": xlsb.table,
}


def write_texts(_header, texts):
    return write_csv(["正文"], texts)


def write_chat(_header, texts):
    return "".join(
        f"2023-05-11 12:00:{at % 60:02d} 小王(10001)\r\n{text}\r\n\r\n"
        for at, (text,) in enumerate(texts)
    ).encode("gb18030")


def write_chat_inline(_header, texts):
    return "".join(f"小王(2023-05-11 12:00:01):{text}\n" for (text,) in texts).encode()


def write_log(_header, texts):
    return "".join(f"2023-05-11 12:00:01,003 INFO {text}\n" for (text,) in texts).encode("utf-16")


def write_logcat(_header, texts):
    return "".join(f"05-11 12:00:01.003  1 2 D Sms: {text}\n" for (text,) in texts).encode()


def write_rtf(_header, texts):
    def escaped(text):
        units = struct.iter_unpack("<h", text.encode("utf-16-le"))
        return "".join(
            chr(unit) if 0 <= unit < 128 and chr(unit) not in "\\{}" else f"\\u{unit}?"
            for (unit,) in units
        )

    body = "".join(f"{escaped(text)}\\par\n" for (text,) in texts)
    return f"{{\\rtf1\\ansi\\deff0 {body}}}".encode()


#: The same for formats whose records are texts without columns of their own: rows of one text.
TEXT_WRITERS = {
    "qq.txt": write_chat,
    "wechat.txt": write_chat_inline,
    "a.log": write_log,
    "logcat.txt": write_logcat,
    "a.rtf": write_rtf,
}
