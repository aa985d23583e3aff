"""The parser of the command line; every command's work is in `jamlik.cli.commands`, read when it is asked for."""

from __future__ import annotations

import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from jamlik import __version__
from jamlik.cli.screen import failing_clearly

__all__ = [
    "Compat",
    "Depth",
    "Favourable",
    "Lang",
    "Method",
    "app",
    "audit_log",
    "export_log",
    "handbook",
    "handbook_pdf",
    "handbook_print",
    "handbook_read",
    "ledger",
    "main",
    "show_ledger",
    "verify_log",
    "withdraw_release",
]

app = typer.Typer(
    name="jamlik",
    help="Se vilka skillnader mellan grupper av invånare som är verkliga, hur stora och hur säkra.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

audit_log = typer.Typer(help="Webbplatsens logg: kontrollera den, eller skriv ut den.", no_args_is_help=True)
app.add_typer(audit_log, name="audit-log")

handbook = typer.Typer(help="Handbokens frågor som PDF, och ifyllda formulär tillbaka.", no_args_is_help=True)
app.add_typer(handbook, name="handbook")

ledger = typer.Typer(
    help="Liggaren över publicerade tabeller: visa den, eller anteckna en indragning.", no_args_is_help=True
)
app.add_typer(ledger, name="ledger")


class Lang(StrEnum):
    """Languages of what people read."""

    SV = "sv"
    EN = "en"
    FI = "fi"


class Method(StrEnum):
    """How a table is protected."""

    SUPPRESS = "suppress"
    NOISE = "noise"


class Depth(StrEnum):
    """How much of the handbook is asked."""

    QUICK = "quick"
    FULL = "full"


class Compat(StrEnum):
    """Whose rules the measures are made by, when not by ours."""

    HEALTHEQUAL = "healthequal"


class Favourable(StrEnum):
    """Which end of an indicator is the better one."""

    HIGH = "high"
    LOW = "low"


LangOption = Annotated[Lang, typer.Option("--lang", help="Språk i det som läses: sv, en eller fi.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Skriv data som JSON på stdout.")]
WhereOption = Annotated[
    list[str] | None,
    typer.Option("--where", help="Behåll bara rader med detta värde: KOLUMN=VÄRDE. Kan anges flera gånger."),
]
FocusOption = Annotated[str, typer.Option("--focus", help="Kod för den kommun analysen gäller, t.ex. 0126.")]
CatalogueOption = Annotated[str, typer.Option("--catalogue", help="Fil med Koladas nyckeltal (kpi, JSON).")]


def _version(show: bool) -> None:
    if show:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Visa versionen och sluta.")
    ] = False,
) -> None:
    """Hold the options that come before the command."""


@app.command()
def inspect(
    files: Annotated[list[Path], typer.Argument(help="Datafiler att titta på.")],
    lang: LangOption = Lang.SV,
    json: JsonOption = False,
    toml: Annotated[
        Path | None, typer.Option("--toml", help="Var beskrivningen sparas. Annars bredvid datafilen.")
    ] = None,
    where: WhereOption = None,
    focus: FocusOption = "",
    catalogue: CatalogueOption = "",
) -> None:
    """Berätta vad filen innehåller och spara en beskrivning (dataset.toml) att rätta."""
    from jamlik.cli.commands import inspect as inspect_command

    with failing_clearly(lang):
        inspect_command.run(
            files, lang=lang, as_json=json, toml=toml, where=where or [], focus=focus, catalogue=catalogue
        )


@app.command()
def analyse(
    source: Annotated[Path, typer.Argument(help="Datafil eller dataset.toml.")],
    out: Annotated[Path, typer.Option("--out", help="Mapp för rapporten. Skapas hel eller inte alls.")],
    file: Annotated[Path | None, typer.Option("--file", help="Datafil att använda med en dataset.toml.")] = None,
    lang: LangOption = Lang.SV,
    json: JsonOption = False,
    where: WhereOption = None,
    focus: FocusOption = "",
    catalogue: CatalogueOption = "",
    reference: Annotated[
        list[str] | None,
        typer.Option(
            "--reference", help="Vem grupperna jämförs med: DIMENSION=rest, best eller en kod, t.ex. area=best."
        ),
    ] = None,
    confidence: Annotated[
        float, typer.Option("--confidence", min=0.5, max=0.999, help="Intervallens säkerhet.")
    ] = 0.95,
) -> None:
    """Hitta skillnaderna i en fil och skriv rapporten."""
    from jamlik.cli.commands import analyse as analyse_command

    with failing_clearly(lang):
        analyse_command.run(
            source,
            out=out,
            file=file,
            lang=lang,
            as_json=json,
            where=where or [],
            focus=focus,
            catalogue=catalogue,
            references=reference or [],
            confidence=confidence,
        )


