"""One trace through everything that a request causes, by OpenTelemetry.

The ids travel as W3C `traceparent`: in the request's header, stored with each event (CloudEvents' distributed tracing
extension), in the Kafka header. What handles an event continues the trace of whoever recorded it. Spans leave the
process only when OTEL_EXPORTER_OTLP_ENDPOINT names a collector; the ids stand in the log lines in any case.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags

from eventkit.diagnosis import brief
from eventkit.envelope import Envelope

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

_tracer = TracerProvider(resource=Resource({}), shutdown_on_exit=False).get_tracer("eventkit")
_exported = False
_numbers = RandomIdGenerator()
_event: ContextVar[Envelope | None] = ContextVar("event", default=None)


def configure(service: str, kind: str, processors: Sequence[SpanProcessor] | None = None) -> None:
    """Name the process and send its spans to `processors`; without them to the collector of the environment, if any."""
    global _tracer, _exported
    chosen = list(_collector() if processors is None else processors)
    about = {"service.namespace": "bugle", "service.name": f"{service}-{kind}"}
    provider = TracerProvider(resource=Resource.create(about))
    for processor in chosen:
        provider.add_span_processor(processor)
    _tracer, _exported = provider.get_tracer("eventkit"), bool(chosen)


def _collector() -> Iterator[SpanProcessor]:
    if any(os.environ.get(name) for name in ENDPOINTS):
        # imported late: a second of start and an HTTP client, for whoever has a collector
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        yield BatchSpanProcessor(OTLPSpanExporter())


def parse_traceparent(value: object) -> str | None:
    """A W3C trace context, or None: by that recommendation a malformed one is passed over, never refused."""
    return value if isinstance(value, str) and _TRACEPARENT.fullmatch(value) else None


@contextmanager
def span(name: str, kind: SpanKind = SpanKind.INTERNAL, parent: str | None = None) -> Iterator[Span]:
    """A span that is current in the block: below `parent` (a traceparent), else below the current one, else a root."""
    context = _context(parent)
    held = _tracer.start_span(name, context, kind) if _exported else _ids_only(context)
    with trace.use_span(held, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield held
        except Exception as error:
            held.set_status(StatusCode.ERROR, brief(error))
            raise


def _ids_only(context: contexts.Context | None) -> Span:
    """A span that nobody will get, for half the cost of one."""
    above = trace.get_current_span(context).get_span_context()
    flags = above.trace_flags if above.is_valid else TraceFlags(TraceFlags.SAMPLED)
    trace_id = above.trace_id if above.is_valid else _numbers.generate_trace_id()
    return NonRecordingSpan(SpanContext(trace_id, _numbers.generate_span_id(), is_remote=False, trace_flags=flags))


@contextmanager
def following(event: Envelope, doing: str) -> Iterator[Envelope]:
    """A span of handling one event. What is given is the event as its consequences are to know it: with this span."""
    with span(f"{doing} {event.type}", SpanKind.CONSUMER, event.traceparent) as held:
        held.set_attributes(_attributes(event))
        token = _event.set(event)
        try:
            yield replace(event, traceparent=current())
        finally:
            _event.reset(token)


def passed(event: Envelope, doing: str, kind: SpanKind, began: int) -> Envelope:
    """A span of what was done to many events at once, from `began` (Unix time in ns) until now; nothing follows it."""
    if not _exported or event.traceparent is None:
        return event
    context = _context(event.traceparent)
    made = _tracer.start_span(f"{doing} {event.type}", context, kind, _attributes(event), start_time=began)
    made.end(time.time_ns())
    return replace(event, traceparent=_text(made.get_span_context()))


def current() -> str | None:
    """The traceparent of the current span; None outside of any."""
    return _text(trace.get_current_span().get_span_context())


def subject() -> dict[str, str]:
    """What a log line of this moment is about: the current span's ids, and id and key of the event in hand."""
    event = _event.get()
    return ids(current()) if event is None else {**about(event), **ids(current())}


def about(event: Envelope) -> dict[str, str]:
    """What a log line about an event says to be found by."""
    return {**ids(parse_traceparent(event.traceparent)), "event_id": str(event.id), "key": event.key}


def ids(traceparent: str | None) -> dict[str, str]:
    """A well-formed traceparent's ids as log lines name them."""
    return {} if traceparent is None else {"trace_id": traceparent[3:35], "span_id": traceparent[36:52]}


def _attributes(event: Envelope) -> dict[str, str]:
    """Named as CloudEvents has it in OpenTelemetry's semantic conventions."""
    return {"cloudevents.event_id": str(event.id), "cloudevents.event_type": event.type, "bugle.key": event.key}


def _text(held: SpanContext) -> str | None:
    return f"00-{held.trace_id:032x}-{held.span_id:016x}-{held.trace_flags:02x}" if held.is_valid else None


def _context(traceparent: str | None) -> contexts.Context | None:
    """Topics are untrusted: what is no traceparent begins a trace of its own."""
    if parse_traceparent(traceparent) is None:
        return None
    assert traceparent is not None
    trace_id, span_id, flags = (int(part, 16) for part in traceparent.split("-")[1:4])
    remote = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return trace.set_span_in_context(NonRecordingSpan(remote))
