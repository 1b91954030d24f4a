"""With the dictionary of prices QuickFIX takes snapshots with many entries, and whatever else a venue says."""

from __future__ import annotations

from pathlib import Path

import pytest
import quickfix

from tradsys_oms.venues.price_dictionary import write_price_dictionary

VERSIONS = ("FIX.4.2", "FIX.4.4")
ENTRIES = "268=2|269=0|270=10|271=5|15=USD|9001=x|269=1|270=11|271=6|58=a|"
HEAD = "34=2|49=V|52=20260101-00:00:00|56=US|"


def message(version: str, msg_type: str, body: str) -> str:
    """Give a message with its length and sum."""
    text = f"35={msg_type}|{HEAD}{body}".replace("|", "\x01")
    text = f"8={version}\x019={len(text)}\x01{text}"
    return f"{text}10={sum(text.encode()) % 256:03}\x01"


def loose(path: Path) -> quickfix.DataDictionary:
    """Read a dictionary, and let in what it does not know, as the settings of the link do."""
    dictionary = quickfix.DataDictionary(str(path))
    dictionary.checkFieldsOutOfOrder(False)
    dictionary.checkFieldsHaveValues(False)
    dictionary.checkUserDefinedFields(False)
    dictionary.allowUnknownMsgFields(True)
    return dictionary


@pytest.mark.parametrize("version", VERSIONS)
def test_a_snapshot_may_have_entries_with_any_fields(tmp_path: Path, version: str) -> None:
    dictionary = loose(write_price_dictionary(tmp_path, version)["DataDictionary"])
    text = message(version, "W", f"262=ACME|55=ACME|{ENTRIES}")
    read = quickfix.Message(text, dictionary, True)
    assert sorted(read.toString().split("\x01")) == sorted(text.split("\x01"))


@pytest.mark.parametrize("version", VERSIONS)
def test_without_it_a_snapshot_is_refused(version: str) -> None:
    with pytest.raises(quickfix.RepeatedTag):
        quickfix.DataDictionary().validate(quickfix.Message(message(version, "W", f"55=ACME|{ENTRIES}"), False))


@pytest.mark.parametrize(
    ("msg_type", "body"), [("8", "37=1|11=2|20000=x|6=0|"), ("AE", "571=1|"), ("h", ""), ("U1", "5001=2|")]
)
def test_all_other_messages_are_let_in(tmp_path: Path, msg_type: str, body: str) -> None:
    dictionary = loose(write_price_dictionary(tmp_path, "FIX.4.4")["DataDictionary"])
    read = quickfix.Message(message("FIX.4.4", msg_type, body), dictionary, True)
    assert read.getHeader().getField(35) == msg_type


def test_fix_5_has_one_for_the_session_and_one_for_the_rest(tmp_path: Path) -> None:
    paths = write_price_dictionary(tmp_path, "FIXT.1.1")
    assert list(paths) == ["TransportDataDictionary", "AppDataDictionary"]
    assert [quickfix.DataDictionary(str(path)).getVersion() for path in paths.values()] == ["FIXT.1.1", "FIX.5.0"]
