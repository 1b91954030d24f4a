"""The settings of the QuickFIX initiator of a link, and its session's name."""

from __future__ import annotations

from pathlib import Path

import quickfix

from tradsys_oms.venues.adapters.adapter import Dialect
from tradsys_oms.venues.loose_dictionary import write_loose_dictionary
from tradsys_oms.venues.settings import VenueAddress, VenueSettings

NEVER_S = 1_000_000
"""QuickFIX's own reconnects: the link decides when and where to connect, with an initiator for each attempt."""


def session_id(settings: VenueSettings, dialect: Dialect) -> quickfix.SessionID:
    """Give what QuickFIX calls the session."""
    return quickfix.SessionID(dialect.begin_string, settings.sender_comp_id, settings.target_comp_id)


def session_name(settings: VenueSettings, dialect: Dialect) -> str:
    """Give the name that the files of its store begin with."""
    return f"{dialect.begin_string}-{settings.sender_comp_id}-{settings.target_comp_id}"


def store_folder(settings: VenueSettings) -> Path:
    """Give the folder of QuickFIX's store."""
    return settings.state_dir / "quickfix"


def write_settings(
    settings: VenueSettings, dialect: Dialect, address: VenueAddress, must_reset: bool
) -> quickfix.SessionSettings:
    """Write the file with which QuickFIX connects to `address`, without any secret, and give what it reads from it.

    With `must_reset` numbers begin at 1 in any case.
    """
    lines = ["[DEFAULT]", "ConnectionType=initiator", "[SESSION]"]
    lines += [f"{key}={value}" for key, value in _entries(settings, dialect, address, must_reset).items()]
    path = settings.state_dir / "quickfix.cfg"
    path.write_text("\n".join((*lines, "")))
    return quickfix.SessionSettings(str(path))


def _entries(settings: VenueSettings, dialect: Dialect, address: VenueAddress, must_reset: bool) -> dict[str, object]:
    is_reset = must_reset or settings.reset_on_logon or dialect.resets_on_logon
    entries: dict[str, object] = {
        "BeginString": dialect.begin_string,
        "SenderCompID": settings.sender_comp_id,
        "TargetCompID": settings.target_comp_id,
        "NonStopSession": "Y",
        "StartTime": "00:00:00",
        "EndTime": "00:00:00",
        "HeartBtInt": settings.heart_bt_int_s,
        "ReconnectInterval": NEVER_S,
        "LogonTimeout": max(round(settings.logon_timeout_s), 1),
        "LogoutTimeout": 2,
        "ResetOnLogon": "Y" if is_reset else "N",
        "SocketConnectHost": address.host,
        "SocketConnectPort": address.port,
        "SocketNodelay": "Y",
        "FileStorePath": store_folder(settings),
        "CheckLatency": "N",  # a clock that is wrong must not cost a report
        "TimestampPrecision": 3,
    }
    if dialect.default_appl_ver_id:
        entries["DefaultApplVerID"] = dialect.default_appl_ver_id
    return entries | _dictionaries(settings, dialect)


def _dictionaries(settings: VenueSettings, dialect: Dialect) -> dict[str, object]:
    """Check against our dictionary where the dialect is in it, but let in what a venue adds; else hardly at all."""
    loose = dict.fromkeys(("ValidateFieldsOutOfOrder", "ValidateUserDefinedFields", "ValidateFieldsHaveValues"), "N")
    entries: dict[str, object] = {"UseDataDictionary": "Y", "AllowUnknownMsgFields": "Y", **loose}
    if not dialect.dictionary:
        return entries | write_loose_dictionary(settings.state_dir, dialect.begin_string)
    specs = settings.specs_dir
    if dialect.default_appl_ver_id:
        entries["TransportDataDictionary"] = specs / "FIXT11.xml"
    key = "AppDataDictionary" if dialect.default_appl_ver_id else "DataDictionary"
    entries[key] = specs / f"{dialect.dictionary.replace('.', '')}.xml"
    return entries
