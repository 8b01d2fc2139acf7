"""How a returned line is settled: data, no behaviour."""

SETTLEMENTS = [
    ("refund", "Refund"),
    ("credit", "Store credit"),
    ("replacement", "Same product again"),
    ("exchange", "Another product"),
    ("repair", "Repair and send back"),
    ("none", "None"),
]
# money goes back, so what was delivered and ordered goes down; goods go out for the same line again
MONEY = ("refund", "credit", "exchange")
AGAIN = ("replacement", "repair")
# may leave before the goods are in
AHEAD = ("replacement", "exchange")
# when money moves that a policy lets move before the case is settled: the acts of the case
MOMENTS = [
    ("settle", "When the case is settled"),
    ("request", "At once"),
    ("approve", "At the approval"),
    ("send", "At the first scan"),
    ("receive", "At the receipt"),
    ("inspect", "At the inspection"),
]
CONSEQUENCES = [("invoice", "Invoice it"), ("write_off", "Write it off")]
# what a return line keeps of the bonus that its policy promises for its settlement
NO_BONUS = {"bonus_id": False, "bonus_percent": 0.0, "bonus_amount": 0.0}
BONUS = tuple(NO_BONUS)
# lines of a credit note that stand beside the goods of one return line
BESIDE = ("fee", "bonus")
