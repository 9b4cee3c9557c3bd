#!/usr/bin/python3
"""How good stillcast is at what it is for, beside the least that a server can do and beside other servers, on loopback
and in network namespaces of its own. Prints one table; writes results.json and bench.svg to build/bench. What the
figures mean: docs/performance.md.

Usage: tests/bench/run.py [--full] [SCENARIO...]"""

import argparse
import os
import subprocess
import sys

import peers
import plot
import report
import servers
from scenarios import carried, churn, cost, drawing, graphs, growth, line, memory, neighbours, others, publishing, script, senders, streams

SCENARIOS = {module.__name__.split(".")[1]: module
             for module in (cost, carried, senders, growth, churn, streams, memory, line, neighbours, publishing, drawing, script, graphs, others)}


def build():
    programs = [f"tests/bench/bench_{name}" for name in ("feed", "limit", "load", "relay")]
    subprocess.run(["ninja", "-C", servers.BUILD, "stillcast", *programs], check=True, stdout=subprocess.DEVNULL)


def figures_of(name, bench):
    """A scenario that fails is a line in the table, not the end of the run."""
    print(f"{name} …", file=sys.stderr, flush=True)
    try:
        yield from SCENARIOS[name].run(bench)
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        yield report.Figure(name, "failed", "", False, str(error))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", default=os.environ.get("FULL") == "1")
    parser.add_argument("scenario", nargs="*", help=", ".join(SCENARIOS))
    args = parser.parse_args()
    unknown = set(args.scenario) - set(SCENARIOS)
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}")
    build()
    where = report.machine()
    bench = report.Bench(args.full, peers.PEERS)
    figures = [figure for name in args.scenario or SCENARIOS for figure in figures_of(name, bench)]
    servers.OUT.mkdir(parents=True, exist_ok=True)
    report.write(servers.OUT / "results.json", where, figures, bench.raw)
    plot.write(servers.OUT / "bench.svg", bench.raw)
    print(f"\n{where['cpu']}, {where['cores']} cores, Linux {where['kernel']}, load average {where['load_average']:.1f}\n")
    print(report.table(figures))
    return 1 if any(figure.value == "failed" for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
