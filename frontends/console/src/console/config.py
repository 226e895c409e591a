"""What the console needs of its environment."""

from __future__ import annotations

from dataclasses import dataclass

from eventkit.settings import ServingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings(ServingSettings):
    """`<service>_url`: where the console reaches it; `pages_url`: where browsers reach reporting's pages ("": nowhere).

    `service_seconds`: how long a service may take to answer. `issuer_key_file`: the embedded issuer's private key, for
    sign-in by choice; never deployed. `oidc_…`: the console as a client of the issuer's provider, `pagekit.provider`.
    """

    intake_url: str
    routing_url: str
    supervision_url: str
    reporting_url: str
    pages_url: str = ""
    service_seconds: float = 15.0
    issuer_key_file: str = ""
    oidc_client_id: str = ""
    oidc_redirect_url: str = ""
    oidc_secret_file: str = ""

    @property
    def urls(self) -> dict[str, str]:
        """The base address of each service."""
        return {
            "intake": self.intake_url,
            "routing": self.routing_url,
            "supervision": self.supervision_url,
            "reporting": self.reporting_url,
        }
