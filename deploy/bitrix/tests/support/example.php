<?php

declare(strict_types=1);

// The example for init.php, and a payment that is saved twice.

use Bitrix\Main\Application;
use Fiscal\Tests\Shop;

require __DIR__ . '/autoload.php';
require __DIR__ . '/../../examples/init.php';

$order = Shop::paid();
$order->save();
echo count(Application::$log), " faults\n";
