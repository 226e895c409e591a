"""The authority that vouches for Kafka's broker and for who makes its users, and the certificates it has given out."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bugle.stack.home import Home

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

BROKER, ADMIN = "broker", "admin"
"""Whom the broker takes for itself, and for one who may do everything (`super.users`)."""

NAMES = ("kafka", "kafka-2", "kafka-3", "localhost")
"""Of the brokers in docker-compose.yml and infra/scale.yml."""
_AUTHORITY_DAYS, _DAYS = 3650, 825
_FOLDER = "keys/kafka"


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files in a folder that its owner alone can enter: a container is given single files of it."""

    home: Home

    @property
    def ca_file(self) -> Path:
        """The authority's own certificate, which every client trusts."""
        return self.home.path / _FOLDER / "ca.pem"

    def file(self, name: str) -> Path:
        """The private key of a name and its certificate, in one file as Kafka and Python both read it."""
        return self.home.path / _FOLDER / f"{name}.pem"

    def ensure(self) -> None:
        """Make what is missing."""
        self.home.folder(_FOLDER).chmod(0o700)
        if not self.ca_file.exists():
            self._make_authority()
        if not all(self.file(name).exists() for name in (BROKER, ADMIN)):
            self.renew()

    def renew(self) -> None:
        """Certificates anew for broker and administrator, by the same authority: clients notice nothing."""
        # The broker's account in its container is another than ours: the folder is what guards this key on the host.
        self._issue(BROKER, 0o644)
        self._issue(ADMIN, 0o600)

    def _make_authority(self) -> None:
        from cryptography import x509

        key, name = _new_key(), _name("bugle authority")
        made = _built(name, name, key, _AUTHORITY_DAYS).add_extension(x509.BasicConstraints(True, 0), critical=True)
        self.home.write(f"{_FOLDER}/ca.key", _private(key))
        self.home.write(f"{_FOLDER}/ca.pem", _public(made, key), 0o644)

    def _issue(self, name: str, mode: int) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from cryptography.x509.oid import ExtendedKeyUsageOID as Usage

        authority = x509.load_pem_x509_certificate(self.ca_file.read_bytes())
        signing = load_pem_private_key((self.home.path / _FOLDER / "ca.key").read_bytes(), None)
        key = _new_key()
        uses = [Usage.SERVER_AUTH, Usage.CLIENT_AUTH] if name == BROKER else [Usage.CLIENT_AUTH]
        made = _built(_name(name), authority.subject, key, _DAYS)
        made = made.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        if name == BROKER:
            places = [*map(x509.DNSName, NAMES), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            made = made.add_extension(x509.SubjectAlternativeName(places), critical=False)
        self.home.write(f"{_FOLDER}/{name}.pem", _private(key) + _public(made, signing), mode)


def _name(common: str) -> x509.Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _built(of: x509.Name, by: x509.Name, key: EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
    from cryptography import x509

    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(of).issuer_name(by).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=days))


def _public(made: x509.CertificateBuilder, signing: object) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    return made.sign(signing, SHA256()).public_bytes(Encoding.PEM)  # type: ignore[arg-type]  # a key that we made


def _private(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
