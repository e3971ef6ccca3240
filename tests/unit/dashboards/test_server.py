"""The server around the pages: headers and hosts of the running thing, and a warm-up that fails."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive
from websockets.exceptions import InvalidStatus

from benchmarks.session import Visitor, words
from dashboards import server, warmup
from dashboards.warehouse import WarehouseError
from tests.support import REPO
from tests.unit.dashboards import small_release as small
from tests.unit.dashboards.small_release import ANNA, BORIS, case

HEADERS = {
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-resource-policy",
}


def some_cases() -> dict[str, list[dict[str, Any]]]:
    """Give an agenda with a case of each of two clinicians whom nobody supervises together."""
    return {
        "metrics.case_summary": [case("e1", ANNA), case("e2", BORIS)],
        "metrics.supervision_agenda": [
            {
                "episode_key": key,
                "clinician_key": clinician,
                "clinician_label": small.CLINICIANS[clinician],
                "client_label": f"C-{key}",
                "tier": "T2",
                "tier_rank": 2,
                "session_index": 3,
                "reasons": "Alliance fell.",
                "waiting_since": small.AS_OF,
                "last_seen_on": small.AS_OF,
            }
            for key, clinician in (("e1", ANNA), ("e2", BORIS))
        ],
    }


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve a small release as `rapport serve` does; give the port."""
    home = tmp_path_factory.mktemp("home")
    small.write(home, some_cases())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run"),
                *(str(REPO / "dashboards" / "server.py"), "--server.port", str(free)),
            ],
            env={**os.environ, "RAPPORT_HOME": str(home), "PYTHONPATH": str(REPO)},
            cwd=home,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_up(free, process, log)
        yield free
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_up(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            ask(port, "/_stcore/health")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(log.read_text())


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    """Give status and headers (small letters) of an answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our loopback
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}


def test_the_first_page_by_its_name_leads_home_with_what_was_asked(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/agenda?as=director&minutes=30")
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 307
    assert answer.headers["Location"] == "/?as=director&minutes=30"


def test_an_address_that_is_no_page_is_answered_in_our_own_words(port: int) -> None:
    address = f"http://127.0.0.1:{port}/no-such-page?as=director&minutes=30%22%3E%3Cb%3E"
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(address, timeout=10)
    said = told.value.read().decode()
    assert "There is no page at this address" in said
    assert 'href="/?as=director&amp;minutes=30%22%3E%3Cb%3E"' in said


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/endings?as=Analyst", 200),
        ("/_stcore/health", 200),
        ("/_stcore/host-config", 200),
        ("/agenda?as=analyst", 200),
        ("/no-such-page?as=analyst", 404),
        ("/endings/no-such-page", 404),
        ("/media/nothing.pdf", 404),
        ("/_stcore/metrics/../../etc", 400),
    ],
)
def test_every_answer_has_the_headers_and_is_kept_by_nobody(
    port: int, path: str, status: int
) -> None:
    found, headers = ask(port, path)
    assert found == status
    assert headers.keys() >= HEADERS
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_file_named_by_its_content_may_be_kept(port: int) -> None:
    asset = next((Path(server.st.__file__).parent / "static" / "static" / "js").glob("index.*.js"))
    status, headers = ask(port, f"/static/js/{asset.name}")
    assert status == 200
    assert "immutable" in headers["cache-control"]
    assert headers.keys() >= HEADERS


@pytest.mark.parametrize("path", ["/", "/endings", "/_stcore/health", "/static/js/any.js"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_gets_no_page(port: int, host: str, path: str) -> None:
    status, headers = ask(port, path, Host=host)
    assert status == 400
    assert headers.keys() >= HEADERS


def test_a_foreign_host_or_origin_gets_no_session(port: int) -> None:
    for foreign in ({"host": "evil.example"}, {"origin": "http://evil.example"}):
        with pytest.raises(InvalidStatus), Visitor(port, **foreign):
            pass


def test_the_policy_allows_no_script_but_the_servers_own() -> None:
    policy = dict(part.split(" ", 1) for part in server.content_policy().split("; "))
    assert policy["default-src"] == "'self'"
    scripts = policy["script-src"].split()
    assert scripts[0] == "'self'"
    # Streamlit's page has one inline script; another one would need a look before it runs.
    assert len(scripts) == 2
    assert scripts[1].startswith("'sha256-")
    assert "http" not in server.content_policy()


def test_two_live_sessions_never_get_each_others_rows(port: int) -> None:
    with Visitor(port) as director, Visitor(port) as supervisor, Visitor(port) as analyst:
        for _ in range(2):
            assert "C-e1" in words(director.open("", **{"as": "Clinical director"}))
            assert "C-e1" in words(supervisor.open("", **{"as": "Supervisor F6AA"}))
            assert "C-e" not in words(supervisor.open("", **{"as": "Supervisor F7AA"}))
            assert "C-e" not in words(analyst.open("", **{"as": "Analyst"}))


def test_a_page_that_fails_does_not_keep_the_others_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    async def run_page(_: object, name: str, __: str) -> None:
        tried.append(name)
        if name == "month":
            raise RuntimeError("a value of a row")

    monkeypatch.setattr(warmup, "get_instance", lambda: None)
    monkeypatch.setattr(warmup, "run_page", run_page)
    asyncio.run(warmup.warm(("agenda", "month", "endings")))
    assert tried == ["agenda", "month", "endings"]


@pytest.mark.parametrize("trouble", ["no release", "broken", "slow"])
def test_a_warm_up_that_fails_does_not_stop_the_server(
    trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def current_release() -> Any:
        if trouble == "no release":
            raise WarehouseError("none")
        return type("Release", (), {"fingerprint": "f"})

    async def run_page(*_: object) -> None:
        if trouble == "broken":
            raise RuntimeError("broken")
        await asyncio.sleep(60)

    monkeypatch.setattr(warmup, "get_instance", lambda: None)
    monkeypatch.setattr(warmup, "current_release", current_release)
    monkeypatch.setattr(warmup, "run_page", run_page)
    monkeypatch.setattr(warmup, "FIRST_SECONDS", 0.05)

    async def serve() -> str:
        async with warmup.lifespan(server.app):
            return "served"

    assert asyncio.run(asyncio.wait_for(serve(), 5)) == "served"


def test_whoever_comes_goes_before_the_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, bool]] = []
    monkeypatch.setattr(warmup, "QUIET_SECONDS", 0.1)

    async def run_page(_: object, name: str, __: str) -> None:
        tried.append((name, time.monotonic() > warmup.Visits.last + warmup.QUIET_SECONDS))

    async def app(_: object, receive: Receive, __: object) -> None:
        for _ in range(4):
            await receive()

    async def receive() -> Message:
        await asyncio.sleep(0.05)
        return {"type": "websocket.receive", "text": ""}

    async def visit_while_it_warms() -> None:
        visit = warmup.Visits(app)({"type": "websocket"}, receive, receive)
        await asyncio.gather(visit, warmup.warm(("agenda", "endings")))

    monkeypatch.setattr(warmup, "get_instance", lambda: None)
    monkeypatch.setattr(warmup, "run_page", run_page)
    asyncio.run(visit_while_it_warms())
    # The home is warmed at once, because everybody waits for it.
    assert tried == [("agenda", False), ("endings", True)]


def test_a_server_that_is_never_quiet_is_warmed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warmup, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(warmup.Visits, "last", time.monotonic() + 600)
    asyncio.run(asyncio.wait_for(warmup._quiet(), 5))


def test_a_new_release_is_warmed_while_the_server_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    prints = iter(["a", "a", "b", "b"])
    warmed: list[tuple[str, ...]] = []

    async def warm(names: tuple[str, ...]) -> None:
        warmed.append(names)

    monkeypatch.setattr(warmup, "_fingerprint", lambda: next(prints, "b"))
    monkeypatch.setattr(warmup, "warm", warm)
    monkeypatch.setattr(warmup, "LOOK_SECONDS", 0.01)

    async def serve() -> None:
        async with warmup.lifespan(server.app):
            await asyncio.sleep(0.2)

    asyncio.run(serve())
    first, rest, again = warmed
    assert first == warmup.FIRST
    assert again == (*first, *rest)
