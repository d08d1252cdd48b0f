"""Memory does not grow with the length of a film."""

import pytest

from tests.encoding.films import run_python

PROGRAM = """
import resource, sys
import numpy as np
from tests.encoding.films import *
path, count, size = sys.argv[1], int(sys.argv[2]), (192, 108)
frame = solid((235, 235, 235), size)
with open_encoder(path, size=size, rate=RATE, frames=count) as encoder:
    for k in range(count):
        x, y = 7 * k % 180, 3 * k % 96
        kept = frame[y : y + 12, x : x + 12].copy()
        frame[y : y + 12, x : x + 12, :3] = (k % 256, k // 256, 80)
        encoder.write(frame)
        frame[y : y + 12, x : x + 12] = kept
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("suffix", ["gif", "mp4"])
def test_ten_thousand_frames_need_the_memory_of_a_hundred(tmp_path, suffix):
    def peak(count):
        result = run_python(PROGRAM, tmp_path / f"{count}.{suffix}", count, timeout=120)
        assert result.stderr == ""
        return int(result.stdout)

    few, many = map(peak, (100, 10_000))
    assert many <= 1.1 * few
