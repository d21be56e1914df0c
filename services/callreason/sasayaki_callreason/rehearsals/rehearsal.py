"""Runs test cases against a flow, in virtual time, by the decider that runs real enquiries."""

from datetime import timedelta
from typing import assert_never

from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    CallbackEntered,
    DigitsAsked,
    DigitsReadBack,
    EnquiryRouted,
    MenuEntered,
    VoicemailEntered,
    VoicemailLeft,
    WaitEntered,
)
from sasayaki_callreason.enquiries.commands import (
    CallBack,
    Command,
    CompleteWrapUp,
    CustomerAnswered,
    DigitsPressed,
    EndCall,
    Open,
    OutsideAnswered,
    OutsideEnded,
    PromptHeard,
    Running,
    StartTalk,
    TellWait,
)
from sasayaki_callreason.enquiries.enquiry import ENQUIRY
from sasayaki_callreason.enquiries.states import (
    Asking,
    Collecting,
    LeavingVoicemail,
    Over,
    PassingOut,
    Playing,
    Queued,
    ReadingBack,
    State,
    WrappingUp,
)
from sasayaki_callreason.flows.flow import Flow
from sasayaki_callreason.flows.hours import local_time
from sasayaki_callreason.flows.parts import Callback
from sasayaki_callreason.flows.source import Fault, Faulty
from sasayaki_callreason.rehearsals.cases import Act, Case, Press, Told, Wait, cases_of

PROMPT = timedelta(seconds=2)
"""Every prompt is as long as this: a case must not depend on how fast somebody reads."""
WRAP_UP = timedelta(minutes=1)
OPERATOR = "usr_somebody"
EVENTS_MOST = 20_000
"""Of all cases of a file, half a second: they are run beside calls. A case of the demo takes 10."""


class Unfitting(Exception):
    """An act that cannot be where the caller is."""


def rehearse(flow: Flow, text: str | bytes) -> int:
    """How many cases passed; raises Faulty, with the line of each that did not."""
    cases = cases_of(text, flow.flow_id)
    faults: list[Fault] = []
    events = 0
    for case, line in cases:
        caller = Caller(flow, case)
        faults += [Fault(line, f"{case.name}: {why}") for why in failures(caller, case)]
        events += caller.events
        if events > EVENTS_MOST:
            why = f"with it the cases take more than {EVENTS_MOST} events of an enquiry"
            raise Faulty(Fault(line, f"{case.name}: {why}"))
    if faults:
        raise Faulty(*faults)
    return len(cases)


def failures(caller: "Caller", case: Case) -> list[str]:
    """What is not as the case expects it of its caller."""
    try:
        for act in case.acts:
            caller.act(act)
    except Unfitting as unfitting:
        return [f"{unfitting}; came by {' → '.join(caller.path)}"]
    caller.stay()
    expected, found = case.expect, caller
    pairs = (
        ("path", expected.path and " → ".join(expected.path), " → ".join(found.path)),
        ("reason", expected.reason, found.reason),
        ("queue", expected.queue, found.queue),
        ("language", expected.language, found.state.facts.language),
        ("outcome", expected.outcome, found.outcome()),
    )
    return [
        f"expected {what} {wanted}, was {was}"
        for what, wanted, was in pairs
        if wanted is not None and wanted != was
    ]


