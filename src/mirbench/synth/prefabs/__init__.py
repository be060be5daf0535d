"""Things one can recognise, built from the renderer's solids.

Each function takes `key`, `position`, `heading` (whole degrees; 0 faces +x), `scale` and usually
`colour` (a name from `COLOURS`, or linear red, green, blue), and returns an `Object`.
"""

from __future__ import annotations

from mirbench.synth.prefabs.buildings import house, skyscraper, tower
from mirbench.synth.prefabs.food import (
    apple,
    banana,
    bread,
    carrot,
    egg,
    fruit_bowl,
    lemon,
    orange,
    pear,
)
from mirbench.synth.prefabs.furniture import TABLE_HEIGHT, chair, lamp, shelf, table
from mirbench.synth.prefabs.kitchen import bottle, bowl, cooker, cup, knife, pan, plate, pot
from mirbench.synth.prefabs.people import person
from mirbench.synth.prefabs.plants import bush, conifer, palm, potted_flower, tree
from mirbench.synth.prefabs.scales import Pans, balance, pans
from mirbench.synth.prefabs.street import (
    DASH,
    lane_dashes,
    road,
    signpost,
    street_lamp,
    traffic_light,
)
from mirbench.synth.prefabs.vehicles import bicycle, bus, car, truck, van

__all__ = [
    "DASH",
    "TABLE_HEIGHT",
    "Pans",
    "apple",
    "balance",
    "banana",
    "bicycle",
    "bottle",
    "bowl",
    "bread",
    "bus",
    "bush",
    "car",
    "carrot",
    "chair",
    "conifer",
    "cooker",
    "cup",
    "egg",
    "fruit_bowl",
    "house",
    "knife",
    "lamp",
    "lane_dashes",
    "lemon",
    "orange",
    "palm",
    "pan",
    "pans",
    "pear",
    "person",
    "plate",
    "pot",
    "potted_flower",
    "road",
    "shelf",
    "signpost",
    "skyscraper",
    "street_lamp",
    "table",
    "tower",
    "traffic_light",
    "tree",
    "truck",
    "van",
]
