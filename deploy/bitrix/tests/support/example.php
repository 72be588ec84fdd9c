<?php

declare(strict_types=1);

// The example for init.php: a payment that is saved twice, one in two parts, one from before it went live.

use Bitrix\Main\Application;
use Bitrix\Main\Loader;
use Bitrix\Sale\Order;
use Bitrix\Sale\Payment;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;

require __DIR__ . '/autoload.php';
// Read on every hit, when no other module is there yet.
require __DIR__ . '/../../examples/init.php';

Loader::includeModule('sale');

$order = Shop::paid();
$order->save();

$parts = Order::create('s1', Shop::BUYER, 1700.0);
$parts->buy(['NAME' => "Чайник 🫖", 'PRICE' => '590.0000', 'QUANTITY' => 2]);
$parts->buy(['NAME' => 'Заварка', 'PRICE' => '200.0000', 'QUANTITY' => 0.1]);
$parts->ship(2, 300.0, 'Курьер');
$parts->ship(3, 200.0, null, null);
$parts->pay(3, 700.0, true);
$rest = $parts->pay(3, 900.0);
$parts->pay(Payment::INNER, 100.0, true);
$parts->save();
$rest->setPaid(true);
$parts->save();

$old = Shop::kettles();
Shop::payment($old)->setPaid(true);
Shop::payment($old)->setField('DATE_PAID', '2026-11-20 23:59:59');
$old->save();
// What it cannot write, nobody notices at the counter.
pg_query(Site::superuser('direct'), 'REVOKE fiscal_writer FROM bitrix');
Shop::paid();
pg_query(Site::superuser('direct'), 'GRANT fiscal_writer TO bitrix');

foreach (Application::$log as $fault) {
    echo get_class($fault), ' ', $fault->getMessage(), "\n";
}
