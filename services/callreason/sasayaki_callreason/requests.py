"""Requests as values of the domain; what is wrong in one is said by its field."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import client_events_pb2
from sasayaki.callreason.v1.client_events import (
    ClientPut,
    FieldKind,
    FormField,
    Number,
    Reason,
    ReasonKind,
    RecordingRule,
)
from sasayaki.callreason.v1.enquiry_events import FormAnswer
from sasayaki_callreason.enquiries import wrapup
from sasayaki_callreason.flows.source import Fault
from sasayaki_callreason.reasons import tree
from sasayaki_chassis.fields import InvalidField, require, text

SERVICE = "/sasayaki.callreason.v1.CallreasonService/"
NUMBERS_MOST = 200
REASONS_MOST = 500
FORM_FIELDS_MOST = 50
CHOICES_MOST = 100
QUEUES_MOST = 200
PROMPTS_MOST = 200
ANSWERS_MOST = 100
LABEL_BYTES_MOST = 200
SAMPLE_PERCENT_MOST = 99
WRAP_UP_MS_LEAST = 1_000
WRAP_UP_MS_MOST = 3_600_000
WRAP_UP_MS = 60_000
"""For a client company that says nothing."""
FAULTS_BYTES_MOST = 4_000
"""Of a refused flow's faults in one answer, as gRPC escapes them; its metadata end at 8 KiB."""

_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_NAME = text(most=LABEL_BYTES_MOST)
_CHOICE = text(most=LABEL_BYTES_MOST)

Check: TypeAlias = Callable[[str], str | None]


def settings_of(request: pb.PutClientRequest) -> ClientPut:
    """The company's settings; raises InvalidField, naming the entry as `numbers[0].number`."""
    require(request, client_id=slug("cli"), name=_NAME)
    wrap_up_ms = request.wrap_up_ms_max or WRAP_UP_MS
    if not WRAP_UP_MS_LEAST <= wrap_up_ms <= WRAP_UP_MS_MOST:
        limits = f"{WRAP_UP_MS_LEAST} to {WRAP_UP_MS_MOST}, not {wrap_up_ms}"
        raise InvalidField("wrap_up_ms_max", limits)
    _check_each("numbers", [n.number for n in request.numbers], "number", _number, NUMBERS_MOST)
    _check_each(
        "reasons", [r.reason_id for r in request.reasons], "reason_id", slug("rsn"), REASONS_MOST
    )
    _check_each(
        "wrap_up_form", [f.key for f in request.wrap_up_form], "key", _key, FORM_FIELDS_MOST
    )
    _check_each("queue_ids", request.queue_ids, "", slug("que"), QUEUES_MOST)
    for i, number in enumerate(request.numbers):
        _check(f"numbers[{i}].flow_id", number.flow_id, slug("flw"))
    for i, reason in enumerate(request.reasons):
        _check_labels(f"reasons[{i}]", reason.label_ja, reason.label_en)
    reasons = tuple(_reason(f"reasons[{i}]", r) for i, r in enumerate(request.reasons))
    for place, fault in tree.faults(reasons):
        raise InvalidField(place, fault)
    for i, field in enumerate(request.wrap_up_form):
        _check_form_field(f"wrap_up_form[{i}]", field)
    _check_recording(request)
    return ClientPut(
        client_id=request.client_id,
        name=request.name,
        numbers=tuple(Number(number=n.number, flow_id=n.flow_id) for n in request.numbers),
        reasons=reasons,
        wrap_up_form=tuple(_form_field(field) for field in request.wrap_up_form),
        wrap_up_ms_max=wrap_up_ms,
        queue_ids=tuple(request.queue_ids),
        recording=_rule(request) if request.recording else None,
        sample_percent=request.sample_percent or None,
    )


def prompts_of(request: pb.PublishFlowRequest | pb.CheckFlowRequest) -> Mapping[str, str]:
    """The flow's prompts, name to SHA-256; raises InvalidField naming `prompts[<name>]`."""
    if len(request.prompts) > PROMPTS_MOST:
        raise InvalidField("prompts", f"{PROMPTS_MOST} at most, not {len(request.prompts)}")
    for name, sha256 in request.prompts.items():
        if not _SHA256.fullmatch(sha256):
            fault = f"a SHA-256 of 64 small hexadecimal digits, not {sha256[:40]!r}"
            raise InvalidField(f"prompts[{name[:40]}]", fault)
    return dict(request.prompts)


