<?php

declare(strict_types=1);

// One run of the relay in a process of its own, which may be told when to die.

use Bitrix\Main\Loader;
use Fiscal\Tests\Crash;
use Fiscal\Tests\Shop;

require __DIR__ . '/autoload.php';

Loader::includeModule('fiscal.relay');

Crash::$at = $argv[1] ?? '';
Shop::relay();
