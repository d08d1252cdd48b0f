"""A position along a trajectory: what descents in the plane and on surfaces have in common."""

from __future__ import annotations

from vizgd.drawing.marks import between
from vizgd.objectives.objective import Array
from vizgd.recording.trajectory import Trajectory


class OnTrajectory:
    """Is at a real-valued position, in iterations, along a trajectory."""

    trajectory: Trajectory
    position: float

    @property
    def steps(self) -> int:
        """How many steps the run took."""
        return self.trajectory.steps

    @property
    def iteration(self) -> int:
        """The number of steps that the point has taken."""
        return int(self.position + 1e-9)

    def params(self) -> Array:
        """Return the params at the position, ``(d,)``."""
        return between(self.trajectory.iterates, self.position)
