"""What people see: an operator's own desk, where else a contact could go, why it went there."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import require
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.rpc import Context, Rights, caller, refusals
from sasayaki_routing.desk.companies import Companies
from sasayaki_routing.desk.desk import Desk, Desks
from sasayaki_routing.desk.desk import desk as desk_of
from sasayaki_routing.explain.view import Decided, Decisions
from sasayaki_routing.methods.asking import CODES, CONTACT, OPERATORS, SERVICE, Asking, pool_id
from sasayaki_routing.pool.state.states import Offered, Waiting

RIGHTS: Rights = {
    f"{SERVICE}WatchDesk": OPERATORS,
    f"{SERVICE}ListQueues": frozenset(("operator", "supervisor", "manager", "admin")),
    f"{SERVICE}ExplainDecision": frozenset(("supervisor", "manager", "auditor")),
}


class ViewMethods(Asking):
    _desks: Desks
    _decisions: Decisions
    _companies: Companies

    async def WatchDesk(
        self, request: pb.WatchDeskRequest, context: Context
    ) -> AsyncIterator[pb.WatchDeskResponse]:
        # Whoever watched a replay would see old offers ring.
        self._require_current(self._desks)
        who = caller()
        with self._desks.watch(pool_id(who.tenant_id), who.user_id) as watcher:
            async for desk in watcher.changes():
                yield _shown(desk)

    async def ListQueues(
        self, request: pb.ListQueuesRequest, context: Context
    ) -> pb.ListQueuesResponse:
        async with refusals(context, CODES):
            self._require_current(self._companies)
            if not self._pools.serving():
                raise Unavailable("routing is not serving yet")
            who = caller()
            pool = self._pools.state(pool_id(who.tenant_id))
            clients = _served(who, self._companies)
        wishes = (c.wish for c in pool.contacts.values() if isinstance(c, Waiting | Offered))
        waiting = Counter(wish.queue_id for wish in wishes if wish.client_id in clients)
        answer = pb.ListQueuesResponse()
        for queue_id in sorted(self._companies.queues(who.tenant_id, clients, pool.queues)):
            queue = pool.queue(queue_id)
            answer.queues.add(
                queue_id=queue_id,
                label_ja=queue.label_ja,
                label_en=queue.label_en,
                waiting=waiting[queue_id],
            )
        for operator in sorted(pool.operators.values(), key=lambda one: one.operator_id):
            profile, own = operator.profile, operator.operator_id == who.user_id
            if not own and not profile.client_ids.isdisjoint(clients):
                answer.colleagues.add(
                    operator_id=operator.operator_id,
                    team_id=profile.team_id,
                    skills=sorted(profile.levels),
                    state=wire.OperatorState.Value(
                        desk_of(operator.operator_id, operator.status).state.value
                    ),
                )
        return answer

    async def ExplainDecision(
        self, request: pb.ExplainDecisionRequest, context: Context
    ) -> pb.ExplainDecisionResponse:
        async with refusals(context, CODES):
            require(request, contact_id=CONTACT)
            self._require_current(self._decisions)
            who = caller()
            history = self._decisions.of(who.tenant_id, request.contact_id)
            if history is None or history.client_id not in who.clients:
                raise Refused("UNKNOWN_CONTACT", f"nothing is known of {request.contact_id!r}")
        return pb.ExplainDecisionResponse(decisions=map(_told, history.decisions))


def _served(who: Identity, companies: Companies) -> frozenset[str]:
    """The caller's client companies; administrators' and managers' without a list are all."""
    everybody = who.role in ("admin", "manager") and not who.clients
    return companies.clients(who.tenant_id) if everybody else who.clients


def _told(decided: Decided) -> pb.Decision:
    told = pb.Decision(
        event=decided.event,
        sentence_ja=decided.sentence_ja,
        sentence_en=decided.sentence_en,
        operator_id=decided.operator_id,
        considered=[
            wire.Candidate(
                operator_id=one.operator_id, score=one.score, level=one.level, idle_ms=one.idle_ms
            )
            for one in decided.considered
        ],
        skipped=[
            wire.Skipped(
                operator_id=one.operator_id, reason=wire.SkipReason.Value(one.reason.value)
            )
            for one in decided.skipped
        ],
    )
    told.at.FromDatetime(decided.at)
    return told


def _shown(desk: Desk) -> pb.WatchDeskResponse:
    response = pb.WatchDeskResponse(
        operator_id=desk.operator_id,
        state=wire.OperatorState.Value(desk.state.value),
        contact_id=desk.contact_id,
        reason=desk.reason,
        kind=wire.OfferKind.Value(desk.kind.value),
        colleague_id=desk.colleague_id,
    )
    _stamp(desk.since, response.since.FromDatetime)
    _stamp(desk.respond_by, response.respond_by.FromDatetime)
    return response


def _stamp(instant: datetime | None, write: Callable[[datetime], None]) -> None:
    if instant is not None:
        write(instant)
