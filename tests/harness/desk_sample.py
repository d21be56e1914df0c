"""A desk in the middle of the day, as the services would tell it: for tests of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

NOW = datetime(2026, 11, 22, 1, 2, 41, tzinfo=UTC)
"""When it is: the middle of the call."""
SATO = {
    "userId": "usr_op01",
    "name": "佐藤 美咲",
    "furigana": "さとう みさき",
    "nameEn": "Misaki Sato",
    "role": "operator",
    "teamId": "tea_osaka",
}
TANAKA = {
    "userId": "usr_sv01",
    "name": "田中 修",
    "furigana": "たなか おさむ",
    "nameEn": "Osamu Tanaka",
    "role": "supervisor",
    "teamId": "tea_osaka",
}
MORI = {
    "userId": "usr_op02",
    "name": "森 健一",
    "furigana": "もり けんいち",
    "nameEn": "Kenichi Mori",
    "role": "operator",
    "teamId": "tea_osaka",
}
SESSION = {
    "user": {**SATO, "clientIds": ["cli_acme"]},
    "csrf": "token",
    "storageKey": "c3RvcmVkIGJ5IHRoZSBicm93c2VyIG9mIG9uZSBwZXI=",
    "expiresAt": "2026-11-22T12:00:00Z",
    "passwordIsInitial": False,
}
CLIENT = {
    "clientId": "cli_acme",
    "name": "アクメ通販",
    "numbers": [{"number": "+81501234567", "flowId": "flw_acme"}],
    "reasons": [
        {"reasonId": "rsn_order", "labelJa": "注文", "labelEn": "Order"},
        {"reasonId": "rsn_bill", "labelJa": "請求・支払い", "labelEn": "Bill and payment"},
        {
            "reasonId": "rsn_late",
            "labelJa": "配送の遅れ",
            "labelEn": "Late delivery",
            "parentId": "rsn_order",
        },
        {
            "reasonId": "rsn_change",
            "labelJa": "注文内容の変更",
            "labelEn": "Change of an order",
            "parentId": "rsn_order",
        },
    ],
    "wrapUpForm": [
        {
            "key": "summary",
            "labelJa": "要約",
            "labelEn": "Summary",
            "kind": "FIELD_KIND_TEXT",
            "required": True,
            "choices": [],
        },
        {
            "key": "order_no",
            "labelJa": "注文番号",
            "labelEn": "Order number",
            "kind": "FIELD_KIND_NUMBER",
            "required": False,
            "choices": [],
        },
        {
            "key": "mood",
            "labelJa": "お客様のご様子",
            "labelEn": "The customer's mood",
            "kind": "FIELD_KIND_CHOICE",
            "required": False,
            "choices": ["穏やか", "お急ぎ", "お怒り"],
        },
    ],
    "wrapUpMsMax": 60_000,
    "queueIds": [],
    "recording": "RECORDING_RULE_ALL",
    "samplePercent": 0,
}
SCRIPT = {
    "script": {
        "scriptId": "scr_1",
        "version": 1,
        "clientId": "cli_acme",
        "number": "",
        "reasonId": "",
        "greetingJa": "お電話ありがとうございます。アクメ通販、佐藤でございます。",
        "greetingEn": "Thank you for calling Acme. This is Sato speaking.",
        "bodyJa": "ご用件をうかがい、お名前とご注文番号を復唱します。",
        "bodyEn": "Ask for the matter; read name and order number back.",
    },
    "articles": [
        {
            "articleId": "art_1",
            "version": 2,
            "clientId": "cli_acme",
            "titleJa": "配送が遅れたときの返金",
            "titleEn": "Refund when a delivery is late",
            "bodyJa": "3日を超えた遅れは送料を返金します。",
            "bodyEn": "Refund the postage when it is more than three days late.",
            "reasonIds": ["rsn_late"],
            "keywords": [],
            "putBy": "usr_mg01",
        }
    ],
}
HISTORY = {
    "contacts": [
        {
            "contactId": "con_0",
            "at": "2026-11-20T02:10:00Z",
            "reasonId": "rsn_late",
            "operatorId": "usr_op02",
            "outcome": "ENQUIRY_OUTCOME_HANDLED",
            "answers": [{"key": "summary", "value": "配送が2日遅れ。明日届くと案内した。"}],
        }
    ]
}
ENQUIRY = {
    "contactId": "con_1",
    "clientId": "cli_acme",
    "flowId": "flw_acme",
    "flowVersion": 3,
    "path": ["greeting", "menu"],
    "statedReasonId": "rsn_order",
    "confirmedReasonId": "",
    "operatorId": "usr_op01",
    "outcome": "ENQUIRY_OUTCOME_UNSPECIFIED",
    "answers": [],
    "language": "ja",
    "given": [{"key": "order_no", "value": "4711"}],
}
ESCALATIONS = {
    "escalations": [
        {
            "escalationId": "esc_1",
            "contactId": "con_0",
            "clientId": "cli_acme",
            "operatorId": "usr_op01",
            "reasonId": "rsn_late",
            "raisedAt": "2026-11-20T02:20:00Z",
            "answerBy": "2026-11-20T03:20:00Z",
            "level": "ESCALATION_LEVEL_SUPERVISOR",
            "takenBy": "",
            "overdue": True,
            "closed": False,
            "words": [
                {
                    "userId": "usr_op01",
                    "at": "2026-11-20T02:20:00Z",
                    "words": "再送の送料を返金できるか確認したい。",
                }
            ],
        }
    ],
    "nextPageToken": "",
}
HANDOVER = {
    "handoverId": "hnd_1",
    "contactId": "con_0",
    "clientId": "cli_acme",
    "userId": "usr_op02",
    "writtenAt": "2026-11-20T02:25:00Z",
    "expiresAt": "2026-11-27T02:25:00Z",
    "gist": "再送品は22日着。届いたかを先にうかがい、未着なら送料を返金する。",
    "detail": "配送会社の受付番号は18日の応対に記録済み。お客様は午後のお電話を希望。",
    "reasonId": "rsn_late",
    "takenBy": "",
    "read": False,
}
OTHER_HANDOVER = {
    **HANDOVER,
    "handoverId": "hnd_2",
    "contactId": "con_9",
    "userId": "usr_op01",
    "writtenAt": "2026-11-21T05:00:00Z",
    "expiresAt": "2026-11-28T05:00:00Z",
    "gist": "領収書の宛名変更は請求担当へ依頼済み。",
    "detail": "",
    "takenBy": "usr_op02",
    "read": True,
}
MY_HANDOVER = {
    **OTHER_HANDOVER,
    "handoverId": "hnd_3",
    "contactId": "con_8",
    "gist": "見積書は24日に送る。宛先は本社。",
    "takenBy": "usr_op01",
}
QUEUES = {
    "queues": [{"queueId": "que_order", "labelJa": "注文窓口", "labelEn": "Orders", "waiting": 2}],
    "colleagues": [
        {
            "operatorId": "usr_op02",
            "teamId": "tea_osaka",
            "skills": ["order"],
            "state": "OPERATOR_STATE_READY",
        }
    ],
}
LISTENER = {
    "supervisionId": "sup_1",
    "supervisorId": "usr_sv01",
    "contactId": "con_1",
    "mode": "SUPERVISION_MODE_WHISPER",
    "purpose": "PURPOSE_HELP",
    "since": "2026-11-22T01:00:52Z",
    "following": True,
}
CONSENT = {
    "supervisionId": "sup_2",
    "supervisorId": "usr_sv01",
    "contactId": "con_1",
    "mode": "SUPERVISION_MODE_LISTEN",
    "purpose": "PURPOSE_TRAINING",
    "note": "復唱のしかたを一緒に見たいです。",
    "answerBy": "2026-11-22T01:03:08Z",
}
TEXT = {
    "textId": "txt_1",
    "supervisionId": "sup_1",
    "supervisorId": "usr_sv01",
    "text": "送料は返金できます。そのままお伝えください。",
    "at": "2026-11-22T01:02:10Z",
}
FEEDBACK = {
    "feedbackId": "fbk_1",
    "supervisorId": "usr_sv01",
    "contactId": "con_0",
    "atMs": "62000",
    "kind": "FEEDBACK_KIND_PRAISE",
    "text": "復唱がとても丁寧でした。",
    "reasonId": "rsn_late",
    "givenAt": "2026-11-20T03:00:00Z",
}


def handovers(asked: Mapping[str, object]) -> dict[str, object]:
    """Those about the caller of a contact, or all."""
    all_open = [OTHER_HANDOVER, HANDOVER, MY_HANDOVER]
    listed = [HANDOVER] if asked.get("contactId") else all_open
    return {"handovers": listed, "nextPageToken": ""}


def alert(state: str = "OPEN", **change: object) -> dict[str, object]:
    """The operator's call for help."""
    return {
        "alertId": "alt_1",
        "kind": "ALERT_KIND_HELP",
        "contactId": "con_1",
        "clientId": "cli_acme",
        "operatorId": "usr_op01",
        "teamId": "tea_osaka",
        "level": "ALERT_LEVEL_TEAM",
        "state": f"FLOOR_ALERT_STATE_{state}",
        "since": "2026-11-22T01:00:38Z",
        "supervisorId": "",
        "reason": "ALERT_REASON_UNSPECIFIED",
        "queueId": "",
        "measured": "0",
        "threshold": "0",
        "waitedMs": "0",
        **change,
    }


