from . import reconciliation_bucket
from . import reconciliation_trend
from . import verification_rule_report
