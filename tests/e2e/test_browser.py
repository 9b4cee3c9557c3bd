"""The pages in real browsers: what is on the screen, what the keyboard does, who is connected when."""

import io
import json
import math
import os
import pathlib
import statistics
import subprocess
import time

import pytest
from PIL import Image, ImageDraw

import browsers
import pictures
import trust
import wire
from conftest import BINARY

pytestmark = pytest.mark.browser

SCREENSHOTS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "screenshots"
RED, GREEN, BLUE, YELLOW, CYAN, WHITE = (
    (230, 20, 20), (20, 200, 20), (20, 20, 230), (230, 220, 20), (20, 210, 220), (250, 250, 250))

# Notes the time when a color is first seen in #picture: seen["100"] for red.
WATCH_COLORS = """(() => {
  const paper = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  window.seen = {};
  const look = async () => {
    paper.drawImage(await createImageBitmap(document.getElementById('picture'), 9, 9, 1, 1), 0, 0);
    const [...rgba] = paper.getImageData(0, 0, 1, 1).data;
    window.seen[rgba.slice(0, 3).map((c) => Number(c > 128)).join('')] ??= Date.now();
    requestAnimationFrame(look);
  };
  look();
  return true;
})()"""


@pytest.fixture(scope="module")
def chromium():
    browser = browsers.Chromium()
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def firefox():
    browser = browsers.Firefox()
    yield browser
    browser.quit()


@pytest.fixture
def use(request):
    """use("chromium") gives open(url, look=None); at the end its tabs are closed, and none may have had errors."""
    opened = []

    def with_browser(name):
        browser = request.getfixturevalue(name)

        def open_tab(url, look=None):
            opened.append((browser, browser.open(url, look)))
            return opened[-1][1]
        return open_tab

    yield with_browser
    errors = []
    for browser, tab in opened:
        errors += tab.errors()
        browser.close(tab)
    assert not errors, errors


@pytest.fixture(params=["chromium", "firefox"])
def open_tab(request, use):
    return use(request.param)


@pytest.fixture
def open_chromium(use):
    return use("chromium")


def push(server, name, color, number=1):
    return wire.put(server, name, pictures.jpeg(number, 640, 480, color))


def viewers(server, name):
    return wire.get(server, f"/api/streams/{name}").json["viewers"]


def wait_viewers(server, name, n, timeout=5):
    def same():
        got = viewers(server, name)
        assert got == n, f"{name} has {got} viewers, not {n}"
        return True
    wire.eventually(same, timeout)


def screen(name):
    return f"li[data-name='{name}'] .screen"


def names(tab):
    return tab.evaluate("[...document.querySelectorAll('#cards > li')].map((item) => item.dataset.name)")


def focused(tab):
    return tab.evaluate("document.activeElement.closest('li')?.dataset.name ?? null")


def test_a_picture_pushed_once_is_visible_within_200_ms(server, open_tab):
    one = server()
    push(one, "plot", RED)
    tab = open_tab(f"{one.url}plot")
    tab.wait_color("#picture", RED)
    tab.evaluate(WATCH_COLORS)
    delays = []
    for color, key in ((GREEN, "010"), (BLUE, "001"), (YELLOW, "110"), (CYAN, "011"), (WHITE, "111")):
        pushed_ms = time.time() * 1000
        push(one, "plot", color)
        delays.append(tab.wait(f"window.seen['{key}'] ?? 0", 3) - pushed_ms)
        tab.wait_color("#picture", color, 1)
    assert statistics.median(delays) < 200, delays


def test_the_stream_page_tells_about_its_stream(server, open_tab):
    one = server()
    push(one, "plots/first", BLUE)
    tab = open_tab(f"{one.url}plots/first")
    tab.wait_color("#picture", BLUE)
    tab.wait_text("#name", "plots/first")
    tab.wait_text("#state", "Live")
    tab.wait_text("#size", "640 × 480")
    tab.wait_text("#viewers", "1")
    assert tab.text("#type").startswith("JPEG, ")
    assert tab.evaluate("document.title") == "plots/first – stillcast"
    assert tab.evaluate("document.getElementById('save').download") == "plots-first.jpg"
    assert tab.evaluate("document.getElementById('picture').alt") == "Live picture of plots/first"
    snippets = tab.evaluate("[...document.querySelectorAll('pre')].map((pre) => pre.textContent)")
    assert f'<img src="{one.url}plots/first.mjpg" alt="first">' in snippets
    assert f"curl -T picture.jpg {one.url}plots/first.jpg" in snippets
    assert all(one.url + "plots/first" in text for text in snippets)


