"""A web page of somebody else, in real browsers: it may show our pictures, and change nothing."""

import base64
import functools
import http.server
import threading

import pytest

import pictures
import wire
from test_browser import chromium, firefox  # noqa: F401, fixtures

pytestmark = pytest.mark.browser
PICTURE = base64.b64encode(pictures.jpeg(66)).decode()

# What gets through without asking first (the first five), and what browsers ask about.
VECTORS = {
    "fetch": "fetch(url + 'evil.jpg', {method: 'POST', mode: 'no-cors', body: bytes})",
    "fetch as text": "fetch(url + 'evil.jpg', {method: 'POST', mode: 'no-cors', body: new Blob([bytes], {type: 'text/plain'})})",
    "fetch of many": "fetch(url + 'evil.mjpg', {method: 'POST', mode: 'no-cors', body: bytes})",
    "beacon": "Promise.resolve(navigator.sendBeacon(url + 'evil.jpg', new Blob([bytes])))",
    "form": """new Promise((resolve) => {
      document.body.innerHTML = `<iframe name=there></iframe><form method=post enctype=multipart/form-data target=there
        action="${url}evil.mjpg"><input type=file name=f></form>`;
      const files = new DataTransfer();
      files.items.add(new File([bytes], 'a.jpg', {type: 'image/jpeg'}));
      document.querySelector('input').files = files.files;
      document.querySelector('iframe').onload = resolve;
      document.querySelector('form').submit(); })""",
    "fetch with PUT": "fetch(url + 'evil.jpg', {method: 'PUT', body: bytes})",
    "fetch with DELETE": "fetch(url + 'plot', {method: 'DELETE'})",
}
RUN = """(async () => {
  const url = '%s', bytes = Uint8Array.from(atob('%s'), (c) => c.charCodeAt(0));
  try { const answer = await %s; return answer?.status ?? 'sent'; } catch (error) { return 'refused'; }
})()"""


@pytest.fixture
def foreign():
    """The address of another web server, of another site: localhost is not 127.0.0.1."""
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!DOCTYPE html><body>")

        def log_message(self, *_):
            pass
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=functools.partial(site.serve_forever, poll_interval=0.05))
    thread.start()
    yield f"http://localhost:{site.server_port}/"
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_a_foreign_page_shows_pictures_and_changes_nothing(server, request, foreign, name):
    browser = request.getfixturevalue(name)
    one = server()
    wire.put(one, "plot", pictures.jpeg(1))
    tab = browser.open(foreign)
    assert tab.evaluate("new Promise((resolve) => { const image = new Image(); image.onload = () => resolve(image.width);"
                        f" image.src = '{one.url}plot.jpg'; }})") == 64
    for n, (vector, script) in enumerate(VECTORS.items(), 1):
        tab.evaluate(RUN % (one.url, PICTURE, script))
        if n <= 5:
            wire.eventually(lambda: one.metrics()["stillcast_foreign_writes_total"] == n, message=f"{vector} never came")
        assert [s["name"] for s in wire.get(one, "/api/streams").json["streams"]] == ["plot"], vector
    assert wire.get(one, "/api/streams/plot").json["seq"] == 1
    tab.goto(one.url)
    assert tab.evaluate(RUN % (one.url, PICTURE, VECTORS["fetch with PUT"])) == 201, "our own pages may"
    assert tab.evaluate(RUN % (one.url, PICTURE, VECTORS["fetch with DELETE"])) == 200
    assert [s["name"] for s in wire.get(one, "/api/streams").json["streams"]] == ["evil"]
    browser.close(tab)
