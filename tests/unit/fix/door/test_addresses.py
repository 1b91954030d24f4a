"""Allow-lists and what counts as one address."""

from __future__ import annotations

import pytest

from tradsys_oms.fix.door.addresses import Networks, counted, networks, plain
from tradsys_oms.fix.errors import AddressInvalid


@pytest.mark.parametrize(
    ("allow", "address", "is_in"),
    [
        ((), "203.0.113.9", True),
        ((), "no address", True),
        (("192.0.2.7",), "192.0.2.7", True),
        (("192.0.2.7",), "192.0.2.8", False),
        (("192.0.2.0/24",), "192.0.2.255", True),
        (("192.0.2.0/24",), "192.0.3.0", False),
        (("192.0.2.0/24",), "::ffff:192.0.2.1", True),
        (("::ffff:192.0.2.0/120",), "192.0.2.1", True),
        (("::ffff:192.0.2.1",), "192.0.2.1", True),
        (("::ffff:192.0.2.1",), "192.0.2.2", False),
        (("2001:db8::/32",), "2001:db8:1::9", True),
        (("2001:db8::/32",), "2001:db9::", False),
        (("fe80::/10",), "fe80::1%eth0", True),
        (("0.0.0.0/0",), "2001:db8::1", False),
        (("::/0",), "192.0.2.1", False),
        (("192.0.2.7", "2001:db8::/32"), "2001:db8::1", True),
        (("192.0.2.0/24",), "no address", False),
    ],
)
def test_an_address_is_in_a_network_or_not(allow: tuple[str, ...], address: str, is_in: bool) -> None:
    assert (address in networks(allow)) is is_in


@pytest.mark.parametrize("text", ["", "broker.example", "192.0.2.0/33", "192.0.2.1/24", "10.0.0", "::1/129"])
def test_what_is_no_network_is_one_clear_sentence(text: str) -> None:
    with pytest.raises(AddressInvalid, match=f"^{text!r} is no address or network: .*Write it like 192.0.2.7"):
        Networks([text])


def test_addresses_are_shown_in_one_way() -> None:
    shown = [plain(text) for text in ("::ffff:192.0.2.1", "2001:DB8:0::1", "fe80::1%eth0", "192.0.2.1", "unix")]
    assert shown == ["192.0.2.1", "2001:db8::1", "fe80::1", "192.0.2.1", "unix"]


def test_an_ipv6_network_counts_as_one_address() -> None:
    assert counted("2001:db8::1") == counted("2001:db8::ffff:1") == "2001:db8::/64"
    assert counted("2001:db8:0:1::1") != counted("2001:db8::1")
    assert [counted(text) for text in ("192.0.2.1", "::ffff:192.0.2.1", "unix")] == ["192.0.2.1", "192.0.2.1", "unix"]
