"""How this process proves to Kafka who it is: one answer for kafka-python and one for Faust, of the same settings."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from eventkit.settings import PLAINTEXT, SASL_SSL, KafkaSettings

MECHANISM = "SCRAM-SHA-512"
RECONNECT_MOST_MS = 1_000
"""kafka-python doubles its pauses up to 30 s: a broker that was away for ten seconds was missed for twenty more."""


def clients(held: KafkaSettings) -> dict[str, Any]:
    """The arguments that every client of kafka-python is made with."""
    return {"bootstrap_servers": held.kafka, "reconnect_backoff_max_ms": RECONNECT_MOST_MS, **admittance(held)}


def admittance(held: KafkaSettings) -> dict[str, Any]:
    """Those among them by which it is let in; aiokafka calls them the same."""
    options: dict[str, Any] = {"security_protocol": held.kafka_protocol}
    if held.kafka_protocol != PLAINTEXT:
        options["ssl_context"] = _context(held)
    if held.kafka_protocol == SASL_SSL:
        options |= {
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": held.kafka_user,
            "sasl_plain_password": _password(held),
        }
    return options


def credentials(held: KafkaSettings) -> Any:
    """Faust's `broker_credentials`; None where none are needed."""
    from faust import auth

    if held.kafka_protocol == SASL_SSL:
        return auth.SASLCredentials(
            username=held.kafka_user, password=_password(held), ssl_context=_context(held), mechanism=MECHANISM
        )
    return None if held.kafka_protocol == PLAINTEXT else auth.SSLCredentials(_context(held))


def _context(held: KafkaSettings) -> ssl.SSLContext:
    """Trusts the settings' authority alone, checks the broker's name, shows a certificate where there is one."""
    context = ssl.create_default_context(cafile=held.kafka_ca_file)
    if held.kafka_certificate_file:
        context.load_cert_chain(held.kafka_certificate_file)
    return context


def _password(held: KafkaSettings) -> str:
    if held.kafka_password_file:
        return Path(held.kafka_password_file).read_text("utf-8").strip()
    return held.kafka_password
