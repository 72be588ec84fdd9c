<?php

/*
 * The least that works, for /local/php_interface/init.php, where Bitrix lives in the PostgreSQL of the relay: payments
 * only, no sweep, no refunds, no shipments. A crash between the payment's commit and this INSERT loses the event: the
 * module fiscal.relay does not.
 */
\Bitrix\Main\EventManager::getInstance()->addEventHandler('sale', 'OnSaleOrderSaved', static function ($event): void {
    try {
        $order = $event->getParameter('ENTITY');
        $text = static fn ($value, int $places = 2): string => number_format((float)$value, $places, '.', '');
        $items = [];
        foreach ($order->getBasket() as $item) {
            $items[] = ['id' => (string)$item->getId(), 'product_id' => $item->getProductId(),
                'name' => $item->getField('NAME'), 'price' => $text($item->getPriceWithVat(), 4),
                'quantity' => $text($item->getQuantity(), 3),
                'vat_rate' => $item->getVatRate() === null ? null : (string)$item->getVatRate()];
        }
        foreach ($order->getPaymentCollection() as $payment) {
            $paidAt = $payment->isPaid() ? $payment->getField('DATE_PAID')?->getTimestamp() : null;
            if ($paidAt < time() - 60) {
                continue;
            }
            $payload = json_encode(['v' => 1, 'order' => ['id' => $order->getId()], 'items' => $items,
                'payment' => ['id' => $payment->getId(), 'sum' => $text($payment->getSum())],
                'customer' => ['email' => $order->getPropertyCollection()->getUserEmail()?->getValue()]],
                JSON_THROW_ON_ERROR);
            $connection = \Bitrix\Main\Application::getConnection();
            $connection->queryExecute('INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload) VALUES ('
                . "'main', 'order.paid', 'payment:{$payment->getId()}:paid:$paidAt', 'order:{$order->getId()}', '"
                . $connection->getSqlHelper()->forSql($payload) . "') ON CONFLICT DO NOTHING");
        }
    } catch (\Throwable $fault) {
        \Bitrix\Main\Application::getInstance()->getExceptionHandler()->writeToLog($fault);
    }
});
