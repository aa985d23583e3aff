"""Settings of a site, read from the environment and checked before anything starts.

Every wrong value is told at once, with its name, what was found, why it cannot be used and what to write instead.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from jamlik.model.errors import ErrorKind, JamlikError, Place
from jamlik.model.words import phrase

__all__ = [
    "COLOURS",
    "CONTACTS",
    "Environment",
    "Problem",
    "UnfitError",
    "database_settings",
    "mail_settings",
    "oidc_apps",
    "read_environment",
    "secret_key",
]

T = TypeVar("T")

COLOURS = {"accent": "#1d5c52", "accent_ink": "#ffffff"}
# Whom people turn to: part of the page that shows it → the setting that says it.
CONTACTS = {
    "email": "JAMLIK_CONTACT_EMAIL",
    "phone": "JAMLIK_CONTACT_PHONE",
    "accessibility": "JAMLIK_ACCESSIBILITY_EMAIL",
    "dpo": "JAMLIK_DPO_EMAIL",
}
_EMAIL = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;.]+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class UnfitError(ValueError):
    """A value that cannot be used; the key of why, after `settings.`."""


@dataclass(frozen=True)
class Problem:
    """A setting that cannot be used: its name, what was found (never a password), and the key of why."""

    setting: str
    reason: str
    found: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """Name, value, why, and what to write, on one line."""
        shown = f" {self.found!r};" if self.found else ""
        return f"{self.setting}:{shown} {phrase(lang, f'settings.{self.reason}', **self.values)}"


@dataclass(frozen=True)
class Environment:
    """What the environment says about this site; `problems` holds what cannot be used."""

    home: Path
    production: bool
    url: str
    hosts: tuple[str, ...]
    database: dict[str, object]
    secret: str
    mail_url: str
    mail_from: str
    oidc: dict[str, str]
    require_mfa: bool
    behind_proxy: bool
    name: str
    logo: str
    colours: dict[str, str]
    contact: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = field(default=())


def _home(env: Mapping[str, str]) -> Path:
    if named := env.get("JAMLIK_HOME"):
        return Path(named).expanduser().resolve()
    return Path.home() / ".local" / "share" / "jamlik"


def _flag(text: str) -> bool:
    if text.strip().lower() in {"1", "true", "yes", "ja", "on"}:
        return True
    if text.strip().lower() in {"", "0", "false", "no", "nej", "off"}:
        return False
    raise UnfitError("flag")


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise UnfitError("address")
    return f"{parts.scheme}://{parts.netloc}"


def _mail(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"smtp", "smtps", "file", "console"}):
        raise UnfitError("mail")
    return text


def _email(text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise UnfitError("email")
    return text


def _colour(text: str) -> str:
    if not _COLOUR.fullmatch(text):
        raise UnfitError("colour")
    return text.lower()


def database_settings(url: str) -> dict[str, object]:
    """Django's description of the database that a URL names.

    Raises
    ------
    ValueError
        When the URL names no database that the site can use.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        if not parts.path.strip("/"):
            raise UnfitError("sqlite")
        return _sqlite(unquote(parts.path[1:]))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise UnfitError("database")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise UnfitError("database_name")
    options: dict[str, object] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": str(options.pop("host", "") or parts.hostname or ""),
        "PORT": str(options.pop("port", "") or parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _sqlite(path: str) -> dict[str, object]:
    # WAL lets readers read while one writes; a transaction that may write takes its place in the queue at once, since
    # one that reads first and writes later would be refused instead of waiting.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=30000",
        },
    }


def mail_settings(url: str, home: Path) -> dict[str, object]:
    """Django's settings for mail: over SMTP, or without an address as files under the home."""
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme not in {"smtp", "smtps"}:
        folder = parts.path if parts.scheme == "file" else str(home / "mail")
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": folder}
    implicit = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if implicit else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": implicit,
        "EMAIL_USE_TLS": not implicit and not _is_loopback(url),
        "EMAIL_TIMEOUT": 20,
    }


