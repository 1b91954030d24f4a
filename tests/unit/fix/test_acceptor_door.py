"""The acceptor's listeners on real sockets: who gets a connection, and which rules hold for it."""

from __future__ import annotations

import asyncio
import socket
import struct
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.unit.fix.acceptor_client import LOGON, Client, listener, listening, run, until
from tests.unit.fix.door.test_proxy_protocol import IPV4, IPV6, SIGNATURE, header
from tests.unit.fix.fix_exchange import Exchange, settings_for
from tests.unit.fix.session_peer import ORDER
from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.errors import AddressInvalid, ListenFailed
from tradsys_oms.fix.session import Session


async def is_let_in(exchange: Exchange, source: str = "127.0.0.1", head: bytes = b"", name: str = "main") -> bool:
    """Log on and out, if one may."""
    client = await Client(exchange.acceptor.ports[name]).connect(source, head)
    client.send("A", LOGON + "141=Y|")
    try:
        message = await client.receive()
    except ConnectionError:
        client.writer.close()
        return False
    assert message.msg_type == "A"
    client.send("5")
    await client.expect("5")
    assert await client.is_cut()
    await until(lambda: not exchange.acceptor.sessions["BROKER"].is_online)
    return True


@run
async def test_only_allowed_addresses_get_a_connection(tmp_path: Path) -> None:
    async with listening(tmp_path, allow=("127.0.0.2", "127.0.1.0/24")) as exchange:
        sources = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.1.9")
        assert [await is_let_in(exchange, source) for source in sources] == [False, True, False, True]
        assert exchange.acceptor.refused_total == 2
        assert exchange.acceptor.connections_total == 2


@run
async def test_an_ipv4_address_over_an_ipv6_socket_is_the_ipv4_address(tmp_path: Path) -> None:
    async with listening(tmp_path, host="::1", allow=("::1",)) as exchange:
        client = await Client(exchange.acceptor.port).connect("::1", host="::1")
        await client.log_on()
        assert exchange.acceptor.sessions["BROKER"].address.startswith("[::1]:")
        client.writer.close()


