"""QuickFIX's file stores for tests, written by QuickFIX."""

from __future__ import annotations

from pathlib import Path

import quickfix

SESSION = "FIX.4.4-US-THEM"


def make_store(folder: Path, messages: list[str]) -> quickfix.FileStoreFactory:
    """Store messages, each "MsgType tag=value ...", with numbers from 1 on."""
    config = folder / "store.cfg"
    config.write_text(
        f"[DEFAULT]\nFileStorePath={folder}\nConnectionType=initiator\nStartTime=00:00:00\nEndTime=00:00:00\n"
        "[SESSION]\nBeginString=FIX.4.4\nSenderCompID=US\nTargetCompID=THEM\nHeartBtInt=30\n"
    )
    factory = quickfix.FileStoreFactory(quickfix.SessionSettings(str(config)))
    store = factory.create(quickfix.UtcTimeStamp(), quickfix.SessionID("FIX.4.4", "US", "THEM"))
    for number, text in enumerate(messages, start=1):
        msg_type, *fields = text.split()
        message = quickfix.Message()
        message.getHeader().setField(35, msg_type)
        message.getHeader().setField(34, str(number))
        message.getHeader().setField(8, "FIX.4.4")
        for field in fields:
            tag, value = field.split("=")
            message.setField(int(tag), value)
        store.set(number, message.toString())
        store.setNextSenderMsgSeqNum(number + 1)
    factory.destroy(store)
    return factory
