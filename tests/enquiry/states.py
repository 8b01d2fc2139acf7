"""What customers are told against the bucket in which the day's close puts an order."""

from odoo.addons.order_processing.models.enquiry.customer_state import BESIDE, PATH

# the states that an order of a bucket may be in
OF_BUCKET = {
    "cancelled": {"cancelled"},
    "held": {"received"},
    "to_verify": {"received"},
    "verified": {"received"},
    "in_return": {"returning"},
    "check": {"preparing", "part_shipped"},
    "picking": {"preparing", "part_shipped"},
    "ready": {"confirmed", "part_shipped"},
    "waiting": {"confirmed", "part_shipped"},
    # what was called off altogether before anything left
    "to_invoice": {"complete", "cancelled"},
    "to_pay": {"complete", "cancelled"},
    "complete": {"complete", "cancelled"},
}


def assert_told(case, statement):
    """Each order of a statement is told in one state, the one that its bucket allows; its days go forward."""
    lines = statement.line_ids.filtered("order_id")
    told = lines.order_id._customer_states()
    case.assertEqual(set(told), set(lines.order_id.ids))
    for line in lines:
        found = told[line.order_id.id]
        case.assertIn(found["state"], OF_BUCKET[line.bucket], f"{line.order_name} stands in {line.bucket}")
        if found["state"] == "cancelled" and line.bucket != "cancelled":
            case.assertEqual((line.shipped_qty, line.open_qty), (0, 0))
        if found["state"] == "part_shipped":
            case.assertGreater(line.shipped_qty, 0)
        case.assertTrue(found["since"], f"{line.order_name}: {found}")
        states = [step["state"] for step in found["steps"]]
        case.assertIn(found["state"], states)
        case.assertEqual(len(states), len(set(states)))
        case.assertEqual([state for state in states if state in PATH], [s for s in PATH if s in states])
        case.assertLessEqual(set(states), {*PATH, *BESIDE})
