<?php

/*
 * The least that works, for /local/php_interface/init.php, where Bitrix lives in the PostgreSQL of the relay: payments
 * only. An event that a crash swallows is written at the order's next save, if there is one; nothing sweeps, and refunds,
 * shipments, sets, marking codes and inner accounts are not looked at. The module fiscal.relay does all of that.
 */
\Bitrix\Main\EventManager::getInstance()->addEventHandler('sale', 'OnSaleOrderSaved', static function ($event): void {
    $since = '2026-11-21 00:00:00'; // What was paid earlier is none of ours: the moment at which this goes live.
    try {
        $order = $event->getParameter('ENTITY');
        $line = static fn ($name, $price, $rate): array => ['name' => $name ?: 'Доставка',
            'price' => number_format((float)$price, 4, '.', ''), 'vat_rate' => $rate === null ? null : (string)(float)$rate];
        $goods = ['v' => 1, 'order' => ['id' => $order->getId(), 'currency' => $order->getCurrency()],
            'customer' => ['email' => $order->getPropertyCollection()->getUserEmail()?->getValue()], 'items' => []];
        foreach ($order->getBasket() as $item) {
            $goods['items'][] = ['id' => (string)$item->getId(), 'product_id' => $item->getProductId(),
                'quantity' => (string)(float)$item->getQuantity()]
                + $line($item->getField('NAME'), $item->getPriceWithVat(), $item->getVatRate());
        }
        foreach ($order->getShipmentCollection() as $one) {
            $cost = $line($one->getField('DELIVERY_NAME'), $one->getPrice(), $one->getVatRate());
            if (!$one->isSystem() && $one->getPrice() > 0 && isset($goods['delivery'])) {
                $goods['items'][] = ['id' => "delivery-{$one->getId()}", 'quantity' => '1', 'object' => 'service'] + $cost;
            } elseif (!$one->isSystem() && $one->getPrice() > 0) {
                $goods['delivery'] = $cost;
            }
        }
        foreach ($order->getPaymentCollection() as $payment) {
            $paidAt = $payment->isPaid() && !$payment->isInner() ? (int)$payment->getField('DATE_PAID')?->getTimestamp() : 0;
            if ($paidAt >= strtotime($since)) {
                // Less than the order: the worker knows the other parts from their own receipts.
                $isPart = round(100 * $payment->getSum()) < round(100 * $order->getPrice());
                $payload = json_encode($goods + ['settlement' => $isPart ? 'prepayment' : 'full_prepayment',
                    'payment' => ['id' => $payment->getId(), 'sum' => number_format($payment->getSum(), 2, '.', ''),
                        'paid_at' => date(DATE_ATOM, $paidAt)]], JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR);
                $connection = \Bitrix\Main\Application::getConnection();
                $connection->queryExecute('INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload) VALUES ('
                    . "'main', 'order.paid', 'payment:{$payment->getId()}:paid:$paidAt', 'order:{$order->getId()}', '"
                    . $connection->getSqlHelper()->forSql($payload) . "') ON CONFLICT DO NOTHING");
            }
        }
    } catch (\Throwable $fault) { // Its message would quote the buyer's data.
        \Bitrix\Main\Application::getInstance()->getExceptionHandler()->writeToLog(new \Exception(get_class($fault)));
    }
});
