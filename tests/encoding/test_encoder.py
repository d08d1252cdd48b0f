"""What is encoded is what was asked for, or a refusal in a few clear lines; and what was there stays."""

import os
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.encoding.films import (
    FILMS,
    FORMATS,
    RATE,
    SIZE,
    children,
    decoded,
    encode,
    moving,
    run_python,
    solid,
)
from vizgd.base.errors import RenderError, UsageError, VizgdError
from vizgd.encoding.encoder import open_encoder

DISK_FULL = """
import resource, signal, sys
import numpy as np
from tests.encoding.films import *
from vizgd.base.errors import RenderError
from vizgd.encoding import apng, gif, stills, video, webp
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
signal.alarm(40)
path, format, *limits = sys.argv[1:]
for limit in map(int, limits):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    noise = np.random.default_rng(0)
    try:
        frames = (noise.integers(0, 255, (48, 64, 4), np.uint8) for _ in range(60))
        encode(path, frames, expected=60, format=format)
    except RenderError as error:
        lines = str(error).splitlines()
        assert len(lines) <= 4 and path.rsplit("/")[-1].removesuffix(".png") in lines[0], lines
        print("refused")
    else:
        print("written")
"""


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_disk_that_fills_up_is_one_clear_error_and_the_old_file_stays(tmp_path, suffix):
    """A limit on the size of files stands for the disk: writes beyond it fail as on a full one."""
    noise = np.random.default_rng(0)
    whole = encode(
        tmp_path / f"whole.{suffix}", (noise.integers(0, 255, (48, 64, 4), np.uint8) for _ in range(60))
    )
    path = encode(tmp_path / f"a.{suffix}", moving(3))
    before = path.read_bytes()
    limits = [int(part * whole.stat().st_size) for part in (0.0, 0.01, 0.3, 0.9, 0.999)]
    result = run_python(DISK_FULL, path, suffix, *limits)
    assert (result.stdout, result.stderr, result.returncode) == ("refused\n" * len(limits), "", 0)
    assert path.read_bytes() == before
    assert children(tmp_path) == sorted([path.name, whole.name])


def test_a_disk_that_fills_up_leaves_the_old_folder_of_frames(tmp_path):
    folder = encode(tmp_path / "a.png", moving(3), format="frames")
    before = {name: (folder / name).read_bytes() for name in children(folder)}
    result = run_python(DISK_FULL, tmp_path / "a.png", "frames", 500)
    assert (result.stdout, result.stderr, result.returncode) == ("refused\n", "", 0)
    assert {name: (folder / name).read_bytes() for name in children(folder)} == before
    assert children(tmp_path) == ["a"]


AS_NOBODY = """
import os, sys
import secrets, shutil, tempfile  # which are loaded late, and Python may lie where nobody may read
from tests.encoding.films import *
from vizgd.base.errors import VizgdError
from vizgd.encoding import apng, gif, stills, video, webp
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for path in sys.argv[1:]:
    try:
        encode(path, moving(2))
    except VizgdError as error:
        print(len(str(error).splitlines()) <= 4 and path in str(error))
"""


def test_a_folder_without_the_right_to_write_is_one_clear_error(tmp_path):
    shut = tmp_path / "shut"
    shut.mkdir()
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    shut.chmod(0o555)
    try:
        result = run_python(AS_NOBODY, *(shut / f"a.{suffix}" for suffix in FORMATS))
    finally:
        shut.chmod(0o755)
    assert (result.stdout, result.stderr, result.returncode) == ("True\n" * len(FORMATS), "", 0)
    assert children(shut) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_path_that_is_a_folder_is_refused_before_the_first_frame(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.mkdir()
    (path / "thesis.tex").write_text("years of work")
    with (
        pytest.raises(UsageError, match="folder") as raised,
        open_encoder(path, size=SIZE, rate=RATE, frames=1),
    ):
        pytest.fail("the block was entered")
    assert path.name in str(raised.value)
    assert (path / "thesis.tex").exists()
    assert children(tmp_path) == [path.name]


def test_frames_do_not_go_into_a_folder_whose_name_a_file_has(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(UsageError, match="file"):
        encode(tmp_path / "a.png", moving(2), format="frames")
    assert (tmp_path / "a").read_text() == "old"


@pytest.mark.parametrize("inner", ["notes.txt/a.gif", "notes.txt/deep/er/a.gif"])
def test_a_folder_that_is_a_file_is_refused(tmp_path, inner):
    (tmp_path / "notes.txt").write_text("old")
    with pytest.raises(VizgdError) as raised:
        encode(tmp_path / inner, moving(2))
    assert len(str(raised.value).splitlines()) <= 4
    assert (tmp_path / "notes.txt").read_text() == "old"


def test_missing_folders_are_made(tmp_path):
    assert encode(tmp_path / "deep" / "er" / "a.gif", moving(2)).exists()


@pytest.mark.parametrize("name", ["x" * 300 + ".gif", "a\0b.gif"])
def test_a_name_that_cannot_be_is_refused(tmp_path, name):
    with pytest.raises(VizgdError) as raised:
        encode(tmp_path / name, moving(2))
    assert len(str(raised.value).splitlines()) <= 4


@pytest.mark.parametrize("suffix", FORMATS)
def test_special_files_are_not_replaced(tmp_path, suffix):
    os.mkfifo(tmp_path / f"pipe.{suffix}")
    with pytest.raises(UsageError):
        encode(tmp_path / f"pipe.{suffix}", moving(2))
    assert children(tmp_path) == [f"pipe.{suffix}"]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((48, 64, 3), np.uint8),
        np.zeros((64, 48, 4), np.uint8),
        np.zeros((48, 64), np.uint8),
        np.zeros((48, 65, 4), np.uint8),
        np.zeros((48, 64, 4), np.float64),
        np.zeros((48, 64, 4), np.int8),
        np.zeros((1, 48, 64, 4), np.uint8),
    ],
    ids=lambda frame: f"{frame.dtype}{frame.shape}",
)
def test_a_frame_of_another_shape_or_type_is_an_error_of_the_caller(tmp_path, suffix, frame):
    with pytest.raises(ValueError, match="expected uint8"):
        encode(tmp_path / f"a.{suffix}", [solid((0, 0, 0)), frame])
    assert children(tmp_path) == []


