"""The instructions of an order in its reports: what was asked for, in the fields of a version.

What a version has no field for is left out: a member's order may come by one version and be reported in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from tradsys_oms.core.commands import Instructions
from tradsys_oms.core.fields import PegPriceType
from tradsys_oms.fix.decimals import format_e8
from tradsys_oms.fix.timestamps import NS_PER_MS, utc_timestamp

_SELF_MATCH_LETTERS: Final = {"1": "N", "2": "O"}
"""SelfMatchPreventionInstruction (2964) as CME's field 8000 says it; it has no letter for both."""


class Echo(Struct, frozen=True):
    """Which fields a version has for what an order asks for; "" for none."""

    trigger_price_type_tag: str
    display_qty_tag: str
    """DisplayQty (1138); without it MaxFloor (111) says the same."""
    peg_price_type_tag: str
    """PegPriceType (1094); without it ExecInst (18) says it, by `peg_letters`."""
    peg_letters: Mapping[tuple[str, bool], str]
    """PegPriceType, and if the peg is fixed -> value of ExecInst."""
    peg_move_type_tag: str
    exec_insts: str
    """Values of ExecInst (18) that the version has, of those that are carried out."""
    has_self_match_of_sp2: bool
    """2362 and 2964; without them, 7928 and 8000."""
    manual_order_indicator_tag: str = ""

    def text(self, asked: Instructions) -> str:
        """Print the fields."""
        return "".join((self._stop(asked), self._quantities(asked), self._peg(asked), self._rest(asked)))

    def _stop(self, asked: Instructions) -> str:
        text = "" if asked.stop_px_e8 is None else f"99={format_e8(asked.stop_px_e8)}\x01"
        return text + _field(self.trigger_price_type_tag, asked.trigger_price_type)

    def _quantities(self, asked: Instructions) -> str:
        text = f"110={format_e8(asked.min_qty_e8)}\x01" if asked.min_qty_e8 else ""
        if asked.cash_order_qty_e8 is not None:
            text += f"152={format_e8(asked.cash_order_qty_e8)}\x01"
        if asked.display_qty_e8 is None:
            return text
        tag = "111" if asked.max_floor or not self.display_qty_tag else self.display_qty_tag
        return f"{text}{tag}={format_e8(asked.display_qty_e8)}\x01"

    def _peg(self, asked: Instructions) -> str:
        text = _field(self.peg_price_type_tag, asked.peg_price_type)
        if asked.peg_is_fixed:
            text += _field(self.peg_move_type_tag, "1")
        return f"{text}211={format_e8(asked.peg_offset_e8)}\x01" if asked.peg_offset_e8 else text

    def _rest(self, asked: Instructions) -> str:
        values = [value for value in asked.exec_inst if value in self.exec_insts]
        peg = self.peg_letters.get((asked.peg_price_type, asked.peg_is_fixed))
        if peg:
            values.append(peg)
        id_tag, instruction_tag, instruction = "2362", "2964", asked.self_match_instruction
        if not self.has_self_match_of_sp2:
            id_tag, instruction_tag, instruction = "7928", "8000", _SELF_MATCH_LETTERS.get(instruction, "")
        return "".join(
            (
                _field("18", " ".join(values)),
                _field("432", f"{asked.expire_date:08d}" if asked.expire_date else ""),
                _field("126", _utc_time(asked.expire_time_ns) if asked.expire_time_ns else ""),
                _field(id_tag, asked.self_match_id),
                _field(instruction_tag, instruction),
                _field(self.manual_order_indicator_tag, "Y" if asked.is_manual else ""),
            )
        )


def _field(tag: str, value: str) -> str:
    return f"{tag}={value}\x01" if tag and value else ""


def _utc_time(time_ns: int) -> str:
    """Write a time with as many decimals as it needs, at least milliseconds."""
    rest = time_ns % NS_PER_MS
    return f"{utc_timestamp(time_ns)}{rest:06d}" if rest else utc_timestamp(time_ns)


ECHO_OF_42: Final = Echo(
    trigger_price_type_tag="",
    display_qty_tag="",
    peg_price_type_tag="",
    peg_letters={
        (PegPriceType.MID, False): "M",
        (PegPriceType.MARKET, False): "P",
        (PegPriceType.PRIMARY, False): "R",
        (PegPriceType.MARKET, True): "T",
    },
    peg_move_type_tag="",
    exec_insts="6G",
    has_self_match_of_sp2=False,
)
ECHO_OF_44: Final = Echo(
    trigger_price_type_tag="",
    display_qty_tag="",
    peg_price_type_tag="",
    peg_letters={
        (peg, is_fixed): letter
        for peg, letter in ((PegPriceType.MID, "M"), (PegPriceType.MARKET, "P"), (PegPriceType.PRIMARY, "R"))
        for is_fixed in (False, True)
    },
    peg_move_type_tag="835",
    exec_insts="6GJK",
    has_self_match_of_sp2=False,
)
ECHO_OF_50: Final = Echo(
    trigger_price_type_tag="1107",
    display_qty_tag="1138",
    peg_price_type_tag="1094",
    peg_letters={},
    peg_move_type_tag="835",
    exec_insts="6GJK",
    has_self_match_of_sp2=False,
    manual_order_indicator_tag="1028",
)
ECHO_OF_50SP2: Final = Echo(
    trigger_price_type_tag="1107",
    display_qty_tag="1138",
    peg_price_type_tag="1094",
    peg_letters={},
    peg_move_type_tag="835",
    exec_insts="6GJK",
    has_self_match_of_sp2=True,
    manual_order_indicator_tag="1028",
)
