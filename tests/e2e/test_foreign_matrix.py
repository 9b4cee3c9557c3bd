"""Every way that a web page has to reach another server, times what could be changed, times what the browser knows: nothing
changes for a page of another site, nor for a name that was bound to us. Where a page may, the same ways get through."""

import base64
import json
import pathlib

import pytest

import browsers
import pictures
import wire
from test_camera import Camera, pytestmark as needs_camera
from test_foreign import foreign  # noqa: F401, a fixture
from test_keys import Keys
from test_passwords import add, pytestmark as needs_libcrypt

pytestmark = [pytest.mark.browser, needs_libcrypt, *needs_camera]
ATTACK = (pathlib.Path(__file__).parent / "browser" / "attacks.js").read_text().split("\n\n", 1)[1]
PICTURE = base64.b64encode(pictures.jpeg(66)).decode()
NAME = "rebind.test"
TARGETS = [
    {"action": "publish", "method": "PUT", "path": "new-*.jpg", "body": None, "type": "image/jpeg"},
    {"action": "delete", "method": "DELETE", "path": "old-*", "body": None, "type": "image/jpeg"},
    {"action": "control", "method": "POST", "path": "api/streams/cam/controls", "body": '{"brightness": *}', "type": "text/plain"},
    {"action": "numbers", "method": "POST", "path": "graph-*/points", "body": "1 2\n3 4\n", "type": "text/plain"},
]
GETS = {"img", "script", "style", "prefetch", "iframe", "object", "video", "window", "get-form", "websocket"}
UNASKED = {"form", "text-form", "file-form", "no-cors", "no-cors-text", "keepalive", "beacon", "ping"}  # POSTs that need no leave
ASKED = {"fetch", "patch", "xhr"}  # what the browser asks us about first
WAYS = GETS | UNASKED | ASKED
PASSWORD = "known to the browser"


@pytest.fixture(scope="module")
def chromium():
    browser = browsers.Chromium(f"--host-resolver-rules=MAP {NAME} 127.0.0.1")
    yield browser
    browser.quit()


class Site:
    """A server with streams to lose and a camera; secret: the browser's way in, None, "basic" or "token"."""

    def __init__(self, server, folder, secret, *args):
        self.keys, self.secret = None, secret
        camera = Camera(folder)
        if secret:
            self.keys = Keys(folder / f"keys-{secret}", token="view=* publish=* control=* metrics")
            assert add(self.keys.path, "boss", PASSWORD, "view=*", "publish=*", "control=*", "metrics").returncode == 0
            args = ("--keys", self.keys.path, *args)
        self.server = server(f"cam=v4l2:{camera.path}#on_demand=no", *args, "--max-streams", 500, env=camera.env("MJPG"))
        wire.eventually(lambda: self.brightness() == 0, 10)
        for way in sorted(WAYS):
            wire.put(self.server, f"old-{way}", pictures.jpeg(1), self.fields)

    @property
    def fields(self):
        return self.keys.bearer("token") if self.keys else []

    @property
    def look(self):
        login = {"httpCredentials": {"username": "boss", "password": PASSWORD}} if self.secret == "basic" else {}
        return {"viewport": {"width": 400, "height": 300}, **login}

    def state(self):
        """Every stream with its newest picture's number, and the camera's brightness."""
        streams = wire.get(self.server, "/api/streams", self.fields).json["streams"]
        return {one["name"]: one["seq"] for one in streams if one["name"] != "cam"} | {f"brightness-{self.brightness()}": 0}

    def brightness(self):
        """The camera's as it is, or as it is to be."""
        controls = wire.get(self.server, "/api/streams/cam/controls", self.fields).json["controls"]
        found = [one["value"] if one["wanted"] is None else one["wanted"] for one in controls if one["name"] == "brightness"]
        return found[0] if found else None

    def metric(self, name):
        return wire.Metrics(wire.get(self.server, "/metrics", self.fields).text)[f"stillcast_{name}_total"]

    def attack(self, tab, url=None):
        """All ways at once; gives how many tries that were. What is slow may still be on its way."""
        self.before = self.state()
        token = self.keys["token"] if self.secret == "token" else None
        words = {"url": url or self.server.url, "targets": TARGETS, "picture": PICTURE, "token": token, "patience": 1500}
        done = tab.evaluate(f"({ATTACK.strip()})({json.dumps(words)})")
        assert set(done["ways"]) == WAYS and done["tries"] == len(WAYS) * len(TARGETS)
        return done["tries"]

    def changed(self):
        """What has changed since the attack began, as {action: {way, ...}}."""
        after = self.state()
        changed = {target["action"]: set() for target in TARGETS}
        for name in self.before.keys() | after.keys():
            if self.before.get(name) != after.get(name):
                kind, way = name.split("-", 1)
                changed[{"new": "publish", "old": "delete", "graph": "numbers", "brightness": "control"}[kind]].add(way)
        return changed

    def wait_changed(self, publish, delete):
        def through():
            changed = self.changed()
            assert publish <= changed["publish"] and delete <= changed["delete"] and changed["control"], (self.secret, changed)
            return True
        wire.eventually(through)
        assert "patch" not in self.changed()["publish"] and self.changed()["delete"] <= {"fetch", "xhr"}


