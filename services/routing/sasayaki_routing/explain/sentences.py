"""Decisions in words, Japanese and English; people and queues by their ids."""

from dataclasses import dataclass

from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    CallbackDone,
    CallbackDue,
    CallbackFailed,
    CallbackFailure,
    CallbackPlaced,
    Candidate,
    ConsultAccepted,
    ConsultAsked,
    ConsultEnded,
    ContactAbandoned,
    ContactLeft,
    ContactQueued,
    ContactTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferFailure,
    OfferKind,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    OperatorPut,
    OperatorReleased,
    OperatorStateSet,
    PoolEvent,
    PriorityRaised,
    QueuePut,
    ReleaseReason,
    RingReached,
    TransferKind,
    TransferRefused,
    WaitTold,
    WrapUpStarted,
)

OFFER_FAILURES = {
    OfferFailure.REFUSED: ("電話機が拒否しました", "their phone refused"),
    OfferFailure.UNREACHABLE: ("電話機に届きません", "their phone could not be reached"),
    OfferFailure.FAILED: ("電話機の接続が切れました", "their phone failed"),
}
CALLBACK_FAILURES = {
    CallbackFailure.NO_ANSWER: ("応答がありません", "no answer"),
    CallbackFailure.REFUSED: ("話し中または拒否", "busy or refused"),
    CallbackFailure.UNREACHABLE: ("つながりません", "could not be reached"),
    CallbackFailure.NOT_ALLOWED: ("発信が許可されていません", "no call out is allowed"),
    CallbackFailure.TOO_OLD: ("期限までに担当者が空きません", "nobody was free in time"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One decision, one sentence in each language."""

    ja: str
    en: str


def sentences(event: PoolEvent) -> Told | None:
    """A decision in words; None for what concerns no contact."""
    match event:
        case OperatorPut() | QueuePut() | OperatorStateSet():
            return None
        case (
            ContactQueued()
            | RingReached()
            | PriorityRaised()
            | WaitTold()
            | ContactAbandoned()
            | ContactLeft()
        ):
            return _of_the_wait(event)
        case OfferMade() | OfferAccepted() | OfferDeclined() | OfferLapsed() | OfferWithdrawn():
            return _of_the_offer(event)
        case ContactTransferred() | ConsultAsked() | ConsultAccepted() | ConsultEnded():
            return _of_the_transfer(event)
        case TransferRefused(operator_id=who, reason=reason):
            return Told(
                f"{who} が電話機から求めた転送はできません（{reason}）。",
                f"The transfer that {who} asked for by phone was refused: {reason}.",
            )
        case WrapUpStarted(operator_id=who):
            return Told(f"{who} が後処理に入りました。", f"{who} went to wrap-up.")
        case OperatorReleased(operator_id=who, reason=ReleaseReason.LAPSED):
            return Told(
                f"{who} の後処理時間が終わり、待機に戻りました。",
                f"The time of {who} for the wrap-up ran out; they are ready again.",
            )
        case OperatorReleased(operator_id=who):
            return Told(
                f"{who} が後処理を終え、待機に戻りました。",
                f"{who} finished the wrap-up and is ready again.",
            )
        case _:
            return _of_the_callback(event)


def _of_the_wait(
    event: ContactQueued | RingReached | PriorityRaised | WaitTold | ContactAbandoned | ContactLeft,
) -> Told:
    match event:
        case ContactQueued(queue_id=queue, priority=priority):
            need = ", ".join(event.required_skills)
            return Told(
                f"{queue} で待ち始めました（優先度 {priority}"
                + (f"、必要スキル {need}）。" if need else "）。"),
                f"Began to wait in {queue} with priority {priority}"
                + (f" for somebody with {need}." if need else "."),
            )
        case RingReached(queue_id=queue, ring=ring, overflow=True):
            return Told(
                f"{queue} の待ちが長いため、応援チームにも範囲を広げました（リング {ring}）。",
                f"{queue} did not manage in time: the second team is asked, too (ring {ring}).",
            )
        case RingReached(queue_id=queue, ring=ring):
            return Told(
                f"{queue} の対象をリング {ring} まで広げました。",
                f"More operators of {queue} are asked: ring {ring}.",
            )
        case PriorityRaised(priority=priority):
            return Told(
                f"優先度を {priority} に上げました。", f"The priority was raised to {priority}."
            )
        case WaitTold(position=place, wait_ms_estimate=estimate_ms):
            if estimate_ms is None:
                ja, en = "", ""
            else:
                ja = f"、待ち時間は約 {_s(estimate_ms)} 秒"
                en = f", and of a wait of {_s(estimate_ms)} s in all"
            return Told(
                f"{place} 番目{ja}と案内します。", f"The customer is told to be number {place}{en}."
            )
        case ContactAbandoned(queue_id=queue, waited_ms=waited_ms):
            return Told(
                f"{_s(waited_ms)} 秒待った後、{queue} で切断されました（放棄）。",
                f"The customer left {queue} after {_s(waited_ms)} s.",
            )
        case ContactLeft():
            return Told("顧客の通話が終わりました。", "The customer's call ended.")


def _of_the_offer(
    event: OfferMade | OfferAccepted | OfferDeclined | OfferLapsed | OfferWithdrawn,
) -> Told:
    who = event.operator_id
    match event:
        case OfferMade(kind=OfferKind.CONSULT):
            return Told(
                f"相談相手として {who} を呼び出します（{_because_ja(who, event.considered)}）。",
                f"{who} is asked for a consultation: {_because_en(who, event.considered)}.",
            )
        case OfferMade():
            return Told(
                f"{who} を呼び出します（{_because_ja(who, event.considered)}）。",
                f"Offered to {who}: {_because_en(who, event.considered)}.",
            )
        case OfferAccepted(waited_ms=waited_ms):
            return Told(
                f"{who} が応答しました（待ち時間 {_s(waited_ms)} 秒）。",
                f"{who} answered after a wait of {_s(waited_ms)} s.",
            )
        case OfferDeclined(failure=failure):
            ja, en = OFFER_FAILURES.get(failure, ("応答できません", "they could not answer"))
            return Told(f"{who} は応答できません：{ja}。", f"{who} did not answer: {en}.")
        case OfferLapsed():
            return Told(f"{who} は時間内に応答しませんでした。", f"{who} did not answer in time.")
        case OfferWithdrawn():
            return Told(
                f"{who} への呼び出しを取り消しました。", f"The offer to {who} was withdrawn."
            )


def _of_the_transfer(
    event: ContactTransferred | ConsultAsked | ConsultAccepted | ConsultEnded,
) -> Told:
    who = event.operator_id
    match event:
        case ContactTransferred(kind=TransferKind.WARM, to_operator_id=second):
            return Told(
                f"{who} が相談のうえ {second} に引き継ぎました。",
                f"{who} handed the customer over to {second} after a word with them.",
            )
        case ContactTransferred(to_operator_id=second) if second:
            return Told(f"{who} が {second} に転送しました。", f"{who} transferred to {second}.")
        case ContactTransferred(queue_id=queue):
            return Told(f"{who} が {queue} に転送しました。", f"{who} transferred to {queue}.")
        case ConsultAsked():
            target = event.to_operator_id or event.queue_id
            return Told(
                f"{who} が {target} に相談を求めました。", f"{who} asked {target} for a word."
            )
        case ConsultAccepted():
            return Told(f"{who} が相談に応じました。", f"{who} joined the consultation.")
        case ConsultEnded():
            return Told("相談が終わりました。", "The consultation ended.")


def _of_the_callback(
    event: CallbackAsked | CallbackDue | CallbackPlaced | CallbackFailed | CallbackDone,
) -> Told:
    match event:
        case CallbackAsked(queue_id=queue):
            return Told(
                f"折り返しを希望し、{queue} の順番を保ちます。",
                f"Wants to be called back and keeps the place in {queue}.",
            )
        case CallbackDue(operator_id=who, attempt=attempt):
            return Told(
                f"折り返しの順番です（{attempt} 回目）。{who} を確保しました"
                f"（{_because_ja(who, event.considered)}）。",
                f"It is the callback's turn, attempt {attempt}: {who} is kept free,"
                f" {_because_en(who, event.considered)}.",
            )
        case CallbackPlaced(new_contact_id=new_id):
            return Told(
                f"折り返しの発信を始めました（{new_id}）。",
                f"The customer is being called as {new_id}.",
            )
        case CallbackFailed(failure=failure, retry_at=retry_at):
            ja, en = CALLBACK_FAILURES.get(failure, ("不明", "for an unknown reason"))
            if retry_at is None:
                return Told(f"折り返しを終了します：{ja}。", f"The callback was given up: {en}.")
            at = f"{retry_at:%H:%M:%S} UTC"
            return Told(
                f"折り返しはつながらず（{ja}）、{at} に再度かけます。",
                f"The callback came to nothing ({en}); tried again at {at}.",
            )
        case CallbackDone(new_contact_id=new_id):
            return Told(
                f"折り返しがつながりました（{new_id}）。", f"The callback was made, as {new_id}."
            )


def _because_ja(operator_id: str, considered: tuple[Candidate, ...]) -> str:
    chosen = next((one for one in considered if one.operator_id == operator_id), None)
    if chosen is None:
        return "待機時間が最長"
    return (
        f"候補 {len(considered)} 名中、待機 {_s(chosen.idle_ms)} 秒、"
        f"レベル {chosen.level}、得点 {chosen.score}"
    )


def _because_en(operator_id: str, considered: tuple[Candidate, ...]) -> str:
    chosen = next((one for one in considered if one.operator_id == operator_id), None)
    if chosen is None:
        return "idle for longest"
    return (
        f"best of {len(considered)}, idle for {_s(chosen.idle_ms)} s,"
        f" level {chosen.level}, score {chosen.score}"
    )


def _s(milliseconds: int) -> int:
    """Whole seconds, rounded up: nobody is told of too short a wait."""
    return -(-milliseconds // 1000)
