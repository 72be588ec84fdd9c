<?php

declare(strict_types=1);

// A self-hosted shop with the module for the worker's end-to-end test of the whole circle: events go to the PostgreSQL
// of the second argument, results come back through the module's REST method. It speaks through files in the directory
// of the first argument: writes `ready` with the address of its webhook, plays its story when `go` is there, writes
// `told`, and when `read` is there `shown` with what its orders show, and ends; `end` ends it at once.

use Bitrix\Main\Application;
use Fiscal\Relay\Api;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Setup\Properties;
use Fiscal\Tests\Failure;
use Fiscal\Tests\Schema;
use Fiscal\Tests\Servers;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\WebServer;

require __DIR__ . '/autoload.php';

[, $directory, $url] = $argv;

$write = static function (string $name, array $content) use ($directory): void {
    // Whole, or not there.
    file_put_contents("$directory/$name.part", json_encode($content, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR));
    rename("$directory/$name.part", "$directory/$name");
};
$await = static function (string $name) use ($directory): void {
    $deadline = microtime(true) + 500;
    while (!is_file("$directory/$name")) {
        if (microtime(true) > $deadline || is_file("$directory/end")) {
            throw new Failure("nobody said $name");
        }
        usleep(20000);
        clearstatcache();
    }
};

$servers = new Servers();
$servers->startShop();
$_SERVER['DOCUMENT_ROOT'] = sys_get_temp_dir();
Site::use('mysql');
Schema::create(Application::getConnection());
Schema::fill(Application::getConnection());
Site::install('postgres', $url);
$kinds = ['CLOUDKASSIR', 'REFUND', 'CORRECTION'];
$codes = array_merge(...array_map(static fn (string $kind) => ["{$kind}_FN", "{$kind}_FD", "{$kind}_FPD"], $kinds));
Settings::set('property_codes', implode(',', $codes));
Settings::set('settlements', '4 * full_payment');
Settings::set('default_store', '1');
// Many transactions, so that there is many a moment to die at.
Settings::set('batch_size', '3');
Properties::create();
$web = new WebServer(__DIR__ . '/rest.php', "$directory/web.log");
$web->start();
$write('ready', ['webhook' => $web->webhook()]);
$await('go');

// A sale for cash at the door, handed over.
$sale = Shop::kettles(4);
Shop::payment($sale)->setPaid(true);
$sale->save();
Shop::shipment($sale)->setDeducted(true);
$sale->save();

// A prepayment with its hand-over, and one kettle of it given back.
$prepaid = Shop::paid();
Shop::shipment($prepaid)->setDeducted(true);
$prepaid->save();
$refund = fn () => Api::refund(Shop::payment($prepaid)->getId(), 'R-1', '590', [$prepaid->getBasket()[0]->getId() => 1]);
$refund();

// An order whose receipt was missed: somebody writes the correction later.
$missed = Shop::kettles();
$missed->save();

// A day at a till that was offline: everything twice, out of order, the relay dying in between.
$till = [];
foreach (range(1, 12) as $number) {
    $till[] = [
        'transaction_id' => "T-$number", 'terminal' => 'till 1', 'store_id' => 1, 'means' => 'cash',
        'fiscalized_by' => 'cloud', 'occurred_at' => date('c'), 'customer' => ['email' => 'till@example.ru'],
        'items' => [[
            'id' => '1', 'product_id' => 502, 'name' => 'Чай', 'price' => '10.00', 'quantity' => (string)$number,
            'vat_rate' => '0.1', 'measure_code' => 796,
        ]],
    ];
}
$back = ['fiscalized_by' => 'cloud', 'occurred_at' => date('c'), 'terminal' => 'till 1', 'store_id' => 1];
$till[] = ['transaction_id' => 'R-2', 'type' => 'refund', 'original_transaction_id' => 'T-2', 'items' => [
    ['id' => '1', 'product_id' => 502, 'name' => 'Чай', 'price' => '10.00', 'quantity' => '1', 'vat_rate' => '0.1'],
]] + $back;
$till[] = ['transaction_id' => 'C-3', 'type' => 'cancel', 'original_transaction_id' => 'T-3'] + $back;
$news = 0;
foreach ([$till, array_reverse($till)] as $batch) {
    foreach ($batch as $transaction) {
        $news += (int)Api::posTransaction($transaction);
    }
}
$refund();

// The relay dies at each of its writes to the shop's database in turn, and the web server with it.
$deaths = 0;
$code = -1;
for ($nth = 1; $nth <= 12 && $code !== 0; $nth++) {
    [$code, , $errors] = Site::run(__DIR__ . '/relay.php', [($nth % 2 ? 'before:' : 'after:') . $nth]);
    if ($code !== 0 && $errors !== '') {
        throw new Failure("the relay ended badly: $errors");
    }
    $deaths += (int)($code !== 0);
    if ($nth === 2) {
        $web->restart();
    }
}
Shop::sweep();
Shop::relay();
$web->restart();

$orders = ['sale' => $sale->getId(), 'prepaid' => $prepaid->getId(), 'missed' => $missed->getId()];
$write('told', ['orders' => $orders, 'line' => (string)$missed->getBasket()[0]->getId(), 'till' => $news, 'deaths' => $deaths]);
$await('read');

$shown = [];
foreach ($orders as $name => $id) {
    $rows = Application::getConnection()->query(
        "SELECT CODE, VALUE FROM b_sale_order_props_value WHERE ORDER_ID = $id ORDER BY CODE"
    );
    $shown[$name] = new stdClass();
    while ($row = $rows->fetch()) {
        $shown[$name]->{$row['CODE']} = $row['VALUE'];
    }
}
$write('shown', [
    'orders' => $shown,
    'waiting' => (int)Site::value('SELECT COUNT(*) AS N FROM fiscal_relay_outbox WHERE sent_at IS NULL'),
    'faults' => array_map(static fn (Throwable $fault) => $fault->getMessage(), Application::$log),
]);
$web->stop();
