"""A floor of any size with people, calls and alerts, as the gateway's JSON tells it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Json = dict[str, object]

FAMILY = (
    ("佐藤", "さとう", "Sato"),
    ("鈴木", "すずき", "Suzuki"),
    ("高橋", "たかはし", "Takahashi"),
    ("田中", "たなか", "Tanaka"),
    ("伊藤", "いとう", "Ito"),
    ("渡辺", "わたなべ", "Watanabe"),
    ("山本", "やまもと", "Yamamoto"),
    ("中村", "なかむら", "Nakamura"),
    ("小林", "こばやし", "Kobayashi"),
    ("加藤", "かとう", "Kato"),
    ("長谷川", "はせがわ", "Hasegawa"),
    ("佐々木", "ささき", "Sasaki"),
)
GIVEN = (
    ("美咲", "みさき", "Misaki"),
    ("大輔", "だいすけ", "Daisuke"),
    ("結衣", "ゆい", "Yui"),
    ("翔太", "しょうた", "Shota"),
    ("彩", "あや", "Aya"),
    ("健", "けん", "Ken"),
    ("真理子", "まりこ", "Mariko"),
    ("亮", "りょう", "Ryo"),
    ("沙織", "さおり", "Saori"),
    ("拓海", "たくみ", "Takumi"),
)
TEAMS = ("osaka", "sapporo", "fukuoka", "sendai", "naha", "nagoya", "hiroshima", "tokyo")
REASONS = (
    ("rsn_billing", "ご請求", "Billing"),
    ("rsn_contract", "ご契約", "Contract"),
    ("rsn_move", "引っ越し", "Moving house"),
    ("rsn_outage", "停電", "Power cut"),
)
CLIENTS = (("cli_acme", "Acme Electric"), ("cli_hana", "Hana Travel"))
QUEUES = (
    ("que_billing", "ご請求", "Billing"),
    ("que_contract", "ご契約", "Contract"),
    ("que_support", "技術サポート", "Support"),
)
SUPERVISORS = (
    ("usr_sv01", "中村 恵", "なかむら めぐみ", "Megumi Nakamura", "tea_osaka"),
    ("usr_sv02", "小林 誠", "こばやし まこと", "Makoto Kobayashi", "tea_osaka"),
)
STATES = ("TALKING",) * 11 + ("READY",) * 4 + ("WRAP_UP",) * 3 + ("RINGING",) + ("AWAY",) + ("OFF",)


@dataclass(frozen=True)
class Centre:
    """The people and the floor's rows of a made-up centre."""

    people: list[Json]
    rows: list[Json]
    talks: list[Json]

    def levels(self, chance: random.Random) -> Json:
        """One second's levels of every talk."""
        return {
            "calls": [
                {
                    "contactId": talk["contactId"],
                    "clientId": talk["clientId"],
                    "overlapMs": 0,
                    "legs": [
                        _leg("CUSTOMER", "", chance.uniform(-60, -8)),
                        _leg("OPERATOR", str(talk["operatorId"]), chance.uniform(-60, -8)),
                    ],
                }
                for talk in self.talks
            ]
        }


def _leg(role: str, user_id: str, level: float) -> Json:
    return {"role": f"LEG_ROLE_{role}", "userId": user_id, "levelDbfs": level, "speechMs": 500}


def instant(now: datetime, ago_s: float) -> str:
    """An instant so long ago, as the contract writes it."""
    return (now - timedelta(seconds=ago_s)).isoformat().replace("+00:00", "Z")


