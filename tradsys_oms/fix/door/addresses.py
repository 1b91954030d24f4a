"""Addresses of peers: allow-lists, and what counts as one address.

An IPv4 address that came over an IPv6 socket (::ffff:10.0.0.1) is the IPv4 address. Of IPv6 a peer usually has a whole
/64 network, so where failures or connections are counted, that network is one address.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from tradsys_oms.fix.errors import AddressInvalid

_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_IPV4_BITS_MAPPED: Final = 96
_COUNTED_IPV6_BITS: Final = 64
ADDRESSES_CACHED_MAX: Final = 4096
"""Reading an address costs as much as all else that is done before a connection is let in."""


@lru_cache(maxsize=ADDRESSES_CACHED_MAX)
def plain(address: str) -> str:
    """Give an address as it is compared and shown; what is no address stays as it is."""
    try:
        return str(_address(address))
    except ValueError:
        return address


@lru_cache(maxsize=ADDRESSES_CACHED_MAX)
def counted(address: str) -> str:
    """Give what connections and failures are counted by: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        parsed = _address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(IPv6Network((parsed, _COUNTED_IPV6_BITS), strict=False))


class Networks:
    """An allow-list. Raises AddressInvalid for what is neither an address nor a network."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._networks = tuple(_network(text) for text in texts)

    def __contains__(self, address: str) -> bool:
        """Tell if an address is in one of the networks; none at all holds every address."""
        if not self._networks:
            return True
        try:
            parsed = _address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


@lru_cache(maxsize=ADDRESSES_CACHED_MAX)
def networks(texts: tuple[str, ...]) -> Networks:
    """Give the allow-list of addresses and networks in CIDR form; an empty one holds every address."""
    return Networks(texts)


def _address(text: str) -> IPv4Address | IPv6Address:
    parsed = ip_address(text.partition("%")[0])
    return (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise AddressInvalid(
            f"{text!r} is no address or network: {error}. Write it like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32."
        ) from error
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        base = IPv4Address(int(network.network_address) & 0xFFFFFFFF)
        return IPv4Network((base, network.prefixlen - _IPV4_BITS_MAPPED))
    return network
