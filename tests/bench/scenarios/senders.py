"""The ways to bring one frame to many sockets, as bare loops: which is cheapest for which frames?"""

import measure
import servers
from report import Figure

USUAL, ALL = [], [(8000, 300), (8000, 1000), (60000, 32), (60000, 300), (60000, 1000), (200000, 100), (200000, 300)]


def run(bench):
    some = [server for server in map(servers.Limit, ("send", "sendfile", "uring")) if not server.available()]
    for size, viewers in bench.pick(USUAL, ALL):
        results = measure.rounds(some, 3, lambda server: measure.serve_and_load(server, size, viewers, 30, seconds=2, settle=1))
        bench.keep(f"senders {size // 1000} KB x {viewers}", results)
        costs = ", ".join(f"{name.split()[1]} {measure.median(found, 'cpu_s_per_gb'):.3f}" for name, found in results.items())
        ratios = ", ".join(f"{name.split()[1]} {measure.median_ratio(found, results['bare send'], 'cpu_s_per_gb'):.2f} x"
                           for name, found in results.items() if name != "bare send")
        yield Figure(f"bare loops, {size // 1000} KB x {viewers}", ratios, "", None, f"CPU-s/GB: {costs}")
