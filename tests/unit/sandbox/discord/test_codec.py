import zlib

from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from parley_sandbox.discord.gateway.codec import CODECS, Plain, ZlibStream, ZstdStream

frames = st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=20)


@given(frames)
def test_every_zlib_frame_is_whole_and_marked_by_its_end(sent: list[bytes]) -> None:
    codec, stream = ZlibStream(), zlib.decompressobj()
    for frame in sent:
        encoded = codec.encode(frame)
        assert encoded.endswith(b"\x00\x00\xff\xff")
        assert stream.decompress(encoded) == frame


@given(frames)
def test_every_zstd_frame_is_whole_and_the_stream_never_ends(sent: list[bytes]) -> None:
    codec, stream = ZstdStream(), zstd.ZstdDecompressor()
    for frame in sent:
        assert stream.decompress(codec.encode(frame)) == frame
        assert not stream.eof


def test_no_compression_is_text() -> None:
    assert Plain().encode(b"{}") == b"{}"
    assert {name: codec.binary for name, codec in CODECS.items()} == {
        "": False,
        "zlib-stream": True,
        "zstd-stream": True,
    }
