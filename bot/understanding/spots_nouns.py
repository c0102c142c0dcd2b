"""English words of spots: what a place may be called, and what is said of where it lies."""

from __future__ import annotations

from typing import Final

NOUNS: Final = frozenset(
    (
        *("gate", "gates", "gatehouse", "lobby", "lobbies", "entrance", "entryway", "foyer"),
        *("doorstep", "porch", "hall", "hallway", "corridor", "landing", "lift", "lifts"),
        *("elevator", "elevators", "stairs", "staircase", "stairwell", "steps", "rooftop"),
        *("terrace", "basement", "garage", "garages", "carpark", "park", "lot", "driveway"),
        *("backyard", "courtyard", "garden", "gardens", "lawn", "bins", "dumpster", "chute"),
        *("shed", "laundry", "mailbox", "mailboxes", "mailroom", "letterbox", "letterboxes"),
        *("locker", "lockers", "reception", "desk", "office", "loo", "gym", "pool", "clubhouse"),
        *("playground", "pitch", "court", "courts", "field", "bench", "benches", "pond", "lake"),
        *("creek", "river", "canal", "bridge", "underpass", "footpath", "path", "pavement"),
        *("sidewalk", "kerb", "curb", "walkway", "ramp", "road", "street", "lane", "alley"),
        *("corner", "junction", "roundabout", "crossing", "hydrant", "pole", "lamppost"),
        *("borehole", "well", "tank", "compound", "shop", "shops", "store", "supermarket"),
        *("market", "chemist", "chemist's", "pharmacy", "bakery", "cafe", "café", "pub", "bar"),
        *("atm", "kiosk", "stall", "laundrette", "school", "nursery", "crèche", "daycare"),
        *("college", "library", "church", "chapel", "mosque", "temple", "gurdwara", "hospital"),
        *("clinic", "surgery", "polyclinic", "ward", "station", "stop", "terminal", "airport"),
        *("depot", "stadium", "cinema", "mall", "tip", "dump", "square", "cemetery", "fountain"),
        *("noticeboard", "shelter", "hostel", "centre", "center", "site", "counter", "a&e", "icu"),
        *("vestibule", "passage", "patio", "deck", "bay", "bookies", "takeaway", "chippy"),
        *("hairdresser's", "vet's", "doctor's", "room", "store-room", "barrier", "security"),
        *("guardhouse", "door", "doors"),
    )
)  # fmt: skip
# Of these some are other words too, unless a word before them says which one.
SHY: Final = frozenset(
    (
        *("park", "lift", "lifts", "court", "well", "bar", "room", "desk", "tip", "stop", "steps"),
        *("field", "security", "school", "deck", "site", "counter", "tank", "hall", "dump"),
        *("path", "square", "pitch", "ward", "center", "centre", "stall", "pole"),
    )
)  # fmt: skip
KIND_ONLY: Final = frozenset(("door", "doors"))
"""Spots only if a word before them says which: the back door."""
THE: Final = frozenset(
    ("the", "my", "your", "our", "his", "her", "their", "that", "this", "yr", "ur", "ma", "wor")
)
BESIDE: Final = frozenset(
    (
        *("by", "near", "outside", "behind", "under", "beside", "between", "opposite", "round"),
        *("across", "past", "below", "underneath", "over", "above", "opp", "inside"),
    )
)
AT: Final = frozenset(
    ("at", "in", "on", "to", "from", "reached", "into", "onto", "off", "down", "up", "sa", "is")
)
PART_OF: Final = frozenset(("front", "back", "end", "top", "bottom", "side", "edge", "corner"))
KINDS: Final = frozenset(
    (
        *("front", "back", "main", "side", "north", "south", "east", "west", "rear", "top"),
        *("bottom", "left", "right", "old", "new", "big", "little", "bus", "tube", "train"),
        *("police", "post", "car", "bike", "bin", "school", "church", "community", "village"),
        *("town", "city", "local", "parcel", "laundry", "meeting", "common", "dining", "living"),
        *("waiting", "leasing", "mail", "service", "goods", "fire", "emergency", "blue", "red"),
        *("green", "yellow", "black", "corner", "swimming", "tennis", "football", "basketball"),
        *("parking", "petrol", "gas", "fish", "day", "health", "medical", "dental", "eye"),
        *("blood", "birth", "district", "general", "refuse", "rubbish", "garbage", "security"),
        *("guard", "estate", "hospital", "shopping", "sports", "upstairs", "downstairs"),
        *("shared", "communal", "central", "high", "primary", "secondary", "sunday"),
        *("fellowship", "parish", "paper", "chip", "chop", "metro", "subway", "courier"),
        *("recycling", "storage", "boiler", "meter", "plant", "staff", "night", "wet", "garden"),
        *("park", "street", "road", "pool", "pedestrian", "zebra", "covered"),
    )
)  # fmt: skip
SPOTS: Final = (
    NOUNS | (AT - {"is", "up", "down", "off"}) | {"near", "outside", "inside", "opposite"}
)
"""Words one of which stands in every message that names a spot."""
