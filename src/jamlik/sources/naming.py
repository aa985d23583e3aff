"""What the names of columns give away: words for sex, age, period, area, counts, shares, ids."""

from __future__ import annotations

import re

__all__ = ["area_level", "measure_kind", "name_says", "tokens"]

_WORDS = {
    "sex": r"kön|kon|sex|gender|sukupuoli|könstillhörighet|juridiskt_kön",
    "age": r"ålder|alder|age|åldersgrupp|åldersklass|aldersgrupp|aldersklass|åldersintervall|ikä|ikäryhmä",
    "period": r"år|ar|year|period|läsår|lasar|månad|manad|month|kvartal|quarter|termin|tid|time|mätår|vuosi"
    r"|verksamhetsår|kalenderår|redovisningsår|datum|date",
    "id": r"id|idnr|personid|elevid|personnr|personnummer|pnr|löpnr|lopnr|löpnummer|lopnummer|elevnr|ärendenr"
    r"|ärendenummer|kundnr|kundnummer|brukarid|uuid|guid|samordningsnummer|person|respondent|svarsid",
    "contact": r"förnamn|efternamn|fornamn|personnamn|adress|gatuadress|epost|mail|email|telefon|telefonnummer|mobil",
    "birth": r"födelseår|fodelsear|födelsedatum|fodelsedatum|född|fodd|birthdate|birth|birthyear|födelsetid",
    "weight": r"vikt|weight|kalibreringsvikt|uppräkningsvikt|uppräkningstal|paino",
    "unit": r"enhet|unit|måttenhet|yksikkö",
    "measure": r"mått|matt|measure|variabel|variable|indikator|indicator|nyckeltal|kpi|tabellinnehåll|contents"
    r"|contentscode|observations",
    "value": r"värde|varde|value|arvo|utfall|obs_value|resultat",
    "se": r"medelfel|standardfel|se|stderr|std_err",
    "base": r"bas|base|nämnare|namnare|denominator|totalt|total|population|befolkning|folkmängd|invånare|invanare"
    r"|personer|people|samtliga|alla|berättigade|röstberättigade|svarande|svar|respondenter|elever|barn|brukare"
    r"|anställda|all|respondents|responses|answers|pupils|students|children|residents|inhabitants|employees|eligible"
    r"|kaikki|yhteensä|nimittäjä|väestö|asukkaat|vastaajat|vastanneet|oppilaat|lapset|henkilöt|n",
    "covariate": r"utbildning|utbildningsnivå|utbildningsbakgrund|education|inkomst|income|inkomstgrupp|behov"
    r"|behovsnivå|omsorgsbehov|need|bakgrund|background|härkomst|födelseland|fodelseland|civilstånd|hushåll|hushållets"
    r"|hushållstyp|boende|boendeform|språk|modersmål|socioekonomi|socioekonomisk|socioekonomiskt|index|nivå|niva"
    r"|level|upplåtelseform|sysselsättning|föräldrars|foraldrars|vårdnadshavares|vårdbehov",
    "category": r"typ|form|huvudman|huvudmannatyp|skola|skolenhet|förskola|enhet|program|inriktning|avdelning|årskurs"
    r"|arskurs|klass|insats|regi|utförare|verksamhet|yrke|befattning|sektor|sector|occupation|ssyk|kategori|grupp",
}
_AREAS = (
    ("lan", r"län|lan|läns|lans|länskod|lanskod|länsnamn|länskod|county|lääni"),
    ("kommun", r"kommun|kommunkod|kommunnamn|municipality|kunta|kommuner"),
    ("region", r"region|regionkod|riksområde|landsdel|riksomrade|nuts\d?"),
    (
        "fine",
        r"område|omrade|omr|area|distrikt|district|valdistrikt\w*|valkrets\w*|stadsdel\w*|kommundel\w*|delområde|delomrade"
        r"|småområde|smaomrade|basområde|basomrade|baskod\w*|baskod|deso\w*|regso\w*|bostadsområde|bostadsomrade"
        r"|geografi|nyko\d?|tätort|ort|församling|postnummer|stadsdelsområde|primärområde|alue|omr_kod|områdeskod",
    ),
)
_KINDS = (
    ("se", r"medelfel|standardfel|std_?err"),
    ("mean", r"medel\w*|genomsnitt\w*|snitt|mean|median\w*|average|meritvärde|betygspoäng|kvot|index"),
    ("share", r"andel\w*|procent|percent|share|rate|%|proportion|osuus"),
    ("count", r"antal\w*|count|number|frekvens|n|lukumäärä|summa"),
)
_NAME_WORD = re.compile(r"(?:namn|name|benämning|klartext)$")
_CODE_WORD = re.compile(r"[-_ ]?(?:kod|code|koden|nr)\d*$")


def tokens(name: str) -> list[str]:
    """Words of a column's name, in lower case: split at spaces, punctuation and capital letters inside."""
    spaced = re.sub(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])", " ", name.split(" | ")[-1])
    return [word for word in re.split(r"[^0-9a-zåäöé%]+", spaced.casefold()) if word]


def name_says(name: str, what: str) -> bool:
    """Whether a column's name holds one of the words for `what` (`sex`, `age`, `period`, `id` …)."""
    pattern = re.compile(rf"(?:{_WORDS[what]})$")
    words = tokens(name)
    if what in ("id", "unit", "se", "value"):
        return bool(words) and bool(pattern.match(words[-1]) or pattern.match("_".join(words)))
    return any(pattern.match(word) for word in (*words, "".join(words)))


def area_level(name: str) -> str:
    """`lan`, `kommun`, `region`, `fine` (smaller than a municipality), or nothing when the name names no area."""
    words = tokens(name)
    stripped = [_CODE_WORD.sub("", _NAME_WORD.sub("", word)) or word for word in words]
    for level, pattern in _AREAS:
        if any(re.match(rf"(?:{pattern})$", word) for word in (*words, *stripped)):
            return level
    return ""


def measure_kind(name: str) -> str:
    """What a number column holds, by its name: `share`, `count`, `mean`, `se`, or nothing when it does not say."""
    words = tokens(name.replace("(%)", " % "))
    for kind, pattern in _KINDS:
        if any(re.match(rf"(?:{pattern})$", word) for word in words):
            return kind
    return ""
