"""What people say of themselves in YES, BUT, and the things that belie it or do not.

A claim is kept by some things of its topic and broken by the others. Nobody should have to think
twice about which. At least two things do either, so that a panel can show two of each.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from mirbench.synth import prefabs
from mirbench.synth.prefabs import chessmen, larder, park
from mirbench.synth.props import balloon
from mirbench.synth.render import Object
from mirbench.synth.render.light import SkyName
from mirbench.synth.render.textures import GroundKind
from mirbench.synth.worlds.landmarks import lighthouse, windmill


class Item(NamedTuple):
    """Something that is found: how it is made, its width and height in metres, how it turns."""

    make: Callable[..., Object]
    width: float
    height: float
    heading: int = 0


class Topic(NamedTuple):
    """What a BUT panel is about.

    Attributes:
        stand: What belongs to each person.
        about: What things did there: they `lay`, they `stood`.
        grounds: What the stands may lie on.
        skies: What may be behind them.
        items: What may be found there.
        claims: What people say -> the items that do not belie it.
    """

    stand: str
    about: str
    grounds: tuple[GroundKind, ...]
    skies: tuple[SkyName, ...]
    items: Mapping[str, Item]
    claims: Mapping[str, frozenset[str]]


def _upright(make: Callable[..., Object]) -> Callable[..., Object]:
    """Let a thing be made that has no front to turn."""

    def made(key: str, *, position: tuple[float, float], heading: int, scale: float) -> Object:
        return make(key, position=position, scale=scale)

    return made


def _balloon(key: str, *, position: tuple[float, float], heading: int, scale: float) -> Object:
    return balloon(key, colour="red", height=10.0 * scale, position=(*position, 0.0))


_FOOD: Final = {
    "apple": Item(prefabs.apple, 0.08, 0.091),
    "pear": Item(prefabs.pear, 0.076, 0.123),
    "banana": Item(prefabs.banana, 0.211, 0.06),
    "orange": Item(prefabs.orange, 0.08, 0.08),
    "lemon": Item(prefabs.lemon, 0.094, 0.058),
    "carrot": Item(prefabs.carrot, 0.233, 0.06),
    "mushroom": Item(larder.mushroom, 0.09, 0.09),
    "egg": Item(prefabs.egg, 0.061, 0.05),
    "loaf of bread": Item(prefabs.bread, 0.28, 0.103, 30),
    "muffin": Item(larder.muffin, 0.09, 0.085),
}
_TRAVEL: Final = {
    "bicycle": Item(prefabs.bicycle, 1.77, 1.05, 20),
    "car": Item(prefabs.car, 4.55, 1.44, 200),
    "van": Item(prefabs.van, 5.37, 2.2, 200),
    "lorry": Item(prefabs.truck, 7.16, 3.08, 200),
    "bus": Item(prefabs.bus, 9.25, 2.98, 200),
    "hot-air balloon": Item(_balloon, 7.0, 10.0),
}
_HOME: Final = {
    "chair": Item(prefabs.chair, 0.57, 0.94, -60),
    "table": Item(prefabs.table, 1.45, 0.78, 15),
    "shelf": Item(prefabs.shelf, 0.92, 1.81, -80),
    "floor lamp": Item(prefabs.lamp, 0.44, 1.62),
    "cooker": Item(prefabs.cooker, 0.62, 0.88, -80),
    "potted flower": Item(prefabs.potted_flower, 0.244, 0.485),
    "bush": Item(prefabs.bush, 1.68, 1.09),
    "palm": Item(prefabs.palm, 3.02, 4.28),
    "fir tree": Item(prefabs.conifer, 2.05, 3.99),
}
_KITCHEN: Final = {
    "cooking pot": Item(prefabs.pot, 0.34, 0.21, 20),
    "frying pan": Item(prefabs.pan, 0.50, 0.09, 30),
    "cup of coffee": Item(prefabs.cup, 0.11, 0.09, 20),
    "bottle of wine": Item(prefabs.bottle, 0.08, 0.31),
    "bowl of fruit": Item(prefabs.fruit_bowl, 0.30, 0.17),
    "knife": Item(prefabs.knife, 0.27, 0.05, 20),
}
_LAND: Final = {
    "house": Item(prefabs.house, 9.6, 6.5, -75),
    "skyscraper": Item(prefabs.skyscraper, 7.5, 26.0, -75),
    "tower": Item(prefabs.tower, 2.62, 9.95),
    "lighthouse": Item(_upright(lighthouse), 2.82, 10.0),
    "windmill": Item(_upright(windmill), 5.2, 8.67),
    "fountain": Item(park.fountain, 3.8, 2.6),
    "street lamp": Item(prefabs.street_lamp, 1.62, 4.2),
    "traffic light": Item(prefabs.traffic_light, 0.5, 3.4, -90),
}
_CHESS: Final = {
    f"{colour} {name}": Item(_upright(partial(make, colour=paint)), 0.7, height)
    for colour, paint in (("white", "white"), ("black", "black"))
    for name, make, height in (
        ("pawn", chessmen.pawn, 0.97),
        ("rook", chessmen.rook, 0.87),
        ("bishop", chessmen.bishop, 1.10),
        ("queen", chessmen.queen, 1.10),
    )
}


def _claims(items: Mapping[str, Item], told: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Read what fits: names with commas, or all but those after a `-`."""
    claims = {}
    for claim, names in told.items():
        named = frozenset(name.strip() for name in names.removeprefix("-").split(","))
        claims[claim] = frozenset(items) - named if names.startswith("-") else named
    return claims


