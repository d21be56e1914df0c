"""The broker against which the composition's services are started."""

from tests.harness.kafka import kafka

__all__ = ["kafka"]
