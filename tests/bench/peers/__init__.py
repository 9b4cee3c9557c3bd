"""Other servers of live pictures, compared with ours in the same run: see ../servers.py for their shape."""

PEERS = []
