"""A centre as the gateway would tell it to a browser: for tests and pictures of single pages."""

from __future__ import annotations

import base64
import io
import math
import struct
import wave
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route
from tests.harness.browser import FakeGateway
from tests.harness.desk_sample import NOW

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]


def someone(number: str, names: Sequence[str], role: str, team: str = "tea_osaka") -> Json:
    """A person of the centre: name, furigana, name in English."""
    name, furigana, name_en = names
    return {
        "userId": f"usr_{number}",
        "name": name,
        "furigana": furigana,
        "nameEn": name_en,
        "role": role,
        "teamId": team,
    }


PEOPLE = [
    someone("op01", ("佐藤 美咲", "さとう みさき", "Misaki Sato"), "operator"),
    someone("op02", ("鈴木 健太", "すずき けんた", "Kenta Suzuki"), "operator"),
    someone("op03", ("高橋 結衣", "たかはし ゆい", "Yui Takahashi"), "operator", "tea_sendai"),
    someone("sv01", ("田中 裕子", "たなか ゆうこ", "Yuko Tanaka"), "supervisor"),
    someone("mgr", ("伊藤 誠", "いとう まこと", "Makoto Ito"), "manager", ""),
    someone("aud", ("渡辺 恵", "わたなべ めぐみ", "Megumi Watanabe"), "auditor", ""),
    someone("admin", ("中村 翔", "なかむら しょう", "Sho Nakamura"), "admin", ""),
    someone("acme", ("小林 直樹", "こばやし なおき", "Naoki Kobayashi"), "client", ""),
]
_REASONS = [
    ("rsn_billing", "ご請求・お支払い", "Bills and payments", ""),
    ("rsn_late", "お支払いの遅れ", "Late payment", "rsn_billing"),
    ("rsn_contract", "契約内容の変更", "Changes of contract", ""),
    ("rsn_other", "その他のお問い合わせ", "Anything else", ""),
]
REASONS = [
    {"reasonId": reason, "labelJa": ja, "labelEn": en, **({"parentId": above} if above else {})}
    for reason, ja, en, above in _REASONS
]
CLIENTS = [
    {
        "clientId": "cli_acme",
        "name": "アクメ電機",
        "numbers": [{"number": "+81312340001", "flowId": "flw_acme"}],
        "reasons": REASONS,
        "wrapUpForm": [],
        "wrapUpMsMax": 60_000,
        "queueIds": ["que_billing", "que_contract", "que_desk", "que_general"],
        "recording": "RECORDING_RULE_ALL",
        "samplePercent": 0,
    },
    {
        "clientId": "cli_hana",
        "name": "花通販",
        "numbers": [{"number": "+81312340002", "flowId": "flw_hana"}],
        "reasons": REASONS[:1],
        "wrapUpForm": [],
        "wrapUpMsMax": 60_000,
        "queueIds": [],
        "recording": "RECORDING_RULE_ALL",
        "samplePercent": 0,
    },
]


OWN_SESSIONS = [
    {
        "sessionId": f"ses_{'ab'[at] * 16}",
        "beganAt": f"2026-11-2{2 - at}T00:0{at}:00Z",
        "seenAt": "2026-11-22T01:00:00Z",
        "here": at == 0,
    }
    for at in range(2)
]


def session(role: str) -> Json:
    """The session of the sample's first person of a role."""
    user = next(each for each in PEOPLE if each["role"] == role)
    clients = ["cli_acme"] if role == "client" else ["cli_acme", "cli_hana"]
    return {
        "user": {**user, "clientIds": clients},
        "csrf": "token",
        "storageKey": "c3RvcmVkIGJ5IHRoZSBicm93c2VyIG9mIG9uZSBwZXI=",
        "expiresAt": "2026-11-22T12:00:00Z",
        "passwordIsInitial": False,
    }


def accounts() -> list[Json]:
    """The accounts of everybody; one of them is disabled."""
    return [
        {
            **each,
            "clientIds": [] if each["role"] == "admin" else ["cli_acme", "cli_hana"],
            "disabled": each["userId"] == "usr_op03",
            "hasPassword": each["userId"] != "usr_aud",
            "passwordIsInitial": each["userId"] == "usr_op02",
            "hasSubject": each["userId"] == "usr_sv01",
        }
        for each in PEOPLE
    ]