@app.command()
def start(
    municipality: Annotated[str, typer.Argument(help="Kommunens kod eller namn, t.ex. 0126 eller Huddinge.")],
    out: Annotated[Path | None, typer.Option("--out", help="Mapp för rapporten.")] = None,
    lang: LangOption = Lang.SV,
    json: JsonOption = False,
) -> None:
    """Hämta den egna kommunens könsuppdelade nyckeltal från Kolada och skriv rapporten."""
    from jamlik.cli.commands import start as start_command

    with failing_clearly(lang):
        start_command.run(municipality, out=out, lang=lang, as_json=json)


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(help="Mapp som jamlik analyse har skrivit.")],
    finding: Annotated[str, typer.Argument(help="Rangnummer eller finding_id.")],
    lang: LangOption = Lang.SV,
    json: JsonOption = False,
) -> None:
    """Visa hur en skillnad har räknats fram."""
    from jamlik.cli.commands import explain as explain_command

    with failing_clearly(lang):
        explain_command.run(folder, finding, lang=lang, as_json=json)


@app.command()
def measures(
    source: Annotated[Path, typer.Argument(help="Publicerade värden per grupp, som HEAT eller Fingertips har dem.")],
    out: Annotated[Path, typer.Option("--out", help="CSV-fil för måtten. Skrivs hel eller inte alls.")],
    compat: Annotated[
        Compat | None, typer.Option("--compat", help="healthequal: WHO-paketets egna skattningar, även där de är fel.")
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option("--scale", min=1e-9, help="Vad 100 % är i en fil från Fingertips: 1, 100 eller 1000."),
    ] = None,
    favourable: Annotated[
        Favourable | None, typer.Option("--favourable", help="Om högt (high) eller lågt (low) är bra, för Fingertips.")
    ] = None,
    confidence: Annotated[
        float, typer.Option("--confidence", min=0.5, max=0.999, help="Intervallens säkerhet.")
    ] = 0.95,
    lang: LangOption = Lang.SV,
) -> None:
    """Räkna ojämlikhetsmått på publicerade värden per grupp: skillnad, kvot, lutning, spridning, andel att vinna."""
    from jamlik.cli.commands import measures as measures_command

    with failing_clearly(lang):
        measures_command.run(
            source,
            out=out,
            compat=compat is not None,
            scale=scale,
            favourable=None if favourable is None else favourable is Favourable.HIGH,
            confidence=confidence,
            lang=lang,
        )


@app.command()
def demo(
    data: Annotated[Path | None, typer.Option("--data", help="Skriv bara data och truth.csv i denna mapp.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Mapp för demons data och rapporter.")] = Path("ekby"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Samma tal ger samma data.")] = 1,
    lang: LangOption = Lang.SV,
    open_report: Annotated[bool, typer.Option("--open/--no-open", help="Öppna resultatet i webbläsaren.")] = True,
    site: Annotated[bool, typer.Option("--site/--no-site", help="Starta webbplatsen på Ekby efteråt.")] = True,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Webbplatsens port.")] = 8000,
) -> None:
    """Bygg den påhittade Ekby kommun, analysera den, skriv rapporterna och starta webbplatsen."""
    from jamlik.cli.commands import demo as demo_command

    with failing_clearly(lang):
        demo_command.run(data=data, out=out, seed=seed, lang=lang, open_report=open_report, with_site=site, port=port)


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", help="Adress att svara på.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port att svara på.")] = 8000,
    processes: Annotated[int, typer.Option("--processes", min=1, help="Antal processer som svarar.")] = 1,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Kör en arbetare bredvid.")] = True,
    lang: LangOption = Lang.SV,
) -> None:
    """Starta webbplatsen och en arbetare för det som görs i bakgrunden."""
    from jamlik.cli.commands import site as site_command

    with failing_clearly(lang):
        site_command.serve(host=host, port=port, processes=processes, worker=worker, lang=lang)


