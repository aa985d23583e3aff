"""`jamlik audit-log`: does the chain of the site's log hold, and the log as CSV. Imports `web`, lazily."""

from __future__ import annotations

import json

import typer

from jamlik.cli.commands.site import ready_django
from jamlik.cli.screen import out, talk
from jamlik.model.errors import ErrorKind, JamlikError

__all__ = ["export", "verify"]

TOLD = 20  # faults that are told one by one; the rest are counted


def verify(*, seals: tuple[str, ...], lang: str, as_json: bool) -> bool:
    """Check the whole log and tell what was found; whether it holds.

    Raises
    ------
    JamlikError
        USAGE when a seal cannot be read.
    """
    ready_django()
    from jamlik.web.core.audit_proof import proved
    from jamlik.web.core.texts import say_in

    try:
        proof = proved(seals=seals)
    except ValueError as error:
        raise JamlikError(
            say_in(lang, "core.log.bad_seal", seal=str(error)),
            do=say_in(lang, "core.log.bad_seal_do"),
            kind=ErrorKind.USAGE,
        ) from error
    if as_json:
        faults = [{"number": fault.number, "code": fault.code} for fault in proof.faults]
        told = {"holds": proof.holds, "events": proof.events, "erased": proof.erased, "seal": proof.seal}
        typer.echo(json.dumps({**told, "faults": faults}, indent=2))
        return proof.holds
    for fault in proof.faults[:TOLD]:
        out.print(say_in(lang, f"core.log.fault.{fault.code}", number=fault.number), markup=False)
    if len(proof.faults) > TOLD:
        out.print(say_in(lang, "core.log.more", more=len(proof.faults) - TOLD), markup=False)
    key = "holds" if proof.holds else "broken"
    out.print(say_in(lang, f"core.log.{key}", events=proof.events, erased=proof.erased), markup=False)
    if proof.holds:
        out.print(say_in(lang, "core.log.seal", seal=proof.seal), markup=False, soft_wrap=True)
        talk.print(say_in(lang, "core.log.keep_seal"), markup=False)
    return proof.holds


def export(*, lang: str) -> None:
    """Write the whole log as CSV on stdout, oldest first."""
    ready_django()
    from jamlik.web.organisation.log_file import every_line

    for line in every_line(lang):
        typer.echo(line, nl=False)
