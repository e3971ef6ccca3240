"""Handing one digest to the mail server, and saying in plain words why it did not take it.

Here: SMTP. The server's certificate is checked by the system's authorities; without encryption a
server is spoken to on this machine alone (settings.py). No message says an address. Not here: to
whom (secrets.py), and when (weekly.py).
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import localtime, make_msgid

from orchestration.errors import RapportError
from orchestration.settings import Smtp

_SECONDS = 20.0


class NotSentError(RapportError):
    """The server did not take a mail; the message says why, without an address.

    Args:
        why: in plain words.
        is_for_all: whether the next mail would fare the same.
    """

    def __init__(self, why: str, is_for_all: bool = True) -> None:
        super().__init__(why)
        self.is_for_all = is_for_all


def send(server: Smtp, password: str | None, address: str, subject: str, text: str) -> None:
    """Send one mail to one address.

    Args:
        server: as rapport.toml says.
        password: for its user, or None.
        address: of the one who receives it.
        subject: of the mail.
        text: plain.

    Raises:
        NotSentError: it was not taken.
    """
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = server.sender, address, subject
    mail["Date"] = localtime()
    mail["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    try:
        _hand_over(server, password, mail)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise NotSentError(_words(error), _is_for_all(error)) from None


def _hand_over(server: Smtp, password: str | None, mail: EmailMessage) -> None:
    connection = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    try:
        if server.starttls:
            connection.starttls(context=ssl.create_default_context())
        if password is not None:
            connection.login(server.user, password)
        connection.send_message(mail)
    finally:
        # What was taken stays taken, however the server says good-bye.
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
        connection.close()


# The first that fits, so what is particular stands before what is general.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "the certificate of the mail server cannot be trusted"),
    (ssl.SSLError, "the mail server does not speak TLS as it should"),
    (smtplib.SMTPAuthenticationError, "the mail server refuses the user or the password"),
    (smtplib.SMTPNotSupportedError, "the mail server does not offer what rapport.toml asks for"),
    (smtplib.SMTPSenderRefused, "the mail server does not take mail from this sender"),
    (smtplib.SMTPRecipientsRefused, "the mail server does not take mail for this supervisor"),
    (smtplib.SMTPServerDisconnected, "the mail server hung up"),
    (smtplib.SMTPException, "the mail server did not take the mail"),
    (OSError, "the mail server cannot be reached"),
    # Of Python's own library, and it would quote a letter of the password.
    (UnicodeError, "the host, user or password holds a letter that mail servers do not take"),
)


def _words(error: Exception) -> str:
    return next(words for kind, words in _WORDS if isinstance(error, kind))


def _is_for_all(error: Exception) -> bool:
    return not isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
