"""gRPC servers: who may call what, for how long, and how a refusal becomes a status.

Every method but health and reflection needs a bearer token and a line in the rights table. The
tenant is taken from the token alone.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc
import grpc.aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from prometheus_client import Counter, Histogram

from sasayaki_chassis.channels import REASON_KEY
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField
from sasayaki_chassis.identity import BadToken, Identity, Verifier
from sasayaki_chassis.owner import Meta, Overloaded, Unavailable
from sasayaki_chassis.telemetry import LATENCY_BUCKETS, TRACEPARENT, bound, new_traceparent

Rights: TypeAlias = Mapping[str, frozenset[str]]
Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
Codes: TypeAlias = Mapping[str, grpc.StatusCode]

DEADLINE_S = 10.0
"""For a unary call whose client named none."""
STREAM_MOST_S = 86_400.0
"""Longer limits are none: asyncio cannot wait for ever by a number."""
GRACE_S = 2.0
"""For calls that run while the service stops."""
MESSAGE_BYTES_MOST = 4 * 1024 * 1024
CALLS_MOST = 2_000
"""Calls at once in one server; the next is RESOURCE_EXHAUSTED."""
OPEN_TO_ALL = ("/grpc.health.v1.Health/", "/grpc.reflection.")

SECONDS = Histogram(
    "sasayaki_chassis_rpc_seconds",
    "Time from a call's arrival to its answer.",
    ("method", "code"),
    buckets=LATENCY_BUCKETS,
)
REJECTED = Counter(
    "sasayaki_chassis_rpc_rejected_total", "Calls refused before their method.", ("why",)
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of the call that is being served."""

    identity: Identity
    traceparent: str


current: ContextVar[Call] = ContextVar("current")


def caller() -> Identity:
    """Who makes the call that is being served, from the verified token."""
    return current.get().identity


def meta(*, client_id: str | None = None, correlation_id: str | None = None) -> Meta:
    """The envelope's attributes for a decision that the call being served asks for."""
    call = current.get()
    return Meta(
        tenant_id=call.identity.tenant_id,
        client_id=client_id,
        auth_id=call.identity.user_id,
        correlation_id=correlation_id,
        traceparent=call.traceparent,
    )


def request_id_of(command: object, given: str) -> str:
    """The id of a request within its stream, where other callers' and other methods' stand too.

    Services make theirs for the stream; a person's meets no other person's, and no deadline's.
    """
    who = caller()
    return given if who.role == "service" else f"{who.user_id}/{type(command).__name__}/{given}"


@asynccontextmanager
async def refusals(context: Context, codes: Codes | None = None) -> AsyncIterator[None]:
    """Aborts the call with the code that `codes` gives a refusal's reason.

    A reason not listed is FAILED_PRECONDITION: the caller may not retry before something changes.
    A bad field is INVALID_ARGUMENT and named; UNAVAILABLE and RESOURCE_EXHAUSTED may be retried.
    """
    try:
        yield
    except Refused as refused:
        code = (codes or {}).get(refused.reason, grpc.StatusCode.FAILED_PRECONDITION)
        await context.abort(code, str(refused), ((REASON_KEY, refused.reason),))
    except InvalidField as invalid:
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(invalid))
    except Unavailable as unavailable:
        await context.abort(grpc.StatusCode.UNAVAILABLE, str(unavailable))
    except Overloaded as overloaded:
        await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, str(overloaded))


