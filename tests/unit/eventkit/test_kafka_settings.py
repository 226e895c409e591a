"""What a process must be told to come to a guarded Kafka."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest
from kafka.net.manager import KafkaConnectionManager

from bugle.stack.certificates import ADMIN, Certificates
from bugle.stack.home import Home
from eventkit.access import clients, credentials
from eventkit.settings import SASL_SSL, SSL, KafkaSettings, MissingSetting, as_environment, read


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    made = Certificates(Home(tmp_path_factory.mktemp("home")))
    made.ensure()
    return made


def user_settings(certificates: Certificates, **more: str) -> KafkaSettings:
    return KafkaSettings(
        kafka="broker:1", kafka_protocol=SASL_SSL, kafka_ca_file=str(certificates.ca_file), kafka_user="intake", **more
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"KAFKA_PROTOCOL": "SASL_PLAINTEXT"}, "BUGLE_KAFKA_PROTOCOL must be one of PLAINTEXT, SSL, SASL_SSL"),
        ({"KAFKA_PROTOCOL": SSL}, "SSL needs BUGLE_KAFKA_CA_FILE, BUGLE_KAFKA_CERTIFICATE_FILE"),
        ({"KAFKA_PROTOCOL": SASL_SSL, "KAFKA_CA_FILE": "ca"}, "needs BUGLE_KAFKA_USER, BUGLE_KAFKA_PASSWORD_FILE or"),
    ],
)
def test_missing_credentials_stop_the_start(given: dict[str, str], said: str) -> None:
    with pytest.raises(MissingSetting, match=said):
        read(KafkaSettings, {"BUGLE_KAFKA": "broker:1"} | {f"BUGLE_{name}": value for name, value in given.items()})


def test_both_libraries_get_the_same(certificates: Certificates, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("of the file\n")
    held = user_settings(certificates, kafka_password="of the variable", kafka_password_file=str(file))
    options, faust = clients(held), credentials(held)
    assert options["security_protocol"] == faust.protocol.value == SASL_SSL
    assert options["sasl_mechanism"] == faust.mechanism.value == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("intake", "of the file")
    assert (faust.username, faust.password) == ("intake", "of the file")
    for context in (options["ssl_context"], faust.ssl_context):
        assert context.check_hostname and len(context.get_ca_certs()) == 1


def test_certificate_alone_is_enough(certificates: Certificates) -> None:
    file = str(certificates.file(ADMIN))
    ca_file = str(certificates.ca_file)
    held = KafkaSettings(kafka="broker:1", kafka_protocol=SSL, kafka_ca_file=ca_file, kafka_certificate_file=file)
    open_to_all = clients(KafkaSettings(kafka="broker:1"))
    assert clients(held).keys() - open_to_all.keys() == {"ssl_context"}
    assert credentials(held).protocol.value == SSL


def test_password_is_never_shown(certificates: Certificates) -> None:
    held = user_settings(certificates, kafka_password="hush")
    assert "hush" not in repr(held)
    assert read(KafkaSettings, as_environment(held)) == held


def test_lost_broker_is_tried_each_second() -> None:
    """However long it was away: a relay that comes back to it late is late with everything."""
    manager = KafkaConnectionManager(Mock(), **clients(KafkaSettings(kafka="broker:1")))
    pauses = [manager.update_backoff("1") for _ in range(20)]
    assert pauses[0] < 100
    assert max(pauses) < 1_500
