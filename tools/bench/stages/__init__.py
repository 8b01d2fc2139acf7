"""The benches, a file per stage."""

from ..registry import Registry
from . import load, verification

BENCHES = Registry([*load.BENCHES, *verification.BENCHES])