def test_the_stream_page_says_when_there_is_no_such_stream_and_shows_it_when_it_comes(server, open_tab):
    one = server()
    push(one, "plot", RED)
    tab = open_tab(f"{one.url}plot")
    tab.wait_color("#picture", RED)
    assert wire.request(one, "DELETE", "/plot").status in (200, 204)
    tab.wait_text("#state", "Not there")
    push(one, "plot", GREEN)
    tab.wait_text("#state", "Live")
    tab.wait_color("#picture", GREEN)


def test_the_pages_say_why_a_stream_is_lost(server, open_chromium, tmp_path):
    path = tmp_path / "pictures"
    path.write_bytes(pictures.jpeg(1, 640, 480, RED))
    one = server(f"lost=pipe:{path}#at_end=reopen#fps=5")
    page, gallery = open_chromium(f"{one.url}lost"), open_chromium(one.url)
    page.wait_text("#state", "Live")
    path.unlink()
    page.wait_text("#state", "Lost")
    page.wait_text("#note", f"'{path}': No such file or directory. Trying again.")
    gallery.wait_text("li[data-name='lost'] .note", f"'{path}': No such file or directory. Trying again.")
    path.write_bytes(pictures.jpeg(2, 640, 480, GREEN))
    page.wait_text("#note", "", 20)
    page.wait_color("#picture", GREEN)


def test_programs_that_read_jpeg_only_are_not_offered_other_pictures(server, open_chromium):
    one = server()
    wire.put(one, "plot", pictures.image("PNG", 640, 480, BLUE))
    tab = open_chromium(f"{one.url}plot")
    tab.wait_color("#picture", BLUE)
    tab.wait("document.getElementById('jpeg-only').checkVisibility()")
    shown = tab.evaluate("[...document.querySelectorAll('#watch li')].filter((item) => item.checkVisibility())"
                         ".map((item) => item.querySelector('h3').textContent)")
    assert "Web page" in shown and not {"VLC", "OpenCV", "ffplay"} & set(shown), shown
    assert tab.evaluate("document.getElementById('save').download") == "plot.png"


@pytest.fixture
def snippet(server, open_chromium, tmp_path):
    """snippet("publish", "A video") runs that text of the page of /plot, as it is, and gives its server."""
    one = server()
    push(one, "plot", RED, number=7)
    tab = open_chromium(f"{one.url}plot")
    tab.wait("document.querySelector('#publish li')")
    (tmp_path / "picture.jpg").write_bytes(pictures.jpeg(8))

    def run(section, title):
        text = tab.evaluate(
            f"[...document.querySelectorAll('#{section} li')].find((item) => item.querySelector('h3').textContent"
            f" === '{title}').querySelector('pre').textContent")
        program = ["/usr/bin/python3", "-c"] if title == "Python" else ["sh", "-c"]
        subprocess.run([*program, text], cwd=tmp_path, check=True, capture_output=True, timeout=wire.patience(30))
        return one
    return run


def test_the_snippet_that_saves_a_picture_works(snippet, tmp_path):
    snippet("watch", "Save the newest picture")
    assert pictures.check((tmp_path / "plot.jpg").read_bytes()) == 7


@pytest.mark.parametrize("title", ["A picture", "Python"])
def test_the_snippets_that_publish_a_picture_work(snippet, title):
    one = snippet("publish", title)
    assert pictures.check(wire.get(one, "/plot.jpg").body) == 8


def test_the_snippet_that_publishes_a_video_works(snippet, tmp_path):
    subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "color=blue:size=320x240:rate=10:duration=1",
                    "video.mp4"], cwd=tmp_path, check=True, timeout=wire.patience(30))
    one = snippet("publish", "A video")
    assert pictures.pixel(wire.get(one, "/plot.jpg").body)[2] > 200
    assert wire.get(one, "/api/streams/plot").json["frames_in"] == 1 + 10


def test_the_snippets_in_python_are_python(server, open_chromium):
    tab = open_chromium(f"{server().url}plot")
    texts = tab.evaluate("[...document.querySelectorAll('pre')].map((pre) => pre.textContent)")
    programs = [text for text in texts if "import " in text]
    assert len(programs) == 4
    for text in programs:
        compile(text, "snippet", "exec")


def test_an_svg_stream_is_shown(server, open_tab):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="rgb%s"/></svg>'
    one = server("--svg", "plot")
    wire.put(one, "plot", (svg % (RED,)).encode(), {"Content-Type": "image/svg+xml"})
    tab = open_tab(f"{one.url}plot")
    tab.wait_color("#picture", RED)
    wire.put(one, "plot", (svg % (BLUE,)).encode(), {"Content-Type": "image/svg+xml"})
    tab.wait_color("#picture", BLUE)
    assert tab.evaluate("document.getElementById('save').download") == "plot.svg"
    tab.goto(one.url)
    tab.wait_color(screen("plot"), BLUE)


