"""rapport.toml is checked key by key, and a new home is whole.

Belongs here: settings and init. Does not belong here: what readers do with their options.
"""

from __future__ import annotations

import re

import pytest

from orchestration.errors import SettingsError
from orchestration.home import home_path
from orchestration.settings import load_settings
from orchestration.settings_template import init_home, settings_text


def test_a_new_home_is_for_its_owner_alone_and_loads(tmp_path, monkeypatch):
    monkeypatch.delenv("RAPPORT_PSEUDONYM_KEY", raising=False)
    home = init_home(tmp_path / "home", name='The "Old" Mill', time_zone="Europe/Dublin")
    settings = load_settings(home.path)
    assert (settings.practice.name, settings.practice.time_zone) == (
        'The "Old" Mill',
        "Europe/Dublin",
    )
    assert (settings.sources, settings.instruments) == ({}, {})
    for path in (home.path, *home.path.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    with pytest.raises(SettingsError, match="is a home already"):
        init_home(home.path)


def test_a_key_outlives_a_lost_rapport_toml(tmp_path):
    home = init_home(tmp_path / "home")
    key = (home.secrets / "pseudonym.key").read_text()
    home.settings_file.unlink()
    init_home(tmp_path / "home")
    assert (home.secrets / "pseudonym.key").read_text() == key


def test_the_template_s_defaults_are_the_defaults(practice):
    said = load_settings(practice.home.path)
    practice.configure("")
    default = load_settings(practice.home.path)
    for part in ("intake", "releases", "dashboard"):
        assert getattr(said, part) == getattr(default, part)


def test_the_template_s_examples_are_true(practice):
    text = settings_text("Practice", "UTC")
    practice.configure(re.sub(r"(?m)^#(?=\S)", "", text))
    settings = load_settings(practice.home.path)
    assert settings.source("practice_system").generated_at_pattern == "export_%d.%m.%Y"
    assert settings.id_namespace("practice_system") == "practice"
    assert settings.instruments["custom:session_check"].scales == {"bond": [1, 2], "task": [3, 4]}
    assert settings.switched_on == ("arm5", "yp_core")


def test_what_is_not_named_has_its_default(practice):
    practice.configure('[practice]\ntime_zone = "Europe/Paris"\n[sources.a]\nid_namespace = "x"\n')
    settings = load_settings(practice.home.path)
    assert settings.source("elsewhere").reader == "canonical"
    assert (settings.id_namespace("a"), settings.id_namespace("elsewhere")) == ("x", "elsewhere")
    assert settings.time_zone("a") == "Europe/Paris"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[practice]\nname", "not valid TOML"),
        ("[practise]\n", "rapport.toml: practise: unknown key"),
        ("[dashboard]\nprot = 1\n", "rapport.toml: dashboard.prot: unknown key"),
        ("[sources.a]\nraeder = 'canonical'\n", "rapport.toml: sources.a.raeder: unknown key"),
        ("[sources.a]\nreader = 'magic'\n", "sources.a.reader: no such reader (known: canonical"),
        ("[sources.a]\ntime_zone = 'Mars/Base'\n", "sources.a.time_zone: is not an IANA time zone"),
        ("[sources.a]\nextract_kind = 'some'\n", "sources.a.extract_kind: "),
        ("[sources.a]\ngenerated_at_pattern = '%d.%m'\n", "generated_at_pattern: needs %Y"),
        ("[sources.'a b']\n", "a source's name may hold"),
        ("[sources.A]\n[sources.a]\n", "differ only in upper and lower case"),
        ("[sources.a.options]\nencoding = 'klingon'\n", "sources.a.options.encoding: "),
        ("[releases]\nkeep = 2\n", "rapport.toml: releases.keep: "),
        (
            "[instruments.srs2]\nname='x'\nfamily='other'\ndirection='higher_is_better'\n"
            "minimum=0\nmaximum=9\n",
            "an instrument is named custom:",
        ),
        (
            "[instruments]\nenable = ['arm6']\n",
            "instruments: enable: no instrument is shipped",
        ),
        ("[instruments]\nenable = ['ycors']\n", "enable: ycors cannot be scored"),
        ("[instruments]\nenable = 'arm5'\n", "rapport.toml: instruments.enable: "),
        ("[instruments]\nenabel = ['arm5']\n", "rapport.toml: instruments.enabel: "),
    ],
)
def test_a_mistake_is_named_by_its_path(practice, text, said):
    practice.configure(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(practice.home.path)
    assert said in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_a_missing_home_says_what_to_do(tmp_path, monkeypatch):
    with pytest.raises(SettingsError, match="run `rapport init` first"):
        load_settings(tmp_path)
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path / "there"))
    assert home_path() == tmp_path / "there"
    monkeypatch.delenv("RAPPORT_HOME")
    monkeypatch.chdir(tmp_path)
    assert home_path() == tmp_path / "rapport-home"


def test_settings_that_are_no_text_are_refused(practice):
    practice.home.settings_file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        load_settings(practice.home.path)