_FRUIT = "apple, pear, banana, orange, lemon"
_PLANTS = "potted flower, bush, palm, fir tree"

_SAID_OF_FOOD: Final = {
    "I eat nothing but fruit": _FRUIT,
    "Fruit has no place on my plate": f"-{_FRUIT}",
    "Whatever I eat is yellow": "banana, lemon",
    "Nothing yellow ever lies on my plate": "-banana, lemon",
    "I live on citrus fruit alone": "orange, lemon",
    "An apple a day, or at least a pear, and nothing else": "apple, pear",
    "I never touch bread and eggs": "-loaf of bread, egg",
    "I only eat vegetables, and mushrooms on Sundays": "carrot, mushroom",
    "I am on a diet: no bread and no cake": "-loaf of bread, muffin",
    "I only trust food that a baker has made": "loaf of bread, muffin",
    "I only eat what grows on a tree or a shrub": _FRUIT,
    "Nothing that grew in the ground comes on my plate": "-carrot, mushroom",
}
_SAID_OF_TRAVEL: Final = {
    "I would never drive anything larger than a car": "bicycle, car",
    "What I drive has to be taller than I am": "van, lorry, bus, hot-air balloon",
    "I leave lorries and buses to others": "-lorry, bus",
    "I only drive what is made to carry goods": "van, lorry",
    "I would not be seen in a van or on a bicycle": "-van, bicycle",
    "I own nothing that has an engine": "bicycle, hot-air balloon",
    "I care for the climate, so I gave up everything with an engine": "bicycle, hot-air balloon",
    "I trust nothing that has no steering wheel": "-bicycle, hot-air balloon",
    "Fresh air is all I want, never a roof over my head": "bicycle, hot-air balloon",
    "I always go by car or by bus": "car, bus",
}
_SAID_OF_HOME: Final = {
    "I want nothing but plants around me": _PLANTS,
    "Plants only make work, I own none": f"-{_PLANTS}",
    "Nature belongs outdoors, I say": f"-{_PLANTS}",
    "Everything in my home has four legs": "chair, table",
    "All I need is something to sit on or to eat at": "chair, table",
    "You will find neither chairs nor tables in my home": "-chair, table",
    "Trees belong in the forest and not in my home": "-palm, fir tree",
    "Only trees are good enough for me": "palm, fir tree",
    "I only buy what gives light or heat": "floor lamp, cooker",
    "I neither read books nor cook": "-shelf, cooker",
}
_SAID_OF_KITCHEN: Final = {
    "I gave up coffee and wine": "-cup of coffee, bottle of wine",
    "I drink, but I never cook or eat": "cup of coffee, bottle of wine",
    "I only own what can be put on the fire": "cooking pot, frying pan",
    "Hot meals are bad for you, so I do not cook": "-cooking pot, frying pan",
    "Pots and knives are too dangerous for me": "-cooking pot, knife",
    "I keep nothing in my kitchen that could break": "cooking pot, frying pan, knife",
    "I sleep badly, so neither coffee nor heavy meals from a pan": "-cup of coffee, frying pan",
    "All that a man needs is a knife and a pan": "knife, frying pan",
}
_SAID_OF_LAND: Final = {
    "Homes for everybody: I build nothing else": "house, skyscraper",
    "I would never let anybody build homes on my land": "-house, skyscraper",
    "Wind and water are all that I care for": "windmill, fountain",
    "I put up lamps and lights of every kind, and nothing else":
        "lighthouse, street lamp, traffic light",
    "No lamp and no light of any kind comes onto my land":
        "-lighthouse, street lamp, traffic light",
    "I keep my land free of all that belongs in a street": "-street lamp, traffic light",
    "I only serve those who are on the road": "street lamp, traffic light",
    "No towers on my land, and skyscrapers and lighthouses are towers":
        "-tower, skyscraper, lighthouse",
}  # fmt: skip
_SAID_OF_CHESS: Final = {
    "I only keep white pieces": "white pawn, white rook, white bishop, white queen",
    "White brings bad luck, I keep none of it":
        "-white pawn, white rook, white bishop, white queen",
    "Pawns are beneath me": "-white pawn, black pawn",
    "I stand by the little ones: pawns and nobody else": "white pawn, black pawn",
    "I bow to queens only": "white queen, black queen",
    "I never keep a queen, they only give orders": "-white queen, black queen",
    "I have no use for rooks": "-white rook, black rook",
    "Neither queens nor bishops rule in my house":
        "-white queen, black queen, white bishop, black bishop",
    "Rooks and pawns are honest folk, I keep no others":
        "white rook, black rook, white pawn, black pawn",
}  # fmt: skip

