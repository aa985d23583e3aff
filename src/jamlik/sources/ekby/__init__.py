"""Ekby kommun, the invented municipality of the demo: people, files, and the truth about every comparison."""

from jamlik.sources.ekby.draw import draw_service, ekby_population
from jamlik.sources.ekby.files import EkbyFiles, write_ekby
from jamlik.sources.ekby.plants import PLANTS, Plant
from jamlik.sources.ekby.services import SERVICES, ekby_dimensions, ekby_indicators
from jamlik.sources.ekby.truth import TruthRow, ekby_truth

__all__ = [
    "PLANTS",
    "SERVICES",
    "EkbyFiles",
    "Plant",
    "TruthRow",
    "draw_service",
    "ekby_dimensions",
    "ekby_indicators",
    "ekby_population",
    "ekby_truth",
    "write_ekby",
]
