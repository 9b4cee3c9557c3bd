"""Live pictures in a notebook."""

from __future__ import annotations

from html import escape


def html(url: str) -> str:
    """An <img> of the live stream; while there is none yet it tries again every second."""
    source = escape(f"{url}.mjpg", quote=True)
    again = "setTimeout(() => this.src = this.dataset.src + '?' + Date.now(), 1000)"
    return (f'<img src="{source}" data-src="{source}" style="max-width: 100%" alt="{escape(url, quote=True)}" '
            f'onerror="{again}">')
