"""Pictures of any make become bytes that a server takes.

It happens in two steps: in the caller's thread only what must be done at once (a copy, so that the caller may go on
drawing), and later, in the publisher's thread, the encoding."""

from __future__ import annotations

import importlib
import io
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, Optional, Tuple

from . import png
from .errors import PublishError

Encode = Callable[[], bytes]


@dataclass(frozen=True)
class Form:
    """How pictures are encoded. kind: "jpeg" or "png"; quality: of JPEGs; order: of an array's colors."""

    kind: str = "jpeg"
    quality: int = 90
    order: str = "rgb"

    def __post_init__(self) -> None:
        if self.kind not in ("jpeg", "png"):
            raise ValueError(f"format is 'jpeg' or 'png', not {self.kind!r}")
        if self.order not in ("rgb", "bgr"):
            raise ValueError(f"order is 'rgb', or 'bgr' as OpenCV has it, not {self.order!r}")
        if not 1 <= self.quality <= 100:
            raise ValueError(f"quality is 1 to 100, not {self.quality!r}")


@dataclass(frozen=True)
class Raster:
    """Rows of pixels, 8 bits a sample: grey, grey with alpha, RGB or RGBA (BGR, BGRA when the form says so)."""

    width: int
    height: int
    channels: int
    pixels: bytes


def prepare(picture: Any, form: Form, copy: bool = True) -> Encode:
    """Takes what the caller has, in a few microseconds and one copy. Gives what is left to do. copy: False when nobody
    writes into the picture any more; it is read later then."""
    if isinstance(picture, bytes):
        return _bytes(picture)
    if isinstance(picture, (str, os.PathLike)):
        return _bytes(Path(picture).read_bytes())
    if hasattr(picture, "savefig"):
        return prepare_figure(picture, form)
    if hasattr(picture, "save") and hasattr(picture, "mode"):
        image = picture.copy() if copy else picture
        return lambda: _encode_image(image, form)
    array, form = _unturned(_checked(picture), form)
    if memoryview(array).ndim == 1:
        return _bytes(_to_bytes(array))
    if copy and memoryview(array).format == "B":
        return _later(_raster(array), form)
    held = array.copy() if copy else array
    return lambda: _encode(_raster(held), form)


def _bytes(data: bytes) -> Encode:
    return lambda: data


def _later(raster: Raster, form: Form) -> Encode:
    return lambda: _encode(raster, form)


def prepare_figure(figure: Any, form: Form, **options: Any) -> Encode:
    """Draws a figure of matplotlib, which wants that in the caller's thread. options: as savefig() takes them."""
    if hasattr(figure, "gcf"):  # pyplot itself
        figure = figure.gcf()
    if not {"bbox_inches", "format"} & set(options):
        found = _drawn(figure, **options)
        if found:
            return _later(found, Form(form.kind, form.quality))
    out = io.BytesIO()
    figure.savefig(out, **{"format": form.kind, **options})
    return out.getvalue


def _drawn(figure: Any, **options: Any) -> Optional[Raster]:
    """The figure's pixels; None when their number is not what its size says."""
    out = io.BytesIO()
    figure.savefig(out, format="rgba", **options)
    dpi = options.get("dpi", sys.modules["matplotlib"].rcParams["savefig.dpi"])
    inches = figure.get_size_inches()
    width, height = (int(side * (figure.dpi if dpi == "figure" else dpi)) for side in inches)
    pixels = out.getvalue()
    return Raster(width, height, 4, pixels) if len(pixels) == width * height * 4 else None


def _checked(array: Any) -> Any:
    """What has an array's buffer, and can be a picture. TypeError says why it cannot."""
    try:
        view = memoryview(array)
    except TypeError:
        if not hasattr(array, "__array__"):
            raise TypeError(f"a picture is bytes, a path, a PIL image, a matplotlib figure or an array, "
                            f"not {type(array).__name__}") from None
        array = array.__array__()
        view = memoryview(array)
    if view.format != "B" and not (view.format in ("f", "d", "e", "?") and hasattr(array, "astype")):
        raise TypeError(f"an array is of uint8, bool, or floats from 0 to 1, not of {getattr(array, 'dtype', view.format)}")
    shape = view.shape or ()
    if len(shape) == 1:
        if view.format != "B":
            raise TypeError("an array of one dimension is an encoded picture, of uint8")
    elif len(shape) not in (2, 3) or (len(shape) == 3 and not 1 <= shape[2] <= 4) or 0 in shape:
        raise TypeError(f"an array is height x width, or height x width x 1 to 4 colors, not {' x '.join(map(str, shape))}")
    return array