def secret_key(home: Path) -> str:
    """The key that signs sessions: the file `secret_key` under the home, made the first time and kept private."""
    path = home / "secret_key"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _write_secret(path)
        return path.read_text("utf-8")
    except OSError as error:
        raise JamlikError(
            "home_unwritable",
            where=Place(str(home)),
            why=error.strerror or str(error),
            kind=ErrorKind.OUTPUT,
        ) from error


def _write_secret(path: Path) -> None:
    """Write a new key beside and link it in place, so that two processes that start at once agree on one."""
    draft = path.with_name(f"secret_key.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _oidc(env: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    names = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
    given = {name.lower(): env.get(f"JAMLIK_OIDC_{name}", "") for name in names}
    if not any(given.values()):
        return {}
    for name in names:
        if not given[name.lower()]:
            problems.append(Problem(f"JAMLIK_OIDC_{name}", "oidc"))
    if given["issuer"] and urlsplit(given["issuer"]).scheme != "https" and not _is_loopback(given["issuer"]):
        problems.append(Problem("JAMLIK_OIDC_ISSUER", "issuer", given["issuer"]))
    return {**given, "name": env.get("JAMLIK_OIDC_NAME", "OpenID Connect")}


def oidc_apps(oidc: Mapping[str, str]) -> list[dict[str, object]]:
    """The municipality's own log-in, described for allauth; none where there is none."""
    if not oidc:
        return []
    return [
        {
            "provider_id": "oidc",
            "name": oidc["name"],
            "client_id": oidc["client_id"],
            "secret": oidc["client_secret"],
            "settings": {"server_url": oidc["issuer"], "oauth_pkce_enabled": True},
        }
    ]


def _is_loopback(address: str) -> bool:
    return urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1"}


def read_environment(env: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment; what is wrong is listed in `problems`."""
    env = os.environ if env is None else env
    problems: list[Problem] = []

    def value(name: str, default: str, read: Callable[[str], T], otherwise: T) -> T:
        text = env.get(name, default)
        try:
            return read(text)
        except ValueError as error:
            shown = re.sub(r"//[^@/]*@", "//…@", text)
            reason = str(error) if isinstance(error, UnfitError) else "unreadable"
            problems.append(Problem(name, reason, shown))
            return otherwise

    home = _home(env)
    production = value("JAMLIK_PRODUCTION", "0", _flag, False)
    url = value("JAMLIK_URL", "http://127.0.0.1:8000", _address, "")
    named = tuple(host.strip() for host in env.get("JAMLIK_HOSTS", "").split(",") if host.strip())
    local = () if production else ("127.0.0.1", "localhost", "[::1]", "testserver")
    host = urlsplit(url).hostname or ""
    sqlite = f"sqlite:///{home / 'db.sqlite3'}"
    database = value("DATABASE_URL", sqlite, database_settings, database_settings(sqlite))
    secret = env.get("JAMLIK_SECRET_KEY", "")
    if secret and len(secret) < 40:
        problems.append(Problem("JAMLIK_SECRET_KEY", "secret_short"))
    colours = {
        key: value(f"JAMLIK_COLOUR_{key.upper()}", default, _colour, default) for key, default in COLOURS.items()
    }
    return Environment(
        home=home,
        production=production,
        url=url,
        hosts=tuple(dict.fromkeys((*named, *((host,) if host else ()), *local))),
        database=database,
        secret=secret,
        mail_url=value("JAMLIK_MAIL_URL", "", _mail, ""),
        mail_from=env.get("JAMLIK_MAIL_FROM", f"jamlik@{host or 'localhost'}"),
        oidc=_oidc(env, problems),
        require_mfa=value("JAMLIK_REQUIRE_MFA", "0", _flag, False),
        behind_proxy=value("JAMLIK_BEHIND_PROXY", "0", _flag, False),
        name=env.get("JAMLIK_NAME", ""),
        logo=env.get("JAMLIK_LOGO", ""),
        colours=colours,
        contact={
            part: value(name, "", str.strip if part == "phone" else _email, "") for part, name in CONTACTS.items()
        },
        problems=tuple(problems),
    )
