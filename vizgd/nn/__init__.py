"""Small networks in NumPy as objectives, and a recorder for networks that PyTorch trains.

>>> import numpy as np, vizgd as vg
>>> inputs, labels = vg.nn.moons(np.random.default_rng(0), 100)
>>> objective = vg.nn.network_loss(vg.nn.Network((2, 8, 1)), inputs, labels)
>>> vg.record(objective, vg.Adam(learning_rate=0.05), steps=20).iterates.shape
(21, 33)
"""

from __future__ import annotations

from vizgd.nn.examples import circles, moons, sine, spirals
from vizgd.nn.losses import network_loss
from vizgd.nn.network import Network
from vizgd.nn.recorder import Recorder

__all__ = ["Network", "Recorder", "circles", "moons", "network_loss", "sine", "spirals"]
