"""Photos: taken in the usual formats, kept without a trace of where and with what."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from form_api import photos
from form_api.errors import Problem


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    written = io.BytesIO()
    Image.new(more.pop("mode", "RGB"), size, more.pop("colour", "red")).save(written, kind, **more)
    return written.getvalue()


def with_place() -> bytes:
    """A phone's photo, turned on its side, that says where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (35.0, 5.0, 23.5)
    return picture(exif=exif, comment=b"SecretComment")


def bomb(width: int, height: int) -> bytes:
    """A few hundred bytes of PNG that claim to be a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "MPO"])
def test_usual_formats_become_plain_jpeg(kind: str) -> None:
    """Whatever phones write comes back as a JPEG of the same picture."""
    (clean,) = photos.clean([picture(kind)])
    with Image.open(io.BytesIO(clean)) as image:
        assert (image.format, image.size) == ("JPEG", (40, 30))


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "I;16", "CMYK", "1", "LA"])
def test_every_kind_of_colour_is_taken(mode: str) -> None:
    """Grey, transparent, printed and deep colours are all taken."""
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert photos.clean(
        [picture(kind, mode=mode, colour=1 if mode in ("1", "I;16", "L", "P") else None)]
    )


def test_place_and_device_are_gone_and_it_stands_upright() -> None:
    """Position, camera and comment are gone; a photo taken sideways stands upright."""
    (clean,) = photos.clean([with_place()])
    with Image.open(io.BytesIO(clean)) as image:
        assert image.size == (30, 40)
        assert not image.getexif()
        assert not {"exif", "comment", "icc_profile", "gps"} & {str(key) for key in image.info}
    assert b"Secret" not in clean


def test_large_photos_are_made_smaller() -> None:
    """A photo of many pixels is kept at a size that shows everything and travels quickly."""
    (clean,) = photos.clean([picture(size=(4000, 3000))])
    with Image.open(io.BytesIO(clean)) as image:
        assert image.size == (1600, 1200)


REFUSED = {
    "decompression bomb": bomb(60_000, 60_000),
    "many pixels": bomb(10_000, 6_000),
    "cut short": picture(size=(400, 300))[:-300],
    "HEIC": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(2000),
    "GIF": picture("GIF"),
    "TIFF": picture("TIFF"),
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "HTML": b"<html><script>alert(1)</script></html>",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    "one byte": b"\xff",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_no_photo_is_refused_in_words(content: bytes) -> None:
    """Bombs, broken files and other formats are refused, saying which photo and what to do."""
    with pytest.raises(Problem) as caught:
        photos.clean([picture(), content])
    (error,) = caught.value.errors
    assert error.message.startswith("第 2 张照片")
    assert "请" in error.message


def test_heavy_file_is_refused() -> None:
    """A file above the limit is refused before it is opened."""
    with pytest.raises(Problem) as caught:
        photos.clean([picture() + bytes(photos.MAX_BYTES)])
    assert "10 MB" in caught.value.errors[0].message


def test_four_are_too_many(api: Any) -> None:
    """A fourth photo is refused beside its field, and nothing is stored."""
    photo = base64.b64encode(picture()).decode()
    answer = api.complain(photos=[photo] * 4)
    assert answer.json()["errors"][0]["message"] == "照片：最多 3 张，请去掉几张"
    assert api.complain(photos=[photo] * 3).status_code == 201


def test_broken_base64_is_refused(api: Any) -> None:
    """A photo that did not come whole is asked for again."""
    answer = api.complain(photos=["%%%"])
    assert answer.json()["errors"][0]["pointer"] == "/photos"


def test_own_photo_only_with_the_code(api: Any) -> None:
    """A photo is shown to whoever has number and code, and to nobody else."""
    receipt = api.complain(photos=[base64.b64encode(with_place()).decode()]).json()
    address = f"{receipt['status_url']}/photos/0"
    own = api.client.get(address, headers={"X-Query-Code": receipt["code"]})
    assert own.headers["Content-Type"] == "image/jpeg"
    assert b"Secret" not in own.content
    assert api.client.get(address, headers={"X-Query-Code": "00000000"}).status_code == 404
    beyond = f"{receipt['status_url']}/photos/9"
    assert api.client.get(beyond, headers={"X-Query-Code": receipt["code"]}).status_code == 404
