"""Addresses of logging in and of one's own account: the parts of allauth that the site uses, each with who may open it.

Signing up and changing one's address are left out: an administrator adds people.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import URLPattern, path, re_path

from jamlik.web.core.access import View, permission

__all__: list[str] = []


def _open(route: str, view: View, name: str) -> URLPattern:
    return path(route, permission(public=True)(view), name=name)


def _own(route: str, view: View, name: str) -> URLPattern:
    return path(route, permission(login_only=True)(view), name=name)


urlpatterns = [
    _open("login/", account.login, "account_login"),
    _open("logout/", account.logout, "account_logout"),
    _open("inactive/", account.account_inactive, "account_inactive"),
    _open("password/reset/", account.password_reset, "account_reset_password"),
    _open("password/reset/done/", account.password_reset_done, "account_reset_password_done"),
    re_path(  # the first hyphen parts the two; there are more of them in the key
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        permission(public=True)(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    _open(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    _own("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    _own("password/change/", account.password_change, "account_change_password"),
    _own("password/set/", account.password_set, "account_set_password"),
    _own("mfa/", mfa.index, "mfa_index"),
    _open("mfa/authenticate/", mfa.authenticate, "mfa_authenticate"),
    _own("mfa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    _own("mfa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    _own("mfa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _own("mfa/codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    _own("mfa/codes/generate/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    _own("mfa/codes/download/", codes.download_recovery_codes, "mfa_download_recovery_codes"),
    _open("<str:provider_id>/login/", oidc.login, "openid_connect_login"),
    _open("<str:provider_id>/login/callback/", oidc.callback, "openid_connect_callback"),
    _open("login/cancelled/", social.login_cancelled, "socialaccount_login_cancelled"),
    _open("login/error/", social.login_error, "socialaccount_login_error"),
]