def plain_picture(kind, color, folder):
    if kind != "AVIF":
        return pictures.image(kind, 640, 480, color)
    path = folder / "plain.avif"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "color=0x%02x%02x%02x:s=640x480" % color,
                    "-frames:v", "1", path], check=True)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "AVIF"])
def test_a_stream_of_another_kind_is_live(server, open_tab, tmp_path, kind):
    one = server()
    wire.put(one, "plot", plain_picture(kind, RED, tmp_path))
    tab = open_tab(f"{one.url}plot")
    tab.wait_color("#picture", RED)
    wire.put(one, "plot", plain_picture(kind, BLUE, tmp_path))
    tab.wait_color("#picture", BLUE, 2)
    assert wire.get(one, "/api/streams/plot").json["type"] == f"image/{kind.lower()}"


@pytest.mark.parametrize("target", ["plot.mjpg", "?action=stream"])
def test_a_stream_that_is_opened_by_hand_is_live(server, open_chromium, target):
    """All pictures come with a policy that puts them in a sandbox: that must not keep them from being shown."""
    one = server()
    push(one, "plot", RED)
    tab = open_chromium("about:blank")
    tab.goto(one.url + target, until="commit")
    tab.wait_color("img", RED)
    push(one, "plot", BLUE)
    tab.wait_color("img", BLUE, 2)


def test_a_copy_button_copies(server, open_chromium):
    one = server()
    push(one, "plot", RED)
    tab = open_chromium(f"{one.url}plot")
    tab.wait("document.querySelector('#publish .code button')")
    tab.evaluate("document.querySelector('#publish .code button').click()")
    tab.wait_text("#publish .code button", "Copied")


def test_the_gallery_shows_streams_as_they_come_and_go(server, open_tab):
    one = server()
    tab = open_tab(one.url)
    tab.wait("!document.getElementById('empty').hidden")
    assert tab.text("#empty-publish pre") == f"curl -T picture.jpg {one.url}first.jpg"
    push(one, "beta", RED)
    push(one, "alpha/one", GREEN)
    tab.wait_color(screen("beta"), RED)
    tab.wait_color(screen("alpha/one"), GREEN)
    assert names(tab) == ["alpha/one", "beta"]
    assert tab.evaluate("document.getElementById('empty').hidden")
    tab.wait_text("#summary", "2 streams, 2 viewers")
    assert tab.text("li[data-name='beta'] .size") == "640 × 480"
    assert tab.text("li[data-name='beta'] .state") == "Live"
    assert wire.request(one, "DELETE", "/beta").status in (200, 204)
    wire.eventually(lambda: names(tab) == ["alpha/one"])


def test_the_gallery_is_used_by_keyboard(server, open_tab):
    one = server()
    for name in ("a", "b", "c", "d", "e"):
        push(one, name, RED)
    tab = open_tab(one.url)
    wire.eventually(lambda: names(tab) == ["a", "b", "c", "d", "e"])
    tops = tab.evaluate("[...document.querySelectorAll('#cards > li')].map((item) => item.offsetTop)")
    below_a = "abcde"[tops.count(tops[0])]
    for key, name in (("ArrowRight", "a"), ("ArrowRight", "b"), ("End", "e"), ("ArrowRight", "e"),
                      ("ArrowLeft", "d"), ("Home", "a"), ("ArrowDown", below_a), ("ArrowUp", "a")):
        tab.press(key)
        assert focused(tab) == name, key
    tab.press("?")
    assert tab.evaluate("document.getElementById('keys').open")
    tab.press("Escape")
    tab.wait("!document.getElementById('keys').open")
    tab.press("Enter")
    tab.wait("location.pathname === '/a' && document.readyState === 'complete'")
    tab.wait_color("#picture", RED)
    tab.press("g")
    tab.wait("location.pathname === '/'")


def test_the_gallery_shows_more_streams_than_a_browser_has_connections(server, open_tab):
    one = server()
    colors = dict(zip(("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"), (RED, GREEN, BLUE, YELLOW) * 2))
    for name, color in colors.items():
        push(one, name, color)
    tab = open_tab(one.url)
    for name, color in colors.items():
        tab.evaluate(f"document.querySelector(\"{screen(name)}\")?.scrollIntoView({{ block: 'center' }})")
        tab.wait_color(screen(name), color)
    streams = wire.get(one, "/api/streams").json["streams"]
    assert 1 <= sum(stream["viewers"] for stream in streams) <= 4, streams
    for name in colors:
        push(one, name, CYAN)
        tab.evaluate(f"document.querySelector(\"{screen(name)}\").scrollIntoView({{ block: 'center' }})")
        tab.wait_color(screen(name), CYAN)


