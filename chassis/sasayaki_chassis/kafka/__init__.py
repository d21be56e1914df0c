"""Kafka as the chassis needs it: all that knows its client and its protocol."""
