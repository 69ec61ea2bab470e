"""How much one address may ask for in a while; knows time and addresses, not requests."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

PER_SECOND = 600.0
"""Units an address gets back each second: 50 people who ask as fast as two cores answer use about 570."""

AT_ONCE = 4_000.0
"""Units an address may use at once: 50 people behind one address who open the page together, 80 files each."""

READ, CHANGE = 1.0, 8.0
"""Units of a request that reads, and of one that asks or changes: so 75 questions a second, and 500 at once."""

ADDRESSES = 10_000
"""Addresses remembered; the one that was silent longest is forgotten first."""


class Flood:
    """A bucket of units for each address, which fills up again by itself."""

    def __init__(
        self,
        per_second: float = PER_SECOND,
        at_once: float = AT_ONCE,
        *,
        addresses: int = ADDRESSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Give each address `at_once` units and `per_second` more each second."""
        self._per_second, self._at_once, self._most, self._clock = per_second, at_once, addresses, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, units: float = 1.0) -> int:
        """Take units for a request: 0 when there are enough, else the seconds until there are."""
        key, now = network_of(address), self._clock()
        left, when = self._left.pop(key, (self._at_once, now))
        left = min(self._at_once, left + (now - when) * self._per_second)
        enough = left >= units
        self._left[key] = (left - units if enough else left, now)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return 0 if enough else max(1, math.ceil((units - left) / self._per_second))

    def __len__(self) -> int:
        return len(self._left)


def network_of(address: str) -> str:
    """What stands for a client: its address, or for IPv6 the network that one client has to itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
