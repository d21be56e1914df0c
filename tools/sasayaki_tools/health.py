"""Is it well? Asked as any client would: gRPC health of the services, HTTP of the others."""

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc_health.v1 import health_pb2

from sasayaki_tools.platform.endpoints import Endpoints

ANSWER_WAIT_S = 2.0
BY_HTTP = ("node", "gateway")
"""Programs that have no gRPC."""


def unwell(platform: Endpoints) -> dict[str, str]:
    """Who does not say SERVING (or 200) at present, and what they say instead."""
    with ThreadPoolExecutor(len(platform.grpc) + len(BY_HTTP)) as pool:
        asked = {
            name: pool.submit(_ask_service, address) for name, address in platform.grpc.items()
        }
        for name in BY_HTTP:
            asked[name] = pool.submit(_ask_http, platform.metrics[name])
        answers = {name: question.result() for name, question in asked.items()}
    return {name: answer for name, answer in answers.items() if answer != "SERVING"}


def _ask_service(address: str) -> str:
    with grpc.insecure_channel(address) as channel:
        try:
            check = channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
            answer = check(health_pb2.HealthCheckRequest(), timeout=ANSWER_WAIT_S)
        except grpc.RpcError as fault:
            return str(fault.code().name)
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


def _ask_http(address: str) -> str:
    try:
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=ANSWER_WAIT_S):
            return "SERVING"
    except urllib.error.HTTPError as fault:
        return f"HTTP {fault.code}"
    except OSError:
        return "UNAVAILABLE"