@pytest.mark.parametrize("path, picture", [("plot", "#stage"), ("", screen("plot"))], ids=["stream", "gallery"])
def test_a_page_reconnects_after_the_server_was_restarted(server, open_tab, path, picture):
    first = server(listen=f"127.0.0.1:{wire.free_port()}")
    push(first, "plot", RED)
    tab = open_tab(first.url + path)
    tab.wait_color(picture, RED)
    first.stop()
    message = "#message" if path else "#notice"
    tab.wait_text(message, "No answer from the server. Reconnecting …")
    red, green, blue = tab.pixel(picture)
    assert red > green + 20 and red > blue + 20, "the last picture is kept, in paler colors"
    second = server(listen=f"127.0.0.1:{first.port}")
    push(second, "plot", GREEN)
    tab.wait_color(picture, GREEN, 8)
    tab.wait_text(message, "")
    wait_viewers(second, "plot", 1)


def test_a_restart_that_no_question_falls_into_is_noticed(server, open_tab):
    first = server(listen=f"127.0.0.1:{wire.free_port()}")
    push(first, "plot", RED)
    tab = open_tab(f"{first.url}plot")
    tab.wait_color("#picture", RED)
    first.stop()
    second = server(listen=f"127.0.0.1:{first.port}")
    push(second, "plot", BLUE)
    tab.wait_color("#picture", BLUE, 8)


def test_a_hidden_tab_releases_its_stream(server, open_tab):
    one = server()
    push(one, "plot", RED)
    tab = open_tab(f"{one.url}plot")
    tab.wait_color("#picture", RED)
    wait_viewers(one, "plot", 1)
    tab.hide()
    wait_viewers(one, "plot", 0, 8)  # Firefox closes when the next data comes: at the next re-sending
    push(one, "plot", GREEN)
    tab.show()
    wait_viewers(one, "plot", 1)
    tab.wait_color("#picture", GREEN)


def test_a_hidden_gallery_releases_its_streams(server, open_chromium):
    one = server()
    push(one, "a", RED)
    push(one, "b", RED)
    tab = open_chromium(one.url)
    wait_viewers(one, "a", 1)
    wait_viewers(one, "b", 1)
    tab.hide()
    wait_viewers(one, "a", 0)
    wait_viewers(one, "b", 0)


def test_a_still_picture_is_not_taken_for_a_dead_connection(server, open_tab):
    """The pixels never change although the stream goes on: the page asks, compares, and stays connected."""
    one = server()
    push(one, "plot", RED)
    tab = open_tab(f"{one.url}plot")
    tab.wait_color("#picture", RED)
    push(one, "plot", GREEN)
    tab.wait_color("#picture", GREEN)
    connection = tab.evaluate("document.getElementById('picture').src")
    asked = "performance.getEntriesByType('resource').some(({ name }) => name.includes('/plot.jpg?'))"

    def compared():
        push(one, "plot", GREEN)
        return tab.evaluate(asked)
    wire.eventually(compared, 15)
    tab.wait_color("#picture", GREEN)
    assert tab.evaluate("document.getElementById('picture').src") == connection
    wait_viewers(one, "plot", 1)


def test_going_back_to_a_page_shows_live_pictures_again(server, open_tab):
    one = server()
    push(one, "plot", RED)
    tab = open_tab(f"{one.url}plot")
    tab.wait_color("#picture", RED)
    tab.press("g")
    tab.wait("location.pathname === '/' && document.readyState === 'complete'")
    tab.wait_color(screen("plot"), RED)
    tab.evaluate("history.back()")
    tab.wait("location.pathname === '/plot' && document.readyState === 'complete'")
    push(one, "plot", GREEN)
    tab.wait_color("#picture", GREEN)


def test_f_shows_the_picture_on_the_full_screen(server, open_chromium):
    one = server()
    push(one, "plot", RED)
    tab = open_chromium(f"{one.url}plot")
    tab.wait_color("#picture", RED)
    tab.press("f")
    tab.wait("document.fullscreenElement?.id === 'stage'")
    tab.wait_color("#picture", RED)
    width, height = tab.evaluate("[innerWidth, innerHeight]")
    box = tab.evaluate("(({ x, y, width, height }) => [x, y, width, height])"
                       "(document.getElementById('picture').getBoundingClientRect())")
    assert box == [0, 0, width, height]
    tab.press("f")
    tab.wait("!document.fullscreenElement")


