<?php

declare(strict_types=1);

// A shop's day in a process of its own, which may be told when to die.

use Bitrix\Main\Loader;
use Fiscal\Tests\Crash;
use Fiscal\Tests\Shop;

require __DIR__ . '/autoload.php';

Loader::includeModule('sale');
Loader::includeModule('fiscal.relay');

Crash::$at = $argv[1] ?? '';

$order = Shop::kettles();
Shop::payment($order)->setPaid(true);
$order->save();
Shop::shipment($order)->setDeducted(true);
$order->save();
Shop::shipment($order)->setDeducted(false);
$order->save();
Shop::payment($order)->setReturn('P');
$order->save();
$order->cancel();
$order->save();
Shop::relay();
echo Crash::writes(), "\n";
