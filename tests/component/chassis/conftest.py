"""A broker and fresh topics for the chassis's component tests."""

from tests.harness.kafka import kafka as kafka
from tests.harness.kafka import topic_prefix as topic_prefix