@run
async def test_a_session_may_be_bound_to_addresses(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        exchange.acceptor.change_session(settings_for("BROKER", "FIX.4.4", allow=("127.0.0.2/32",)))
        assert [await is_let_in(exchange, source) for source in ("127.0.0.1", "127.0.0.2")] == [False, True]


@run
async def test_a_session_may_be_bound_to_listeners(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        await exchange.acceptor.follow_listeners([listener(), listener("other")])
        exchange.acceptor.change_session(settings_for("BROKER", "FIX.4.4", listeners=("other", "third")))
        assert [await is_let_in(exchange, name=name) for name in ("main", "other")] == [False, True]
        assert exchange.log[0] == ("reset", "BROKER", "ResetSeqNumFlag")


class Closed:
    """Hours that never come."""

    def admits(self, session: Session, now_ns: int) -> bool:
        return False

    def outlook(self, session: Session, now_ns: int) -> tuple[bool, int]:
        return False, 0


@run
async def test_a_session_outside_of_its_schedule_is_not_answered(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        exchange.acceptor.sessions["BROKER"].hours = Closed()
        assert not await is_let_in(exchange)
        assert exchange.log == []


@run
async def test_connections_of_one_address_are_bounded_and_counted_as_they_go(tmp_path: Path) -> None:
    async with listening(tmp_path, connections_per_address_max=2) as exchange:
        acceptor = exchange.acceptor
        idle = [await Client(acceptor.port).connect() for _ in range(2)]
        await until(lambda: acceptor.connection_count == 2)
        assert not await is_let_in(exchange)
        assert await is_let_in(exchange, "127.0.0.2")
        idle[0].writer.close()
        await until(lambda: acceptor.connection_count == 1)
        assert await is_let_in(exchange)
        for client in idle:
            client.writer.close()
        await until(lambda: acceptor.connection_count == 0)


@run
async def test_a_changed_listener_has_its_new_rules_for_new_connections_only(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        acceptor, port = exchange.acceptor, exchange.acceptor.port
        old = Client(port)
        await old.logon()
        await acceptor.follow_listeners([listener(allow=("127.0.0.2",))])
        assert acceptor.ports == {"main": port}
        assert await (await Client(port).connect()).is_cut()
        old.send("D", ORDER["FIX.4.4"])
        await old.expect("8")
        old.writer.close()


@run
async def test_listeners_come_and_go_and_their_connections_stay(tmp_path: Path) -> None:
    async with listening(tmp_path, "BROKER", "OTHER") as exchange:
        acceptor, port = exchange.acceptor, exchange.acceptor.port
        await acceptor.follow_listeners([listener(), listener("second")])
        assert acceptor.ports["main"] == port
        second = Client(acceptor.ports["second"], "OTHER")
        await second.logon()
        await acceptor.follow_listeners([listener()])
        assert list(acceptor.ports) == ["main"]
        with pytest.raises(ConnectionRefusedError):
            await Client(second.port).connect()
        second.send("1", "112=STILL|")
        assert (await second.expect("0")).fields["112"] == "STILL"
        assert acceptor.connection_count == 1
        second.writer.close()
        await until(lambda: acceptor.connection_count == 0)


@run
async def test_a_port_may_go_from_one_listener_to_another(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        acceptor = exchange.acceptor
        await acceptor.follow_listeners([listener("a"), listener("b")])
        a, b = acceptor.ports["a"], acceptor.ports["b"]
        await acceptor.follow_listeners([listener("a", port=a), listener("b", port=b)])
        await acceptor.follow_listeners([listener("a", port=b), listener("b", port=a, allow=("127.0.0.2",))])
        assert acceptor.ports == {"a": b, "b": a}
        assert [await is_let_in(exchange, name=name) for name in "ab"] == [True, False]


@run
async def test_a_port_in_use_leaves_all_listeners_as_they_were(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        acceptor, before = exchange.acceptor, exchange.acceptor.ports
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(ListenFailed, match=f"Can't listen for FIX on 127.0.0.1:{port}: "):
                await acceptor.follow_listeners([listener("new"), listener("bad", port=port), listener("main")])
        assert acceptor.ports == before
        assert await is_let_in(exchange)
        with pytest.raises(ListenFailed):  # two listeners can't have one port
            await acceptor.follow_listeners([listener("a", port=port), listener("b", port=port)])
        assert acceptor.ports == before


@run
async def test_a_wrong_network_leaves_all_listeners_as_they_were(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        before = exchange.acceptor.ports
        for wrong in (listener(allow=("nowhere",)), listener(proxies=("10.0.0.1/8",))):
            with pytest.raises(AddressInvalid):
                await exchange.acceptor.follow_listeners([listener("new"), wrong])
        assert exchange.acceptor.ports == before
        assert await is_let_in(exchange)


@run
async def test_what_objects_at_the_last_moment_leaves_all_listeners_as_they_were(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        before = exchange.acceptor.ports
        opened: list[dict[str, int]] = []

        def object_to_it() -> None:
            opened.append(exchange.acceptor.ports)
            raise TradsysError("an order came in meanwhile")

        with pytest.raises(TradsysError, match="meanwhile"):
            await exchange.acceptor.follow_listeners([listener("new", allow=("10.0.0.1",))], object_to_it)
        assert [exchange.acceptor.ports, *opened] == [before, before]
        assert await is_let_in(exchange)


@run
async def test_running_out_of_descriptors_is_waited_for(tmp_path: Path) -> None:
    async with listening(tmp_path) as exchange:
        accepting = exchange.acceptor._listeners._listeners["main"]
        there = next(iter(accepting.sockets or ()))
        calls: list[int] = []

        class Exhausted:
            """The socket, with accepts that fail once."""

            def accept(self) -> Any:
                calls.append(1)
                if len(calls) == 1:
                    raise OSError(24, "Too many open files")
                return there.accept()

            def fileno(self) -> int:
                return there.fileno()

        accepting._accept(Exhausted())  # type: ignore[arg-type]
        assert await is_let_in(exchange)
        assert len(calls) >= 2


PROXY: dict[str, Any] = {"proxies": ("127.0.0.0/30",), "allow": ("192.0.2.0/24", "2001:db8::/32")}


@run
async def test_behind_a_proxy_the_header_says_whose_the_connection_is(tmp_path: Path) -> None:
    async with listening(tmp_path, **PROXY) as exchange:
        for head, address in ((header(IPV4), "192.0.2.7:51234"), (header(IPV6, family=0x21), "[2001:db8::7]:51234")):
            client = await Client(exchange.acceptor.port).connect(head=head)
            client.send("A", LOGON + "141=Y|")
            await client.expect("A")
            assert exchange.acceptor.sessions["BROKER"].address == address
            client.writer.close()
            await until(lambda: not exchange.acceptor.sessions["BROKER"].is_online)


@run
async def test_a_header_may_come_byte_by_byte_and_with_the_logon_behind_it(tmp_path: Path) -> None:
    async with listening(tmp_path, **PROXY) as exchange:
        client = await Client(exchange.acceptor.port).connect()
        line = client.writer.get_extra_info("socket")
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        whole = header(IPV4 + struct.pack(">BH", 4, 50) + bytes(50)) + client.make("A", LOGON)
        for byte in whole[:-20]:
            client.writer.write(bytes((byte,)))
            await asyncio.sleep(0)
        client.writer.write(whole[-20:] + client.make("1", "112=BEHIND|"))
        await client.expect("A")
        assert (await client.expect("0")).fields["112"] == "BEHIND"
        client.writer.close()


@pytest.mark.parametrize(
    ("source", "head", "reason"),
    [
        ("127.0.0.9", header(IPV4), "it comes from no proxy"),
        ("127.0.0.1", b"", "does not begin with a PROXY protocol header"),
        ("127.0.0.1", b"PROXY TCP4 192.0.2.7 192.0.2.1 1 2\r\n", "version 1; set it to version 2"),
        ("127.0.0.1", header(IPV4.replace(socket.inet_aton("192.0.2.7"), bytes(4))), "address is not allowed"),
        ("127.0.0.1", header(b"", command=0x20, family=0), "address is not allowed"),
        ("127.0.0.1", header(IPV4[:4]), "too short for its addresses"),
    ],
    ids=range(6),
)
def test_a_connection_without_a_good_header_is_closed(tmp_path: Path, source: str, head: bytes, reason: str) -> None:
    @run
    async def check(folder: Path) -> None:
        async with listening(folder, **PROXY) as exchange:
            with capture_logs() as logs:
                assert not await is_let_in(exchange, source, head)
                await until(lambda: exchange.acceptor.refused_total == 1)
            assert [log["reason"] for log in logs if reason in log["reason"]]
            assert exchange.acceptor.connection_count == 0

    check(tmp_path)


@run
async def test_behind_a_proxy_connections_count_by_the_address_that_it_names(tmp_path: Path) -> None:
    async with listening(tmp_path, **PROXY, connections_per_address_max=1) as exchange:
        first = await Client(exchange.acceptor.port).connect(head=header(IPV4))
        await first.log_on()
        assert await (await Client(exchange.acceptor.port).connect(head=header(IPV4))).is_cut()
        other = header(IPV4.replace(socket.inet_aton("192.0.2.7"), socket.inet_aton("192.0.2.8")))
        await Client(exchange.acceptor.port).connect(head=other)
        await until(lambda: exchange.acceptor.connection_count == 2)
        first.writer.close()


@run
async def test_who_stops_within_a_header_is_cut_in_time(tmp_path: Path) -> None:
    async with listening(tmp_path, **PROXY, logon_timeout_s=1) as exchange:
        silent = [await Client(exchange.acceptor.port).connect(head=SIGNATURE[:size]) for size in (0, 5, 12)]
        late = await Client(exchange.acceptor.port).connect(head=header(IPV4))
        for client in [*silent, late]:
            assert await client.is_cut()
        assert exchange.acceptor.connection_count == 0


@run
async def test_who_leaves_within_a_header_is_forgotten(tmp_path: Path) -> None:
    async with listening(tmp_path, **PROXY) as exchange:
        client = await Client(exchange.acceptor.port).connect(head=SIGNATURE)
        await until(lambda: exchange.acceptor.connection_count == 1)
        client.writer.close()
        await until(lambda: exchange.acceptor.connection_count == 0)


@run
async def test_stopping_closes_who_is_still_on_the_doorstep(tmp_path: Path) -> None:
    async with listening(tmp_path, **PROXY) as exchange:
        client = await Client(exchange.acceptor.port).connect(head=SIGNATURE)
        await until(lambda: exchange.acceptor.connection_count == 1)
        await exchange.acceptor.stop("closing")
        assert await client.is_cut()
        await until(lambda: exchange.acceptor.connection_count == 0)
