"""A run as a picture: for each load one row per server, what a gigabyte costs it and how old its pictures are."""

import math
from xml.sax.saxutils import escape

import measure

WIDTH, ROW, NAME, COST, AGE, SPAN = 940, 20, 190, 200, 580, 300
OURS, OTHERS, INK, GRID = "#0b6e4f", "#9aa5b1", "#1f2933", "#e4e7eb"
AGES_MS = (0.1, 1, 10, 100, 1000)


def text(x, y, what, anchor="start", size=12, weight="normal"):
    return (f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
            f'fill="{INK}">{escape(what)}</text>')


def rect(x, y, width, height, fill):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height}" rx="2" fill="{fill}"/>'


def age_x(age_ms):
    low, high = math.log10(AGES_MS[0]), math.log10(AGES_MS[-1])
    return AGE + SPAN * min(1, max(0, (math.log10(max(age_ms, 1e-3)) - low) / (high - low)))


def row(y, name, found, most):
    color = OURS if name.startswith("stillcast") else OTHERS
    cost, p50, p99 = (measure.median(found, key) for key in ("cpu_s_per_gb", "age_p50_ms", "age_p99_ms"))
    parts = [text(NAME, y + 14, name, "end", weight="bold" if color == OURS else "normal")]
    if cost:
        parts += [rect(COST, y + 4, SPAN * cost / most, 12, color),
                  text(COST + SPAN * cost / most + 5, y + 14, f"{cost:.2f}", size=11)]
    if p50 and p50 > 0:
        parts += [rect(age_x(p50), y + 9, age_x(p99) - age_x(p50), 3, color),
                  f'<circle cx="{age_x(p50):.1f}" cy="{y + 10.5:.1f}" r="4" fill="{color}"/>',
                  text(age_x(p99) + 6, y + 14, f"{p50:.1f} – {p99:.1f}", size=11)]
    return parts


def grid(y, height):
    lines = [f'<line x1="{age_x(a):.0f}" x2="{age_x(a):.0f}" y1="{y}" y2="{y + height}" stroke="{GRID}"/>' for a in AGES_MS]
    return lines + [text(age_x(a), y + height + 12, f"{a:g}", "middle", 10) for a in AGES_MS]


def panel(y, title, results):
    """Returns its parts and where the next one begins."""
    costs = [measure.median(found, "cpu_s_per_gb") or 0 for found in results.values()]
    height = ROW * len(results)
    parts = [text(COST, y, title, size=13, weight="bold"), *grid(y + 6, height)]
    for i, (name, found) in enumerate(results.items()):
        parts += row(y + 6 + i * ROW, name, found, max(costs) or 1)
    return parts, y + height + 46


def write(path, raw):
    """The scenarios that compare servers; nothing when there was none."""
    panels = [(key.split(" ", 1)[1] + " x 30 fps", results) for key, results in raw.items() if key.startswith(("cost ", "others "))]
    if not panels:
        return
    parts, y = [text(COST, 24, "CPU seconds per GB delivered", weight="bold", size=14),
                text(AGE, 24, "age of a picture at its last byte, ms: p50 – p99", weight="bold", size=14)], 54
    for title, results in panels:
        more, y = panel(y, title, results)
        parts += more
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 40} {y - 20}" font-family="sans-serif">\n'
                    f'<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n", "utf-8")
