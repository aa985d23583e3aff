"""Django's settings, from the environment (`jamlik.web.environment` says which names, and checks them)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from jamlik.web.environment import mail_settings, oidc_apps, read_environment, secret_key

JAMLIK = read_environment()
JAMLIK_HOME = JAMLIK.home

SECRET_KEY = JAMLIK.secret or secret_key(JAMLIK_HOME)
DEBUG = False
ALLOWED_HOSTS = list(JAMLIK.hosts)
SITE_URL = JAMLIK.url
# A browser checks where a form leads in the end: to the municipality's own log-in, where there is one.
_ISSUER = urlsplit(JAMLIK.oidc.get("issuer", ""))
_OIDC_ORIGIN = [f"{_ISSUER.scheme}://{_ISSUER.netloc}"] if _ISSUER.netloc else []
_HTTPS = SITE_URL.startswith("https://")

APPS = (
    "core",
    "organisation",
    "register",
    "statistics",
    "goals",
    "assessments",
    "plans",
    "learning",
    "handbook",
    "desk",
)
INSTALLED_APPS = [
    *(f"jamlik.web.{app}" for app in APPS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jamlik.web.core.middleware.LanguageMiddleware",
    "jamlik.web.core.middleware.NobodyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "jamlik.web.core.middleware.PlainAddressMiddleware",
    "jamlik.web.core.middleware.UnsentMiddleware",
    "jamlik.web.core.middleware.SecondStepMiddleware",
    "jamlik.web.core.middleware.HeadersMiddleware",
]
ROOT_URLCONF = "jamlik.web.urls"
WSGI_APPLICATION = "jamlik.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jamlik.web.core.context.site",
            ]
        },
    }
]
FORM_RENDERER = "jamlik.web.core.forms.Renderer"

DATABASES: dict[str, dict[str, Any]] = {"default": JAMLIK.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}

# --- who is who -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "jamlik.web.organisation.backends.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "jamlik.web.core.login.AccountAdapter"
ACCOUNT_FORMS = {"login": "jamlik.web.core.login.LoginForm"}
SOCIALACCOUNT_ADAPTER = "jamlik.web.core.login.SocialAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator adds people; nobody signs up
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # mail goes to people of the municipality, not to whatever address was written
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"APPS": oidc_apps(JAMLIK.oidc)}}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator vouches for the address
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "jamlik.web.core.login.SecondStepAdapter"

# --- what the browser is told -----------------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_FAILURE_VIEW = "jamlik.web.core.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _HTTPS else 0
SECURE_SSL_REDIRECT = False  # the proxy that ends TLS does that
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if JAMLIK.behind_proxy else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if JAMLIK.behind_proxy else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, *_OIDC_ORIGIN],
    }
}

# --- language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English"), ("fi", "Suomi")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

# --- files ------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = JAMLIK_HOME / "static"
MEDIA_ROOT = JAMLIK_HOME / "media"
MEDIA_URL = ""  # files are handed out by views that check who asks
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# Django would write larger uploads as plain text to a temporary file; a file of persons must never lie so (ADR 6).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 200 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- mail -------------------------------------------------------------------------------------------------------------

vars().update(mail_settings(JAMLIK.mail_url, JAMLIK_HOME))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = JAMLIK.mail_from

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
