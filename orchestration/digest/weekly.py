"""Which digests are due, writing them, sending them once, and remembering what became of each.

Here: the order of the steps and the note of a week. Not here: what a digest says (the dashboard's
code), the mail server (mail.py).

Before a mail is handed over it is noted as begun, afterwards as sent or failed. What a process that
was killed in between left as begun may have gone out: it is not sent again, and that is said.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.beside import ask_dashboard
from orchestration.digest.mail import NotSentError, send
from orchestration.digest.secrets import load_addresses, load_password
from orchestration.durable import private_files, put_in_place, read_json, write_json
from orchestration.home import Home
from orchestration.lock import hold
from orchestration.settings import Settings

NOTE_NAME = "sent.json"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KEEP_WEEKS = 8
# What a note says after which a mail does not go out, and what is said of it.
_NOT_AGAIN = {"sent": "sent_before", "begun": "unsure"}
_KEY = re.compile(r"[A-Za-z0-9]{1,64}")
_WEEK = re.compile(r"\d{4}-W\d{2}")


@dataclass(frozen=True)
class Outcome:
    """What became of the digest of one supervisor.

    Attributes:
        label: whose it is.
        state: `written`, `sent`, `sent_before`, `unsure`, `no_address` or `failed`.
        problem: why it failed, without an address.
        text: what it says.
    """

    label: str
    state: str
    problem: str = ""
    text: str = ""


def week_of(day: date) -> str:
    """Name the week of a day: 2026-W47."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def is_due(settings: Settings, today: date) -> bool:
    """Say whether the digest of this week is to go out by now."""
    return settings.digest.enabled and today.weekday() >= _DAYS.index(settings.digest.weekday)


def planned(settings: Settings) -> list[Outcome]:
    """Give what a digest would say to each supervisor; nothing is written or sent.

    Raises:
        RapportError: there is no release, or a file of ``secrets/`` is not in order.
    """
    addresses = load_addresses(settings.home.secrets)
    is_mailed = settings.digest.smtp is not None
    return [
        Outcome(
            one["label"],
            ("sent" if one["key"] in addresses else "no_address") if is_mailed else "written",
            text=one["text"],
        )
        for one in _texts(settings)
    ]


def run(settings: Settings, today: date) -> list[Outcome]:
    """Write the digests of this week and send those that were not sent yet.

    Args:
        settings: of the home.
        today: the day; its week is the one in question.

    Raises:
        RapportError: there is no release, or a file of ``secrets/`` is not in order.
        HomeBusyError: a build or another digest is under way.
    """
    with hold(settings.home.path), private_files():
        folder = settings.home.digests / week_of(today)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clear(settings.home)
        server = settings.digest.smtp
        addresses = load_addresses(settings.home.secrets) if server else {}
        password = load_password(settings.home.secrets) if server and server.user else None
        found, refused = [], ""
        for one in _texts(settings):
            text = _once(folder / f"{one['key']}.txt", one["text"])
            note, address = _Note(folder, one["key"]), addresses.get(one["key"])
            if server is None or address is None:
                found.append(Outcome(one["label"], "no_address" if server else "written"))
            elif note.state in _NOT_AGAIN:
                found.append(Outcome(one["label"], _NOT_AGAIN[note.state]))
            elif refused:
                found.append(Outcome(one["label"], "failed", refused))
            else:
                note.set("begun")
                try:
                    send(server, password, address, one["subject"], text)
                except NotSentError as error:
                    note.set("failed")
                    # What ails the server need not be tried with every mail.
                    refused = str(error) if error.is_for_all else ""
                    found.append(Outcome(one["label"], "failed", str(error)))
                else:
                    note.set("sent")
                    found.append(Outcome(one["label"], "sent"))
        return found


class _Note:
    """What is remembered of one digest of a week."""

    def __init__(self, folder: Path, key: str) -> None:
        self._path, self._key = folder / NOTE_NAME, key

    @property
    def state(self) -> str | None:
        """``begun``, ``sent`` or ``failed``; None where it was never begun."""
        return (read_json(self._path) or {}).get(self._key)

    def set(self, state: str) -> None:
        """Remember a state, so that a power cut does not forget it."""
        write_json(self._path, {**(read_json(self._path) or {}), self._key: state})


def _texts(settings: Settings) -> list[dict[str, str]]:
    made = ask_dashboard(settings.home, kind="digest", base_url=settings.digest.base_url)
    # A key becomes the name of a file.
    return [one for one in json.loads(made) if _KEY.fullmatch(one["key"])]


def _once(path: Path, text: str) -> str:
    """Write the text of this week, and give it; one that is there already stays as it is."""
    if not path.exists():
        staged = path.with_name(f"{path.name}.tmp")
        with staged.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(staged, path)
    return path.read_text(encoding="utf-8")


def _clear(home: Home) -> None:
    """Remove all but the newest weeks."""
    weeks = sorted(p for p in home.digests.iterdir() if p.is_dir() and _WEEK.fullmatch(p.name))
    for old in weeks[:-_KEEP_WEEKS]:
        shutil.rmtree(old)