@app.command()
def worker(
    parent: Annotated[int, typer.Option("--parent", hidden=True)] = 0,
    lang: LangOption = Lang.SV,
) -> None:
    """Utför webbplatsens arbete i bakgrunden: importer, analyser och e-post."""
    from jamlik.cli.commands import site as site_command

    with failing_clearly(lang):
        site_command.work(parent=parent, lang=lang)


@app.command()
def check_deployment(lang: LangOption = Lang.SV) -> None:
    """Kontrollera att webbplatsen är rätt inställd innan den öppnas för andra."""
    from jamlik.cli.commands import site as site_command

    with failing_clearly(lang):
        if site_command.check_deployment(lang=lang):
            raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Fil som kopian skrivs till.")],
    lang: LangOption = Lang.SV,
) -> None:
    """Spara hela webbplatsen i en fil: databas, dokument, celler och publicerade resultat."""
    from jamlik.cli.commands import site as site_command

    with failing_clearly(lang):
        site_command.back_up(file, lang=lang)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Fil som jamlik backup har skrivit.")],
    lang: LangOption = Lang.SV,
) -> None:
    """Läs tillbaka en sparad webbplats till en tom databas och en tom mapp."""
    from jamlik.cli.commands import site as site_command

    with failing_clearly(lang):
        site_command.read_back(file, lang=lang)


@audit_log.command("verify")
def verify_log(
    seal: Annotated[
        list[str] | None, typer.Option("--seal", help="Sigill från en tidigare kontroll. Kan anges flera gånger.")
    ] = None,
    lang: LangOption = Lang.SV,
    json: JsonOption = False,
) -> None:
    """Kontrollera att loggens kedja håller: inget ändrat, borttaget, tillagt eller flyttat."""
    from jamlik.cli.commands import audit_log as log_command

    with failing_clearly(lang):
        if not log_command.verify(seals=tuple(seal or ()), lang=lang, as_json=json):
            raise typer.Exit(1)


@audit_log.command("export")
def export_log(lang: LangOption = Lang.SV) -> None:
    """Skriv hela loggen som CSV på stdout."""
    from jamlik.cli.commands import audit_log as log_command

    with failing_clearly(lang):
        log_command.export(lang=lang)


QuestionsOption = Annotated[
    str, typer.Option("--set", help="Vilka frågor: equality (analys), team (arbetsplatsträff) eller crisis (kris).")
]
DepthOption = Annotated[Depth | None, typer.Option("--depth", help="quick: snabb genomgång. full: full analys.")]
EditionOption = Annotated[
    Path | None, typer.Option("--edition", help="Kommunens egen utgåva av frågorna, som fil från webbplatsen.")
]


@handbook.command("pdf")
def handbook_pdf(
    out: Annotated[Path, typer.Option("--out", help="Fil som formuläret skrivs till.")],
    questions: QuestionsOption = "equality",
    depth: DepthOption = None,
    on_paper: Annotated[bool, typer.Option("--print", help="Med linjer att skriva på, i stället för fält.")] = False,
    edition: EditionOption = None,
    lang: LangOption = Lang.SV,
) -> None:
    """Skriv handbokens frågor som PDF: att fylla i på skärmen, eller att skriva ut."""
    from jamlik.cli.commands import handbook as handbook_command

    with failing_clearly(lang):
        handbook_command.write_form(
            out, name=questions, depth=depth and depth.value, lang=lang, fillable=not on_paper, edition=edition
        )


@handbook.command("print")
def handbook_print(
    out: Annotated[Path, typer.Option("--out", help="Fil som handboken skrivs till.")],
    questions: QuestionsOption = "equality",
    depth: DepthOption = None,
    edition: EditionOption = None,
    lang: LangOption = Lang.SV,
) -> None:
    """Skriv handboken som PDF att läsa: metodens kapitel, och frågorna som text."""
    from jamlik.cli.commands import handbook as handbook_command

    with failing_clearly(lang):
        handbook_command.write_book(out, name=questions, depth=depth and depth.value, lang=lang, edition=edition)


