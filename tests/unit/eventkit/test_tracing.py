"""One trace from the request through events to reactions, with the spans that an exporter gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from eventkit import tracing
from eventkit.envelope import Envelope
from eventkit.memory import MemoryStore
from eventkit.processing import Processor
from eventkit.reactions import BatchReaction, Reactions
from eventkit.session import Session
from tests.support.ledger_service import event, running_bank
from tests.support.ledgers import BOOK, Deposited, arrival
from tests.unit.eventkit.spans import TRACE, event_of, exported


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    with exported() as exporter:
        yield exporter


def finished(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans.get_finished_spans()}


def ids(traceparent: str | None) -> tuple[int, int]:
    assert traceparent is not None
    return int(traceparent[3:35], 16), int(traceparent[36:52], 16)


def of(span: ReadableSpan) -> tuple[int, int]:
    assert span.context is not None
    return span.context.trace_id, span.context.span_id


def parent(span: ReadableSpan) -> tuple[int, int]:
    assert span.parent is not None
    return span.parent.trace_id, span.parent.span_id


def traced(name: str, key: str) -> Any:
    came = arrival(name, key)
    return replace(came, content=event_of(came, TRACE))


def stored(store: MemoryStore, stream: str) -> list[Envelope]:
    with store.transaction() as tx:
        return list(tx.load([stream])[stream])


def test_request_span_continues_callers(spans: InMemorySpanExporter, tmp_path: Path) -> None:
    with running_bank(tmp_path, MemoryStore("ledgers")) as bank:
        assert bank.http.get("/ready").status_code == 200
        answer = bank.http.put("/v1/books/b2", json={}, headers={**bank.office(), "traceparent": TRACE})
        assert answer.status_code == 201
        span = finished(spans).pop("PUT /v1/books/{book}")
        assert [span.kind, parent(span)] == [SpanKind.SERVER, ids(TRACE)]
        assert (span.attributes or {})["http.response.status_code"] == 201
        assert ids(stored(bank.store, "book-b2")[0].traceparent) == of(span)
        assert "GET /ready" not in finished(spans), "probes are not traced"


def test_event_keeps_its_own_trace(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spans: InMemorySpanExporter
) -> None:
    with (
        running_bank(tmp_path, MemoryStore("ledgers")) as bank,
        caplog.at_level("INFO", "eventkit.http"),
    ):
        bank.http.put("/v1/books/b1", json={}, headers=bank.office())
        answer = bank.batch([event("1", book="b1", amount=5) | {"traceparent": TRACE}])
        assert [line["status"] for line in answer.json()] == [201]
    assert stored(bank.store, "book-b1")[-1].traceparent == TRACE
    assert TRACE[3:35] in [getattr(line, "about", {}).get("trace_id") for line in caplog.records]


def test_reaction_and_its_events_continue(spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture) -> None:
    store, reactions = MemoryStore("ledgers"), Reactions("toys", ["source.events"])

    @reactions.on("bugle.source.happened.v1")
    def deposit(session: Session, event: Envelope) -> None:
        new = Deposited(event.key, 1, event.occurred_at)
        session.record(BOOK, event.key, [new], key=event.key, cause=event.id)

    with caplog.at_level("INFO", "eventkit"):
        Processor(store, reactions).process([traced("a", "k")])
    span = finished(spans)["handle bugle.source.happened.v1"]
    assert [span.kind, parent(span)] == [SpanKind.CONSUMER, ids(TRACE)]
    assert ids(stored(store, "book-k")[0].traceparent) == of(span)
    [line] = [vars(line)["about"] for line in caplog.records if "applied" in line.message]
    assert (line["trace_id"], line["key"]) == (TRACE[3:35], "k")


def test_projection_has_span_per_event(spans: InMemorySpanExporter) -> None:
    seen: list[Envelope] = []
    reaction = BatchReaction("toys", ["source.events"], lambda session, events: seen.extend(events))
    Processor(MemoryStore("toys"), reaction).process([traced("a", "k"), arrival("b", "m")])
    assert len(seen) == 2
    assert [(span.name, parent(span)) for span in spans.get_finished_spans()] == [
        ("project bugle.source.happened.v1", ids(TRACE))
    ]


def test_failed_span_tells_no_data(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="secret"), tracing.span("work"):
        raise ValueError("first line\nsecret")
    span = finished(spans)["work"]
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "ValueError: first line")
    assert span.events == (), "an exception's stack would carry statements"


def test_foreign_trace_text_begins_anew(spans: InMemorySpanExporter) -> None:
    event = event_of(arrival("a", "k"), "<script>")
    with tracing.following(event, "handle") as followed:
        assert followed.traceparent is not None and tracing.parse_traceparent(followed.traceparent)
    assert "trace_id" not in tracing.about(event)
    assert finished(spans)["handle bugle.source.happened.v1"].parent is None


def test_no_collector_no_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    tracing.configure("toy", "worker")
    event = event_of(arrival("a", "k"), TRACE)
    assert tracing.passed(event, "project", SpanKind.CONSUMER, 0) is event
    with tracing.span("work"):
        assert tracing.current() is not None, "ids flow all the same"
