"""Counters and gauges of the event machinery, by Prometheus' naming rules."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

applied = Counter("bugle_consumer_applied", "Events applied (including types the consumer passes over)", ["consumer"])
redelivered = Counter("bugle_consumer_redelivered", "Events that the inbox knew already", ["consumer"])
parked = Counter("bugle_consumer_parked", "Events set aside because one of their key failed", ["consumer"])
retries = Counter("bugle_consumer_retries", "Batches tried again: server away or writer first", ["consumer"])
sequenced = Counter("bugle_relay_sequenced", "Events given their place in the log", ["service"])
published = Gauge("bugle_relay_published_seq", "Highest log_seq that Kafka has acknowledged", ["service"])
watermark = Gauge(
    "bugle_relay_watermark_seconds", "Unix time of the last watermark sent, 0 before the first", ["service"]
)
lag = Gauge(
    "bugle_consumer_lag_records",
    "Records behind the committed offset",
    ["consumer", "topic", "partition"],
)
leader = Gauge("bugle_relay_leader", "1 while this relay is the service's sequencer", ["service"])