def reason_report() -> Json:
    """Four reasons: the second most frequent one costs most."""
    rows = []
    shares = (0.52, 0.81, 0.94, 1.0)
    figures = ((41, 39, 14_820_000), (63, 60, 8_260_000), (22, 20, 3_710_000), (9, 7, 1_710_000))
    for (reason, ja, en, above), (contacts, handled, work), share in zip(
        _REASONS, figures, shares, strict=True
    ):
        rows.append(
            {
                "reasonId": reason,
                "labelJa": ja,
                "labelEn": en,
                "parentId": above,
                "contacts": contacts,
                "handled": handled,
                "workloadMs": str(work),
                "handleMsMean": str(work // handled),
                "cumulativeShare": share,
            }
        )
    pairs = (
        ("rsn_billing", "rsn_billing", 33),
        ("rsn_billing", "rsn_late", 8),
        ("rsn_contract", "rsn_contract", 18),
        ("rsn_contract", "rsn_billing", 5),
        ("rsn_other", "rsn_other", 6),
        ("", "rsn_other", 3),
        ("rsn_other", "", 2),
    )
    return {
        "rows": rows,
        "pairs": [
            {"statedReasonId": stated, "confirmedReasonId": confirmed, "contacts": contacts}
            for stated, confirmed, contacts in pairs
        ],
        "contacts": 135,
    }


def recording(number: int, **changes: object) -> Json:
    """One row of a list of recordings."""
    return {
        "recordingId": f"rec_{number}",
        "contactId": f"con_{number}",
        "clientId": "cli_acme" if number % 3 else "cli_hana",
        "startedAt": f"2026-11-22T0{number % 6}:{number * 7 % 60:02}:00Z",
        "lengthMs": 60_000,
        "finished": True,
        "reasonId": "rsn_billing",
        "userIds": [f"usr_op0{number % 3 + 1}"],
        "deleted": False,
        "held": False,
        "deleteAt": "2027-05-22T18:00:00Z",
        "holds": [],
        "pauses": [],
        "alertsAt": [],
        "voicemailQueueId": "",
        **changes,
    }


RECORDINGS = [
    recording(
        1,
        userIds=["usr_op02", "usr_sv01"],
        pauses=[{"fromMs": 24_000, "toMs": 31_000}],
        alertsAt=["2026-11-22T01:07:12Z"],
    ),
    recording(
        2,
        held=True,
        holds=[{"holdId": "hld_1", "reason": "訴訟 2026-14", "setAt": "2026-11-22T03:00:00Z"}],
    ),
    recording(3, deleted=True, deleteAt=None),
    recording(4, finished=False, lengthMs=0),
    *(recording(number) for number in range(5, 11)),
    recording(11, userIds=[], voicemailQueueId="que_billing"),
]


def list_recordings(asked: Mapping[str, Any]) -> Json:
    """What fits a request; the second page is empty."""
    wanted = asked.get("contactId", "")
    rows = [row for row in RECORDINGS if not wanted or row["contactId"] == wanted]
    if asked.get("userId"):
        rows = [row for row in rows if asked["userId"] in row["userIds"]]
    if asked.get("voicemails"):
        rows = [row for row in rows if row["voicemailQueueId"]]
    return {"recordings": rows, "nextPageToken": "" if wanted or asked.get("userId") else "more"}


def waveform() -> Json:
    """A minute in which first one speaks and then the other."""
    steps = range(1_500)

    def loud(phase: float) -> str:
        values = (
            max(0.0, math.sin(at / 70 + phase)) * (60 + 150 * abs(math.sin(at * 1.7 + phase)))
            for at in steps
        )
        return base64.b64encode(bytes(int(value) for value in values)).decode()

    tracks = (("CUSTOMER", 0.0), ("OPERATOR", math.pi), ("SUPERVISOR", 2.0))
    return {
        "lengthMs": 60_000,
        "stepMs": 40,
        "tracks": [{"track": f"TRACK_{name}", "peaks": loud(phase)} for name, phase in tracks],
    }


DECISIONS = {
    "decisions": [
        {
            "at": "2026-11-22T01:07:02Z",
            "event": "OfferMade",
            "sentenceJa": "usr_op02 に着信: 必要なスキルがあり、いちばん長く待機していた。",
            "sentenceEn": "Offered to usr_op02: has the skills and was idle longest.",
            "operatorId": "usr_op02",
            "considered": [
                {"operatorId": "usr_op02", "score": "12", "level": 4, "idleMs": "42000"},
                {"operatorId": "usr_op01", "score": "9", "level": 3, "idleMs": "9000"},
            ],
            "skipped": [{"operatorId": "usr_op03", "reason": "SKIP_REASON_NOT_READY"}],
        }
    ]
}


def sound() -> bytes:
    """A minute of quiet with three channels."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(3)
        out.setsampwidth(2)
        out.setframerate(8_000)
        out.writeframes(struct.pack("<hhh", 300, -300, 0) * 8_000 * 60)
    return file.getvalue()


def _flow_source(name: str) -> str:
    return (ROOT / "seed" / "flows" / f"{name}.yaml").read_text()


_SOUNDS = (
    ("again_ja", 4_200, 1),
    ("callback_thanks_ja", 5_900, 1),
    ("closed_ja", 7_300, 1),
    ("digit_0", 620, 1),
    ("goodbye_en", 2_800, 1),
    ("guidance", 9_100, 1),
    ("menu", 12_400, 3),
    ("menu_en", 11_800, 1),
    ("wait_music", 30_000, 1),
)

FLOW = {
    "flowId": "flw_acme",
    "clientId": "cli_acme",
    "version": 3,
    "liveVersion": 3,
    "source": _flow_source("acme"),
    "tests": _flow_source("acme.test"),
    "prompts": {name: ("1" if name == "menu" else "0") * 64 for name, _, _ in _SOUNDS},
}


def prompt(name: str, length_ms: int, versions: int) -> Json:
    """A sound's name with its versions; the flow that is live plays the second of three."""
    return {
        "name": name,
        "versions": [
            {
                "version": version,
                "sha256": str(version - 1) * 64,
                "lengthMs": length_ms - 300 * (versions - version),
                "putAt": f"2026-11-{17 + version}T02:1{version}:00Z",
                "putBy": "usr_mgr" if version > 1 else "usr_admin",
            }
            for version in range(versions, 0, -1)
        ],
    }


PROMPTS = {"prompts": [prompt(*each) for each in _SOUNDS]}
_HANDOVERS = (
    ("usr_op02", "", 52, 116, "再送品は22日着。届いたかを先にうかがい、未着なら送料を返金する。"),
    ("usr_op01", "usr_op02", 30, 138, "領収書の宛名変更は請求担当へ依頼済み。"),
    (
        "usr_op03",
        "",
        3,
        165,
        "法人契約の見積もりは営業部から25日に連絡。次の入電では日程だけ確認する。",
    ),
    ("usr_op02", "", 90, 5, ""),
    ("usr_op01", "", 150, 18, "解約の受付は済み。返却キットの到着を待っている。"),
)


def handovers(now: datetime) -> Json:
    """Five that are open: two overdue ones, one that is about to expire, one new, one taken."""

    def at(hours: int) -> str:
        return (now + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")

    return {
        "handovers": [
            {
                "handoverId": f"hnd_{number}",
                "contactId": f"con_{number}",
                "clientId": "cli_hana" if number == 3 else "cli_acme",
                "userId": wrote,
                "writtenAt": at(-age),
                "expiresAt": at(left),
                "gist": gist,
                "detail": "受付番号は18日の応対に記録済み。" if number == 1 else "",
                "reasonId": "rsn_other",
                "takenBy": taken,
                "read": number > 2,
            }
            for number, (wrote, taken, age, left, gist) in enumerate(_HANDOVERS, 1)
        ],
        "nextPageToken": "",
    }


VERSIONS = {
    "liveVersion": 3,
    "versions": [
        {
            "version": number,
            "publishedAt": f"2026-11-{18 + number}T05:3{number}:00Z",
            "publishedBy": "usr_mgr" if number > 1 else "usr_admin",
            "note": note,
            "testsPassed": 6 + number,
        }
        for number, note in ((3, "折り返しの案内を追加"), (2, "待ち時間の案内を追加"), (1, ""))
    ],
}


def ledger(asked: Mapping[str, Any]) -> Json:
    """Two calls of the operator who is asked for that somebody heard."""
    operator = asked.get("operatorId") or "usr_op01"
    day = int(operator[-1])
    rows = [
        (f"2026-11-2{day - 1}T0{day}:15:00Z", "PURPOSE_HELP", None, ("LISTEN", "WHISPER")),
        (f"2026-11-2{day - 1}T0{day + 3}:40:00Z", "PURPOSE_TRAINING", "ACCEPTED", ("LISTEN",)),
    ]
    entries = [
        {
            "supervisionId": f"spv_{operator}_{at}",
            "contactId": f"con_{at + 1}",
            "clientId": "cli_acme",
            "operatorId": operator,
            "supervisorId": "usr_sv01" if at else "usr_mgr",
            "purpose": purpose,
            **({"consent": f"CONSENT_ANSWER_{consent}"} if consent else {}),
            "begunAt": begun,
            "stretches": [{"mode": f"SUPERVISION_MODE_{mode}", "since": begun} for mode in modes],
            "heardMs": str(95_000 + 40_000 * at),
            "endedAs": "SUPERVISION_END_REASON_CALL_ENDED",
        }
        for at, (begun, purpose, consent, modes) in enumerate(rows)
    ]
    return {"entries": entries, "more": False, "heardMs": "230000"}


def answers(role: str) -> dict[str, object]:
    """What the gateway answers somebody of a role, by path."""
    return {
        "/api/session": session(role),
        "/api/people": PEOPLE,
        "/api/accounts": accounts(),
        "/api/session/all": OWN_SESSIONS,
        "/api/rpc/CallreasonService/ListClients": {"clients": CLIENTS},
        "/api/rpc/CallreasonService/GetReasonReport": reason_report(),
        "/api/rpc/CallreasonService/GetFlow": FLOW,
        "/api/rpc/CallreasonService/ListFlowVersions": VERSIONS,
        "/api/rpc/RecordingService/ListRecordings": list_recordings,
        "/api/rpc/RecordingService/GetWaveform": waveform(),
        "/api/rpc/MonitoringService/GetLedger": ledger,
        "/api/rpc/MediaService/ListPrompts": PROMPTS,
        "/api/rpc/CaseService/ListHandovers": handovers(NOW),
        "/api/rpc/RoutingService/ExplainDecision": DECISIONS,
    }


class SampleCentre(FakeGateway):
    """Answers as somebody of a role would be answered; keeps what was asked of it."""

    def __init__(self, role: str) -> None:
        super().__init__(answers(role), {})
        self.asked: list[tuple[str, Json]] = []
        self.sounds: list[tuple[str, bytes]] = []
        """What was put, and where."""
        self.refusals: dict[str, tuple[int, str, str]] = {}
        """Path -> status, reason and message of what is refused."""

    async def answer(self, route: Route) -> None:
        """Answers one request, sound too."""
        path = "/" + route.request.url.split("/", 3)[3].split("?")[0]
        if path.endswith(".wav"):
            await sound_in_part(route)
            return
        is_sound = route.request.headers.get("content-type") == "audio/wav"
        if is_sound:
            self.sounds.append((path, route.request.post_data_buffer or b""))
        elif route.request.method != "GET":
            self.asked.append((path, route.request.post_data_json or {}))
        if path in self.refusals:
            status, reason, message = self.refusals[path]
            told = {"code": "FAILED_PRECONDITION", "reason": reason, "message": message}
            await route.fulfill(status=status, json=told)
            return
        if is_sound and path in self.answers:
            await route.fulfill(json=self.answers[path])
            return
        await super().answer(route)

    def last(self, path: str) -> Json:
        """What was last sent to a path."""
        return next(asked for at, asked in reversed(self.asked) if at == path)


async def sound_in_part(route: Route) -> None:
    """The range that was asked for, as the gateway gives it out: else a browser cannot seek."""
    file = sound()
    asked = route.request.headers.get("range", "bytes=0-").removeprefix("bytes=").split("-")
    first = int(asked[0])
    last = min(int(asked[1]) if asked[1] else len(file) - 1, len(file) - 1)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Range": f"bytes {first}-{last}/{len(file)}",
        "Content-Type": "audio/wav",
    }
    await route.fulfill(status=206, headers=headers, body=file[first : last + 1])


async def page_of(page: Page, site: str, path: str, centre: SampleCentre) -> None:
    """Opens a page of the console as the centre's person sees it."""
    await centre.serve(page)
    await page.goto(site + path)
