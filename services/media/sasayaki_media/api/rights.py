"""Who may ask what of media, and which status a refusal gets."""

from collections.abc import Mapping

import grpc

from sasayaki_chassis.rpc import Rights
from sasayaki_media.sound.wav import FAULTS

_SERVICE = "/sasayaki.media.v1.MediaService"
_SERVICES = frozenset({"service"})
_IN_TALK = frozenset({"service", "operator", "supervisor", "manager"})
_WITH_A_PHONE = frozenset({"operator", "supervisor", "manager"})
_SEES_FLOWS = frozenset({"admin", "supervisor", "manager"})
_EVERYBODY = frozenset({"service", "operator", "supervisor", "manager", "auditor", "admin"})
RIGHTS: Rights = {
    f"{_SERVICE}/Answer": _SERVICES,
    f"{_SERVICE}/PlayPrompt": _SERVICES,
    f"{_SERVICE}/StopPrompt": _SERVICES,
    f"{_SERVICE}/Dial": _SERVICES,
    f"{_SERVICE}/Hold": _IN_TALK,
    f"{_SERVICE}/PauseRecording": _IN_TALK,
    f"{_SERVICE}/AnswerTransfer": _SERVICES,
    # People are let in so that their attempt is refused with an alarm, not in silence.
    f"{_SERVICE}/DialOutside": _EVERYBODY,
    f"{_SERVICE}/PlaceCall": _EVERYBODY,
    f"{_SERVICE}/SetOutboundRule": frozenset({"admin"}),
    f"{_SERVICE}/Supervise": _SERVICES,
    f"{_SERVICE}/Unsupervise": _SERVICES,
    f"{_SERVICE}/HangUp": _SERVICES,
    f"{_SERVICE}/ReleasePhone": frozenset({"service", "supervisor", "manager"}),
    f"{_SERVICE}/ConnectBrowser": _WITH_A_PHONE,
    f"{_SERVICE}/DisconnectBrowser": _WITH_A_PHONE,
    f"{_SERVICE}/PickUp": _WITH_A_PHONE,
    f"{_SERVICE}/PutDown": _WITH_A_PHONE,
    f"{_SERVICE}/Mute": _WITH_A_PHONE,
    f"{_SERVICE}/TalkBack": frozenset({"operator"}),
    f"{_SERVICE}/WatchPhone": _WITH_A_PHONE,
    f"{_SERVICE}/WatchPhones": _SERVICES,
    f"{_SERVICE}/WatchLevels": frozenset({"service", "supervisor", "manager"}),
    f"{_SERVICE}/PutPrompt": frozenset({"admin", "service", "manager"}),
    f"{_SERVICE}/ListPrompts": _SEES_FLOWS,
    f"{_SERVICE}/GetPrompt": _SEES_FLOWS,
}
CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CONTACT": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_CLIENT": grpc.StatusCode.NOT_FOUND,
    "OUTBOUND_REFUSED": grpc.StatusCode.PERMISSION_DENIED,
    "NOT_YOURS": grpc.StatusCode.PERMISSION_DENIED,
    "BAD_OFFER": grpc.StatusCode.INVALID_ARGUMENT,
    "NO_CODEC": grpc.StatusCode.INVALID_ARGUMENT,
    "NO_PORT": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "ALREADY_DIALLED": grpc.StatusCode.ALREADY_EXISTS,
    "PLAY_EXISTS": grpc.StatusCode.ALREADY_EXISTS,
    "TOO_MANY_PLAYS": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "TOO_MANY_LEGS": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "TOO_MANY_PROMPTS": grpc.StatusCode.RESOURCE_EXHAUSTED,
    **dict.fromkeys(FAULTS, grpc.StatusCode.INVALID_ARGUMENT),
}
CODES_OF_SOUNDS: Mapping[str, grpc.StatusCode] = {
    **CODES,
    "UNKNOWN_PROMPT": grpc.StatusCode.NOT_FOUND,
}
"""Where a sound is asked for; where one is played, a missing one is a state of things."""
