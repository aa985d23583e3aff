"""Kolada (RKA): the client of its API v3, and its figures as cells."""

from jamlik.sources.kolada.client import ADDRESS, KoladaClient, Progress
from jamlik.sources.kolada.indicators import SOURCE, kolada_indicator, kolada_unit, kolada_warnings, uncertainty_series
from jamlik.sources.kolada.municipalities import (
    RIKET,
    Municipality,
    SimilarGroup,
    known_municipalities,
    matching_municipality,
)
from jamlik.sources.kolada.pages import Manners
from jamlik.sources.kolada.records import LABEL, cells_from_records, flat_records

__all__ = [
    "ADDRESS",
    "LABEL",
    "RIKET",
    "SOURCE",
    "KoladaClient",
    "Manners",
    "Municipality",
    "Progress",
    "SimilarGroup",
    "cells_from_records",
    "flat_records",
    "known_municipalities",
    "kolada_indicator",
    "kolada_unit",
    "kolada_warnings",
    "matching_municipality",
    "uncertainty_series",
]
