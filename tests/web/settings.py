"""Settings of the tests: the site's own, in a home of their own, with what only costs time made cheap."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_given = os.environ.get("JAMLIK_HOME")
_home = tempfile.mkdtemp(prefix="jamlik-test-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.mkdir(os.path.join(_home, "static"))
os.environ["JAMLIK_HOME"] = _home
os.environ["JAMLIK_SECRET_KEY"] = "a key that only tests know and nothing else is signed with"

from jamlik.web.settings import *  # noqa: E402, F403

if _given is None:
    del os.environ["JAMLIK_HOME"]
else:
    os.environ["JAMLIK_HOME"] = _given

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, not memory: several threads then write and wait for one another as on a real site.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_home, "test.sqlite3")}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
