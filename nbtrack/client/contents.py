"""Turn figures, images and dictionaries into the bytes of a file, by the file's extension.

Libraries are recognised by what their objects offer; only Pillow is imported, and only for images.
"""

from __future__ import annotations

import io
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nbtrack.client.names import check_mapping
from nbtrack.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL.Image import Image

_YAML = {".yml", ".yaml"}
_HTML = {".html", ".htm"}
_GREY, _COLOUR, _COLOUR_AND_ALPHA = 1, 3, 4
_BRIGHTEST = 255
_THUMBNAIL_SIDE = 256


def figure_bytes(figure: Any, file: str, options: Mapping[str, Any] | None = None) -> bytes:
    """Draw a Matplotlib or Plotly figure in the format of the file's extension.

    Parameters
    ----------
    figure : object
        What has ``savefig`` (Matplotlib), ``write_html`` and ``write_image`` (Plotly), or a
        ``figure`` that has (axes, as seaborn returns them).
    file : str
        ``plot.png``, ``plot.svg``, ``plot.html`` …
    options : mapping, optional
        For the library's own function.
    """
    suffix = _suffix(file, "figure.png")
    given = dict(options or {})
    inner = getattr(figure, "figure", None)
    if not hasattr(figure, "savefig") and hasattr(inner, "savefig"):
        figure = inner
    buffer = io.BytesIO()
    if hasattr(figure, "savefig"):
        given.setdefault("format", suffix[1:])
        try:
            figure.savefig(buffer, **given)
        except ValueError as error:
            raise InvalidValue(f"The figure cannot be saved as {file!r}: {error}") from error
        return buffer.getvalue()
    if hasattr(figure, "write_html") and suffix in _HTML:
        given = {"include_plotlyjs": "cdn", "auto_open": False, **given}
        text = io.StringIO()
        figure.write_html(text, **given)
        return text.getvalue().encode()
    if hasattr(figure, "write_image"):
        given.setdefault("format", suffix[1:])
        figure.write_image(buffer, **given)
        return buffer.getvalue()
    raise InvalidValue(
        f"A {type(figure).__name__} is no figure: log_figure takes Matplotlib and Plotly figures. "
        "Use log_image for arrays and Pillow images."
    )


def image_bytes(image: Any, file: str) -> bytes:
    """Encode an image in the format of the file's extension.

    Parameters
    ----------
    image : object
        A Pillow image, or an array of height by width, and of 1 (grey), 3 (RGB) or 4 (RGBA)
        channels: integers from 0 to 255, floats from 0 to 1, or booleans.
    file : str
        ``picture.png``, ``picture.jpg`` …
    """
    suffix = _suffix(file, "image.png")
    from PIL import Image

    picture = as_image(image)
    kind = Image.registered_extensions().get(suffix)
    if kind is None:
        raise InvalidValue(f"Images cannot be saved as {suffix!r} ({file!r}); use .png or .jpg.")
    if kind == "JPEG" and picture.mode not in {"RGB", "L", "CMYK"}:
        picture = picture.convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, format=kind)
    return buffer.getvalue()


def as_image(image: Any) -> Image:
    """Return a Pillow image of what `image_bytes` takes."""
    try:
        from PIL import Image
    except ImportError as error:
        raise InvalidValue("Images need Pillow: pip install pillow.") from error

    if isinstance(image, Image.Image):
        return image
    inner = getattr(image, "to_pil", None)  # mlflow.Image
    if callable(inner):
        return as_image(inner())
    import numpy as np

    pixels = np.asarray(image)
    if pixels.ndim == 3 and pixels.shape[2] == _GREY:  # noqa: PLR2004 - height, width, channels
        pixels = pixels[:, :, 0]
    if pixels.size == 0 or not (
        pixels.ndim == 2  # noqa: PLR2004 - height, width
        or (pixels.ndim == 3 and pixels.shape[2] in {_COLOUR, _COLOUR_AND_ALPHA})  # noqa: PLR2004
    ):
        raise InvalidValue(
            f"An image is height by width, with 1, 3 or 4 channels if any; this has the shape "
            f"{tuple(pixels.shape)}."
        )
    return Image.fromarray(_bytes_of_pixels(pixels))


def _bytes_of_pixels(pixels: Any) -> Any:
    kind = pixels.dtype.kind
    if kind == "b":
        return pixels.astype("uint8") * _BRIGHTEST
    low, high = (0, _BRIGHTEST) if kind in "iu" else (0.0, 1.0)
    if kind not in "iuf" or not bool(((pixels >= low) & (pixels <= high)).all()):
        raise InvalidValue(
            "The pixels of an image are integers from 0 to 255, floats from 0 to 1, or booleans; "
            f"these are {pixels.dtype} and go beyond that. Scale or clip them first."
        )
    return (pixels if kind in "iu" else (pixels * _BRIGHTEST).round()).astype("uint8")


def thumbnail_bytes(image: Any) -> bytes:
    """Encode a small WebP picture of an image, as MLflow keeps beside it."""
    picture = as_image(image).copy()
    picture.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
    if picture.mode not in {"RGB", "RGBA"}:
        picture = picture.convert("RGBA" if "A" in picture.mode else "RGB")
    buffer = io.BytesIO()
    picture.save(buffer, format="WEBP")
    return buffer.getvalue()


def dict_bytes(dictionary: Any, file: str) -> bytes:
    """Write a dictionary (or list) as YAML if the file's extension says so, else as JSON."""
    if PurePosixPath(file).suffix.lower() not in _YAML:
        return _json(dictionary, indent=2).encode("utf-8", "surrogatepass")
    try:
        import yaml  # type: ignore[import-untyped]  # the stubs are another package
    except ImportError as error:
        raise InvalidValue(
            f"{file!r} needs PyYAML: pip install pyyaml, or name the file .json."
        ) from error
    plain = json.loads(_json(check_mapping(dictionary, "log_dict")))
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
    return text.encode()


def _json(value: Any, indent: int | None = None) -> str:
    try:
        return json.dumps(value, indent=indent, default=_plain, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:  # keys that are tuples, circles
        raise InvalidValue(
            f"The dictionary cannot be written as JSON ({error}): its keys are text or numbers, "
            "and nothing in it holds itself."
        ) from error


def _plain(value: Any) -> Any:
    """Give a value that JSON does not know as one it knows: arrays as lists, the rest as text."""
    for method in ("tolist", "isoformat"):
        convert = getattr(value, method, None)
        if callable(convert):
            return convert()
    return str(value)


def _suffix(file: str, example: str) -> str:
    suffix = PurePosixPath(file).suffix.lower()
    if not suffix:
        raise InvalidValue(
            f"{file!r} has no extension to tell the format by; write, for example, {example!r}."
        )
    return suffix
