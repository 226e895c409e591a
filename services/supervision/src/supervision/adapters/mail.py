"""E-mail over SMTP: one connection per message, so that a killed notifier leaves nothing half sent."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP as FOR_SMTP
from email.utils import format_datetime

from supervision.application.delivering import Address, Letter, NotSent

_AGAIN = range(400, 500)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; `sender` is the envelope's and the message's From. `seconds`: for each answer of the server."""

    host: str
    port: int
    sender: str
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: float = 20.0


class Mailer:
    """Implements `delivering.Carrier`."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def send(self, letter: Letter, address: Address, at: datetime) -> None:
        """Hand the message to the server; raises NotSent with what the server said as a code, never its text."""
        message = self.message(letter, address, at)
        try:
            self._hand_over(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise NotSent(f"the mail server refused the recipient ({code})", final=code not in _AGAIN) from None
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
            raise NotSent(f"the mail server refused the message ({code})", final=code not in _AGAIN) from None
        except smtplib.SMTPResponseException as error:  # greeting, sender, login: ours to mend, so not final
            raise NotSent(f"the mail server refused us ({error.smtp_code})") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"the mail server cannot be used ({type(error).__name__})") from None

    def message(self, letter: Letter, address: Address, at: datetime) -> EmailMessage:
        """The message. Its Message-ID is that of the notification: a mailbox knows a repeated one by it."""
        sender = self._server.sender
        message = EmailMessage(FOR_SMTP)
        message["From"] = MailAddress(addr_spec=sender)
        message["To"] = MailAddress(addr_spec=address.address)
        message["Subject"] = _plain(letter.words.subject)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{letter.notification}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = address.language
        message.set_content(letter.words.text, cte="base64")
        return message

    def _hand_over(self, message: EmailMessage) -> None:
        held = self._server
        server = smtplib.SMTP(held.host, held.port, timeout=held.seconds)
        try:
            if held.starttls:
                server.starttls(context=ssl.create_default_context())
            if held.user:
                server.login(held.user, held.password)
            server.send_message(message)
            # the server has taken it: however it says goodbye, it must not be sent again for that
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()


def _plain(subject: str) -> str:
    """Never an encoded word (RFC 2047): a header is parsed when it is set, and what that decodes to may break lines."""
    return subject.replace("=?", "=\u200b?")
