"""Grounds that a municipality may not register about individuals: their names in column headings, and what to do.

Basis: `docs/explanation/policy.md` and the constraints it cites (GDPR article 9; DO: four grounds are also sensitive
data; equality data needs anonymity, voluntariness and self-classification).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

__all__ = ["ALTERNATIVE", "GROUND_WORDS", "PROXY_WORDS", "Ground"]


class Ground(StrEnum):
    """What a column says about a person that may not be registered."""

    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    SEXUAL_ORIENTATION = "sexual_orientation"
    GENDER_IDENTITY = "gender_identity"
    DISABILITY = "disability"
    NATIONAL_MINORITY = "national_minority"
    IDENTITY = "identity"


# Searched in names that are lower-cased, without accents and with words apart by one space.
GROUND_WORDS: Mapping[Ground, str] = MappingProxyType(
    {
        Ground.NATIONAL_MINORITY: r"\b(nationella? ?minoritet|minoritetstillhorighet|national minorit"
        r"|kansallinen vahemmisto|sverigefin[ns]|tornedaling"
        r"|kvan(er)?\b|samisk|romsk|judisk|sami (identity|origin)|saamelai|romani)",
        Ground.ETHNICITY: r"(\betni[cks]|\bethnic|\betnin|\bhudfarg|\bskin colou?r|^(ras|race|rotu)$|\bfolkgrupp\b"
        r"|\bracial|\bihonvari)",
        Ground.RELIGION: r"(\breligi|\btrosuppfattning|\btrosbekannelse|\btrossamfund|\blivsaskadning"
        r"|^(tro|faith|belief)$|\buskon(to|nol)|\bvakaumus|\bkyrkotillhorighet)",
        Ground.SEXUAL_ORIENTATION: r"(\bsexuell ?(laggning|orientering)|\bsexuallaggning|\bsexual ?orientation"
        r"|\bseksuaalinen suuntau|\bhomosex|\bbisex|\bhbtq|\blgbt|\bhlbt)",
        Ground.GENDER_IDENTITY: r"(\bkonsidentitet|\bkonsuttryck|\bkonsoverskridande|\bgender ?(identity|expression)"
        r"|\bsukupuoli ?identiteet|\btrans(person|gender|identit|sexu|sukupuol)|\bjuridiskt kon andrat)",
        Ground.DISABILITY: r"(\bfunktions(nedsattning|hinder|variation|formaga)|\bhandikapp|\bdisab(ility|led)"
        r"|\bimpairment|\bvamma(inen|isuus)|\btoimintarajoi|\bdiagnos)",
    }
)

_SURVEY = {
    "sv": "Fråga i en frivillig och anonym enkät där var och en själv väljer sitt svar, eller samtala med råd och "
    'föreningar. Läs in enkätens summor och ange data_source = "anonymous_survey".',
    "en": "Ask in a voluntary, anonymous survey where people classify themselves, or talk with councils and "
    'associations. Load the survey\'s totals and declare data_source = "anonymous_survey".',
    "fi": "Kysy vapaaehtoisessa ja nimettömässä kyselyssä, jossa jokainen määrittelee itsensä, tai keskustele "
    'neuvostojen ja yhdistysten kanssa. Lue kyselyn summat ja ilmoita data_source = "anonymous_survey".',
}

ALTERNATIVE: Mapping[Ground, Mapping[str, str]] = MappingProxyType(
    {
        **{ground: MappingProxyType(_SURVEY) for ground in Ground},
        Ground.DISABILITY: MappingProxyType(
            {
                "sv": "Använd verksamhetens egna summor för insatser enligt LSS eller SoL och ange "
                'data_source = "service_aggregate", eller fråga i en frivillig och anonym enkät.',
                "en": "Use the service's own totals of support under LSS or SoL and declare "
                'data_source = "service_aggregate", or ask in a voluntary, anonymous survey.',
                "fi": "Käytä toiminnan omia summia LSS- tai SoL-tuista ja ilmoita "
                'data_source = "service_aggregate", tai kysy vapaaehtoisessa ja nimettömässä kyselyssä.',
            }
        ),
        Ground.IDENTITY: MappingProxyType(
            {
                "sv": "Ta bort kolumnen. Analysen behöver grupper, inte personer.",
                "en": "Remove the column. The analysis needs groups, not persons.",
                "fi": "Poista sarake. Analyysi tarvitsee ryhmiä, ei henkilöitä.",
            }
        ),
    }
)

PROXY_WORDS: tuple[tuple[str, Mapping[str, str]], ...] = (
    (
        r"\b(modersmal|hemsprak|mother tongue|native language|first language|home language|aidinkieli)",
        MappingProxyType(
            {
                "sv": "Modersmål säger något om språk, inte om etnisk tillhörighet. Skriv det så i rapporten.",
                "en": "Mother tongue is about language, not ethnicity. Say so in the report.",
                "fi": "Äidinkieli kertoo kielestä, ei etnisestä alkuperästä. Kerro se raportissa.",
            }
        ),
    ),
    (
        r"\b(fodelseland|fodelseregion|country of birth|utlandsk bakgrund|foreign background|medborgarskap|syntymamaa)",
        MappingProxyType(
            {
                "sv": "Födelseland säger något om migration, inte om etnisk tillhörighet. Håll indelningen grov.",
                "en": "Country of birth is about migration, not ethnicity. Keep the division coarse.",
                "fi": "Syntymämaa kertoo muuttoliikkeestä, ei etnisestä alkuperästä. Pidä jaottelu karkeana.",
            }
        ),
    ),
)
