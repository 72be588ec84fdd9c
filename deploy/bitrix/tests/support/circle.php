<?php

declare(strict_types=1);

// A shop on MariaDB for the worker's end-to-end test: its events go to the PostgreSQL in the first argument, where a
// worker has to be at work, and the script waits until every check has its result. Prints JSON.

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Bitrix\Main\Loader;
use Bitrix\Sale\Cashbox\CheckManager;
use Bitrix\Sale\Cashbox\Internals\CashboxCheckTable;
use Fiscal\Relay\Api;
use Fiscal\Relay\Cashbox\CheckSweep;
use Fiscal\Relay\Options\Settings;
use Fiscal\Tests\Schema;
use Fiscal\Tests\Servers;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;

require __DIR__ . '/autoload.php';

Loader::includeModule('sale');
Loader::includeModule('fiscal.relay');

$servers = new Servers();
$servers->startShop();
$_SERVER['DOCUMENT_ROOT'] = sys_get_temp_dir();
Site::use('mysql');
Schema::create(Application::getConnection());
Schema::fill(Application::getConnection());
Site::install('postgres', $argv[1]);

// The way by events: prepaid, handed over, half of it given back.
$order = Shop::paid();
Shop::shipment($order)->setDeducted(true);
$order->save();
Api::refund(Shop::payment($order)->getId(), 'R-1', '590', [$order->getBasket()[0]->getId() => 1]);
Shop::relay();

// The way by the cash register: printed again and again, on both sides of the relay.
Settings::set('way', 'cashbox');
Shop::register();
$order = Shop::paid();
$checks = ['prepaid' => Shop::check($order, 'fullprepayment', payment: true)];
foreach (range(1, 3) as $time) {
    CheckManager::print($checks['prepaid']);
    Shop::relay();
}
$checks['closing'] = Shop::check($order, 'sell', payment: false);
// Bitrix puts the shop's own address in for a buyer without one.
Option::set('main', 'email_from', 'shop@example.ru');
$nobody = Shop::kettles(buyer: []);
$nobody->save();
$checks['nobody'] = Shop::check($nobody, 'sell', payment: true);
CheckManager::print($checks['closing']);
CheckManager::print($checks['nobody']);
Shop::relay();

$deadline = microtime(true) + 120;
do {
    CheckSweep::run();
    $open = CashboxCheckTable::getList(['filter' => ['=STATUS' => 'P']])->fetchAll();
    usleep(50000);
} while ($open !== [] && microtime(true) < $deadline);

$results = [];
foreach ($checks as $name => $id) {
    $row = CashboxCheckTable::getList(['filter' => ['=ID' => $id]])->fetch();
    $link = json_decode((string)$row['LINK_PARAMS'], true) ?? [];
    $results[$name] = [
        'status' => $row['STATUS'], 'error' => $row['ERROR_MESSAGE'] ?? '', 'fn' => $link['fn_number'] ?? '',
        'fd' => $link['fiscal_doc_number'] ?? '', 'fpd' => $link['fiscal_doc_attribute'] ?? '',
    ];
}
$results['faults'] = array_map(static fn (\Throwable $fault) => $fault->getMessage(), Application::$log);
echo json_encode($results, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n";
