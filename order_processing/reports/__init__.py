from . import verification_rule_report
