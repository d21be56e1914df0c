"""The RPCs that browsers may call. What is not listed is open to nobody (ADR 0037).

The roles are for the document's text alone: whether a call is right is decided by its service.
"""

from collections.abc import Mapping
from dataclasses import dataclass

OPERATOR = frozenset(("operator",))
ABOVE = frozenset(("supervisor", "manager"))
DESKS = OPERATOR | ABOVE
ADMIN = frozenset(("admin",))
AUDITOR = frozenset(("auditor",))
CLIENT = frozenset(("client",))
READERS = DESKS | ADMIN | AUDITOR | CLIENT
CASES = DESKS | CLIENT

ROLES = ("operator", "supervisor", "manager", "client", "auditor", "integrator", "admin")
"""Roles that a person may have."""


@dataclass(frozen=True, slots=True)
class OpenMethod:
    """One RPC that is open to browsers, and who usually calls it."""

    package: str
    service: str
    name: str
    roles: frozenset[str]

    @property
    def path(self) -> str:
        """As in gRPC: `/sasayaki.routing.v1.RoutingService/WatchDesk`."""
        return f"/sasayaki.{self.package}.v1.{self.service}/{self.name}"

    @property
    def short(self) -> str:
        """As in addresses: `RoutingService/WatchDesk`."""
        return f"{self.service}/{self.name}"


_TABLE: Mapping[tuple[str, str], Mapping[str, frozenset[str]]] = {
    ("routing", "RoutingService"): {
        "SetOperatorState": DESKS,
        "TransferContact": OPERATOR,
        "ConsultOperator": OPERATOR,
        "CompleteTransfer": OPERATOR,
        "EndConsult": OPERATOR,
        "ExplainDecision": ABOVE | AUDITOR,
        "ListQueues": DESKS | ADMIN,
        "WatchDesk": OPERATOR,
        "PutOperator": ADMIN,
        "PutQueue": ADMIN,
    },
    ("media", "MediaService"): {
        "Hold": DESKS,
        "PauseRecording": DESKS,
        "PickUp": DESKS,
        "PutDown": DESKS,
        "Mute": DESKS,
        "TalkBack": OPERATOR,
        "WatchPhone": DESKS,
        "WatchLevels": ABOVE,
        "ReleasePhone": ABOVE,
        "SetOutboundRule": ADMIN,
        "ListPrompts": ADMIN | ABOVE,
    },
    ("monitoring", "MonitoringService"): {
        "StartSupervision": ABOVE,
        "ChangeMode": ABOVE,
        "EndSupervision": ABOVE,
        "AnswerConsent": OPERATOR,
        "SwitchTarget": ABOVE,
        "SetFollowing": ABOVE,
        "SendText": ABOVE,
        "WatchOperator": OPERATOR,
        "GetLedger": DESKS | AUDITOR,
        "GiveFeedback": ABOVE,
        "ReadFeedback": OPERATOR,
        "AnswerFollowUp": ABOVE,
        "SetSupervisionPolicy": ADMIN,
        "SetAlertRule": ADMIN,
        "RaiseAlert": OPERATOR,
        "GiveAlertReason": OPERATOR,
        "CancelAlert": OPERATOR,
        "ClaimAlert": ABOVE,
        "ResolveAlert": ABOVE,
        "SetAlertLadder": ADMIN,
        "WatchFloor": ABOVE | CLIENT,
        "GetFairness": ABOVE,
    },
    ("recording", "RecordingService"): {
        "ListRecordings": ABOVE | AUDITOR | ADMIN | CLIENT,
        "GetWaveform": ABOVE | AUDITOR | ADMIN | CLIENT,
        "SetRetention": ADMIN,
        "SetLegalHold": ADMIN | AUDITOR | {"manager"},
        "ReleaseLegalHold": ADMIN | AUDITOR | {"manager"},
    },
    ("callreason", "CallreasonService"): {
        "PutClient": ADMIN,
        "PublishFlow": ADMIN | {"manager"},
        "CheckFlow": ADMIN | {"manager"},
        "RollBackFlow": ADMIN | {"manager"},
        "ListFlowVersions": ADMIN | ABOVE,
        "GetFlow": ADMIN | ABOVE,
        "GetReasonReport": ABOVE | AUDITOR | CLIENT,
        "ConfirmReason": DESKS,
        "CompleteWrapUp": OPERATOR,
        "ListClients": READERS,
        "GetCallerHistory": DESKS,
        "GetEnquiry": DESKS,
    },
    ("callreason", "KnowledgeService"): {
        "PutScript": ADMIN | {"manager"},
        "WithdrawScript": ADMIN | {"manager"},
        "GetScript": READERS,
        "PutArticle": ADMIN | ABOVE,
        "WithdrawArticle": ADMIN | ABOVE,
        "GetArticle": READERS,
        "SearchArticles": READERS,
    },
    ("callreason", "CaseService"): {
        "TakeMessage": OPERATOR | {"supervisor"},
        "ListMessages": CASES,
        "ReadMessage": ABOVE | CLIENT,
        "SettleMessage": ABOVE | CLIENT,
        "Escalate": OPERATOR,
        "TakeEscalation": ABOVE | CLIENT,
        "PassOnEscalation": ABOVE,
        "AnswerEscalation": ABOVE | CLIENT,
        "CloseEscalation": DESKS,
        "ListEscalations": CASES,
        "WriteHandover": DESKS,
        "TakeHandover": DESKS,
        "ReadHandover": DESKS,
        "CloseHandover": DESKS,
        "ListHandovers": DESKS,
    },
}

OPEN: Mapping[str, OpenMethod] = {
    f"{service}/{name}": OpenMethod(package, service, name, roles)
    for (package, service), methods in _TABLE.items()
    for name, roles in methods.items()
}
"""By the short name that addresses carry."""

CLOSED: Mapping[str, str] = {
    "MediaService/ConnectBrowser": "by the phone's socket, which knows which tab has the phone",
    "MediaService/DisconnectBrowser": "by the phone's socket",
    "MediaService/DialOutside": "for services; people who try by gRPC are refused and told of",
    "MediaService/PlaceCall": "for services; people who try by gRPC are refused and told of",
    "MediaService/PutPrompt": "as a WAV file: /api/prompts/{clientId}/{name}",
    "MediaService/GetPrompt": "as a WAV file: /api/prompts/{clientId}/{sha256}.wav",
    "RecordingService/GetRecording": "as a WAV file with ranges: /api/recordings/{contactId}.wav",
}
"""RPCs that people have a right to and that this door keeps shut, each with why."""
