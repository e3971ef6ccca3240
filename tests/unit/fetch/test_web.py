"""Asking a server: faults that pass are asked again, others end with plain words and no secret.

Belongs here: HTTP. Does not belong here: what is done with the answers (test_run.py).
"""

from __future__ import annotations

import base64
import gzip
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from orchestration.fetch.base import FetchError, Patience, check_base_url
from orchestration.fetch.web import Web
from tests.support_server import LocalServer, Reply

QUICK = Patience(retries=2, backoff=0.0, longest_wait=0.3, connect=2, read=0.5, whole=2)
KEY = "canary-key-7f3a"
PERSON = "Zyx Canary"


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with LocalServer() as started:
        yield started


def web(server: LocalServer, **options: object) -> Web:
    settings = {"patience": QUICK, "max_bytes": 10_000, "auth": (KEY, "")} | options
    return Web("clinic", server.url, **settings)


def words_of(server: LocalServer, **options: object) -> str:
    with pytest.raises(FetchError) as caught:
        web(server, **options).get("patients", "patients", {"q[]": f"name:{PERSON}"})
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def test_a_question_carries_the_key_and_the_answer_comes_as_it_is(server: LocalServer) -> None:
    server.answer("/patients", Reply(body=b'{"a": 1}\n'))
    answer = web(server, headers={"User-Agent": "Rapport (a@example.org)"}).get(
        "patients", "patients", [("q[]", "a"), ("q[]", "b")]
    )
    assert answer.body == b'{"a": 1}\n'
    assert answer.json() == {"a": 1}
    asked = server.asked[0]
    assert asked.query == [("q[]", "a"), ("q[]", "b")]
    assert asked.headers["User-Agent"] == "Rapport (a@example.org)"
    token = base64.b64encode(f"{KEY}:".encode()).decode()
    assert asked.headers["Authorization"] == f"Basic {token}"


def test_a_rate_limit_is_waited_for_as_the_server_says(server: LocalServer) -> None:
    in_a_moment = str(time.time() + 0.2)
    server.answer(
        "/patients",
        Reply(429, headers={"X-RateLimit-Reset": in_a_moment}),
        Reply(429, headers={"Retry-After": "0"}),
        Reply(),
    )
    begun = time.monotonic()
    assert web(server).get("patients", "patients").status == 200
    assert time.monotonic() - begun > 0.15
    assert server.times("/patients") == 3


@pytest.mark.parametrize("header", ["nonsense", "inf", "-5", "99999999999999999999"])
def test_a_strange_reset_neither_breaks_nor_holds_up(server: LocalServer, header: str) -> None:
    server.answer("/patients", Reply(429, headers={"X-RateLimit-Reset": header}), Reply())
    assert web(server).get("patients", "patients").status == 200


def test_a_wait_of_an_hour_is_not_waited_for(server: LocalServer) -> None:
    server.answer("/patients", Reply(429, headers={"Retry-After": "3600"}))
    begun = time.monotonic()
    assert "asks us to wait longer" in words_of(server)
    assert time.monotonic() - begun < 3


def test_server_errors_are_asked_again_and_then_said(server: LocalServer) -> None:
    server.answer("/patients", Reply(500), Reply(502), Reply())
    assert web(server).get("patients", "patients").status == 200
    server.answer("/patients", Reply(500))
    assert words_of(server) == (
        "clinic: patients: the server fails (500), also when asked again: try again later"
    )
    assert server.times("/patients") == 3 + 3


@pytest.mark.parametrize(("status", "said"), [(401, "refused (401)"), (403, "may not read")])
def test_a_refused_key_is_not_tried_again(server: LocalServer, status: int, said: str) -> None:
    server.answer("/patients", Reply(status, {"error": KEY, "name": PERSON}))
    words = words_of(server)
    assert said in words
    assert KEY not in words
    assert "Canary" not in words
    assert server.times("/patients") == 1


def test_an_answer_cut_short_is_asked_again(server: LocalServer) -> None:
    whole = Reply(body={"a": "x" * 2000})
    server.answer("/patients", Reply(body=whole.body, cut=100), whole)
    assert web(server).get("patients", "patients").body == whole.content
    server.answer("/patients", Reply(body=whole.body, cut=100))
    assert "breaks off before its end" in words_of(server)


def test_a_broken_gzip_is_cut_short_too_and_a_sound_one_is_unpacked(server: LocalServer) -> None:
    packed = gzip.compress(b'{"a": 1}')
    headers = {"Content-Encoding": "gzip"}
    server.answer("/patients", Reply(body=packed[:-4] + b"abcd", headers=headers))
    assert "breaks off" in words_of(server)
    server.answer("/patients", Reply(body=packed, headers=headers))
    assert web(server).get("patients", "patients").json() == {"a": 1}


def test_an_answer_may_not_grow_without_end(server: LocalServer) -> None:
    bomb = gzip.compress(b" " * 5_000_000)
    server.answer("/patients", Reply(body=bomb, headers={"Content-Encoding": "gzip"}))
    assert "is larger than" in words_of(server)


def test_a_silent_server_is_not_waited_for(server: LocalServer) -> None:
    server.answer("/patients", Reply(delay=1.2))
    begun = time.monotonic()
    assert "does not answer" in words_of(server, patience=Patience(0, 0, 0.1, 1, 0.2, 1))
    assert time.monotonic() - begun < 1.5


