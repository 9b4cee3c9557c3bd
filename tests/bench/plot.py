"""A run as a picture."""


def write(path, raw):
    pass
