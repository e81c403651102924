"""Who still finds a place among the sockets of a process: staff before the public. Pure."""

from __future__ import annotations

from stormops.feed.session import TOO_MANY, Close
from stormops.feed.views import Audience

CLIENTS_MAX = 17_000
"""Open sockets of a process, all audiences together; one more is closed (4429) and told when to come back."""

CLIENTS_SHARE_MAX = 0.85
"""The same as a share of the descriptors that the process may have; the rest is for requests, files and the journal."""

STAFF_PLACES, STAFF_SHARE = 500, 0.25
"""Places that the public never takes (of a small process a quarter); staff may take any that is free."""

COME_BACK_SECONDS = (15, 45)
"""Who is sent away is told to come back after so long, each after another time: they must not all come at once."""


class Room:
    """The places of a process that may have so many descriptors."""

    def __init__(self, descriptors: int) -> None:
        places = min(CLIENTS_MAX, int(descriptors * CLIENTS_SHARE_MAX))
        self.places: dict[Audience, int] = {
            "desk": places,
            "public": places - min(STAFF_PLACES, int(places * STAFF_SHARE)),
        }

    def refusal(self, audience: Audience, clients: int, chance: float) -> Close | None:
        """None when there is a place beside so many clients. `chance` is drawn from 0 to 1."""
        if clients < self.places[audience]:
            return None
        least, most = COME_BACK_SECONDS
        return Close(TOO_MANY, f"too many clients; retry_s={round(least + (most - least) * chance)}")
