"""The benches, a file per stage."""

from ..registry import Registry
from . import close, intake, load, matching, promise, returns, verification

BENCHES = Registry(
    [
        *load.BENCHES,
        *intake.BENCHES,
        *verification.BENCHES,
        *promise.BENCHES,
        *matching.BENCHES,
        *returns.BENCHES,
        *close.BENCHES,
    ]
)
