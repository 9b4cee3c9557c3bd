"""The installed service under systemd itself: its own restrictions, with the server's sandbox on top of them."""

import grp
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

import pictures
import service
import trust
import wire

PORT = 8443
KEYS = pathlib.Path("/etc/stillcast/keys")
FILM = "exec:ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc=size=64x48:rate=5 -f mpjpeg -"
ARGS = [f"--listen 127.0.0.1:{PORT} --keys {KEYS} --tls-cert /etc/stillcast/site.crt --tls-key /etc/stillcast/site.key",
        "plot=watch:/srv/plot.jpg#save=/var/lib/stillcast/plot.jpg", "temp=graph:#max_series=1#state=/var/lib/stillcast/temp", f"'film={FILM}'"]


def add_key(name, *rights):
    done = subprocess.run(["stillcast", "key", "add", "--keys", KEYS, name, *rights], capture_output=True, text=True, check=True)
    return [("Authorization", f"Bearer {done.stdout.strip()}")]


def readable_for_the_service(*paths):
    for path in paths:
        os.chown(path, 0, grp.getgrnam("stillcast-keys").gr_gid)
        path.chmod(0o640)


def connect(pair):
    return service.server(PORT, pair.client)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The service as the guide sets it up, with keys and a certificate. Gives both: the fields of who may do everything, the pair."""
    KEYS.parent.mkdir(exist_ok=True)
    pathlib.Path("/srv/plot.jpg").write_bytes(pictures.jpeg(1))
    subprocess.run(["groupadd", "--system", "stillcast-keys"], check=True)
    pair = trust.pair(KEYS.parent)
    key = add_key("all", "view=*", "publish=*", "metrics")
    readable_for_the_service(KEYS, pair.cert, pair.key)
    service.set_up(ARGS, service.from_the_guide("Keys and certificates that are read again"))
    service.systemctl("start", service.UNIT)
    yield pair, key
    service.systemctl("stop", service.UNIT)


def test_it_runs_confined_twice(site):
    assert (service.is_("ActiveState"), service.is_("SubState"), service.is_("Type")) == ("active", "running", "notify")
    held = service.status()
    assert all(61184 <= int(uid) <= 65519 for uid in held["Uid"].split())  # DynamicUser=
    assert int(held["CapEff"], 16) == 0 and held["NoNewPrivs"] == "1"
    assert int(held["Seccomp_filters"]) > 1  # systemd's and ours
    told = [text for _, text in service.journal()]
    assert not [text for text in told if "sandbox" in text], told


def test_systemd_finds_little_exposed(site):
    done = subprocess.run(["systemd-analyze", "security", "--no-pager", service.UNIT], capture_output=True, text=True, check=True)
    level = [line for line in done.stdout.splitlines() if "Overall exposure level" in line][0]
    print(level)
    assert float(level.split(":")[1].split()[0]) <= 1.5, done.stdout


def test_pictures_streams_commands_and_graphs_work_below_all_that(site):
    pair, key = site
    one = connect(pair)
    assert wire.get(one, "/plot.jpg").status == 401
    assert pictures.check(wire.eventually(lambda: (got := wire.get(one, "/plot.jpg", key)).status == 200 and got).body) == 1
    with wire.Viewer(one, "/plot.mjpg", key, timeout=20) as viewer:
        viewer.part()
        wire.request(one, "PUT", "/door.jpg", [*key, ("Content-Type", "image/jpeg")], pictures.jpeg(2))
        pathlib.Path("/srv/plot.jpg").write_bytes(pictures.jpeg(3))
        wire.eventually(lambda: pictures.check(viewer.part().picture) == 3)
    assert pictures.check(wire.get(one, "/door.jpg", key).body) == 2
    with wire.Viewer(one, "/film.mjpg", key, timeout=40) as viewer:
        wire.eventually(lambda: viewer.part() and wire.get(one, "/api/streams/film", key).json["state"] == "live", 40)
    assert wire.request(one, "POST", "/temp/points", key, b"kitchen 21").json["taken"] == 1


def test_its_lines_are_in_the_journal_with_their_level(site):
    assert service.until_told("stillcast ready: https://")[0] == 6
    pathlib.Path("/srv/plot.jpg").write_bytes(b"no picture")
    level, text = service.until_told("stream=plot")
    pathlib.Path("/srv/plot.jpg").write_bytes(pictures.jpeg(3))
    assert level == 4 and re.match(r"[a-z.]+ ", text), text  # no time and no level in it: the journal has both


def test_a_reload_reads_keys_and_certificates_again(site, tmp_path):
    pair, key = site
    old_pid, n_told, old_cert = service.pid(), len(service.journal()), pair.cert.read_text()
    with wire.Viewer(connect(pair), "/plot.mjpg", key) as viewer:
        viewer.part()
        keys = KEYS.read_text()
        KEYS.write_text(keys + "nonsense\n")
        service.systemctl("reload", service.UNIT)
        assert service.until_told("SIGHUP: the old one stays", n_told)[0] == 3
        KEYS.write_text(keys)
        other = add_key("other", "view=plot")
        new = trust.pair(tmp_path)
        shutil.copyfile(new.cert, pair.cert)
        shutil.copyfile(new.key, pair.key)
        service.systemctl("reload", service.UNIT)
        service.until_told("keys and certificates were read again", n_told)
        assert pair.cert.read_text() != old_cert and wire.get(connect(pair), "/plot.jpg", other).status == 200
        pathlib.Path("/srv/plot.jpg").write_bytes(pictures.jpeg(4))
        wire.eventually(lambda: pictures.check(viewer.part().picture) == 4)  # who watched goes on
    assert service.pid() == old_pid


def test_it_comes_back_when_it_is_killed_with_what_it_has_kept(site):
    pair, key = site
    wire.eventually(lambda: pictures.check(pathlib.Path("/var/lib/private/stillcast/plot.jpg").read_bytes()) == 4)
    old_pid, before = service.pid(), service.members()
    assert old_pid in before and len(before) > 1  # it, and its helper for commands
    os.kill(old_pid, signal.SIGKILL)
    service.until_new(old_pid)
    assert not before & service.members()
    assert service.is_("NRestarts") == "1"
    other = wire.request(connect(pair), "POST", "/temp/points", key, b"cellar 12").text
    assert "the graph has all the series that it may" in other, other  # its only one is back
    assert pathlib.Path("/var/lib/private/stillcast").stat().st_mode & 0o777 == 0o700


def test_it_stops_in_time_though_somebody_watches(site):
    pair, key = site
    with wire.Viewer(connect(pair), "/plot.mjpg", key) as viewer:
        viewer.part()
        began = time.monotonic()
        with subprocess.Popen(["systemctl", "stop", service.UNIT]) as stop:
            viewer.read_rest()  # an end in order, no reset
            viewer.close()
        assert stop.returncode == 0 and time.monotonic() - began < 10  # before TimeoutStopSec=
    assert (service.is_("ActiveState"), service.is_("Result")) == ("inactive", "success")


def test_a_wrong_command_line_is_told_and_not_tried_again(site):
    service.set_up(["--no-such-option"])
    n_told = len(service.journal())
    service.systemctl("start", service.UNIT, fails=True)
    assert service.until_told("unknown option '--no-such-option'", n_told)[0] == 3
    assert (service.is_("ActiveState"), service.is_("ExecMainStatus")) == ("failed", "64")


@pytest.fixture(scope="module")
def opened(vivid):
    """The service with what the guide opens for cameras, low ports and homes; without keys and certificates."""
    os.chown(vivid, 0, grp.getgrnam("video").gr_gid)  # as udev's rules do
    os.chmod(vivid, 0o660)
    home = pathlib.Path("/home/somebody")
    home.mkdir()
    (home / "plot.jpg").write_bytes(pictures.jpeg(5))
    parts = [service.from_the_guide(name) for name in ("Cameras", "Ports below 1024", "Pictures in somebody's home")]
    service.set_up(["--listen 127.0.0.1:80", f"cam={vivid}#size=320x180", f"plot=watch:{home}/plot.jpg"],
                   "".join(parts) + "[Service]\nWatchdogSec=5\n")
    service.systemctl("start", service.UNIT)
    yield service.server(80)
    service.systemctl("stop", service.UNIT)


def test_cameras_low_ports_and_homes_are_had_by_what_the_guide_says(opened):
    assert pictures.check(wire.eventually(lambda: (got := wire.get(opened, "/plot.jpg")).status == 200 and got).body) == 5
    with wire.Viewer(opened, "/cam.mjpg") as viewer:
        wire.eventually(lambda: viewer.part() and wire.get(opened, "/api/streams/cam").json["state"] == "live", 20)
    assert int(service.status()["CapEff"], 16) == 1 << 10  # CAP_NET_BIND_SERVICE


def test_a_reload_of_nothing_ends_nothing(opened):
    old_pid = service.pid()
    service.systemctl("reload", service.UNIT)
    service.until_told("there are no keys and certificates to read again")
    assert service.pid() == old_pid and service.is_("ActiveState") == "active"


def test_a_server_that_stands_still_is_started_again(opened):
    old_pid = service.pid()
    os.kill(old_pid, signal.SIGSTOP)
    service.until_told("Watchdog timeout")
    service.until_new(old_pid)
    assert wire.get(opened, "/plot.jpg").status == 200
