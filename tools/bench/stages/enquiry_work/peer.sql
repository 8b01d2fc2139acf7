SELECT DISTINCT hit.id FROM (
    (SELECT id FROM sale_order WHERE name ILIKE %(part)s ORDER BY id DESC LIMIT 20)
    UNION ALL
    (SELECT id FROM sale_order WHERE client_order_ref ILIKE %(part)s ORDER BY id DESC LIMIT 20)
    UNION ALL
    (SELECT order_id FROM order_intake WHERE reference ILIKE %(part)s ORDER BY order_id DESC LIMIT 20)
    UNION ALL
    (SELECT sale_id FROM stock_picking WHERE carrier_tracking_ref ILIKE %(part)s ORDER BY sale_id DESC LIMIT 20)
    UNION ALL
    (SELECT sale_id FROM stock_picking WHERE name ILIKE %(part)s ORDER BY sale_id DESC LIMIT 20)
    UNION ALL
    (SELECT order_id FROM order_return WHERE name ILIKE %(part)s ORDER BY order_id DESC LIMIT 20)
    UNION ALL
    (SELECT line.order_id
       FROM account_move bill
       JOIN account_move_line item ON item.move_id = bill.id
       JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
       JOIN sale_order_line line ON line.id = rel.order_line_id
      WHERE bill.name ILIKE %(part)s ORDER BY line.order_id DESC LIMIT 20)
    UNION ALL
    (SELECT line.order_id
       FROM stock_package parcel
       JOIN stock_move_line packed ON packed.result_package_id = parcel.id
       JOIN stock_move move ON move.id = packed.move_id
       JOIN sale_order_line line ON line.id = move.sale_line_id
      WHERE parcel.name ILIKE %(part)s ORDER BY line.order_id DESC LIMIT 20)
    UNION ALL
    (SELECT sale.id FROM res_partner partner JOIN sale_order sale ON sale.partner_id = partner.id
      WHERE partner.complete_name ILIKE %(part)s ORDER BY sale.id DESC LIMIT 20)
    UNION ALL
    (SELECT sale.id FROM res_partner partner JOIN sale_order sale ON sale.partner_id = partner.id
      WHERE partner.email ILIKE %(part)s ORDER BY sale.id DESC LIMIT 20)
    UNION ALL
    (SELECT sale.id FROM res_partner partner JOIN sale_order sale ON sale.partner_id = partner.id
      WHERE %(digits)s <> '' AND regexp_replace(partner.phone, '[^0-9]', '', 'g') LIKE %(digits_part)s ORDER BY sale.id DESC LIMIT 20)
    UNION ALL
    (SELECT line.order_id FROM product_product product JOIN sale_order_line line ON line.product_id = product.id
      WHERE product.default_code ILIKE %(part)s ORDER BY line.order_id DESC LIMIT 20)
) hit
ORDER BY hit.id DESC
LIMIT 20
