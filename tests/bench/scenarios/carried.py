"""What a delivered gigabyte costs by TLS and by HTTP/2, beside plain HTTP/1.1 and beside a bare loop of SSL_write. One loop each."""

import measure
import servers
from report import Figure

FPS, SECONDS = 30, 2
CASES, MORE_CASES = [(60000, 100)], [(8000, 300)]
PLAIN, *OTHERS = (servers.Carried(way, "--threads", "1") for way in (servers.PLAIN, servers.TLS, servers.H2C, servers.H2))
BARE, BARE_TLS = servers.Limit("send"), servers.Limit("tls")


def compared(server, results):
    found = results[server.name]
    bare = BARE_TLS if server is not PLAIN and server.way.is_tls else BARE
    to_plain, to_bare = (measure.median_ratio(found, results[other.name], "cpu_s_per_gb") for other in (PLAIN, bare))
    age, delivered = (measure.median(found, key) for key in ("age_p50_ms", "delivered"))
    return Figure(f"   {server.name}", f"{measure.median(found, 'cpu_s_per_gb'):.3f} CPU-s/GB", "", None,
                  f"{to_plain:.2f} x plain, {to_bare:.2f} x {bare.name}; {delivered:.1%} delivered, age p50 {age:.1f} ms")


def run(bench):
    why_not = BARE_TLS.available()
    if why_not:
        yield Figure("TLS and HTTP/2", "skipped", "", None, why_not)
        return
    some = [BARE, BARE_TLS, PLAIN, *OTHERS]
    for size, viewers in CASES + bench.pick([], MORE_CASES):
        results = measure.rounds(some, 3, lambda server: measure.serve_and_load(server, size, viewers, FPS, seconds=SECONDS))
        bench.keep(f"carried {size // 1000} KB x {viewers}", results)
        bare, bare_tls = (measure.median(results[server.name], "cpu_s_per_gb") for server in (BARE, BARE_TLS))
        yield Figure(f"CPU per GB, {size // 1000} KB x {viewers}, TLS and HTTP/2", "", "", None,
                     f"{BARE.name} {bare:.3f}, {BARE_TLS.name} {bare_tls:.3f} CPU-s/GB")
        for server in (PLAIN, *OTHERS):
            yield compared(server, results)
