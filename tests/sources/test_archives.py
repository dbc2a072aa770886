# SPDX-License-Identifier: Apache-2.0
"""Archives of all kinds, whole, damaged, encrypted and hostile; what was planted is told."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import lz4.frame
import py7zr
import pytest
import pyzipper
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from piidetect.errors import SourceError
from piidetect.kernels import zip_crypto
from piidetect.sources import Alert, Limits, Options, Skipped, open_content, open_sources
from piidetect.sources import spill as spills
from piidetect.sources.content import content_of_bytes

ROWS = 40
TABLE = "姓名,手机号\n" + "".join(f"张{at},1380000{at:04d}\n" for at in range(ROWS))
RAW = TABLE.encode()


def read(raw: bytes, name: str, **options) -> tuple[dict, list]:
    """Return ({path: (rows, status)}, what was skipped or alerted) of all that is in it."""
    sources, said = {}, []
    for one in open_content(content_of_bytes(raw, name, name), Options(**options)):
        if isinstance(one, (Alert, Skipped)):
            said.append(one)
        else:
            rows = sum(block.row_start.size for block in one.blocks())
            sources[one.path] = (rows, one.ledger.status)
            assert rows == one.ledger.rows
            assert len(one.ledger.sha256) == 64
            said += one.alerts
    return sources, said


def codes(said) -> set[str]:
    return {one.code for one in said}


def zipped(members: dict[str, bytes], method=zipfile.ZIP_DEFLATED) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return into.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as archive:
        for name, raw in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return into.getvalue()


def seven_zipped(members: dict[str, str], **options) -> bytes:
    into = io.BytesIO()
    with py7zr.SevenZipFile(into, "w", **options) as archive:
        for name, text in members.items():
            archive.writestr(text, name)
    return into.getvalue()


def gbk_named(name: str, raw: bytes) -> bytes:
    """A ZIP as Chinese packers of old wrote it: the name in GBK, and nothing says so."""
    encoded = name.encode("gb18030")
    stand_in = "N" * len(encoded)
    return zipped({stand_in: raw}).replace(stand_in.encode(), encoded)


def zip_crypted(name: str, raw: bytes, password: bytes) -> bytes:
    """Encrypt the one stored member of a ZIP the old way."""
    plain = zipped({name: raw}, zipfile.ZIP_STORED)
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        info = archive.infolist()[0]
    header = 30 + len(name.encode())
    keys = zip_crypto.keys_of(password)
    check = bytes(11) + bytes([info.CRC >> 24])
    secret = zip_crypto.encrypt(check, keys) + zip_crypto.encrypt(raw, keys)
    size = struct.pack("<L", len(raw) + 12)
    flags = struct.pack("<H", info.flag_bits | 1)
    local = bytearray(plain[:header])
    local[6:8], local[18:22] = flags, size
    at = header + len(raw)
    central = bytearray(plain[at:])
    central[8:10], central[20:24] = flags, size
    end = central.index(b"PK\x05\x06")
    central[end + 16 : end + 20] = struct.pack("<L", at + 12)
    return bytes(local) + secret + bytes(central)


COMPRESSORS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda raw: lzma.compress(raw, lzma.FORMAT_ALONE),
    "zst": zstandard.ZstdCompressor().compress,
    "lz4": lz4.frame.compress,
}


@pytest.mark.parametrize("method", [0, 8, 12, 14])
def test_zip_methods(method):
    sources, said = read(zipped({"用户.csv": RAW, "空/b.csv": RAW}, method), "a.zip")
    assert sources == {
        "a.zip": (0, "complete"),
        "a.zip!/用户.csv": (ROWS, "complete"),
        "a.zip!/空/b.csv": (ROWS, "complete"),
    }
    assert said == []


def test_zip_with_a_name_in_gbk():
    sources, _ = read(gbk_named("孕妇名单.csv", RAW), "a.zip")
    assert sources["a.zip!/孕妇名单.csv"] == (ROWS, "complete")


@pytest.mark.parametrize("ending", COMPRESSORS)
def test_compressed_files(ending):
    raw = COMPRESSORS[ending](RAW)
    sources, said = read(raw, f"用户.csv.{ending}")
    assert sources[f"用户.csv.{ending}!/用户.csv"] == (ROWS, "complete")
    assert said == []


@pytest.mark.parametrize("ending", [one for one in COMPRESSORS if one != "lzma"])
def test_compressed_files_one_after_the_other(ending):
    raw = COMPRESSORS[ending](RAW)
    more = COMPRESSORS[ending](RAW.partition(b"\n")[2])
    sources, _ = read(raw + more, f"a.csv.{ending}")
    assert sources[f"a.csv.{ending}!/a.csv"] == (2 * ROWS, "complete")


@pytest.mark.parametrize("ending", COMPRESSORS)
def test_a_tar_in_a_compressed_file(ending):
    raw = COMPRESSORS[ending](tarred({"用户.csv": RAW, "b.csv": RAW}))
    sources, said = read(raw, f"a.tar.{ending}")
    assert sources[f"a.tar.{ending}!/用户.csv"] == (ROWS, "complete")
    assert sources[f"a.tar.{ending}!/b.csv"] == (ROWS, "complete")
    assert said == []


@pytest.mark.parametrize("ending", COMPRESSORS)
@pytest.mark.parametrize("share", [0.6, 0.9])
def test_a_cut_file_is_read_as_far_as_it_goes_and_told(ending, share):
    big = "姓名,手机号\n" + "".join(f"张{at},138{at * 7919 % 10**8:08d}\n" for at in range(80_000))
    raw = COMPRESSORS[ending](big.encode())
    sources, said = read(raw[: int(len(raw) * share)], f"a.csv.{ending}")
    rows, status = sources[f"a.csv.{ending}!/a.csv"]
    assert 0 < rows / 80_000 < 1
    assert status == "partial"
    assert "member_damaged" in codes(said)


def test_7z():
    sources, said = read(seven_zipped({"用户.csv": TABLE, "b.csv": TABLE}), "a.7z")
    assert sources["a.7z!/用户.csv"] == (ROWS, "complete")
    assert sources["a.7z!/b.csv"] == (ROWS, "complete")
    assert said == []


ENCRYPTED = {
    "zipcrypto.zip": lambda: zip_crypted("a.csv", RAW, "密码1".encode()),
    "gbk password.zip": lambda: zip_crypted("a.csv", RAW, "密码1".encode("gb18030")),
    "aes.zip": lambda: aes_zipped(256),
    "data.7z": lambda: seven_zipped({"a.csv": TABLE}, password="密码1"),
    "names.7z": lambda: seven_zipped({"a.csv": TABLE}, password="密码1", header_encryption=True),
}


def aes_zipped(bits=256) -> bytes:
    into = io.BytesIO()
    with pyzipper.AESZipFile(into, "w", 8, encryption=pyzipper.WZ_AES) as archive:
        archive.setencryption(pyzipper.WZ_AES, nbits=bits)
        archive.setpassword("密码1".encode())
        archive.writestr("a.csv", RAW)
    return into.getvalue()


@pytest.mark.parametrize("name", ENCRYPTED)
def test_encrypted(name):
    raw = ENCRYPTED[name]()
    for passwords in ((), ("wrong", "also wrong")):
        sources, said = read(raw, name, passwords=passwords)
        assert sum(rows for rows, _ in sources.values()) == 0
        assert codes(said) <= {"member_encrypted", "archive_encrypted"}
        assert len(said) == 1
        assert ("none of the 2" if passwords else "--password-file") in said[0].message
    sources, said = read(raw, name, passwords=("wrong", "密码1"))
    assert sources[f"{name}!/a.csv"] == (ROWS, "complete")
    assert said == []


@pytest.mark.parametrize("bits", [128, 192, 256])
def test_aes_keys(bits):
    sources, _ = read(aes_zipped(bits), "a.zip", passwords=("密码1",))
    assert sources["a.zip!/a.csv"] == (ROWS, "complete")


@given(st.binary(max_size=300), st.binary(max_size=20))
def test_zip_crypto_is_that_of_the_library(raw, password):
    secret = zip_crypto.encrypt(raw, zip_crypto.keys_of(password))
    assert zipfile._ZipDecrypter(password)(secret) == raw
    assert zip_crypto.decrypt(secret, zip_crypto.keys_of(password)) == raw


def test_nested():
    inner = zipped({"x.csv": RAW, "y.csv.gz": gzip.compress(RAW)})
    raw = zipped({"里/inner.zip": inner, "t.tar": tarred({"z.csv": RAW})})
    sources, _ = read(raw, "a.zip")
    assert {path for path, (rows, _) in sources.items() if rows == ROWS} == {
        "a.zip!/里/inner.zip!/x.csv",
        "a.zip!/里/inner.zip!/y.csv.gz!/y.csv",
        "a.zip!/t.tar!/z.csv",
    }


def test_a_zip_that_lost_its_end_is_read_by_the_headers_of_its_members():
    raw = zipped({"a.csv": RAW, "b.csv": RAW})
    end = raw.index(b"PK\x01\x02")
    sources, said = read(raw[:end], "a.zip")
    assert sources["a.zip!/a.csv"] == sources["a.zip!/b.csv"] == (ROWS, "complete")
    assert codes(said) == {"archive_damaged"}
    sources, said = read(raw[: end - 50], "a.zip")
    assert sources["a.zip!/a.csv"] == (ROWS, "complete")
    assert sources["a.zip!/b.csv"][1] == "partial"
    assert codes(said) >= {"archive_damaged", "member_damaged"}


def test_a_wrong_checksum_is_told():
    raw = bytearray(zipped({"a.csv": RAW}, zipfile.ZIP_STORED))
    raw[raw.index(b"1380000")] = ord("2")
    sources, said = read(bytes(raw), "a.zip")
    assert sources["a.zip!/a.csv"] == (ROWS, "partial")
    assert codes(said) == {"member_damaged"}


def test_a_cut_tar():
    raw = tarred({"a.csv": RAW, "b.csv": RAW})
    at = raw.rindex(RAW)
    sources, said = read(raw[: at + 200], "a.tar")
    assert sources["a.tar!/a.csv"] == (ROWS, "complete")
    assert sources["a.tar!/b.csv"][1] == "partial"
    assert sources["a.tar"] == (0, "partial")
    assert codes(said) >= {"member_damaged", "archive_damaged"}


def test_a_damaged_header_in_a_tar_loses_one_member_only():
    raw = bytearray(tarred({"a.csv": RAW, "b.csv": RAW, "c.csv": RAW}))
    raw[raw.index(b"b.csv")] = ord("X")
    sources, said = read(bytes(raw), "a.tar")
    assert sources["a.tar!/a.csv"] == sources["a.tar!/c.csv"] == (ROWS, "complete")
    assert codes(said) == {"archive_damaged"}


def test_tar_links_and_devices_are_left_out():
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as archive:
        for name, kind in (("link", tarfile.SYMTYPE), ("pipe", tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    sources, said = read(into.getvalue(), "a.tar")
    assert sources == {"a.tar": (0, "complete")}
    assert [one.path for one in said] == ["a.tar!/link", "a.tar!/pipe"]


def test_names_that_leave_the_folder_write_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seven = seven_zipped({"xx/xx/evil.csv": TABLE})
    for raw, name in (
        (zipped({"../../evil.csv": RAW, "/etc/evil.csv": RAW}), "a.zip"),
        (tarred({"../../evil.csv": RAW, "/etc/evil.csv": RAW}), "a.tar"),
        (seven.replace("xx/xx/".encode("utf-16-le"), "../../".encode("utf-16-le")), "a.7z"),
    ):
        sources, _ = read(raw, name)
        assert sum(rows for rows, _ in sources.values()) >= ROWS or name == "a.7z"
    assert list(tmp_path.iterdir()) == []
    assert not Path("../../evil.csv").exists()


def test_names_that_are_no_text():
    raw = zipped({"abcde": RAW}).replace(b"abcde", b"\xff\x01\n\xfe\x1b")
    sources, _ = read(raw, "a.zip")
    name = next(path for path in sources if path != "a.zip")
    assert name.isprintable()
    assert sources[name] == (ROWS, "complete")


def test_bombs_stop_at_the_limits():
    zeros = zipped({"a.csv": RAW, "zeros": bytes(200 << 20)})
    sources, said = read(zeros, "a.zip", limits=Limits(ratio=100))
    assert sources["a.zip!/a.csv"] == (ROWS, "complete")
    assert sources["a.zip"] == (0, "partial")
    assert "--max-ratio" in next(one for one in said if one.code == "limit_reached").message
    _, said = read(zeros, "a.zip", limits=Limits(unpacked=1 << 20))
    assert any("--max-unpacked" in one.message for one in said)
    many = zipped({f"{at}.csv": RAW for at in range(30)})
    sources, said = read(many, "a.zip", limits=Limits(members=20))
    assert len(sources) == 21
    assert any("--max-members" in one.message for one in said)
    deep = RAW
    for _ in range(12):
        deep = zipped({"deep.zip": deep})
    _, said = read(deep, "a.zip")
    assert any("--max-depth" in one.message for one in said)


def test_limits_hold_for_all_archives_of_a_source_together():
    inner = zipped({"a.csv": RAW * 300})
    raw = zipped({f"{at}.zip": inner for at in range(10)})
    _, said = read(raw, "a.zip", limits=Limits(unpacked=5 * 300 * len(RAW)))
    assert "limit_reached" in codes(said)


def test_7z_bomb():
    raw = seven_zipped({"zeros": "0" * (50 << 20)})
    _, said = read(raw, "a.7z", limits=Limits(unpacked=1 << 20))
    assert "limit_reached" in codes(said)


def test_an_archive_without_files():
    _, said = read(zipped({}), "a.zip")
    assert codes(said) == {"empty"}


#: Made once: their bytes hold the time of day.
KINDS = {
    "a.zip": zipped({"a.csv": RAW, "b.zip": zipped({"c": RAW})}),
    "a.tar": tarred({"a.csv": RAW}),
    "a.7z": seven_zipped({"a.csv": TABLE}),
    **{f"a.csv.{ending}": pack(RAW) for ending, pack in COMPRESSORS.items()},
}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_hostile_bytes_never_raise_anything_else(data):
    name = data.draw(st.sampled_from(sorted(KINDS)))
    raw = bytearray(KINDS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    with contextlib.suppress(SourceError):
        read(bytes(raw), name)


# ---------------------------------------------------------------- the spill folder


def test_big_members_lie_in_a_private_folder_while_they_are_read(tmp_path):
    spills.spill_folder.cache_clear()
    raw = zipped({"big.csv": RAW * 30_000})
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    place = tmp_path / "spill"
    place.mkdir()
    seen = []
    for one in open_sources(path, options=Options(spill=str(place))):
        for _ in one.blocks():
            seen += [(path.stat().st_mode & 0o777) for path in place.iterdir()]
            seen += [path.stat().st_mode & 0o777 for path in place.glob("*/*")]
    assert set(seen) == {0o700, 0o600}
    assert {path.name for path in place.glob("*/*")} == {"lock"}
    spills.spill_folder.cache_clear()


def test_what_a_killed_process_left_is_removed(tmp_path):
    script = (
        "import os\n"
        "from piidetect.sources.spill import IN_MEMORY, Spill\n"
        f"spill = Spill({str(tmp_path)!r})\n"
        "spill.write(bytes(IN_MEMORY + 1))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False, env=os.environ)
    assert len(list(tmp_path.glob("piidetect-spill-*/*"))) == 2
    spills.spill_folder.cache_clear()
    folder = spills.spill_folder(str(tmp_path))
    assert list(tmp_path.iterdir()) == [folder]
    spills.spill_folder.cache_clear()
