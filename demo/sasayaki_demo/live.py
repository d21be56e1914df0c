"""The calls of the moment, as a table that people read: folded from the topics as they grow."""

from __future__ import annotations

import json
import sys
import unicodedata
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer

from sasayaki_demo.topics import TOPICS, Written

ROWS_MAX = 24

SAID = {
    "CallArrived": "着信 arrived",
    "CallAnswered": "応答 answered",
    "AnnouncementEntered": "ガイダンス guidance",
    "MenuEntered": "メニュー menu",
    "ContactQueued": "待ち waiting",
    "OfferMade": "呼出 ringing",
    "TalkStarted": "通話 talking",
    "CustomerHeld": "保留 on hold",
    "CustomerResumed": "通話 talking",
    "ContactTransferred": "転送 handed over",
    "VoicemailEntered": "伝言 voicemail",
    "RingReached": "待ち waiting",
    "CallbackEntered": "折返し希望 call back",
    "CallPlaced": "発信 calling back",
    "ContactAbandoned": "放棄 gave up",
    "WrapUpAsked": "後処理 wrap-up",
    "CallEnded": "終話 ended",
    "EnquiryClosed": "完了 closed",
}
MODES = {
    "SUPERVISION_MODE_LISTEN": "聴話 listens",
    "SUPERVISION_MODE_WHISPER": "ささやき whispers",
    "SUPERVISION_MODE_BARGE": "三者通話 barges in",
    "SUPERVISION_MODE_TAKEOVER": "引き取り has taken over",
}


@dataclass
class Row:
    """One call."""

    state: str = ""
    reason: str = ""
    operator: str = ""
    supervisor: str = ""


@dataclass
class Board:
    """What is shown: the newest calls by contact id."""

    rows: dict[str, Row] = field(default_factory=dict)

    def fold(self, record: Written) -> str | None:
        """Takes a record in; returns the contact that it changed."""
        contact = str(record.event.get("correlationid") or record.event.get("subject"))
        if not record.is_history or not contact.startswith("con_"):
            return None
        row = self.rows.setdefault(contact, Row())
        row.state = SAID.get(record.name, row.state)
        match record.name:
            case "ReasonStated":
                row.reason = record.data["reason_id"].removeprefix("rsn_")
            case "OfferMade":
                row.operator = record.data["operator_id"]
            case "SupervisorHeard":
                mode = MODES.get(record.data["mode"], record.data["mode"])
                row.supervisor = f"{record.data['supervisor_id']} {mode}"
            case "SupervisorLegEnded":
                row.supervisor = ""
        while len(self.rows) > ROWS_MAX:
            del self.rows[next(iter(self.rows))]
        return contact

    def table(self) -> list[str]:
        """Returns the table's lines."""
        lines = [_line("通話 call", "状態 state", "理由 reason", "担当 operator", "SV supervisor")]
        for contact, row in self.rows.items():
            lines.append(_line(contact[-6:], row.state, row.reason, row.operator, row.supervisor))
        return lines


WIDTHS = (10, 20, 12, 14, 28)


def _line(*cells: str) -> str:
    return "  ".join(_padded(cell, width) for cell, width in zip(cells, WIDTHS, strict=True))


def _padded(text: str, width: int) -> str:
    """Returns the text filled to a width on the screen, where Japanese takes two columns."""
    shown = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * (width - shown)


async def show(bootstrap: str) -> None:
    """Shows calls until cancelled: a table on a terminal, else a line for each change."""
    board = Board()
    consumer = AIOKafkaConsumer(*TOPICS, bootstrap_servers=bootstrap, auto_offset_reset="latest")
    await consumer.start()
    drawn = 0
    try:
        async for message in consumer:
            record = Written(
                message.topic, message.partition, message.offset, json.loads(message.value)
            )
            contact = board.fold(record)
            if contact is None:
                continue
            if sys.stdout.isatty():
                drawn = _draw(board.table(), drawn)
            elif record.name in SAID or record.name.startswith("Supervisor"):
                row = board.rows[contact]
                print(_line(contact[-6:], row.state, row.reason, row.operator, row.supervisor))
    finally:
        await consumer.stop()


def _draw(lines: list[str], drawn: int) -> int:
    """Draws over the last table; returns how many lines it has."""
    up = f"\x1b[{drawn}A" if drawn else ""
    sys.stdout.write(up + "".join(f"\x1b[2K{line}\n" for line in lines))
    sys.stdout.flush()
    return len(lines)