NOTHING = {target["action"]: set() for target in TARGETS}
SECRETS = [None, "basic", "token"]


def test_a_page_of_another_site_changes_nothing_and_our_own_may(server, chromium, foreign, tmp_path, capsys):  # noqa: F811
    n_tries = n_refused = 0
    for secret in SECRETS:
        site = Site(server, tmp_path, secret)
        tab = chromium.open(f"{site.server.url}?login" if secret == "basic" else f"{site.server.url}.pages/style.css", site.look)
        tab.goto(foreign)
        n_tries += site.attack(tab)
        arrived = len(TARGETS) * len(UNASKED)
        wire.eventually(lambda: site.metric("foreign_writes") >= arrived, 10, "they did not even come")
        assert site.changed() == NOTHING and site.metric("points") == 0, (secret, site.changed())
        n_refused += int(site.metric("foreign_writes"))
        tab.goto(f"{site.server.url}.pages/style.css")  # a page of ours, without a policy of its own
        site.attack(tab)
        unasked = set() if secret == "token" else {"no-cors", "no-cors-text", "keepalive", "beacon"}
        site.wait_changed({"fetch", "xhr"} | unasked, {"fetch", "xhr"})
        chromium.close(tab)
    with capsys.disabled():
        print(f"\nforeign pages: {n_tries} tries ({len(WAYS)} ways x {len(TARGETS)} actions x {len(SECRETS)} secrets), "
              f"{n_refused} writes came and were refused, 0 changes", end=" ")


def test_the_matrix_finds_a_hole(server, chromium, foreign, tmp_path):  # noqa: F811
    """The same page where it may publish: what needs no leave changes something, so the matrix can see it."""
    site = Site(server, tmp_path, None, "--publish-origin", foreign.rstrip("/"))
    tab = chromium.open(foreign, site.look)
    site.attack(tab)
    site.wait_changed({"file-form", "no-cors", "no-cors-text", "keepalive", "beacon"}, set())
    chromium.close(tab)


def rebound(site):
    return f"http://{NAME}:{site.server.port}/"


def test_a_name_that_is_bound_to_us_reaches_nothing(server, chromium, tmp_path, capsys):
    """DNS rebinding: for the browser the page is of the same origin, and Host is all that tells, whatever key the page has."""
    n_tries = n_refused = 0
    for secret in SECRETS:
        site = Site(server, tmp_path, secret)
        tab = chromium.open(rebound(site), site.look)
        assert "--server-name rebind.test" in tab.evaluate("document.body.textContent")
        before = site.metric("wrong_host")
        n = site.attack(tab, rebound(site))
        wire.eventually(lambda: site.metric("wrong_host") - before >= n * 3 // 4)
        assert site.changed() == NOTHING and site.metric("points") == 0, (secret, site.changed())
        key = json.dumps({"headers": {"Authorization": f"Bearer {site.keys['token']}"}} if secret == "token" else {})
        shown = tab.evaluate(f"fetch('/old-img.jpg', {key}).then(async (a) => [a.status, (await a.text()).includes('JFIF')])")
        assert shown == [421, False]
        n_tries, n_refused = n_tries + n, n_refused + int(site.metric("wrong_host") - before)
        chromium.close(tab)
    with capsys.disabled():
        print(f"\nrebound names: {n_tries} tries ({len(WAYS)} ways x {len(TARGETS)} actions x {len(SECRETS)} secrets), "
              f"{n_refused} requests came and were refused, 0 changes", end=" ")


def test_a_name_that_is_ours_gets_through_with_the_token(server, chromium, tmp_path):
    """The same page under the same name where --server-name has it: so the ways do work, and the token is right."""
    site = Site(server, tmp_path, "token", "--server-name", NAME)
    tab = chromium.open(f"{rebound(site)}.pages/style.css", site.look)
    site.attack(tab, rebound(site))
    site.wait_changed({"fetch", "xhr"}, {"fetch", "xhr"})
    assert site.metric("wrong_host") == 0
    chromium.close(tab)
