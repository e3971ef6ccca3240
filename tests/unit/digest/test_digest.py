"""The weekly digest against a mail server of the test's own: sent once, to whom it belongs alone.

What a digest says is tested with the papers (tests/unit/reports); here the texts are given.
"""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import dagster as dg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from click.testing import CliRunner

from orchestration.commands import digest as command
from orchestration.defs import digest as digest_defs
from orchestration.digest import weekly
from orchestration.digest.secrets import load_addresses
from orchestration.errors import RapportError, SettingsError
from orchestration.extract.pseudonyms import Pseudonymiser, load_key
from orchestration.settings import Settings, load_settings
from orchestration.settings_template import init_home
from tests.support import absent

MONDAY = date(2026, 11, 16)
ANNA, BORIS = "anna@example.org", "boris@example.org"
PASSWORD = token_hex()  # of a server that lives for one test


class Post:
    """What the server took, and how it behaves."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.refuses = ""

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        """Take a receiver, or refuse one."""
        if address == self.refuses:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        """Take a mail."""
        self.taken.append(envelope)
        return "250 OK"

    def receivers(self) -> list[list[str]]:
        """Give who received each mail."""
        return [envelope.rcpt_tos for envelope in self.taken]


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give a certificate of 127.0.0.1 and its key, made for this run."""
    openssl = shutil.which("openssl")
    if openssl is None:
        absent("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


@pytest.fixture
def post() -> Post:
    """Give what the server takes."""
    return Post()


def listening(post: Post, certificate: tuple[Path, Path], port: int) -> Controller:
    """Start a server with STARTTLS and a login on a port of this machine."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)

    def login(server, session, envelope, mechanism, data) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=is_right, handled=False)

    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=port,
        tls_context=tls,
        require_starttls=True,
        auth_required=True,
        authenticator=login,
    )
    controller.start()
    return controller


@pytest.fixture
def server(post: Post, certificate: tuple[Path, Path]) -> Iterator[Controller]:
    """Give a server that runs for one test."""
    controller = listening(post, certificate, free_port())
    yield controller
    controller.stop()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home with two supervisors whose digests are written."""
    path = init_home(tmp_path / "home").path
    monkeypatch.setenv("RAPPORT_HOME", str(path))
    keys = Pseudonymiser(load_key(path / "secrets")).hasher("clinician", "practice")
    texts = [
        {"key": keys(one), "label": f"Supervisor {one}", "subject": "Your week", "text": "T2  4\n"}
        for one in ("S1", "S2")
    ]
    monkeypatch.setattr(weekly, "_texts", lambda settings: texts)
    return path


@pytest.fixture
def configured(
    home: Path,
    server: Controller,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Settings]:
    """Give a way to configure the digest for the server, which this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    secret(home, "digest_password", PASSWORD)
    secret(home, "digest_addresses.toml", f'[practice]\nS1 = "{ANNA}"\nS2 = "{BORIS}"\n')

    def configure(**changed: object) -> Settings:
        smtp = {
            "host": "127.0.0.1",
            "port": server.port,
            "user": "rapport",
            "from": "rapport@example.org",
            **changed,
        }
        lines = [f"{name} = {_toml(value)}" for name, value in smtp.items()]
        (home / "rapport.toml").write_text(
            "\n".join(["[digest]", "enabled = true", "[digest.smtp]", *lines])
        )
        return load_settings()

    return configure


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'


def secret(home: Path, name: str, text: str) -> None:
    """Write a file of secrets/ for its owner alone."""
    path = home / "secrets" / name
    path.write_text(text)
    path.chmod(0o600)


def states(outcomes: list[weekly.Outcome]) -> list[str]:
    """Give what became of each."""
    return [outcome.state for outcome in outcomes]


def test_each_supervisor_gets_one_mail_a_week(
    configured: Callable[..., Settings], post: Post
) -> None:
    settings = configured()
    assert states(weekly.run(settings, MONDAY)) == ["sent", "sent"]
    assert post.receivers() == [[ANNA], [BORIS]]
    mail = post.taken[0].content.decode()
    assert "T2  4" in mail
    assert f"To: {ANNA}" in mail
    assert BORIS not in mail
    for day in range(7):
        outcomes = weekly.run(settings, MONDAY + timedelta(days=day))
        assert states(outcomes) == ["sent_before"] * 2
    assert len(post.taken) == 2
    assert states(weekly.run(settings, MONDAY + timedelta(days=7))) == ["sent", "sent"]


def test_a_mail_that_was_not_taken_is_tried_again_and_the_others_go(
    configured: Callable[..., Settings], post: Post
) -> None:
    settings = configured()
    post.refuses = ANNA
    first, second = weekly.run(settings, MONDAY)
    assert (first.state, second.state) == ("failed", "sent")
    assert first.problem == "the mail server does not take mail for this supervisor"
    post.refuses = ""
    assert states(weekly.run(settings, MONDAY)) == ["sent", "sent_before"]
    assert post.receivers() == [[BORIS], [ANNA]]


def test_a_refused_login_sends_nothing_and_says_so(
    configured: Callable[..., Settings], post: Post, home: Path
) -> None:
    settings = configured()
    secret(home, "digest_password", "wrong")
    outcomes = weekly.run(settings, MONDAY)
    assert states(outcomes) == ["failed", "failed"]
    assert {one.problem for one in outcomes} == {"the mail server refuses the user or the password"}
    secret(home, "digest_password", PASSWORD)
    assert states(weekly.run(settings, MONDAY)) == ["sent", "sent"]
    assert len(post.taken) == 2


def test_letters_that_mail_cannot_take_are_said_and_the_mail_goes_later(
    configured: Callable[..., Settings], post: Post, home: Path
) -> None:
    settings = configured()
    secret(home, "digest_password", "pässwort")
    outcomes = weekly.run(settings, MONDAY)
    assert states(outcomes) == ["failed", "failed"]
    assert "holds a letter" in outcomes[0].problem and "ä" not in outcomes[0].problem
    secret(home, "digest_password", PASSWORD)
    assert states(weekly.run(settings, MONDAY)) == ["sent", "sent"]
    assert len(post.taken) == 2


def test_a_server_that_is_gone_is_said_and_tried_again(
    configured: Callable[..., Settings], certificate: tuple[Path, Path], post: Post
) -> None:
    settings = configured(port=free_port())
    outcomes = weekly.run(settings, MONDAY)
    assert states(outcomes) == ["failed", "failed"]
    assert outcomes[0].problem == "the mail server cannot be reached"
    back = listening(post, certificate, settings.digest.smtp.port)
    try:
        assert states(weekly.run(settings, MONDAY)) == ["sent", "sent"]
    finally:
        back.stop()
    assert len(post.taken) == 2


def test_a_certificate_nobody_vouches_for_gets_neither_password_nor_mail(
    configured: Callable[..., Settings], post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configured()
    monkeypatch.delenv("SSL_CERT_FILE")
    outcomes = weekly.run(settings, MONDAY)
    assert outcomes[0].problem == "the certificate of the mail server cannot be trusted"
    assert post.taken == []


def test_a_server_without_starttls_is_refused(
    configured: Callable[..., Settings], post: Post
) -> None:
    plain = Controller(post, hostname="127.0.0.1", port=free_port())
    plain.start()
    try:
        port = plain.port
        outcomes = weekly.run(configured(port=port), MONDAY)
        assert outcomes[0].problem == "the mail server does not offer what rapport.toml asks for"
        assert post.taken == []
        # A relay on this very machine may do without, where rapport.toml says so.
        settings = configured(port=port, starttls=False, user="")
        assert states(weekly.run(settings, MONDAY)) == ["sent", "sent"]
    finally:
        plain.stop()


def test_what_a_killed_process_left_begun_is_not_sent_twice(
    configured: Callable[..., Settings], post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configured()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(weekly, "send", killed)
    with pytest.raises(KeyboardInterrupt):
        weekly.run(settings, MONDAY)
    monkeypatch.undo()
    monkeypatch.setattr(weekly, "_texts", lambda _: [])
    assert weekly.run(settings, MONDAY) == []
    note = next(settings.home.digests.glob("*/sent.json")).read_text()
    assert "begun" in note
    assert post.taken == []


def test_without_a_server_the_texts_are_files_for_their_owner_alone(home: Path) -> None:
    (home / "rapport.toml").write_text("[digest]\nenabled = true\n")
    assert states(weekly.run(load_settings(), MONDAY)) == ["written", "written"]
    folder = home / "digests" / "2026-W47"
    written = sorted(folder.glob("*.txt"))
    assert len(written) == 2
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    written[0].write_text("first")
    weekly.run(load_settings(), MONDAY)
    assert written[0].read_text() == "first"
    for week in range(1, 12):
        weekly.run(load_settings(), MONDAY + timedelta(weeks=week))
    assert len(list((home / "digests").iterdir())) == 8


def test_no_address_is_part_of_what_is_said(
    configured: Callable[..., Settings], home: Path, post: Post
) -> None:
    configured()
    secret(home, "digest_addresses.toml", f'[practice]\nS1 = "{ANNA}"\n')
    post.refuses = ANNA
    said = CliRunner().invoke(command.command, [], standalone_mode=False)
    assert said.return_value == 1
    assert "does not take mail" in said.output
    assert "no address" in said.output
    assert "@" not in said.output
    everything = b"".join(p.read_bytes() for p in (home / "digests").rglob("*") if p.is_file())
    assert b"@" not in everything
    assert post.taken == []


@pytest.mark.parametrize(
    "text",
    [
        'S1 = "anna@example.org"',
        '[practice]\nS1 = "anna@example.org, eve@example.org"',
        '[practice]\nS1 = "anna@example.org\\nBcc: eve@example.org"',
        "[practice]\nS1 = 4",
        "no toml [",
    ],
)
def test_addresses_that_are_none_are_refused_without_being_said(text: str, home: Path) -> None:
    secret(home, "digest_addresses.toml", text)
    with pytest.raises(RapportError) as refused:
        load_addresses(home / "secrets")
    assert "@" not in str(refused.value)


def test_addresses_others_may_read_are_refused(home: Path) -> None:
    secret(home, "digest_addresses.toml", "")
    (home / "secrets" / "digest_addresses.toml").chmod(0o644)
    with pytest.raises(RapportError, match="chmod 600"):
        load_addresses(home / "secrets")


def test_a_server_elsewhere_needs_encryption(home: Path) -> None:
    (home / "rapport.toml").write_text(
        '[digest.smtp]\nhost = "mail.example.org"\nstarttls = false\nfrom = "a@example.org"\n'
    )
    with pytest.raises(SettingsError, match=r"digest\.smtp: starttls"):
        load_settings()


def test_the_digest_is_due_from_its_weekday_on(home: Path) -> None:
    (home / "rapport.toml").write_text('[digest]\nenabled = true\nweekday = "wednesday"\n')
    due = [weekly.is_due(load_settings(), MONDAY + timedelta(days=n)) for n in range(8)]
    assert due == [False, False, True, True, True, True, True, False]
    (home / "rapport.toml").write_text("")
    assert not weekly.is_due(load_settings(), MONDAY + timedelta(days=4))


def test_off_by_default_and_a_dry_run_writes_nothing(home: Path) -> None:
    (home / "rapport.toml").write_text("")
    said = CliRunner().invoke(command.command, [], standalone_mode=False)
    assert "off" in said.output
    said = CliRunner().invoke(command.command, ["--dry-run"], standalone_mode=False)
    assert "T2  4" in said.output
    assert not (home / "digests").exists()


def test_dagster_asks_for_a_run_only_when_a_digest_is_due(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = digest_defs.weekly_digest
    with dg.build_schedule_context() as context:
        assert isinstance(schedule(context), dg.SkipReason)
        (home / "rapport.toml").write_text('[digest]\nenabled = true\nweekday = "tuesday"\n')
        for days, kind in ((0, dg.SkipReason), (1, dg.RunRequest), (6, dg.RunRequest)):
            now = datetime(2026, 11, 16, 6, tzinfo=UTC) + timedelta(days=days)
            monkeypatch.setattr(digest_defs, "_today", lambda _, now=now: now)
            assert isinstance(schedule(context), kind)
    assert digest_defs.digest_job.execute_in_process().success
    assert len(list((home / "digests").glob("*/*.txt"))) == 2
