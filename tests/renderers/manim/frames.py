"""What Manim draws, kept in memory."""

from __future__ import annotations

from vizgd.renderers.manim.renderer import draw


class Frames:
    """A sink that keeps the frames that it is asked for, and how many there were."""

    def __init__(self, *kept):
        self.kept, self.count, self.changed = dict.fromkeys(kept), 0, []

    def write(self, rgba, *, repeat=1, changed=None):
        for number in range(self.count, self.count + repeat):
            if number in self.kept:
                self.kept[number] = rgba.copy()
        self.count += repeat
        self.changed.append(changed)


def drawn(board, *kept):
    """Return the sink that a film was drawn into, with some of its frames."""
    sink = Frames(*kept)
    draw(board, sink)
    return sink


def seen(camera, *mobjects):
    """Return the pixels of a camera that sees some mobjects."""
    camera.reset()
    camera.capture_mobjects(mobjects)
    return camera.pixel_array.copy()