class Gate(grpc.aio.ServerInterceptor):
    """Stands before every method: token, rights, deadline, metrics.

    Closed at first: a service that has not read its streams would deny what it does not know yet.
    """

    def __init__(self, verifier: Verifier, rights: Rights) -> None:
        self.is_open = False
        self._verifier = verifier
        self._rights = rights
        self._guards: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        method = str(handler_call_details.method)
        handler = await continuation(handler_call_details)
        if handler is None or method.startswith(OPEN_TO_ALL):
            return handler
        return self.guard(method, handler)

    def guard(self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]") -> Handler:
        """The method behind the gate, made once."""
        if method not in self._guards:
            self._guards[method] = self._guarded(method, handler)
        return self._guards[method]

    def _guarded(self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]") -> Handler:
        kind = "_".join(
            "stream" if streaming else "unary"
            for streaming in (handler.request_streaming, handler.response_streaming)
        )
        behaviour: Callable[..., Any] = getattr(handler, kind)
        serve = _stream if handler.response_streaming else _unary

        async def guarded(request: Any, context: Context) -> Any:
            current.set(await self._admit(method, context))
            started = time.perf_counter()
            try:
                async with _faults(method, context):
                    return await serve(behaviour, request, context)
            finally:
                code = context.code()  # None when the method simply returned
                elapsed_s = time.perf_counter() - started
                SECONDS.labels(method, code.name if code else "OK").observe(elapsed_s)

        wrap: Callable[..., Handler] = getattr(grpc, f"{kind}_rpc_method_handler")
        return wrap(guarded, handler.request_deserializer, handler.response_serializer)

    async def _admit(self, method: str, context: Context) -> Call:
        metadata = dict(context.invocation_metadata() or ())
        scheme, _, token = str(metadata.get("authorization", "")).partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise BadToken("no bearer token")
            identity = self._verifier.identity(token)
        except BadToken as bad:
            REJECTED.labels("unauthenticated").inc()
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, str(bad))
        if identity.role not in self._rights.get(method, frozenset()):
            REJECTED.labels("permission_denied").inc()
            denied = f"role {identity.role!r} may not call {method}"
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, denied)
        if not self.is_open:
            REJECTED.labels("starting").inc()
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the service is starting")
        given = str(metadata.get("traceparent", ""))
        traceparent = given if TRACEPARENT.fullmatch(given) else new_traceparent()
        bound.set({"tenant_id": identity.tenant_id, "traceparent": traceparent})
        return Call(identity, traceparent)


async def _unary(behaviour: Callable[..., Any], request: Any, context: Context) -> Any:
    limit_s = DEADLINE_S if context.time_remaining() is None else None  # gRPC keeps the client's
    async with asyncio.timeout(limit_s):
        return await behaviour(request, context)


async def _stream(behaviour: Callable[..., Any], request: Any, context: Context) -> None:
    """A stream of answers ends at the latest with the caller's token."""
    limit_s = current.get().identity.expires_at - time.time()
    async with asyncio.timeout(limit_s if limit_s < STREAM_MOST_S else None):
        async for message in behaviour(request, context):
            await context.write(message)


@asynccontextmanager
async def _faults(method: str, context: Context) -> AsyncIterator[None]:
    """A bug is told to us whole and to the caller not at all."""
    try:
        async with refusals(context):
            yield
    except grpc.aio.AbortError:
        raise
    except TimeoutError:
        await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "the call took too long")
    except Exception:
        log.exception("call_failed", extra={"method": method})
        await context.abort(grpc.StatusCode.INTERNAL, "internal error")


class Server:
    """A service's gRPC side: its methods behind the gate, health and reflection before it."""

    def __init__(self, verifier: Verifier, rights: Rights) -> None:
        self._names = sorted({method.split("/")[1] for method in rights})
        self._health = health.aio.HealthServicer()
        self.gate = Gate(verifier, rights)
        self.grpc = grpc.aio.server(
            interceptors=(self.gate,),
            maximum_concurrent_rpcs=CALLS_MOST,
            options=(
                ("grpc.max_receive_message_length", MESSAGE_BYTES_MOST),
                ("grpc.so_reuseport", 0),  # a second process on the same port must fail
                # Both, or a server ends idle connections whose clients look whether it is there.
                ("grpc.keepalive_permit_without_calls", 1),
                ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
            ),
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)
        reflection.enable_server_reflection(
            (*self._names, health.SERVICE_NAME, reflection.SERVICE_NAME), self.grpc
        )

    async def start(self, address: str) -> int:
        """Listens, for the time being as not serving; returns the port."""
        await self.set_serving(False)
        port = self.grpc.add_insecure_port(address)
        await self.grpc.start()
        return port

    def open_gate(self) -> None:
        """Lets calls in: the streams are read."""
        self.gate.is_open = True

    async def set_serving(self, serving: bool) -> None:
        status = health_pb2.HealthCheckResponse
        for name in ("", *self._names):
            await self._health.set(name, status.SERVING if serving else status.NOT_SERVING)

    async def stop(self) -> None:
        """Lets running calls end for a moment, then ends them."""
        await self._health.enter_graceful_shutdown()
        await self.grpc.stop(GRACE_S)