def state(name: str, **change: object) -> dict[str, object]:
    """The desk in a state; with a contact where there is one."""
    contact = {"contactId": "con_1"} if name in {"RINGING", "TALKING", "WRAP_UP"} else {}
    return {
        "operatorId": "usr_op01",
        "state": f"OPERATOR_STATE_{name}",
        "since": "2026-11-22T01:00:00Z",
        "reason": "",
        "kind": "OFFER_KIND_CONTACT",
        "colleagueId": "",
        **contact,
        **change,
    }


def answers(**change: object) -> dict[str, object]:
    """What the gateway answers at a desk."""
    told: Mapping[str, object] = {
        "/api/session": SESSION,
        "/api/people": [SATO, TANAKA, MORI],
        "/api/rpc/CallreasonService/ListClients": {"clients": [CLIENT]},
        "/api/rpc/CallreasonService/GetEnquiry": ENQUIRY,
        "/api/rpc/CallreasonService/GetCallerHistory": HISTORY,
        "/api/rpc/KnowledgeService/GetScript": SCRIPT,
        "/api/rpc/KnowledgeService/SearchArticles": {"articles": SCRIPT["articles"]},
        "/api/rpc/CaseService/ListEscalations": ESCALATIONS,
        "/api/rpc/CaseService/ListMessages": {"messages": [], "nextPageToken": ""},
        "/api/rpc/CaseService/ListHandovers": handovers,
        "/api/rpc/RoutingService/ListQueues": QUEUES,
    }
    return {**told, **change}