def test_two_tabs_show_the_same_stream(server, use):
    one = server()
    push(one, "plot", RED)
    for open_tab in (use("chromium"), use("firefox")):
        tabs = [open_tab(f"{one.url}plot") for _ in range(2)]
        for tab in tabs:
            tab.show()
            tab.wait_color("#picture", RED)
    wait_viewers(one, "plot", 3)  # two in Chromium, and in Firefox, which hides a tab behind the other, one


def test_a_stream_that_begins_anew_between_two_questions_is_noticed(server, open_chromium):
    """Another viewer is there at once, so that the count of viewers tells nothing."""
    one = server()
    push(one, "plot", RED)
    push(one, "plot", RED)
    tab = open_chromium(f"{one.url}plot")
    tab.wait_color("#picture", RED)
    tab.wait_text("#viewers", "1")
    assert wire.request(one, "DELETE", "/plot").status in (200, 204)
    push(one, "plot", GREEN)
    with wire.Viewer(one, "/plot.mjpg"):
        tab.wait_color("#picture", GREEN, 4)


def plot():
    """Something to look at, as a publisher would send it."""
    picture = Image.new("RGB", (960, 540), (250, 250, 252))
    draw = ImageDraw.Draw(picture)
    for y in range(60, 540, 60):
        draw.line((0, y, 960, y), fill=(226, 229, 236), width=2)
    for k, color in ((1, (15, 118, 110)), (2, (217, 92, 43))):
        draw.line([(x, 270 + 150 * math.sin(x * k / 110) * math.cos(x / 260 + k)) for x in range(0, 961, 4)], color, 6)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.mark.skipif(not os.environ.get("STILLCAST_SCREENSHOTS"), reason="STILLCAST_SCREENSHOTS=1 takes them")
def test_screenshots(server, open_chromium):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    one = server("demo")
    wire.put(one, "yours", plot())
    with wire.Viewer(one, "/load.mjpg") as viewer:  # so that there is something to see of it
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            viewer.part()
    desktop = {"viewport": {"width": 1280, "height": 800}}
    strip = {"viewport": {"width": 1280, "height": 720}}
    phone = {"viewport": {"width": 390, "height": 844}, "deviceScaleFactor": 1.5, "hasTouch": True, "isMobile": True}
    for name, path, look in (("gallery-light", "", {**strip, "colorScheme": "light"}),
                             ("gallery-phone", "", {**phone, "colorScheme": "dark"}),
                             ("stream-dark", "test", {**desktop, "colorScheme": "dark"}),
                             ("stream-phone", "yours", {**phone, "colorScheme": "light"})):
        tab = open_chromium(one.url + path, look)
        tab.wait("document.querySelectorAll('.is-live').length >= Math.min(3, document.querySelectorAll('.screen').length)"
                 " && /[1-9]/.test(document.querySelector('#viewers, #summary').textContent.split(',').pop())")
        (SCREENSHOTS / f"{name}.png").write_bytes(tab.screenshot())
        tab.hide()
        for stream in ("clock", "load", "test", "slides", "yours"):
            wait_viewers(one, stream, 0)


def test_a_hundred_live_pictures_on_one_page_over_one_connection(server, open_tab, tmp_path):
    names_ = [f"s{n}" for n in range(100)]
    pair = trust.pair(tmp_path)
    one = server(*pair.args, "--max-streams", 128)
    one.tls = pair.client
    if not b"nghttp2_session_mem_recv" in pathlib.Path(BINARY).read_bytes():
        pytest.skip("a build without HTTP/2")
    for name in names_:
        push(one, name, RED)
    tab = open_tab(one.url + "healthz")
    tab.wait("performance.getEntriesByType('navigation')[0].nextHopProtocol === 'h2'")
    tab.evaluate(f"""document.body.replaceChildren(...{json.dumps(names_)}.map((name) => {{
      const img = document.createElement('img');
      img.src = `/${{name}}.mjpg`;
      img.id = name;
      img.width = 40;
      return img;
    }}))""" + " ?? true")
    for name in names_:
        wait_viewers(one, name, 1, 20)
    for color in (GREEN, BLUE):
        for name in names_:
            push(one, name, color)
        for name in ("s0", "s42", "s99"):
            tab.wait_color(f"#{name}", color)
    assert one.metrics()["stillcast_connections"] <= 4  # the page's, ours, and what the browser opened in vain
