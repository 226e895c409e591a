"""What guards an embedded broker: listeners that ask who comes in, certificates, and a password for each user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bugle.stack.certificates import ADMIN, BROKER, Certificates
from bugle.stack.home import ROOT, Home
from bugle.stack.ports import HOST
from eventkit.settings import SASL_SSL, SSL

OPERATOR = "operator"
"""The user of whoever verifies and the like: it reads every topic."""

RESTORER = "restorer"
"""The user as whom a restore makes topics anew: it reads and writes none."""

_LISTENERS = """\
{secured}
ssl.keystore.location={keystore}
ssl.truststore.location={truststore}
listeners=INSIDE://{host}:{port},BROKER://{host}:{admin_port},CONTROLLER://{host}:{controller_port}
advertised.listeners=INSIDE://{host}:{told},BROKER://{host}:{admin_port}"""


@dataclass(frozen=True, slots=True)
class Guard:
    """The guard of one home's broker; at `admin_port` it lets in whoever has the administrator's certificate."""

    home: Home
    admin_port: int

    def listeners(self, port: int, controller_port: int, told: int) -> str:
        """The broker's configuration, with the same lines as a deployed one's; makes the certificates.

        `told`: the port under which clients are told to reach it.
        """
        certificates = Certificates(self.home)
        certificates.ensure()
        return _LISTENERS.format(
            secured=(ROOT / "infra" / "kafka" / "secured.properties").read_text("utf-8"),
            keystore=certificates.file(BROKER),
            truststore=certificates.ca_file,
            host=HOST,
            port=port,
            admin_port=self.admin_port,
            controller_port=controller_port,
            told=told,
        )

    @property
    def administrator(self) -> dict[str, Any]:
        """The `KafkaSettings` of who makes topics, users and grants."""
        certificates = Certificates(self.home)
        return {
            "kafka": f"{HOST}:{self.admin_port}",
            "kafka_protocol": SSL,
            "kafka_ca_file": str(certificates.ca_file),
            "kafka_certificate_file": str(certificates.file(ADMIN)),
        }

    def credentials(self, user: str) -> dict[str, str]:
        """What a user needs beside the address."""
        return {
            "kafka_protocol": SASL_SSL,
            "kafka_ca_file": str(Certificates(self.home).ca_file),
            "kafka_user": user,
            "kafka_password": self.password(user),
        }

    def password(self, user: str) -> str:
        """The user's password, made up once and remembered."""
        return self.home.password(f"kafka-{user}")