_INDOORS: Final[tuple[GroundKind, ...]] = ("wood", "tiles")
_STUDIO: Final[tuple[SkyName, ...]] = ("studio",)
_OUTDOORS: Final[tuple[SkyName, ...]] = ("day", "overcast")

TOPICS: Final[Mapping[str, Topic]] = {
    "meal": Topic("plate", "lay", _INDOORS, _STUDIO, _FOOD, _claims(_FOOD, _SAID_OF_FOOD)),
    "travel": Topic(
        "parking space", "stood", ("asphalt", "concrete"), _OUTDOORS, _TRAVEL,
        _claims(_TRAVEL, _SAID_OF_TRAVEL),
    ),
    "home": Topic("rug", "stood", _INDOORS, _STUDIO, _HOME, _claims(_HOME, _SAID_OF_HOME)),
    "kitchen": Topic(
        "kitchen mat", "stood", _INDOORS, _STUDIO, _KITCHEN, _claims(_KITCHEN, _SAID_OF_KITCHEN)
    ),
    "land": Topic(
        "plot", "had been put up", ("grass", "sand"), _OUTDOORS, _LAND,
        _claims(_LAND, _SAID_OF_LAND),
    ),
    "chess": Topic(
        "chess board", "was kept", _INDOORS, _STUDIO, _CHESS, _claims(_CHESS, _SAID_OF_CHESS)
    ),
}  # fmt: skip

CLAIMS: Final[Mapping[str, frozenset[str]]] = {
    claim: fitting for topic in TOPICS.values() for claim, fitting in topic.claims.items()
}
"""Whatever people say -> the items that do not belie it."""
