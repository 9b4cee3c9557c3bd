"""The installed unit, as its administrator handles it."""

import json
import pathlib
import re
import subprocess
import types

import wire

UNIT = "stillcast"
SETTINGS = pathlib.Path("/etc/default/stillcast")
DROP_IN = pathlib.Path("/etc/systemd/system/stillcast.service.d/override.conf")  # where 'systemctl edit' writes


def systemctl(*words, fails=False):
    done = subprocess.run(["systemctl", "--no-pager", *words], capture_output=True, text=True)
    assert bool(done.returncode) == fails, f"{words}: {done.stdout}{done.stderr}\n{journal()}"
    return done.stdout


def set_up(args, drop_in=""):
    """What it shows, and what 'systemctl edit' adds."""
    SETTINGS.write_text(f'STILLCAST_ARGS="{" ".join(args)}"\n')
    DROP_IN.parent.mkdir(parents=True, exist_ok=True)
    DROP_IN.write_text(drop_in)
    systemctl("daemon-reload")


def is_(name):
    """A property of the unit: is_("ActiveState") == "active"."""
    return systemctl("show", "--value", "--property", name, UNIT).strip()


def pid():
    return int(is_("MainPID"))


def members():
    """The pids of all its processes."""
    return set(map(int, pathlib.Path(f"/sys/fs/cgroup{is_('ControlGroup')}/cgroup.procs").read_text().split()))


def status():
    """Of its main process, as the kernel has it."""
    lines = pathlib.Path(f"/proc/{pid()}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def journal():
    """Its lines since the machine started: (priority, text)."""
    lines = subprocess.run(["journalctl", "--unit", UNIT, "--output=json"], capture_output=True, text=True, check=True).stdout
    return [(int(one["PRIORITY"]), one["MESSAGE"]) for one in map(json.loads, lines.splitlines())]


def until_told(words, n_before=0):
    """The first line behind so many that has these words: (priority, text)."""
    return wire.eventually(lambda: [line for line in journal()[n_before:] if words in line[1]], 20, f"no '{words}' in the journal")[0]


def until_new(old_pid):
    """Waits until systemd has started another process, and it is ready."""
    wire.eventually(lambda: is_("ActiveState") == "active" and pid() not in (0, old_pid), 20, "it did not come back")
    return pid()


def server(port, tls=None):
    """For wire.py."""
    return types.SimpleNamespace(host="127.0.0.1", port=port, tls=tls)


def from_the_guide(heading, kind="ini"):
    """The lines that the hardening guide gives below a heading."""
    guide = (pathlib.Path(__file__).resolve().parents[3] / "docs/hardening.md").read_text()
    part = guide.split(f"# {heading}\n")[1].split("\n#")[0]
    return re.search(f"```{kind}\n(.*?)```", part, re.DOTALL).group(1)
