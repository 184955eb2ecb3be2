"""Photos are decoded and written anew: without place, time or device, and of bounded size."""

from __future__ import annotations

import io
import threading

from PIL import Image, ImageOps

from form_api.errors import FieldError, Problem

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
EDGE = 1600
QUALITY = 80
_AT_ONCE = threading.Semaphore(2)
"""A picture of 50 million pixels takes 200 MB while it is open."""


def clean(photos: list[bytes], field: str = "photos") -> list[bytes]:
    """Return every photo as a fresh JPEG, or say which one cannot be taken."""
    with _AT_ONCE:
        return [_clean_one(photo, place, field) for place, photo in enumerate(photos, start=1)]


def _clean_one(photo: bytes, place: int, field: str) -> bytes:
    if len(photo) > MAX_BYTES:
        raise _refusal(field, place, "超过 10 MB，请换小一些的")
    try:
        with Image.open(io.BytesIO(photo), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _refusal(field, place, "像素太多，请换小一些的")
            image.draft("RGB", (EDGE, EDGE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except Problem:
        raise
    except Exception as error:  # Pillow raises many kinds for a broken file
        raise _refusal(
            field,
            place,
            "打不开；请用 JPEG、PNG 或 WebP 格式（苹果手机可在设置里选“兼容性最佳”，再拍一张）",
        ) from error
    upright.thumbnail((EDGE, EDGE))
    written = io.BytesIO()
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    fresh.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()


def _refusal(field: str, place: int, why: str) -> Problem:
    error = FieldError(field, "photo", f"第 {place} 张照片{why}")
    return Problem("invalid-answers", "请按提示改好，再提交一次。", errors=[error])
