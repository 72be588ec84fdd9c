<?php
// The least that works, in /local/php_interface/init.php where Bitrix lives in the relay's PostgreSQL: payments only.
// No refunds, hand-overs, sets, marks, inner accounts; what a crash swallows waits for the order's next save, if any.
\Bitrix\Main\EventManager::getInstance()->addEventHandler('sale', 'OnSaleOrderSaved', static function ($event): void {
    try {
        [$order, $connection] = [$event->getParameter('ENTITY'), \Bitrix\Main\Application::getConnection()];
        $line = static fn ($of, $name, $price): array => ['name' => $name, 'price' => number_format($price, 4, '.', ''),
            'vat_rate' => $of->getVatRate() === null ? null : (string)(float)$of->getVatRate()];
        $goods = array_map(static fn ($one) => $line($one, $one->getField('NAME'), $one->getPriceWithVat()) + [
            'id' => (string)$one->getId(), 'product_id' => $one->getProductId(),
            'quantity' => (string)(float)$one->getQuantity()], [...$order->getBasket()]);
        $isCharged = static fn ($one): bool => !$one->isSystem() && $one->getPrice() > 0;
        $delivery = array_map(static fn ($one) => ['id' => "delivery-{$one->getId()}", 'quantity' => '1',
            'object' => 'service'] + $line($one, $one->getField('DELIVERY_NAME') ?: 'Доставка', $one->getPrice()),
            array_values(array_filter([...$order->getShipmentCollection()], $isCharged)));
        foreach ($order->getPaymentCollection() as $one) {
            $paidAt = $one->isPaid() && !$one->isInner() ? (int)$one->getField('DATE_PAID')?->getTimestamp() : 0;
            if ($paidAt >= strtotime('2026-11-21 00:00:00')) { // When this goes live; nothing earlier is ours.
                $isPart = round($one->getSum(), 2) < round($order->getPrice(), 2); // The worker knows the other parts.
                $payload = json_encode(['v' => 1, 'settlement' => $isPart ? 'prepayment' : 'full_prepayment',
                    'order' => ['id' => $order->getId(), 'currency' => $order->getCurrency()],
                    'payment' => ['id' => $one->getId(), 'sum' => number_format($one->getSum(), 2, '.', ''),
                        'paid_at' => date('c', $paidAt)], 'items' => [...$goods, ...array_slice($delivery, 1)],
                    'customer' => ['email' => $order->getPropertyCollection()->getUserEmail()?->getValue()],
                ] + ($delivery === [] ? [] : ['delivery' => $delivery[0]]), JSON_INVALID_UTF8_SUBSTITUTE);
                $connection->queryExecute('INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload) VALUES ('
                    . "'main', 'order.paid', 'payment:{$one->getId()}:paid:$paidAt', 'order:{$order->getId()}', '"
                    . $connection->getSqlHelper()->forSql($payload) . "') ON CONFLICT DO NOTHING");
            }
        }
    } catch (\Throwable $fault) { // Its message would quote the buyer's data.
        \Bitrix\Main\Application::getInstance()->getExceptionHandler()->writeToLog(new \Exception(get_class($fault)));
    }
});
