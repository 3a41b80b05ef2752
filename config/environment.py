"""Reads the addresses of the outside services from the environment, with errors that say which part is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from pathlib import Path

    import environ

_DATABASE_EXAMPLE = "postgres://doorstep_app:password@127.0.0.1:5432/doorstep"
_STORAGE_EXAMPLE = "file:///var/lib/doorstep/files or s3://key:secret@host:9000/bucket"
_EMAIL_EXAMPLE = "smtp+tls://user:password@mail.example.com:587"


def fail(name: str, meaning: str, example: str) -> NoReturn:
    """Refuse to start: `name` is missing or wrong. Says what it means and gives an example."""
    raise ImproperlyConfigured(f"{name}: needs {meaning}. Example: {example}")


def database(env: environ.Env, name: str, *, pooled: bool = True) -> dict[str, Any]:
    """Django's database settings from the address in variable `name`; refuses a broken one naming the part."""
    url = env.str(name, default="")
    if not url:
        fail(name, "the address of a PostgreSQL database", _DATABASE_EXAMPLE)
    parts = split_database_url(name, url)
    pool = env.int("DB_POOL", default=0) if pooled else 0
    options: dict[str, Any] = {"connect_timeout": 5, "application_name": env.str("DB_APPLICATION", default="doorstep")}
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10, "max_idle": 300}
    return {
        "ENGINE": "base.postgres",
        **parts,
        "CONN_MAX_AGE": 0 if pool else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("DB_TRANSACTION_POOLER", default=False),
    }


def split_database_url(name: str, url: str) -> dict[str, Any]:
    """USER, PASSWORD, HOST, PORT and NAME of a PostgreSQL address. ImproperlyConfigured names the part that is wrong."""
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: the port is not a number ({error}). Example: {_DATABASE_EXAMPLE}") from error
    if parts.scheme not in {"postgres", "postgresql"}:
        fail(name, f"the scheme postgres://, not {parts.scheme or 'nothing'}://", _DATABASE_EXAMPLE)
    if not parts.hostname:
        fail(name, "a host after the @", _DATABASE_EXAMPLE)
    if not parts.username:
        fail(name, "a user before the @", _DATABASE_EXAMPLE)
    if not parts.path.strip("/"):
        fail(name, "a database name after the last /", _DATABASE_EXAMPLE)
    return {
        "USER": unquote(parts.username),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname),
        "PORT": port,
        "NAME": unquote(parts.path.strip("/")),
    }


def storage(env: environ.Env, data_dir: Path) -> dict[str, Any]:
    """Django's default file storage from STORAGE_URL: a folder, or a bucket of an S3-compatible store."""
    url = env.str("STORAGE_URL", default="") or f"file://{data_dir / 'files'}"
    parts = urlsplit(url)
    if parts.scheme == "file":
        if not parts.path:
            fail("STORAGE_URL", "a folder after file://", _STORAGE_EXAMPLE)
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": unquote(parts.path)}}
    if parts.scheme != "s3":
        fail("STORAGE_URL", f"file:// or s3://, not {parts.scheme or 'nothing'}://", _STORAGE_EXAMPLE)
    bucket = parts.path.strip("/")
    if not (parts.hostname and bucket and parts.username):
        fail("STORAGE_URL", "key, host and bucket", _STORAGE_EXAMPLE)
    secure = "insecure" not in parts.query
    port = f":{parts.port}" if parts.port else ""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "access_key": unquote(parts.username),
            "secret_key": unquote(parts.password or ""),
            "endpoint_url": f"{'https' if secure else 'http'}://{parts.hostname}{port}",
            "file_overwrite": False,
            "default_acl": None,
        },
    }


def email(env: environ.Env) -> dict[str, Any]:
    """Django's e-mail settings from EMAIL_URL; empty: none configured, and messages stay readable on the outbox page."""
    url = env.str("EMAIL_URL", default="")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    schemes = set(env.EMAIL_SCHEMES)
    if urlsplit(url).scheme not in schemes:
        fail("EMAIL_URL", f"one of the schemes {', '.join(sorted(schemes))}", _EMAIL_EXAMPLE)
    try:
        return dict(env.email_url("EMAIL_URL"))
    except ValueError as error:
        raise ImproperlyConfigured(f"EMAIL_URL: {error}. Example: {_EMAIL_EXAMPLE}") from error
