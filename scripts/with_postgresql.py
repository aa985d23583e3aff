"""Run a command beside a PostgreSQL of its own, which is made for it and removed after it.

    python scripts/with_postgresql.py -- COMMAND …

The command finds the database in DATABASE_URL. The server listens on a socket in its own temporary folder and on no
port. It refuses to run as root, so it is started as another user where this script is run by root. Where no server is
installed the command is not run: that is said, and is a failure in CI.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

OLDEST = 15
USERS = ("postgres", "nobody")
SETTINGS = (
    # Nothing here outlives the run, so nothing needs to reach the disk.
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=120",
    # Between two tests every table is empty. Counted then, it is planned for as empty through the next test's one long
    # transaction: a look-up by id in 2,000 rows took over a minute. A test that fills tables has them counted itself.
    "autovacuum=off",
    # A query that hangs is a failure that names it, not a run that never ends.
    "statement_timeout=120s",
)


def binaries() -> Path | None:
    """The folder of the newest server that is installed."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    found = [folder for folder in folders if (folder / "postgres").is_file() and (folder / "initdb").is_file()]
    newest = sorted(((_version(folder), folder) for folder in found), reverse=True)
    return newest[0][1] if newest and newest[0][0] >= OLDEST else None


def _version(folder: Path) -> int:
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.split()[2].split(".")[0])


def server_user() -> dict[str, Any]:
    """Whom the server runs as: ourselves, or another where we are root."""
    if os.geteuid() != 0:
        return {}
    for name in USERS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise SystemExit(f"PostgreSQL does not run as root, and there is no user {' or '.join(USERS)}.")


def run(folder: Path, command: list[str]) -> int:
    """Start a server, run the command, stop the server; the command's exit code."""
    who = server_user()
    home = Path(tempfile.mkdtemp(prefix="jamlik-pg-"))
    if who:
        os.chown(home, who["user"], who["group"])
    data, quiet = home / "data", {"stdout": subprocess.DEVNULL, "cwd": home, **who}
    ctl = [folder / "pg_ctl", "-D", data, "-s", "-w"]
    try:
        init = [folder / "initdb", "-D", data, "-U", "jamlik", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        subprocess.run(init, check=True, **quiet)
        options = " ".join(f"-c {setting}" for setting in SETTINGS)
        start = [*ctl, "-l", home / "log", "-o", f"{options} -k {home}", "start"]
        if subprocess.run(start, check=False, **quiet).returncode:
            raise SystemExit(f"PostgreSQL did not start:\n{(home / 'log').read_text()}")
        try:
            url = f"postgresql://jamlik@/postgres?host={quote(str(home), safe='')}"
            return subprocess.run(command, check=False, env={**os.environ, "DATABASE_URL": url}).returncode
        finally:
            subprocess.run([*ctl, "-m", "immediate", "stop"], check=False, **quiet)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    """Run the command given after `--`."""
    command = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    folder = binaries()
    if folder is None:
        print(
            f"PostgreSQL {OLDEST} or later is not installed (Debian: postgresql): skipped what needs it",
            file=sys.stderr,
        )
        return 1 if os.environ.get("CI") == "true" else 0
    return run(folder, command)


if __name__ == "__main__":
    sys.exit(main())
