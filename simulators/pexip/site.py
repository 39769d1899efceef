"""Django's settings for one node, made when the process starts instead of in a settings module."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from .options import Options

# A refused request is no news; a failure of the simulator itself is told on standard error.
_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}


def _secret_key(data: Path) -> str:
    path = data / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def configure(options: Options) -> None:
    """Set Django up for this node. Once a process; before any model is imported."""
    settings.configure(
        SIMULATOR=options,
        SECRET_KEY=_secret_key(options.data),
        DEBUG=False,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="simulators.pexip.urls",
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "simulators.pexip.apps.PexipConfig",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        AUTHENTICATION_BACKENDS=["simulators.pexip.authentication.ConfiguredUser"],
        TEMPLATES=[_templates()],
        DATABASES={"default": _database(options.data)},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        STATIC_URL="/static/",
        USE_TZ=False,
        LANGUAGE_CODE="en-us",
        SESSION_COOKIE_SECURE=True,
        CSRF_COOKIE_SECURE=True,
        DATA_UPLOAD_MAX_MEMORY_SIZE=None,
        FILE_UPLOAD_TEMP_DIR=str(options.data),
        LOGGING=_LOGGING,
    )
    django.setup()


def _templates() -> dict[str, Any]:
    processors = ["request", "auth", "messages"]
    modules = {"request": "template", "auth": "contrib.auth", "messages": "contrib.messages"}
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [f"django.{modules[name]}.context_processors.{name}" for name in processors]},
    }


def _database(data: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(data / "node.sqlite3"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A write that starts by reading would otherwise fail as soon as another one got in between.
            "transaction_mode": "IMMEDIATE",
            "timeout": 60,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
        },
    }