class Caller:
    """A case's caller, and the enquiry that hears of what they do."""

    def __init__(self, flow: Flow, case: Case) -> None:
        self.flow = flow
        self.now = local_time(case.at)
        self.state: State = ENQUIRY.initial
        self.queue = "none"
        self.events = 0
        self._before: tuple[str, ...] = ()
        self._lasts: timedelta | None = None
        """How long this state goes on by itself; None: for as long as it takes."""
        opened = Open(
            client_id="",
            dialled_number=case.dialled,
            flow=flow,
            flow_version=1,
            caller_known=case.caller == "known",
        )
        self._tell(opened)

    @property
    def path(self) -> tuple[str, ...]:
        return self._before + self.state.facts.path

    @property
    def reason(self) -> str:
        return self.state.facts.reason_id or "none"

    def act(self, act: Act) -> None:
        match act:
            case Press(press=keys):
                self._hear_out()
                self._press(keys)
            case Wait(wait=seconds):
                self._pass(timedelta(seconds=seconds))
            case Told(told=told):
                self._hear_out()
                if not isinstance(self.state, Queued):
                    raise Unfitting("told: the caller waits in no queue")
                wait_ms = None if told.minutes is None else told.minutes * 60_000
                standing = TellWait(
                    position=told.position, wait_ms_estimate=wait_ms, running=self._running
                )
                self._tell(standing)
            case "silence":
                self._hear_out()
                self._be_silent()
            case "hang_up":
                self._end()
            case "talk":
                self._hear_out()
                if not isinstance(self.state, Queued):
                    raise Unfitting("talk: the caller waits in no queue")
                self._tell(StartTalk(OPERATOR))
            case "reached" | "unreached":
                self._hear_out()
                if not isinstance(self.state, PassingOut):
                    raise Unfitting(f"{act}: nobody outside is called")
                reached = act == "reached"
                self._tell(OutsideAnswered() if reached else OutsideEnded(self._running))
            case "answer_callback":
                self._answer_callback()
            case _:
                assert_never(act)

    def stay(self) -> None:
        """Says and presses nothing more, until nothing happens any more by itself."""
        while self._lasts is not None and not isinstance(self.state, Over):
            self._go_on()
        if isinstance(self.state, PassingOut) and not self.state.reached:
            self._tell(OutsideAnswered())

    def outcome(self) -> str:
        """How it ends when whoever is still there hangs up."""
        self._end()
        assert isinstance(self.state, Over)
        return self.state.outcome.name.lower()

    @property
    def _running(self) -> Running:
        # Nothing is sealed here: what is "sealed" is what was pressed.
        return Running(self.flow, {given.name: given.sealed for given in self.state.facts.given})

    def _tell(self, command: Command) -> None:
        events = ENQUIRY.decide(self.state, command, self.now)
        self.state = ENQUIRY.fold(self.state, events)
        self.events += len(events)
        for event in events:
            self._lasts = None
            match event:
                case AnnouncementEntered():
                    self._lasts = PROMPT
                case MenuEntered(wait_ms=wait_ms) | DigitsAsked(wait_ms=wait_ms):
                    self._lasts = PROMPT + timedelta(milliseconds=wait_ms)
                case DigitsReadBack(wait_ms=wait_ms):
                    self._lasts = PROMPT + timedelta(milliseconds=wait_ms)
                case VoicemailEntered(longest_ms=longest_ms):
                    self._lasts = PROMPT + timedelta(milliseconds=longest_ms)
                case WaitEntered(wait_ms=wait_ms) if wait_ms:
                    self._lasts = PROMPT + timedelta(milliseconds=wait_ms)
                case (
                    EnquiryRouted(queue_id=queue_id)
                    | CallbackEntered(queue_id=queue_id)
                    | VoicemailLeft(queue_id=queue_id)
                ):
                    self.queue = queue_id
                case _:
                    pass

    def _press(self, keys: str) -> None:
        match self.state:
            case Collecting(play_id=play_id):
                digits = keys.removesuffix("#")
                pressed = DigitsPressed(
                    play_id, "", self._running, sealed=digits, count=len(digits)
                )
            case (
                Asking(play_id=play_id)
                | ReadingBack(play_id=play_id)
                | LeavingVoicemail(play_id=play_id)
                | Queued(play_id=play_id, offered=True)
            ):
                if len(keys) > 1:
                    raise Unfitting(f"press {keys!r}: one key is asked for")
                pressed = DigitsPressed(play_id, keys, self._running)
            case _:
                raise Unfitting(f"press {keys!r}: no key is asked for")
        self._tell(pressed)

    def _be_silent(self) -> None:
        if self._lasts is None or isinstance(self.state, Playing):
            raise Unfitting("silence: no key is asked for")
        self._go_on()

    def _hear_out(self) -> None:
        """Listens to announcements until something is asked or awaited."""
        while isinstance(self.state, Playing):
            self._go_on()

    def _go_on(self) -> None:
        """Time passes until the present state is over by itself."""
        assert self._lasts is not None, "nothing happens by itself"
        self.now += self._lasts
        match self.state:
            case Playing(play_id=play_id):
                self._tell(PromptHeard(play_id, self._running))
            case _:
                play_id = getattr(self.state, "play_id", "")
                self._tell(DigitsPressed(play_id, "", self._running))

    def _pass(self, time: timedelta) -> None:
        until = self.now + time
        while self._lasts is not None and self.now + self._lasts <= until:
            self._go_on()
        if self._lasts is not None:
            self._lasts -= until - self.now
        self.now = until

    def _end(self) -> None:
        self._tell(EndCall(lost=False, wrap_up=WRAP_UP))
        if isinstance(self.state, WrappingUp):
            self._tell(CompleteWrapUp(reason_id="", user_id=OPERATOR, answers=()))
        self._lasts = None

    def _answer_callback(self) -> None:
        """The call that was wanted is over, and another one is answered."""
        self.stay()
        facts = self.state.facts
        step = self.flow.steps.get(facts.callback_step_id)
        if not isinstance(step, Callback):
            raise Unfitting("answer_callback: none was asked for")
        self._end()
        self._before = self.path
        self.state = ENQUIRY.initial
        call = CallBack(
            client_id="",
            dialled_number=facts.dialled_number,
            flow=self.flow,
            flow_version=1,
            previous_contact_id="con_before",
            language=facts.language,
            reason_id=facts.reason_id,
        )
        self._tell(call)
        self._tell(CustomerAnswered(step.on_answer, self._running))
