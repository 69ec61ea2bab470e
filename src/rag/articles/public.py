"""Which addresses may be asked: public ones, whatever they are wrapped in; knows no connection."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

PORTS = frozenset({80, 443})

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214: these 32 bits, then an IPv4 address

_NEVER = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carriers' own (RFC 6598)
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",  # IPv4-compatible, long given up (RFC 4291)
        "64:ff9b:1::/48",  # NAT64 of one network (RFC 8215)
        "100::/64",
        "2001::/23",  # Teredo and other protocols of transition
        "fec0::/10",  # site-local, given up (RFC 3879)
    )
)

_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)


def is_public(address: str) -> bool:
    """Tell whether an IP address, with every IPv4 address that it wraps, is one of the public internet.

    An address with a zone (`fe80::1%eth0`), or that is none, is not.
    """
    try:
        return _is_global(ip_address(address)) and "%" not in address
    except ValueError:
        return False


def is_refused(host: str) -> bool:
    """Tell whether a host is a number that is not asked: an address that is not public, or in an odd form.

    As in the URL standard, a host whose last part is a number is an address; `2130706433`, `0x7f.1` and
    `0177.0.0.1` are all 127.0.0.1. Such forms are refused whatever they mean.
    """
    is_number = ":" in host or _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]) is not None
    return is_number and not is_public(host)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_global(address.ipv4_mapped)
        if address in _NAT64:
            return _is_global(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address.sixtofour is not None and not _is_global(address.sixtofour):
            return False
        if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP and not _is_global(IPv4Address(int(address) & 0xFFFF_FFFF)):
            return False
    never = any(address.version == network.version and address in network for network in _NEVER)
    return address.is_global and not (never or address.is_multicast or address.is_reserved)
