"""A film drawn with matplotlib."""

from __future__ import annotations

from tests.gallery_films import storyboard
from vizgd.renderers.matplotlib.compositor import AggCompositor
from vizgd.renderers.matplotlib.renderer import draw


def test_each_frame_is_drawn_once_and_counted_exactly(monkeypatch):
    board = storyboard("bowl", size=(320, 180), seconds=2.0)
    drawn = []
    frame = AggCompositor.frame
    monkeypatch.setattr(AggCompositor, "frame", lambda self, k: drawn.append(k) or frame(self, k))

    class Counter:
        frames = 0

        def write(self, rgba, *, repeat=1, changed):
            assert changed
            assert rgba.shape == (180, 320, 4)
            self.frames += repeat

    sink = Counter()
    draw(board, sink)
    assert sink.frames == board.clock.frames
    assert len(drawn) == len(set(drawn)) == board.clock.run + 1