@pytest.mark.parametrize("repeat", [0, -1])
def test_a_frame_is_shown_at_least_once(tmp_path, repeat):
    with pytest.raises(ValueError, match="repeat"):
        encode(tmp_path / "a.gif", [(solid((0, 0, 0)), repeat)])


def test_a_closed_disk_error_of_the_encoder_is_never_a_bare_exception(tmp_path, monkeypatch):
    """FFmpeg's own errors, some of which are no OSError, reach the user as a render that failed."""
    import av

    from vizgd.encoding import video

    def refusing(*_arguments, **_options):
        raise av.error.ExternalError(-542398533, "Generic error in an external library")

    monkeypatch.setattr(video, "VideoReformatter", lambda: SimpleNamespace(reformat=refusing))
    with pytest.raises(RenderError, match=r"a\.mp4"):
        encode(tmp_path / "a.mp4", moving(2))
    assert children(tmp_path) == []


COLORS = [(250, 250, 250), (200, 0, 0), (0, 0, 200)]


@settings(max_examples=12, deadline=None)
@given(width=st.integers(16, 61), height=st.integers(16, 61))
@pytest.mark.parametrize("suffix", FILMS)
def test_any_size_is_kept_and_odd_sides_of_videos_repeat_their_edge(tmp_path_factory, suffix, width, height):
    frame = solid((240, 240, 240), (width, height))
    frame[: height // 2, : width // 2, :3] = (200, 30, 30)
    path = encode(
        tmp_path_factory.mktemp("size") / f"a.{suffix}",
        [frame, solid((9, 9, 9), (width, height))],
        size=(width, height),
    )
    read = decoded(path)[0]
    if suffix in {"gif", "apng", "webp"}:
        assert read.shape == (height, width, 3)
        np.testing.assert_array_equal(read, frame[..., :3])
    else:
        assert read.shape == (height + height % 2, width + width % 2, 3)
        padded = np.pad(frame[..., :3], ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        # The last two columns and rows are flat, so chroma at half the resolution cannot blur them.
        assert np.abs(read[-2:].astype(int) - padded[-2:]).max() <= 8
        assert np.abs(read[:, -2:].astype(int) - padded[:, -2:]).max() <= 8


def test_the_encoder_counts_the_frames_it_was_given(tmp_path):
    for suffix in (*FILMS, "png"):
        with open_encoder(tmp_path / f"a.{suffix}", size=SIZE, rate=Fraction(25), frames=9) as encoder:
            encoder.write(solid(COLORS[0]), repeat=5)
            encoder.write(solid(COLORS[1]))
        assert encoder.frames == 6


@pytest.mark.parametrize("suffix", ["gif", "mp4", "png"])
def test_alpha_is_not_read(tmp_path, suffix):
    clear, opaque = solid((10, 200, 90)), solid((10, 200, 90))
    clear[..., 3] = 7
    paths = [encode(tmp_path / f"{k}.{suffix}", [one]) for k, one in enumerate((clear, opaque))]
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("suffix", ["gif", "mp4", "png"])
def test_a_frame_may_be_overwritten_or_lie_oddly_in_memory(tmp_path, suffix):
    frames = list(moving(10))
    plain = encode(tmp_path / f"plain.{suffix}", frames)
    buffer = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    flipped = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)[::-1]

    def reused(target):
        for frame in frames:
            target[:] = frame
            target.flags.writeable = False
            yield target
            target.flags.writeable = True

    for name, target in (("same", buffer), ("flipped", flipped)):
        from tests.encoding.films import RATE
        from vizgd.encoding.encoder import open_encoder

        path = tmp_path / f"{name}.{suffix}"
        with open_encoder(path, size=SIZE, rate=RATE, frames=10) as encoder:
            for frame in reused(target):
                encoder.write(frame)
        assert path.read_bytes() == plain.read_bytes()
