"""Chromium and Firefox behind one face: browser.open(url) gives a Tab, whatever drives it."""

import base64
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from PIL import Image

import wire

BRIDGE = pathlib.Path(__file__).parent / "browser" / "chromium.mjs"


class Tab:
    """One page. script is an expression of JavaScript that JSON can say."""

    def evaluate(self, script):
        raise NotImplementedError

    def wait(self, script, timeout=10):
        """Until the expression is true; gives its value."""
        return wire.eventually(lambda: self.evaluate(script), timeout, f"{script} is not true")

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.textContent ?? null")

    def wait_text(self, selector, text, timeout=10):
        def same():
            got = self.text(selector)
            assert got == text, f"{selector} is {got!r}, not {text!r}"
            return True
        wire.eventually(same, timeout)

    def pixel(self, selector):
        """What the screen shows in the middle of the element, as (r, g, b)."""
        x, y = self.evaluate(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())")
        return Image.open(io.BytesIO(self.screenshot())).convert("RGB").getpixel((int(x), int(y)))

    def wait_color(self, selector, color, timeout=10):
        """Until the screen shows that color there, as exactly as JPEG keeps it."""
        def same():
            got = self.pixel(selector)
            assert all(abs(a - b) < 12 for a, b in zip(got, color)), f"{selector} shows {got}, not {color}"
            return True
        wire.eventually(same, timeout)


class ChromiumTab(Tab):
    def __init__(self, browser, number):
        self.browser, self.number = browser, number

    def _do(self, verb, **more):
        return self.browser.do(verb, tab=self.number, **more)

    def goto(self, url, until="domcontentloaded"):
        self._do("goto", url=url, waitUntil=until)

    def evaluate(self, script):
        return self._do("evaluate", script=script)

    def press(self, key):
        self._do("press", key=key)

    def screenshot(self, full_page=False):
        return base64.b64decode(self._do("screenshot", fullPage=full_page))

    def errors(self):
        return self._do("errors")

    def _see(self, is_hidden):
        """Headless Chromium shows all tabs, so the page is told, as the browser would tell it."""
        state = "hidden" if is_hidden else "visible"
        self.evaluate(
            f"Object.defineProperty(document, 'hidden', {{value: {str(is_hidden).lower()}, configurable: true}}),"
            f"Object.defineProperty(document, 'visibilityState', {{value: '{state}', configurable: true}}),"
            "document.dispatchEvent(new Event('visibilitychange'))")

    def hide(self):
        self._see(True)

    def show(self):
        self._see(False)


class Chromium:
    def __init__(self, *args):
        self.process = subprocess.Popen(["node", BRIDGE, shutil.which("chromium"), *args],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, verb, **more):
        self.process.stdin.write(json.dumps({"verb": verb, **more}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the browser is gone"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def open(self, url, look=None):
        tab = ChromiumTab(self, self.do("open", look=look))
        tab.goto(url)
        return tab

    def close(self, tab):
        self.do("close", tab=tab.number)

    def quit(self):
        self.process.stdin.close()
        self.process.wait(wire.patience(20))
        self.process.stdout.close()


PREFERENCES = {
    "marionette.port": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
}
KEYS = {"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015",
        "Home": "\ue011", "End": "\ue010", "Enter": "\ue007", "Escape": "\ue00c"}


class FirefoxTab(Tab):
    def __init__(self, browser, handle):
        self.browser, self.handle = browser, handle

    def _do(self, command, **parameters):
        self.browser.do("WebDriver:SwitchToWindow", handle=self.handle, focus=False)
        return self.browser.do(f"WebDriver:{command}", **parameters)

    def goto(self, url):
        self._do("Navigate", url=url)

    def evaluate(self, script):
        return self._do("ExecuteScript", script=f"return {script}", args=[], sandbox=None, newSandbox=False)["value"]

    def press(self, key):
        value = KEYS.get(key, key)
        actions = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self._do("PerformActions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def screenshot(self, full_page=False):
        return base64.b64decode(self._do("TakeScreenshot", full=full_page)["value"])

    def errors(self):
        return []

    def hide(self):
        self.browser.new_window()

    def show(self):
        self.browser.do("WebDriver:SwitchToWindow", handle=self.handle, focus=True)


class Firefox:
    """Speaks Marionette, Firefox's own protocol: length, colon, JSON."""

    def __init__(self):
        self.profile = pathlib.Path(tempfile.mkdtemp(prefix="stillcast-firefox-"))
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items()]
        (self.profile / "user.js").write_text("".join(lines))
        self.process = subprocess.Popen(
            [shutil.which("firefox-esr"), "--headless", "--marionette", "--no-remote", "--profile", self.profile],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self.profile)})
        port = wire.eventually(self._port, 30, "Firefox opened no port")
        self.socket = socket.create_connection(("127.0.0.1", port), wire.patience(30))
        self.reader = self.socket.makefile("rb")
        self.n_commands = 0
        self._read()
        self.do("WebDriver:NewSession", pageLoadStrategy="eager", acceptInsecureCerts=True)
        self.do("WebDriver:SetWindowRect", width=1000, height=900)
        self.first = self.do("WebDriver:GetWindowHandle")["value"]

    def _port(self):
        path = self.profile / "MarionetteActivePort"
        return path.exists() and int(path.read_text() or 0)

    def _read(self):
        length = b""
        while not length.endswith(b":"):
            byte = self.reader.read(1)
            assert byte, "the browser is gone"
            length += byte
        return json.loads(self.reader.read(int(length[:-1])))

    def do(self, command, **parameters):
        self.n_commands += 1
        message = json.dumps([0, self.n_commands, command, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, number, error, result = self._read()
        assert number == self.n_commands
        assert not error, f"{command}: {error}"
        return result

    def new_window(self):
        self.do("WebDriver:SwitchToWindow", handle=self.first, focus=False)
        handle = self.do("WebDriver:NewWindow", type="tab")["handle"]
        self.do("WebDriver:SwitchToWindow", handle=handle, focus=True)
        return handle

    def open(self, url, look=None):
        assert look is None, "only Chromium changes its look"
        tab = FirefoxTab(self, self.new_window())
        tab.goto(url)
        return tab

    def close(self, tab):
        self.do("WebDriver:SwitchToWindow", handle=tab.handle, focus=False)
        self.do("WebDriver:CloseWindow")

    def quit(self):
        self.do("Marionette:Quit", flags=["eForceQuit"])
        self.socket.close()
        self.process.wait(wire.patience(30))
        shutil.rmtree(self.profile, ignore_errors=True)
