"""Spans as an exporter gets them, and events that belong to a trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from eventkit import tracing
from eventkit.arrivals import Arrival
from eventkit.envelope import Envelope

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@contextmanager
def exported() -> Iterator[InMemorySpanExporter]:
    """What the process exports in the block."""
    exporter = InMemorySpanExporter()
    tracing.configure("toy", "worker", [SimpleSpanProcessor(exporter)])
    try:
        yield exporter
    finally:
        tracing.configure("toy", "worker", [])


def event_of(arrival: Arrival, traceparent: str | None) -> Envelope:
    """The arrival's event as a part of a trace."""
    assert isinstance(arrival.content, Envelope)
    return replace(arrival.content, traceparent=traceparent)
