<?php

declare(strict_types=1);

// A day at a till that was offline: twelve sales, a return and a cancellation, everything twice and out of order. Prints
// JSON as day.php does. With an argument it says `half` on the way, waits for a line, and says `refused` when the shop's
// database does not take what it has to say: it says that again until it is taken, as a till does.

use Bitrix\Main\Application;
use Bitrix\Main\Loader;
use Fiscal\Relay\Api;

require __DIR__ . '/autoload.php';

Loader::includeModule('fiscal.relay');

const PATIENCE_SECONDS = 90;

$isDying = isset($argv[1]);
$refused = 0;
$say = static function (array $transaction) use ($isDying, &$refused): bool {
    $deadline = microtime(true) + PATIENCE_SECONDS;
    while (true) {
        try {
            return Api::posTransaction($transaction);
        } catch (InvalidArgumentException $fault) {
            throw $fault;
        } catch (Throwable $fault) {
            if (!$isDying || microtime(true) > $deadline) {
                throw $fault;
            }
            if ($refused++ === 0) {
                echo "refused\n";
                flush();
            }
            Application::setConnection(null);
            usleep(20000);
        }
    }
};

$tea = static fn (int $number): array => [
    'id' => '1', 'product_id' => 502, 'name' => 'Чай', 'price' => '10.00', 'quantity' => (string)$number,
    'vat_rate' => '0.1', 'measure_code' => 796,
];
$common = ['terminal' => 'till 1', 'store_id' => 1, 'fiscalized_by' => 'cloud', 'occurred_at' => date('c')];
$till = $facts = [];
$fact = static fn (string $id, string $money, int $count): array => [
    'key' => "pos:$id", 'money' => $money, 'kopecks' => 1000 * $count,
    'goods' => ['502' => ($money === 'came' ? 1000 : -1000) * $count],
];
foreach (range(1, 12) as $number) {
    $till[] = [
        'transaction_id' => "T-$number", 'means' => 'cash', 'customer' => ['email' => 'till@example.ru'],
        'items' => [$tea($number)],
    ] + $common;
    $facts[] = $fact("T-$number", 'came', $number);
}
$till[] = [
    'transaction_id' => 'R-2', 'type' => 'refund', 'original_transaction_id' => 'T-2', 'items' => [$tea(1)],
] + $common;
$facts[] = $fact('R-2', 'wentBack', 1);
$till[] = ['transaction_id' => 'C-3', 'type' => 'cancel', 'original_transaction_id' => 'T-3'] + $common;
$facts[] = $fact('C-3', 'wentBack', 3);

foreach ($till as $place => $transaction) {
    if ($isDying && $place === intdiv(count($till), 2)) {
        echo "half\n";
        flush();
        fgets(STDIN);
    }
    $say($transaction);
}
$again = array_sum(array_map(static fn (array $transaction): int => (int)$say($transaction), array_reverse($till)));
echo json_encode(
    ['facts' => $facts, 'products' => ['502' => 'Чай'], 'again' => $again, 'refused' => $refused],
    JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR
);