@handbook.command("read")
def handbook_read(
    file: Annotated[Path, typer.Argument(help="Ifyllt formulär (PDF).")],
    edition: EditionOption = None,
    lang: LangOption = Lang.SV,
    json: JsonOption = False,
) -> None:
    """Läs ett ifyllt formulär: visa svaren, och vad som saknas innan analysen är hel."""
    from jamlik.cli.commands import handbook as handbook_command

    with failing_clearly(lang):
        handbook_command.read_form(file, lang=lang, as_json=json, edition=edition)


TableRulesOption = Annotated[
    Path | None, typer.Option("--rules", help="Regler för tabellen (TOML): dimensioner, minsta antal, bredd.")
]
LedgerOption = Annotated[
    Path | None, typer.Option("--ledger", help="Liggare över det som redan är publicerat. Skapas om den inte finns.")
]
WidthOption = Annotated[
    int | None, typer.Option("--width", min=2, help="Så brett måste intervallet för ett litet tal vara.")
]


@app.command()
def protect(
    table: Annotated[Path, typer.Argument(help="Tabell med en rad per cell: CSV, Excel eller Parquet.")],
    out: Annotated[Path, typer.Option("--out", help="Mapp för den skyddade tabellen. Skapas hel eller inte alls.")],
    rules: TableRulesOption = None,
    ledger: LedgerOption = None,
    width: WidthOption = None,
    method: Annotated[
        Method,
        typer.Option("--method", help="suppress: dölj tal. noise: lägg brus på alla tal, med nycklar per person."),
    ] = Method.SUPPRESS,
    lang: LangOption = Lang.SV,
    json: JsonOption = False,
) -> None:
    """Dölj de små talen i en tabell, och så många till som krävs, och pröva skyddet genom ett angrepp."""
    from jamlik.cli.commands import protect as protect_command

    with failing_clearly(lang):
        noisy = method is Method.NOISE
        protect_command.run(
            table, out=out, rules=rules, ledger=ledger, width=width, noisy=noisy, lang=lang, as_json=json
        )


@app.command()
def attack(
    tables: Annotated[
        list[Path] | None,
        typer.Argument(help="Mappar från jamlik protect, tabeller med tomma celler, eller beteckningar i liggaren."),
    ] = None,
    rules: TableRulesOption = None,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Liggare. Angriparen känner till de utgåvor som nämns, eller alla.")
    ] = None,
    width: WidthOption = None,
    lang: LangOption = Lang.SV,
    json: JsonOption = False,
) -> None:
    """Räkna ut vad en utomstående kan veta om de dolda talen i publicerade tabeller. Kod 7 när skyddet inte håller."""
    from jamlik.cli.commands import attack as attack_command

    with failing_clearly(lang):
        if not attack_command.run(tables or [], rules=rules, ledger=ledger, width=width, lang=lang, as_json=json):
            raise typer.Exit(7)


@ledger.command("show")
def show_ledger(
    path: Annotated[Path, typer.Argument(help="Liggaren.")],
    lang: LangOption = Lang.SV,
    json: JsonOption = False,
) -> None:
    """Visa det som är publicerat, och kontrollera att liggarens kedja håller."""
    from jamlik.cli.commands import protect as protect_command

    with failing_clearly(lang):
        protect_command.show_ledger(path, lang=lang, as_json=json)


@ledger.command("withdraw")
def withdraw_release(
    path: Annotated[Path, typer.Argument(help="Liggaren.")],
    release: Annotated[str, typer.Argument(help="Utgåvans beteckning, eller början av den.")],
    why: Annotated[str, typer.Option("--why", help="Varför den är indragen.")],
    lang: LangOption = Lang.SV,
) -> None:
    """Anteckna att en utgåva är indragen. Talen räknas fortfarande som kända."""
    from jamlik.cli.commands import protect as protect_command

    with failing_clearly(lang):
        protect_command.withdraw(path, release, why=why, lang=lang)


def main() -> None:
    """Run the command line; being told to stop is an interruption like any other, and leaves nothing behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()
