"""How allauth lets people in: by e-mail and password, or through the municipality's own log-in; nobody signs up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from jamlik.web.core import clock
from jamlik.web.core.context import site_name
from jamlik.web.core.texts import say

__all__ = ["WAIT", "AccountAdapter", "LoginForm", "SecondStepAdapter", "SocialAdapter", "try_again"]

WAIT = timedelta(minutes=5)  # the longest that ACCOUNT_RATE_LIMITS makes anybody wait


def try_again(key: str) -> str:
    """A text that says when one may try again: by then the longest wait is over."""
    at = timezone.localtime(clock.now() + WAIT + timedelta(minutes=1))
    return say(key, minutes=WAIT // timedelta(minutes=1), at=at.strftime("%H:%M"))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """People are added by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def validation_error(self, code: str, *args: Any) -> Any:
        """Say when one may try again, where the package only says that it was too often."""
        if code == "too_many_login_attempts":
            return ValidationError(try_again("core.account.login.too_many"), code=code)
        return super().validation_error(code, *args)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """The municipality's log-in says who somebody is; what they may do is decided here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody becomes a user by logging in elsewhere: an administrator has added the address first."""
        return False


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """The second step bears the municipality's name in the person's app."""

    def issuer(self) -> str:
        """What the site is called, as on every page."""
        return site_name()

    get_totp_issuer = issuer  # the name that the package asks by


class LoginForm(AllauthLoginForm):  # type: ignore[misc]  # allauth has no types
    """Address and password, with labels alone: words inside a field are gone once one writes in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""