def _unturned(array: Any, form: Form) -> Tuple[Any, Form]:
    """frame[:, :, ::-1] is frame in the other order of colors, and that copies many times faster."""
    strides, shape = memoryview(array).strides or (), memoryview(array).shape or ()
    if len(shape) == 3 and shape[2] == 3 and strides[2] < 0 and hasattr(array, "astype"):
        return array[:, :, ::-1], replace(form, order="bgr" if form.order == "rgb" else "rgb")
    return array, form


def _raster(array: Any) -> Raster:
    kind = memoryview(array).format
    if kind == "?":
        array = array.astype("uint8") * 255
    elif kind != "B":
        array = array.clip(0, 1)
        array[array != array] = 0
        array = (array * 255 + 0.5).astype("uint8")
    shape = memoryview(array).shape or ()
    return Raster(shape[1], shape[0], shape[2] if len(shape) == 3 else 1, _to_bytes(array))


def _to_bytes(array: Any) -> bytes:
    data: bytes = array.tobytes() if hasattr(array, "tobytes") else bytes(array)
    return data


def _module(name: str, only_loaded: bool = False) -> Any:
    """None when it is not installed."""
    if only_loaded:
        return sys.modules.get(name)
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _encode(raster: Raster, form: Form) -> bytes:
    """By OpenCV when the program uses it, else by Pillow, else OpenCV, else as a PNG by ourselves."""
    can_opencv = form.kind == "jpeg" and raster.channels in (1, 3)
    if can_opencv and _module("cv2", only_loaded=True) and _module("numpy", only_loaded=True):
        return _encode_by_opencv(raster, form)
    if _module("PIL.Image"):
        return _encode_image(_image(raster, form), form)
    if can_opencv and _module("cv2"):
        return _encode_by_opencv(raster, form)
    return png.encode(raster.width, raster.height, raster.channels, _in_rgb(raster, form))


def _in_rgb(raster: Raster, form: Form) -> bytes:
    if form.order == "rgb" or raster.channels < 3:
        return raster.pixels
    pixels = bytearray(raster.pixels)
    step = raster.channels
    pixels[0::step], pixels[2::step] = pixels[2::step], pixels[0::step]
    return bytes(pixels)


def _encode_by_opencv(raster: Raster, form: Form) -> bytes:
    cv2, numpy = _module("cv2"), _module("numpy")
    pixels = numpy.frombuffer(raster.pixels, numpy.uint8).reshape(raster.height, raster.width, raster.channels)
    if raster.channels == 3 and form.order == "rgb":
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    is_done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, form.quality])
    if not is_done:
        raise PublishError(f"OpenCV cannot encode a picture of {raster.width} x {raster.height}")
    return bytes(data)


def _image(raster: Raster, form: Form) -> Any:
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[raster.channels]
    raw = mode if form.order == "rgb" else {"RGB": "BGR", "RGBA": "BGRA"}.get(mode, mode)
    return _module("PIL.Image").frombytes(mode, (raster.width, raster.height), raster.pixels, "raw", raw)


def _encode_image(image: Any, form: Form) -> bytes:
    if form.kind == "png":
        return _saved(image, "PNG", compress_level=3)
    if image.mode not in ("L", "RGB", "CMYK"):
        image = _on_white(image)
    return _saved(image, "JPEG", quality=form.quality, subsampling=0)


def _saved(image: Any, kind: str, **options: Any) -> bytes:
    """Through a file in memory: Pillow lets the other threads run while it encodes to a file, but not to BytesIO."""
    if not hasattr(os, "memfd_create"):
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()
    with open(os.memfd_create("stillcast"), "w+b") as file:
        image.save(file, kind, **options)
        file.seek(0)
        return file.read()


def _on_white(image: Any) -> Any:
    """JPEGs have no alpha: what is transparent becomes white."""
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        if image.getextrema()[3][0] < 255:
            white = _module("PIL.Image").new("RGBA", image.size, "white")
            image = _module("PIL.Image").alpha_composite(white, image)
    return image.convert("RGB")
