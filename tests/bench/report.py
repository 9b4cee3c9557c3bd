"""What a run found: figures with their targets, the table, the JSON."""

import dataclasses
import json
import os
import pathlib
import platform
import time


@dataclasses.dataclass
class Figure:
    """One line of the table. value: as it is shown; ok: None where there is no target; note: beside it."""
    name: str
    value: str
    target: str = ""
    ok: bool = None
    note: str = ""

    @property
    def verdict(self):
        return {None: "", True: "met", False: "MISSED"}[self.ok]


class Bench:
    """What a scenario is told, and what it tells: raw results under a name, and progress."""

    def __init__(self, want_full, peers):
        self.want_full, self.peers, self.raw = want_full, peers, {}

    def keep(self, name, data):
        self.raw[name] = data

    def pick(self, usual, full):
        return full if self.want_full else usual


def machine():
    cpu = pathlib.Path("/proc/cpuinfo").read_text().split("model name")[1].split("\n")[0].strip("\t: ")
    memory_kb = int(pathlib.Path("/proc/meminfo").read_text().split()[1])
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gb": round(memory_kb / 1e6, 1), "kernel": platform.release(),
            "load_average": os.getloadavg()[0], "time": time.strftime("%Y-%m-%d %H:%M:%S %z")}


def table(figures):
    rows = [("figure", "target", "measured", "")] + [(f.name, f.target, f.value, f"{f.verdict:6}  {f.note}") for f in figures]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[3]]).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def write(path, where, figures, raw):
    found = [{**dataclasses.asdict(f), "verdict": f.verdict} for f in figures]
    path.write_text(json.dumps({"machine": where, "figures": found, "raw": raw}, indent=1) + "\n", "utf-8")
