"""Pages of a server with keys and TLS, in a real browser: who logs in sees his pictures, who does not sees none."""

import base64
import signal

import pytest

import pictures
import trust
import wire
from test_browser import chromium, firefox  # noqa: F401, fixtures
from test_foreign import PICTURE, RUN, VECTORS, foreign  # noqa: F401, a fixture
from test_keys import Keys, pytestmark as needs_openssl, query_of
from test_passwords import add

pytestmark = [pytest.mark.browser, needs_openssl]
PASSWORD = "Übung macht den Meister"
RED, GREEN = (200, 30, 30), (30, 160, 60)
SHOWN = "document.querySelectorAll('.screen.is-live').length"


@pytest.fixture
def site(server, tmp_path):
    """A server with keys behind TLS and two streams, and a way into it: site.look(who) is what open takes."""
    pair = trust.pair(tmp_path)
    keys = Keys(tmp_path / "keys", boss="view=* publish=* metrics", wall="view=lobby", anybody="view=public/*")
    one = server("--keys", keys.path, *pair.args)
    one.tls, one.keys = pair.client, keys
    wire.put(one, "lobby", pictures.jpeg(1, 320, 240, RED), keys.bearer("boss"))
    wire.put(one, "public/a", pictures.jpeg(2, 320, 240, GREEN), keys.bearer("boss"))

    def look(who=None):
        login = {"httpCredentials": {"username": who, "password": keys[who]}} if who else {}
        return {"ignoreHTTPSErrors": True, "viewport": {"width": 800, "height": 700}, **login}
    one.look = look
    return one


def names(tab):
    return tab.evaluate("[...document.querySelectorAll('.card .name')].map((name) => name.textContent)")


def test_who_comes_without_a_key_sees_what_is_for_anybody_and_can_log_in(site, chromium):  # noqa: F811
    tab = chromium.open(site.url, site.look())
    tab.wait(f"{SHOWN} === 1")
    assert names(tab) == ["public/a"]
    tab.wait("!document.getElementById('login').hidden")
    chromium.close(tab)
    tab = chromium.open(f"{site.url}?login", site.look("boss"))  # is asked, and comes back to the gallery
    tab.wait("location.search === ''")
    tab.wait(f"{SHOWN} === 2")
    assert names(tab) == ["lobby", "public/a"] and tab.evaluate("document.getElementById('login').hidden")
    for name, color in (("lobby", RED), ("public/a", GREEN)):
        tab.wait_color(f"li[data-name='{name}'] .screen", color)
    assert tab.evaluate("[...document.images].filter((i) => i.src.includes('.mjpg')).every((i) => i.src.includes('&sig='))")
    assert tab.errors() == []
    chromium.close(tab)


def test_who_logs_in_by_his_password_sees_his_pictures_and_is_looked_at_once(site, chromium):  # noqa: F811
    if add(site.keys.path, "ann", PASSWORD, "view=*").returncode:
        pytest.skip("a build without libcrypt")
    site.process.send_signal(signal.SIGHUP)
    wire.eventually(lambda: "were read again" in site.stderr)
    tab = chromium.open(f"{site.url}?login", {**site.look(), "httpCredentials": {"username": "ann", "password": PASSWORD}})
    tab.wait(f"{SHOWN} === 2")
    tab.wait_color("li[data-name='lobby'] .screen", RED)
    metrics = wire.Metrics(wire.get(site, "/metrics", site.keys.bearer("boss")).text)
    assert metrics["stillcast_password_checks_total"] == 1 and metrics["stillcast_auth_failures_total"] == 0
    assert tab.errors() == []
    chromium.close(tab)


def test_a_page_opened_by_a_link_shows_that_stream(site, chromium):  # noqa: F811
    query = query_of(site.keys.sign("wall", "lobby"))
    tab = chromium.open(f"{site.url}lobby?{query}", site.look())
    tab.wait_color("#stage", RED)
    tab.wait_text("#viewers", "1")
    wire.put(site, "lobby", pictures.jpeg(3, 320, 240, GREEN), site.keys.bearer("boss"))
    tab.wait_color("#stage", GREEN)
    assert tab.errors() == []
    chromium.close(tab)


def test_a_page_some_levels_down_finds_what_it_needs(site, chromium):  # noqa: F811
    wire.put(site, "public/b/c/d", pictures.jpeg(1, 320, 240, RED), site.keys.bearer("boss"))
    tab = chromium.open(f"{site.url}public/b/c/d", site.look())
    tab.wait_color("#stage", RED)
    tab.press("g")
    tab.wait("location.pathname === '/'")
    assert tab.errors() == []
    chromium.close(tab)


def test_a_foreign_page_changes_nothing_although_the_browser_knows_the_key(site, chromium, foreign):  # noqa: F811
    """The browser would send the key along with what any page asks for: 0 changes, and our own page may."""
    look = site.look("boss")
    tab = chromium.open(f"{site.url}?login", look)
    tab.wait(f"{SHOWN} === 2")
    tab.goto(foreign)
    before = wire.get(site, "/api/streams", site.keys.bearer("boss")).json["streams"]
    for vector, script in VECTORS.items():
        tab.evaluate(RUN % (site.url, PICTURE, script.replace("'plot'", "'lobby'")))
        after = wire.get(site, "/api/streams", site.keys.bearer("boss")).json["streams"]
        assert [(s["name"], s["seq"]) for s in after] == [(s["name"], s["seq"]) for s in before], vector
    tab.goto(site.url)
    tab.wait(f"{SHOWN} === 2")
    assert tab.evaluate(RUN % (site.url, PICTURE, VECTORS["fetch with PUT"])) == 201, "our own pages may"
    picture = wire.get(site, "/evil.jpg", site.keys.bearer("boss")).body
    assert base64.b64decode(PICTURE) == picture
    chromium.close(tab)
