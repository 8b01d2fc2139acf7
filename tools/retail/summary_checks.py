"""What must hold between the figures of a summary. Plain values; no database."""


def identities(summary, counted):
    """The identities of a summary.

    :param dict summary: as ``summary.json``
    :param dict counted: ``{rows, orders, returns}`` counted in the file
    :return: list of ``(what, left, right)``
    """
    given, rows, orders = summary["input"], summary["rows"], summary["orders"]
    returns, return_rows = summary["returns"], summary["return_rows"]
    return [
        *((f"input.{name} = the file's {name}", given[name], counted[name]) for name in ("rows", "orders", "returns")),
        ("rows.ordered + returned + rejected = input.rows", sum(rows.values()), given["rows"]),
        ("orders.received = input.orders", orders["received"], given["orders"]),
        ("orders.accepted + rejected = received", orders["accepted"] + orders["rejected"], orders["received"]),
        ("orders.verified + held = accepted", orders["verified"] + orders["held"], orders["accepted"]),
        ("orders.confirmed = verified", orders["confirmed"], orders["verified"]),
        ("rejections = orders.rejected", sum(summary["rejections"].values()), orders["rejected"]),
        ("returns.requested = input.returns", returns["requested"], given["returns"]),
        ("returns.matched + unmatched = requested", returns["matched"] + returns["unmatched"], returns["requested"]),
        (
            "return_rows.matched + unmatched = requested",
            return_rows["matched"] + return_rows["unmatched"],
            return_rows["requested"],
        ),
        ("return_rows.matched = rows.returned", return_rows["matched"], rows["returned"]),
        ("return_rows.refunded = matched", return_rows["refunded"], return_rows["matched"]),
        (
            "orders in buckets = input.orders",
            sum(found["orders"] for found in summary["buckets"].values()),
            given["orders"],
        ),
        (
            "bucket rejected = orders.rejected",
            summary["buckets"].get("rejected", {}).get("orders", 0),
            orders["rejected"],
        ),
        ("bucket held = orders.held", summary["buckets"].get("held", {}).get("orders", 0), orders["held"]),
        ("every discrepancy stands on a row of the file", summary["unexplained_discrepancies"], 0),
        *(
            (f"{name}: untaxed + tax = total", round(found["untaxed"] + found["tax"], 2), found["total"])
            for name, found in (("invoices", summary["invoices"]), ("credits", summary["credits"]))
        ),
        *(
            (
                f"equation {found['name']} ({found['unit']}): left - right = difference",
                round(found["left"] - found["right"], 4),
                round(found["difference"], 4),
            )
            for found in summary["equations"]
        ),
        ("the statement is signed", summary["statement"]["state"], "signed"),
    ]


def broken(summary, counted):
    """The identities that do not hold, as sentences; an empty list when all do."""
    return [f"{what}: {left} ≠ {right}" for what, left, right in identities(summary, counted) if left != right]
