<?php

declare(strict_types=1);

// The orders of a day in a self-hosted shop: a sale at the door, a prepayment with its hand-over and a kettle given back,
// and an order whose receipt was missed. Prints JSON: what happened by the shop's own account, fact by fact, for others
// to be held against. Money in kopecks, goods that left the store in thousandths by product; a key that ends in a colon
// is the beginning of one.

use Bitrix\Main\Application;
use Bitrix\Main\Loader;
use Fiscal\Relay\Api;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;

require __DIR__ . '/autoload.php';

Loader::includeModule('sale');
Loader::includeModule('fiscal.relay');

$count = static fn (): int => (int)Site::value('SELECT COUNT(*) AS N FROM fiscal_relay_outbox');

$sale = Shop::kettles(4);
Shop::payment($sale)->setPaid(true);
$sale->save();
$prepaid = Shop::paid();
Shop::shipment($prepaid)->setDeducted(true);
$prepaid->save();
$refund = static fn (): bool => Api::refund(
    Shop::payment($prepaid)->getId(),
    'R-1',
    '590',
    [$prepaid->getBasket()[0]->getId() => 1]
);
$refund();
$missed = Shop::kettles();
$missed->save();

// Everything once more.
$before = $count();
foreach ([$sale, $prepaid, $missed] as $order) {
    $order->save();
}
$refund();
$again = $count() - $before;

// A program that goes past Bitrix hands the sale over: no event, so no row. The sweep alone will see it.
$shipment = Shop::shipment($sale)->getId();
Application::getConnection()->queryExecute(
    "UPDATE b_sale_order_delivery SET DEDUCTED = 'Y', DATE_DEDUCTED = '" . date('Y-m-d H:i:s') . "' WHERE ID = $shipment"
);

$kettles = static fn (int $count): array => ['501' => 1000 * $count];
$payment = static fn (object $order): string => 'payment:' . Shop::payment($order)->getId() . ':paid:';
$shipped = static fn (object $order): string => 'shipment:' . Shop::shipment($order)->getId() . ':deducted:';
$facts = [
    ['key' => $payment($sale), 'money' => 'came', 'kopecks' => 148000],
    // Paid in full before: the hand-over needs no receipt.
    ['key' => $shipped($sale), 'money' => 'settled', 'kopecks' => 0, 'goods' => $kettles(2)],
    ['key' => $payment($prepaid), 'money' => 'came', 'kopecks' => 148000],
    ['key' => $shipped($prepaid), 'money' => 'none', 'kopecks' => 148000, 'goods' => $kettles(2)],
    [
        'key' => 'refund:' . Shop::payment($prepaid)->getId() . ':R-1', 'money' => 'wentBack', 'kopecks' => 59000,
        'goods' => $kettles(-1),
    ],
];
$orders = array_map(static fn (object $order): array => [
    'id' => $order->getId(), 'number' => (string)$order->getField('ACCOUNT_NUMBER'), 'price' => '1480.00',
    'email' => Shop::BUYER['EMAIL'],
], [$sale, $prepaid, $missed]);
echo json_encode([
    'facts' => $facts, 'orders' => $orders, 'products' => ['501' => 'Чайник'], 'again' => $again,
    'missed' => [
        'order' => $missed->getId(), 'line' => (string)$missed->getBasket()[0]->getId(), 'name' => 'Чайник',
        'kopecks' => 59000, 'email' => Shop::BUYER['EMAIL'],
    ],
    'faults' => array_map(static fn (Throwable $fault) => $fault->getMessage(), Application::$log),
], JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
