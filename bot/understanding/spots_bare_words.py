"""English words around a bare number by which it is a door, or is none."""

from __future__ import annotations

from typing import Final

NOT_LETTERED: Final = frozenset(
    ("3D", "4K", "5G", "4G", "3G", "2G", "2D", "A4", "A3", "B12", "B6", "A2", "D3")
)
AT: Final = frozenset(("at", "in", "inside", "from", "above", "below", "to", "behind", "of", "on"))
NEXT_TO: Final = frozenset(("outside", "opposite", "beside", "behind", "near"))
LED: Final = AT | NEXT_TO | {"for", "by", "under", "is", "i'm", "we're", "house", "hse", "and"}
CALLED_AT: Final = frozenset(
    (
        *("knock", "knocked", "knocking", "rang", "ring", "ringing", "buzz", "buzzed", "passed"),
        *("check", "checked", "add", "remove", "register", "outside", "come", "door,"),
    )
)
WHO: Final = frozenset(
    (
        *(
            "lad",
            "lads",
            "woman",
            "man",
            "women",
            "men",
            "lady",
            "ladies",
            "family",
            "lass",
            "lassie",
        ),
        *("couple", "neighbour", "neighbor", "neighbours", "bloke", "fella", "guy", "guys", "girl"),
        *("girls", "boy", "boys", "student", "students", "people", "folks", "mama", "baba", "aunt"),
        *("auntie", "aunty", "uncle", "mzee", "tenant", "tenants", "resident", "residents", "dad"),
        *(
            "mum",
            "mom",
            "mother",
            "father",
            "gran",
            "nan",
            "lodger",
            "parcel",
            "parcels",
            "package",
        ),
        *("leak", "damp", "bedbugs", "alarm", "pipe", "smoke", "noise", "music", "boiler", "door"),
        *(
            "doors",
            "window",
            "windows",
            "drilling",
            "party",
            "key",
            "keys",
            "fire",
            "mail",
            "light",
        ),
        *(
            "sofa",
            "generator",
        ),
    )
)
WITHIN: Final = frozenset(  # in 12, from 9; but kids at 8 is an hour
    (
        *("airbnb", "drumming", "twins", "kid", "kids", "child", "water", "baby", "toddler", "tv"),
        *("granny", "nanny", "nana", "widow", "someone", "somebody", "curtains", "dog", "dogs"),
        *("shouting", "screaming", "alone", "helper", "carer", "radio", "dishwasher"),
    )
)
TITLES: Final = frozenset(("mr", "mrs", "ms", "miss", "mr.", "mrs.", "aunty", "auntie", "uncle"))
PAIRS: Final = frozenset((("next", "to"), ("door", "to"), ("across", "from"), ("front", "of")))
CAME_TO: Final = frozenset(  # come at 4 is an hour
    {(verb, "to") for verb in ("come", "straight", "police", "spoke", "spoken", "drop", "round")}
    | {("knock", "at")}
)
HOURS: Final = {"at": 12, "from": 31}  # up to here it may be an hour or a day
NOT_NAMES: Final = frozenset(
    (
        *("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Sep", "Oct", "Nov"),
        *("Dec", "January", "February", "March", "April", "August", "September", "October"),
        *("November", "December", "Bus", "Gate", "Road", "Street", "Lane", "Close", "Platform"),
        *("Route", "Line", "Exit", "Bay", "Channel", "Covid", "Area", "Zone", "Sector", "Phase"),
        *("Grade", "Class", "Year", "Level", "Size", "Psalm", "Chapter", "Episode", "Season"),
        *("Need", "Needs", "Got", "Only", "About", "Under", "Over", "Times", "Score", "Lift"),
        *("Highway", "Ward", "Block", "Tower", "Building", "House", "Typhoon", "Windows", "Number"),
        *("Task", "Request", "Order", "Section", "Lot", "Sugar", "Pressure", "Top", "Interstate"),
        *("Terminal", "Form", "Part", "Room", "Flat", "Unit", "Apt", "Door", "Purok", "Sitio"),
        *("Barangay", "Brgy", "Suite", "Casita", "Villa", "Floor", "Plot", "Pocket", "Wing"),
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Mile"),
        *(
            "Week",
            "Day",
            "Under",
            "Parking",
            "Stall",
            "The",
            "At",
            "In",
            "To",
            "For",
            "From",
            "On",
            "By",
            "And",
        ),
    )
)
VISITED: Final = frozenset(
    (noun, word) for noun in ("bell", "door", "i'm", "im", "we're") for word in ("at",)
) | frozenset((noun, "of") for noun in ("door", "hall", "stairs"))
LIVING: Final = frozenset(
    (
        "is",
        "are",
        "lives",
        "live",
        "i'm",
        "im",
        "we're",
        "who's",
        "whoever",
        "whoever's",
        "whoevers",
    )
)
SOON: Final = frozenset(("Back", "Be", "Home", "There", "Here", "Off", "Done", "Ready", "Over"))
