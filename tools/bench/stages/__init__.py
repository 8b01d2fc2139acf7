"""The benches, a file per stage."""

from ..registry import Registry
from . import intake, load, verification

BENCHES = Registry([*load.BENCHES, *intake.BENCHES, *verification.BENCHES])