def test_a_server_that_is_not_there(server: LocalServer) -> None:
    server.stop()
    assert "does not answer" in words_of(server)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_stays_on_the_host(server: LocalServer, status: int) -> None:
    server.answer("/patients", Reply(status, headers={"Location": "/v2/patients"}))
    server.answer("/v2/patients", Reply(body={"a": 2}))
    assert web(server).get("patients", "patients").json() == {"a": 2}


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://evil.example/patients",
        "https://127.0.0.1/patients",
        "//evil.example/patients",
        "http://127.0.0.1:1/patients",
        "http://user:pass@127.0.0.1/patients",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
def test_the_key_never_leaves_for_another_address(server: LocalServer, elsewhere: str) -> None:
    server.answer("/patients", Reply(302, headers={"Location": elsewhere}))
    assert "points to another address" in words_of(server)
    with pytest.raises(FetchError, match="points to another address") as caught:
        web(server).get("patients", elsewhere)
    assert "evil" not in str(caught.value)
    server.answer("/patients", Reply(body={"next": elsewhere}))
    pages = web(server).follow("patients", "patients", None, lambda page: page["next"])
    with pytest.raises(FetchError, match="points to another address"):
        list(pages)
    assert server.times("/patients") == 2


def test_a_redirect_in_a_circle_ends(server: LocalServer) -> None:
    server.answer("/patients", Reply(302, headers={"Location": "/patients"}))
    assert "again and again" in words_of(server)


def test_pages_are_followed_to_the_end_and_not_in_a_circle(server: LocalServer) -> None:
    def page(asked):
        number = int(asked.one("page") or 1)
        link = f"{server.url}/patients?page={number + 1}" if number < 3 else None
        return Reply(body={"number": number, "next": link})

    server.answer_by("/patients", page)
    pages = list(web(server).follow("patients", "patients", {"q": "1"}, lambda p: p["next"]))
    assert [content["number"] for _, content in pages] == [1, 2, 3]
    assert server.asked[1].query == [("page", "2")]
    server.answer("/patients", Reply(body={"next": "/patients"}))
    with pytest.raises(FetchError, match="in a circle"):
        list(web(server).follow("patients", "patients", None, lambda p: p["next"]))


def test_a_list_that_may_be_missing(server: LocalServer) -> None:
    pages = web(server).follow("gone", "gone", None, lambda p: None, may_be_missing=True)
    assert list(pages) == []
    with pytest.raises(FetchError, match="nothing at this address"):
        list(web(server).follow("gone", "gone", None, lambda p: None))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"a": NaN}', b'{"a": 1', b"\xff\xfe", b"[" * 99]
)
def test_what_is_no_json_is_said_without_its_words(server: LocalServer, body: bytes) -> None:
    server.answer("/patients", Reply(body=body))
    with pytest.raises(FetchError, match="not sound JSON"):
        web(server).get("patients", "patients").json()


def test_a_rate_is_kept(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answer("/patients", Reply())
    slept: list[float] = []
    monkeypatch.setattr("orchestration.fetch.web.time.sleep", slept.append)
    paced = web(server, per_minute=2)
    for _ in range(3):
        paced.get("patients", "patients")
    assert len([each for each in slept if each > 50]) == 1


def test_the_clock_is_the_servers_where_it_can_be_believed(server: LocalServer) -> None:
    theirs = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    server.answer("/patients", Reply(headers={"Date": format_datetime(theirs, usegmt=True)}))
    one = web(server)
    one.get("patients", "patients")
    assert one.started == theirs
    for header in ("", "yesterday", "Mon, 01 Jan 1990 00:00:00 GMT"):
        server.answer("/patients", Reply(headers={"Date": header}))
        one = web(server)
        one.get("patients", "patients")
        assert one.started is not None
        assert abs(one.started - datetime.now(UTC)) < timedelta(minutes=1)


def test_nothing_of_a_question_is_logged(
    server: LocalServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answer("/patients", Reply(500), Reply(body={"name": PERSON}))
    web(server).get("patients", "patients", {"q[]": f"name:{PERSON}"})
    out, err = capfd.readouterr()
    said = caplog.text + out + err
    assert "patients" not in said
    assert "Canary" not in said


def test_a_netrc_does_not_take_the_place_of_the_key(
    server: LocalServer, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answer("/patients", Reply())
    one = web(server, auth=None, headers={"Authorization": "Bearer mine"})
    one.get("patients", "patients")
    assert server.asked[0].headers["Authorization"] == "Bearer mine"


def test_a_form_is_sent_and_its_body_is_not_repeated_elsewhere(server: LocalServer) -> None:
    server.answer("/api", Reply(500), Reply(body=b"[]"))
    assert web(server).post("records", "api", {"token": KEY}).json() == []
    assert server.asked[1].body == f"token={KEY}".encode()
    server.answer("/api", Reply(307, headers={"Location": "/other"}))
    with pytest.raises(FetchError, match="redirects"):
        web(server).post("records", "api", {"token": KEY})


@pytest.mark.parametrize(
    "url", ["https://api.example.org/v1", "http://127.0.0.1:8000/fhir", "http://localhost"]
)
def test_addresses_that_a_key_may_go_to(url: str) -> None:
    assert check_base_url(f"{url}/") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.org",
        "api.example.org",
        "",
        "https://",
        "ftp://a.example",
        "https://u:p@a.example",
        "https://a.example?k=1",
        "https://a.example#x",
    ],
)
def test_addresses_that_it_may_not_go_to(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|https"):
        check_base_url(url)
