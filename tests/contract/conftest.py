"""The real broker, for the contract tests that both logs must keep."""

from tests.harness.kafka import kafka as kafka
from tests.harness.kafka import topic_prefix as topic_prefix
