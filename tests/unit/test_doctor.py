"""What `rapport doctor` says of the digest and of the logo, in plain words and without a secret."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from dashboards.reports import practice
from orchestration import doctor
from orchestration.settings import load_settings
from orchestration.settings_template import init_home

SMTP = """
[digest]
enabled = true
weekday = "tuesday"
[digest.smtp]
host = "mail.example.org"
from = "rapport@example.org"
"""
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(8) + b"\0\0\1\0" * 2


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("RAPPORT_DIGEST_PASSWORD", raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])
    return init_home(tmp_path / "home").path


def found(home: Path, topic: str, text: str) -> list[doctor.Finding]:
    (home / "rapport.toml").write_text(text)
    look = {"digest": doctor._digest, "logo": doctor._logo}[topic]
    return list(look(load_settings(home)))


def secret(home: Path, name: str, text: str, mode: int = 0o600) -> None:
    path = home / "secrets" / name
    path.write_text(text)
    path.chmod(mode)


def test_a_home_without_digest_and_logo_has_nothing_to_say(home: Path) -> None:
    assert found(home, "digest", "") == found(home, "logo", "") == []


def test_a_digest_that_is_only_written_is_well(home: Path) -> None:
    (one,) = found(home, "digest", "[digest]\nenabled = true\n")
    assert one.is_well and "written to digests/ on Mondays" in one.said
    assert "no [digest.smtp] is set" in one.said


def test_a_digest_that_is_sent_needs_addresses_and_a_password(home: Path) -> None:
    (one,) = found(home, "digest", SMTP)
    assert not one.is_well and "nobody gets it" in one.said
    secret(home, "digest_addresses.toml", '[clinic]\n"T1" = "anna@example.org"\n')
    (one,) = found(home, "digest", SMTP)
    assert one.is_well and "sent by mail.example.org on Tuesdays" in one.said
    assert "one address is known" in one.said and "anna" not in one.said
    (one,) = found(home, "digest", f'{SMTP}user = "u"\n')
    assert not one.is_well and "password of the mail server is missing" in one.said
    secret(home, "digest_password", "hidden", 0o644)
    (one,) = found(home, "digest", f'{SMTP}user = "u"\n')
    assert not one.is_well and "chmod 600" in one.said and "hidden" not in one.said


def test_a_mail_server_that_does_not_exist_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    (one,) = found(home, "digest", SMTP)
    assert not one.is_well and "check digest.smtp.host" in one.said


def logo(home: Path, name: str) -> doctor.Finding:
    (one,) = found(home, "logo", f'[practice]\nlogo = "{name}"\n')
    return one


def test_a_logo_must_be_a_small_picture_in_the_home(home: Path) -> None:
    assert "is not there" in logo(home, "logo.png").said
    (home / "logo.png").write_bytes(PICTURE)
    assert logo(home, "logo.png").is_well
    (home / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    assert logo(home, "logo.svg").is_well
    for content, said in (
        (b"<html>", "is no PNG picture"),
        (PICTURE[:16] + b"\0\1\0\0" * 2, "4000 pixels"),
        (PICTURE + bytes(doctor.LARGEST_LOGO), "256 KB at most"),
    ):
        (home / "logo.png").write_bytes(content)
        one = logo(home, "logo.png")
        assert not one.is_well and said in one.said and "made without it" in one.said
    (home / "away.png").symlink_to("/etc/passwd")
    assert "leads out of the home" in logo(home, "away.png").said


def test_doctor_and_papers_agree_on_the_size_of_a_logo() -> None:
    assert (doctor.LARGEST_LOGO, doctor.MOST_PIXELS) == (
        practice.LARGEST_LOGO,
        practice.MOST_PIXELS,
    )


@pytest.mark.parametrize(
    "text",
    [
        '[review_log]\nurl = "postgresql://u:hidden@h/d"\n',
        'review_log_url = "postgresql://u:hidden@h/d"\n',
        f'{SMTP}password = "hidden"\n',
        '[digest]\nbase_url = "https://u:hidden@h/"\n',
    ],
)
def test_a_secret_in_the_settings_is_refused_and_not_repeated(home: Path, text: str) -> None:
    with pytest.raises(doctor.RapportError) as error:
        found(home, "digest", text)
    assert "hidden" not in str(error.value)
    assert "secrets/" in str(error.value) or "base_url" in str(error.value)
