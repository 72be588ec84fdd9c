<?php

declare(strict_types=1);

// A buyer who pays again and again, each time in a transaction of the shop's own; prints what went wrong.

use Bitrix\Main\Application;
use Bitrix\Main\Loader;
use Fiscal\Tests\Shop;

require __DIR__ . '/autoload.php';

Loader::includeModule('sale');

for ($i = 0; $i < 15; $i++) {
    Application::getConnection()->startTransaction();
    Shop::paid();
    Application::getConnection()->commitTransaction();
}
echo implode("\n", array_map(static fn (\Throwable $fault) => $fault->getMessage(), Application::$log));
