"""The questions that a FIX version answers, as one struct that each version's file fills in."""

from __future__ import annotations

from msgspec import Struct


class Version(Struct, frozen=True):
    """How one FIX version prints the core's field values (which are those of FIX 5.0 SP2)."""

    name: str
    has_exec_trans_type: bool
    """ExecTransType (20) says that a report is a status; later versions have ExecType (150) Order Status."""
    trade_exec_types: dict[str, str]
    """OrdStatus -> ExecType (150) of a fill."""
    replaced_ord_statuses: dict[str, str]
    """OrdStatus -> OrdStatus (39) printed in a report with ExecType Replaced, where it differs."""
    trade_id_tag: str
    """Where TradeID is printed: TrdMatchID (880), SecondaryExecID (527) where a report lacks that, "" for nowhere."""
    has_fields_of_44: bool
    """LastLiquidityInd (851) and OrdStatusReqID (790) exist."""
    ord_rej_reasons: frozenset[int]
    """Values of OrdRejReason (103) that the version knows."""
    ord_rej_reason_other: int
    """What is printed for the others."""
    cxl_rej_reasons: frozenset[int]
    """Values of CxlRejReason (102) that the version knows."""
    cxl_rej_reason_other: int
