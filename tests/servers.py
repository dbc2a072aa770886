# SPDX-License-Identifier: Apache-2.0
"""Start real database servers on a free port under a temporary folder, and stop them."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "s3cr:t/@%中 word"


class Unavailable(Exception):
    """The server can't be started here; says why."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def program(name, *places):
    """Return where a program of a Debian package lies."""
    found = shutil.which(name)
    for place in places:
        found = found or next((str(one) for one in sorted(Path("/").glob(place))), None)
    if found is None:
        raise Unavailable(f"there is no {name}")
    return found


@contextmanager
def folder_of(user):
    """Make a folder that belongs to the user that servers run as; root's servers run as `user`."""
    where = Path(tempfile.mkdtemp(prefix="piidetect-server-"))
    prefix = []
    try:
        if os.geteuid() == 0:
            try:
                entry = pwd.getpwnam(user)
            except KeyError:
                raise Unavailable(f"there is no user {user}") from None
            if shutil.which("setpriv") is None:
                raise Unavailable("there is no setpriv")
            os.chown(where, entry.pw_uid, entry.pw_gid)
            prefix = [
                "setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups",
            ]  # fmt: skip
        yield where, prefix
    finally:
        shutil.rmtree(where, ignore_errors=True)


def run(command, **options):
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, **options
    )
    if done.returncode:
        raise Unavailable(f"{Path(command[-1]).name}: {(done.stderr or done.stdout)[-400:]}")
    return done.stdout


@contextmanager
def running(command, ready):
    """Run a server until the block ends; `ready` says when it answers."""
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/"
        )
        try:
            deadline = time.monotonic() + 60
            while not ready():
                if server.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise Unavailable(log.read()[-400:].decode("utf-8", "replace"))
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@contextmanager
def postgresql():
    """Yield (port, function that runs SQL as the owner in a database)."""
    initdb = program("initdb", "usr/lib/postgresql/*/bin/initdb")
    binaries = Path(initdb).resolve().parent
    with folder_of("postgres") as (where, prefix):
        secret = where / "secret"
        secret.write_text(PASSWORD + "\n", encoding="utf-8")
        secret.chmod(0o644)
        data = where / "data"
        run(
            [*prefix, initdb, "-D", data, "-U", "owner", "-A", "scram-sha-256", "-E", "UTF8",
             "--locale=C.UTF-8", "-N", f"--pwfile={secret}"],
            cwd=where,
        )  # fmt: skip
        port = free_port()
        settings = [
            f"port={port}", f"unix_socket_directories={where}", "listen_addresses=127.0.0.1",
            "fsync=off",
        ]  # fmt: skip
        command = [*prefix, binaries / "postgres", "-D", data]
        for one in settings:
            command += ["-c", one]
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        psql = [binaries / "psql", "-h", "127.0.0.1", "-p", str(port), "-U", "owner", "-X", "-q"]
        psql += ["-v", "ON_ERROR_STOP=1"]

        def query(sql, database="postgres"):
            return run([*psql, "-d", database], env=environment, input=sql)

        def ready():
            return not subprocess.run(
                [*psql, "-d", "postgres", "-c", "select 1"],
                env=environment, capture_output=True, check=False,
            ).returncode  # fmt: skip

        with running(command, ready):
            yield port, query


@contextmanager
def mariadb():
    """Yield (port, function that runs SQL as the owner)."""
    install = program("mariadb-install-db", "usr/bin/mysql_install_db")
    server = program("mariadbd", "usr/sbin/mariadbd", "usr/sbin/mysqld")
    client = program("mariadb", "usr/bin/mysql")
    with folder_of("mysql") as (where, prefix):
        data, sock = where / "data", where / "socket"
        own = ["--no-defaults", f"--datadir={data}"]
        run([*prefix, install, *own, "--auth-root-authentication-method=normal", "--skip-test-db"])
        port = free_port()
        command = [
            *prefix, server, *own, f"--socket={sock}", f"--port={port}",
            "--bind-address=127.0.0.1", f"--pid-file={where / 'pid'}", "--skip-log-bin",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M",
        ]  # fmt: skip

        def query(sql):
            return run(
                [client, "--no-defaults", f"--socket={sock}", "-uroot",
                 "--default-character-set=utf8mb4"],
                input=sql,
            )  # fmt: skip

        def ready():
            try:
                query("select 1")
            except Unavailable:
                return False
            return True

        with running(command, ready):
            yield port, query
