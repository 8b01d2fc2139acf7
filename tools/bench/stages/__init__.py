"""The benches, a file per stage."""

from ..registry import Registry
from . import close, dispatch, enquiry, intake, load, matching, pickup, promise, returns, verification

BENCHES = Registry(
    [
        *load.BENCHES,
        *intake.BENCHES,
        *verification.BENCHES,
        *promise.BENCHES,
        *matching.BENCHES,
        *dispatch.BENCHES,
        *pickup.BENCHES,
        *returns.BENCHES,
        *enquiry.BENCHES,
        *close.BENCHES,
    ]
)
