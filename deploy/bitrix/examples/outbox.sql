-- Events by plain SQL, as a login that was granted fiscal_writer. The key names the event for ever: the same key again
-- changes nothing. Amounts are text. U+0000 cannot be in a payload (PostgreSQL answers 22P05).

-- A payment came in: the receipt of a prepayment.
INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload, occurred_at) VALUES (
    'main', 'order.paid', 'payment:5:paid:1', 'order:1001',
    '{"v": 1,
      "order": {"id": 1001, "number": "1001/A", "currency": "RUB"},
      "payment": {"id": 5, "sum": "1480.00", "means": "electronic", "paid_at": "2026-11-21T12:00:00+03:00"},
      "settlement": "full_prepayment",
      "customer": {"email": "ivanov@example.ru"},
      "items": [{"id": "77", "product_id": 501, "name": "Чайник", "price": "590.00", "quantity": "2",
                 "vat_rate": "0.22", "measure_code": 796, "marks": [], "store_id": 1}],
      "delivery": {"name": "Доставка", "price": "300.00", "vat_rate": "0.22"}}',
    '2026-11-21T12:00:00+03:00')
ON CONFLICT DO NOTHING;

-- The goods were handed over: the prepayment is closed.
INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload) VALUES (
    'main', 'order.shipped', 'shipment:9:deducted:1', 'order:1001',
    '{"v": 1,
      "order": {"id": 1001},
      "shipment": {"id": 9, "shipped_at": "2026-11-22T10:00:00+03:00"},
      "customer": {"email": "ivanov@example.ru"},
      "items": [{"id": "77", "product_id": 501, "name": "Чайник", "price": "590.00", "quantity": "2",
                 "vat_rate": "0.22", "measure_code": 796, "marks": [], "store_id": 1}],
      "delivery": {"name": "Доставка", "price": "300.00", "vat_rate": "0.22"}}')
ON CONFLICT DO NOTHING;

-- One kettle came back. The function tells what became of it: created, existing, or conflict (same key, other content).
SELECT event_id, outcome FROM fiscal.enqueue(
    'main', 'payment.refunded', 'refund:5:R-1', 'order:1001',
    '{"v": 1,
      "order": {"id": 1001},
      "payment": {"id": 5},
      "refund": {"id": "R-1", "sum": "590.00", "refunded_at": "2026-11-23T09:00:00+03:00"},
      "items": [{"id": "77", "quantity": "1"}]}');