def answers_of(
    request: pb.CompleteWrapUpRequest, form: Sequence[FormField], *, required: bool = True
) -> tuple[FormAnswer, ...]:
    """The answers, checked against the form; raises InvalidField naming `answers[<key>]`.

    `required`: whether the form's required fields must be answered.
    """
    if len(request.answers) > ANSWERS_MOST:
        raise InvalidField("answers", f"{ANSWERS_MOST} at most, not {len(request.answers)}")
    answers = tuple(FormAnswer(key=answer.key, value=answer.value) for answer in request.answers)
    for key, fault in wrapup.faults(form, answers, required=required):
        raise InvalidField(f"answers[{key[:64]}]", fault)
    return answers


def told(faults: Iterable[Fault]) -> str:
    """Faults one a line, as many as an answer holds, and how many more there are."""
    lines, size, more = [], 0, 0
    for fault in faults:
        line = str(fault)
        # gRPC escapes each byte outside printable ASCII as three.
        size += sum(1 if " " <= c <= "~" else 3 * len(c.encode(errors="replace")) for c in line) + 3
        if size <= FAULTS_BYTES_MOST:
            lines.append(line)
        else:
            more += 1
    return "\n".join([*lines, f"and {more} more"] if more else lines)


def slug(prefix: str) -> Check:
    """The id of a configured thing: the prefix, then small letters, digits, underscores."""
    pattern = re.compile(rf"{prefix}_[a-z0-9_]{{1,60}}")

    def check(value: str) -> str | None:
        fits = pattern.fullmatch(value)
        return None if fits else f"an id like '{prefix}_acme', not {value[:40]!r}"

    return check


def _number(value: str) -> str | None:
    return None if _E164.fullmatch(value) else f"a number like '+81312345678', not {value[:40]!r}"


def _key(value: str) -> str | None:
    fits = _KEY.fullmatch(value)
    return None if fits else f"letters, digits and underscores, not {value[:40]!r}"


def _check(field: str, value: str, check: Check) -> None:
    if fault := check(value):
        raise InvalidField(field, fault)


def _check_each(field: str, values: Sequence[str], part: str, check: Check, most: int) -> None:
    """Each value fits and none stands twice."""
    if len(values) > most:
        raise InvalidField(field, f"{most} at most, not {len(values)}")
    seen: set[str] = set()
    for i, value in enumerate(values):
        place = f"{field}[{i}].{part}" if part else f"{field}[{i}]"
        _check(place, value, check)
        if value in seen:
            raise InvalidField(place, f"{value!r} stands twice")
        seen.add(value)


def _check_labels(field: str, ja: str, en: str) -> None:
    _check(f"{field}.label_ja", ja, _NAME)
    _check(f"{field}.label_en", en, _NAME)


def _reason(place: str, reason: client_events_pb2.Reason) -> Reason:
    kinds = client_events_pb2.ReasonKind
    kind = reason.kind
    if kind not in kinds.values():
        raise InvalidField(f"{place}.kind", f"no kind of reason: {kind}")
    return Reason(
        reason_id=reason.reason_id,
        label_ja=reason.label_ja,
        label_en=reason.label_en,
        parent_id=reason.parent_id or None,
        kind=ReasonKind(kinds.Name(kind)) if kind else None,
    )


def _check_recording(request: pb.PutClientRequest) -> None:
    if request.recording not in client_events_pb2.RecordingRule.values():
        raise InvalidField("recording", f"no rule for recording: {request.recording}")
    percent = request.sample_percent
    if request.recording == client_events_pb2.RECORDING_RULE_SAMPLE:
        if not 1 <= percent <= SAMPLE_PERCENT_MOST:
            raise InvalidField("sample_percent", f"1 to {SAMPLE_PERCENT_MOST}, not {percent}")
    elif percent:
        raise InvalidField("sample_percent", "belongs to the rule SAMPLE, and to nothing else")


def _rule(request: pb.PutClientRequest) -> RecordingRule:
    return RecordingRule(client_events_pb2.RecordingRule.Name(request.recording))


def _check_form_field(place: str, field: client_events_pb2.FormField) -> None:
    _check_labels(place, field.label_ja, field.label_en)
    if field.kind not in client_events_pb2.FieldKind.values() or not field.kind:
        raise InvalidField(f"{place}.kind", "must be chosen")
    choice = field.kind == client_events_pb2.FIELD_KIND_CHOICE
    if choice != bool(field.choices):
        raise InvalidField(f"{place}.choices", "belong to a choice, and to nothing else")
    _check_each(f"{place}.choices", field.choices, "", _CHOICE, CHOICES_MOST)


def _form_field(field: client_events_pb2.FormField) -> FormField:
    return FormField(
        key=field.key,
        label_ja=field.label_ja,
        label_en=field.label_en,
        kind=FieldKind(client_events_pb2.FieldKind.Name(field.kind)),
        required=field.required,
        choices=tuple(field.choices),
    )