def centre(seats: int, now: datetime | None = None) -> Centre:
    """So many operators; about half of them talk."""
    now = now or datetime.now(UTC)
    chance = random.Random(7)
    people = [
        _person(user, name, furigana, english, "supervisor", team)
        for user, name, furigana, english, team in SUPERVISORS
    ]
    rows: list[Json] = []
    talks: list[Json] = []
    teams = TEAMS[: max(2, min(len(TEAMS), seats // 30))]
    for at in range(seats):
        operator_id = f"usr_op{at + 1:04d}"
        team = f"tea_{teams[at * len(teams) // seats]}"
        family, given = FAMILY[(at * 7 + at // 12) % len(FAMILY)], GIVEN[(at * 3) % len(GIVEN)]
        name, furigana = f"{family[0]} {given[0]}", f"{family[1]} {given[1]}"
        english = f"{given[2]} {family[2]}"
        people.append(_person(operator_id, name, furigana, english, "operator", team))
        state = chance.choice(STATES)
        ago_s = chance.uniform(2, 900)
        rows.append(operator(operator_id, team, state, now, ago_s, phone=_phone(at)))
        if state == "TALKING":
            client, reason = CLIENTS[at % 2][0], REASONS[at % len(REASONS)][0]
            held = {"heldSince": instant(now, chance.uniform(5, 70))} if at % 9 == 0 else {}
            talks.append(
                {
                    "contactId": f"con_{at + 1:04d}",
                    "clientId": client,
                    "operatorId": operator_id,
                    "since": instant(now, chance.uniform(5, 1900)),
                    "reasonId": reason,
                    "muted": False,
                    "talkBack": False,
                    **held,
                }
            )
    rows += [{"talk": talk} for talk in talks]
    rows += [{"queue": _queue(at, client, now)} for at in range(3) for client, _ in CLIENTS]
    return Centre(people, rows, talks)


def _queue(at: int, client: str, now: datetime) -> Json:
    waiting = (at * 3) % 5
    longest = {"longestSince": instant(now, 20 * at + 7)} if waiting else {}
    return {
        "queueId": QUEUES[at][0],
        "clientId": client,
        "waiting": waiting,
        "answered": 40,
        "answeredInTime": 31 + at,
        "abandoned": 2,
        "serviceLevel": (31 + at) / 42,
        "inTimeMs": 20_000,
        **longest,
    }


def _person(user: str, name: str, furigana: str, english: str, role: str, team: str) -> Json:
    return {
        "userId": user,
        "name": name,
        "furigana": furigana,
        "nameEn": english,
        "role": role,
        "teamId": team,
    }


def operator(
    operator_id: str,
    team: str,
    state: str,
    now: datetime,
    ago_s: float = 0.0,
    reason: str = "",
    phone: str = "BROWSER",
) -> Json:
    """An operator's row."""
    why = reason or ("lunch" if state == "AWAY" else "")
    return {
        "operator": {
            "operatorId": operator_id,
            "teamId": team,
            "state": f"FLOOR_OPERATOR_STATE_{state}",
            "since": instant(now, ago_s),
            "reason": why,
            "contactId": "",
            "skills": [],
            "skillLevels": [],
            "phone": f"PHONE_REACH_{phone}",
        }
    }


def _phone(at: int) -> str:
    """By what a seat's operator is reached: mostly a browser."""
    odd = {1: "SIP", 5: "SIP", 8: "NONE", 11: "LOST"}
    return odd.get(at % 12, "BROWSER")


def alert(alert_id: str, talk: Json, now: datetime, **more: object) -> Json:
    """An open call for help of the operator of a talk."""
    return {
        "alert": {
            "alertId": alert_id,
            "kind": "ALERT_KIND_HELP",
            "contactId": talk["contactId"],
            "clientId": talk["clientId"],
            "operatorId": talk["operatorId"],
            "teamId": "tea_osaka",
            "level": "ALERT_LEVEL_TEAM",
            "state": "FLOOR_ALERT_STATE_OPEN",
            "since": instant(now, 12),
            "supervisorId": "",
            "reason": "ALERT_REASON_ANGRY_CUSTOMER",
            "queueId": "",
            "measured": "0",
            "threshold": "0",
            "waitedMs": "0",
            **more,
        }
    }


def supervision(supervision_id: str, talk: Json, now: datetime, **more: object) -> Json:
    """A supervisor who hears a talk."""
    return {
        "supervision": {
            "supervisionId": supervision_id,
            "contactId": talk["contactId"],
            "supervisorId": "usr_sv01",
            "operatorId": talk["operatorId"],
            "mode": "SUPERVISION_MODE_LISTEN",
            "purpose": "PURPOSE_QUALITY",
            "since": instant(now, 0),
            "state": "FLOOR_SUPERVISION_STATE_ACTIVE",
            "following": False,
            **more,
        }
    }


def clients() -> Json:
    """The answer of ListClients."""
    reasons = [{"reasonId": i, "labelJa": ja, "labelEn": en} for i, ja, en in REASONS]
    return {"clients": [{"clientId": i, "name": name, "reasons": reasons} for i, name in CLIENTS]}


def queues() -> Json:
    """The answer of ListQueues."""
    labels = [{"queueId": i, "labelJa": ja, "labelEn": en} for i, ja, en in QUEUES]
    return {"queues": labels, "colleagues": []}


def fairness(talks: Sequence[Json]) -> Json:
    """The answer of GetFairness: the operators of these talks are next."""
    return {
        "since": "2026-10-25T00:00:00Z",
        "until": "2026-11-22T00:00:00Z",
        "windowDays": 28,
        "supervisors": [],
        "teams": [
            {
                "teamId": "tea_osaka",
                "sessions": 19,
                "gini": 0.19,
                "byChance": {"giniLow": 0.12, "giniHigh": 0.43, "pValue": 0.819},
                "lorenz": [
                    {"due": 0.0, "actual": 0.0},
                    {"due": 0.3, "actual": 0.2},
                    {"due": 0.6, "actual": 0.5},
                    {"due": 1.0, "actual": 1.0},
                ],
                "operators": [_share(at, talk) for at, talk in enumerate(talks)],
                "next": [
                    {
                        "operatorId": talk["operatorId"],
                        "owed": 3.7 - at,
                        "reasonJa": f"28日間のモニタリング0回、公平なら{3.7 - at:.1f}回。"
                        "今まで一度もありません。フィードバックの確認待ち1件。今日0回、上限8回。",
                        "reasonEn": f"Monitored 0 times in 28 days where {3.7 - at:.1f} would be "
                        "fair; never monitored before; today 0 of at most 8.",
                        "contactId": talk["contactId"],
                    }
                    for at, talk in enumerate(talks[:3])
                ],
            }
        ],
    }


def _share(at: int, talk: Json) -> Json:
    flags = ("OVER", "UNDER", "NONE", "NONE")
    ratio = (2.4, 0.4, 1.1, 0.9)[at % 4]
    return {
        "operatorId": talk["operatorId"],
        "talkS": 30_000 + 900 * at,
        "need": 1.0,
        "newcomer": at % 5 == 0,
        "oftenHelped": False,
        "sessions": (9, 0, 4, 3)[at % 4],
        "due": 3.5,
        "monitoredS": 600.0,
        "dueS": 700.0,
        "ratio": ratio,
        "ratioLow": ratio * 0.6,
        "ratioHigh": ratio * 1.6,
        "flag": f"FAIRNESS_FLAG_{flags[at % 4]}",
        "daysSinceCovered": 3.0 + at,
        "helped": at % 3,
    }
