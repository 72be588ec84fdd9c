<?php

/*
 * The least that works, for /local/php_interface/init.php, where Bitrix lives in the PostgreSQL of the relay: payments
 * only, no sweep, no refunds, no shipments. A crash between the payment's commit and this INSERT loses the event: the
 * module fiscal.relay does not.
 */

use Bitrix\Main\Application;
use Bitrix\Main\Event;
use Bitrix\Main\EventManager;

EventManager::getInstance()->addEventHandler('sale', 'OnSaleOrderSaved', static function (Event $event): void {
    try {
        $order = $event->getParameter('ENTITY');
        $text = static fn (mixed $value, int $places = 2): string => number_format((float)$value, $places, '.', '');
        foreach ($order->getPaymentCollection() as $payment) {
            $paidAt = $payment->isPaid() ? $payment->getField('DATE_PAID') : null;
            if ($paidAt === null || $paidAt->getTimestamp() < time() - 60) {
                continue;
            }
            $items = [];
            foreach ($order->getBasket() as $item) {
                $items[] = [
                    'id' => (string)$item->getId(), 'product_id' => $item->getProductId(),
                    'name' => $item->getField('NAME'), 'price' => $text($item->getPriceWithVat(), 4),
                    'quantity' => $text($item->getQuantity(), 3), 'vat_included' => true,
                    'vat_rate' => $item->getVatRate() === null ? null : (string)$item->getVatRate(),
                ];
            }
            $payload = json_encode([
                'v' => 1, 'order' => ['id' => $order->getId()],
                'payment' => ['id' => $payment->getId(), 'sum' => $text($payment->getSum())],
                'customer' => ['email' => $order->getPropertyCollection()->getUserEmail()?->getValue()],
                'items' => $items,
            ], JSON_THROW_ON_ERROR);
            $connection = Application::getConnection();
            $connection->queryExecute(sprintf(
                'INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload)'
                . " VALUES ('main', 'order.paid', '%s', 'order:%d', '%s') ON CONFLICT DO NOTHING",
                "payment:{$payment->getId()}:paid:{$paidAt->getTimestamp()}",
                $order->getId(),
                $connection->getSqlHelper()->forSql($payload)
            ));
        }
    } catch (\Throwable $fault) {
        Application::getInstance()->getExceptionHandler()->writeToLog($fault);
    }
});
