<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Sale\Cashbox\CheckManager;
use Bitrix\Sale\Order;
use Fiscal\Relay\Api;
use Fiscal\Relay\Options\Settings;
use Fiscal\Tests\JsonSchema;
use Fiscal\Tests\Schema;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/**
 * Events of every kind as this module writes them, kept in payloads/ for the tests of the worker, which reads them.
 *
 * With FISCAL_TEST_WRITE_PAYLOADS set the files are written anew instead of compared.
 */
final class PayloadSuite extends Suite
{
    private const DIRECTORY = __DIR__ . '/../payloads';

    public function testTheKeptPayloadsAreThoseOfToday(): void
    {
        Site::fresh('mysql');
        foreach (Schema::tables() as $table) {
            // Ids begin at 1 again.
            Application::getConnection()->queryExecute("TRUNCATE $table");
        }
        Site::fresh('mysql');
        $this->events();
        $this->checks();
        Shop::relay();
        $this->quiet();
        $files = [];
        foreach (Site::arrived('mysql') as $place => $event) {
            $name = sprintf('%02d-%s.json', $place + 1, $event['kind']);
            $files[$name] = $this->stable(json_encode(
                array_intersect_key($event, ['kind' => 1, 'event_key' => 1, 'subject' => 1, 'payload' => 1]),
                JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR
            ) . "\n");
        }
        if (getenv('FISCAL_TEST_WRITE_PAYLOADS')) {
            array_map(unlink(...), glob(self::DIRECTORY . '/*.json') ?: []);
            foreach ($files as $name => $text) {
                file_put_contents(self::DIRECTORY . "/$name", $text);
            }
        }
        $kept = array_map(basename(...), glob(self::DIRECTORY . '/*.json') ?: []);
        $this->same(array_keys($files), $kept, 'the files');
        foreach ($files as $name => $text) {
            $this->same($text, (string)file_get_contents(self::DIRECTORY . "/$name"), $name);
        }
    }

    public function testTheKeptPayloadsFollowTheirSchemas(): void
    {
        $checked = 0;
        foreach (glob(self::DIRECTORY . '/*.json') ?: [] as $file) {
            $event = json_decode((string)file_get_contents($file), false, 512, JSON_THROW_ON_ERROR);
            $schema = dirname(__DIR__, 4) . "/Sources/Relay/Schemas/$event->kind.json";
            if (is_file($schema)) {
                $this->same([], JsonSchema::faults($schema, json_encode($event->payload)), basename($file));
                $checked++;
            }
        }
        $this->true($checked >= 10, "checked: $checked");
    }

    private function events(): void
    {
        // Prepaid, handed over, half of it returned, and the rest taken back by the shop.
        $order = Shop::paid();
        Shop::shipment($order)->setDeducted(true);
        $order->save();
        Api::refund(Shop::payment($order)->getId(), 'R-1', '590', [$order->getBasket()[0]->getId() => 1]);
        Shop::shipment($order)->setDeducted(false);
        $order->save();
        $order->cancel();
        $order->save();
        // Prepaid, and all of it given back.
        $order = Shop::paid();
        Shop::payment($order)->setReturn('P');
        $order->save();
        // Only un-marked: no money left.
        $order = Shop::paid();
        Shop::payment($order)->setPaid(false);
        $order->save();
        // A company pays cash at the door for something with a code; delivery is on the house.
        Settings::set('settlements', '4 * full_payment');
        $order = $this->shoes(['EMAIL' => 'a@b.ru', 'INN' => '7712345671', 'COMPANY' => 'ООО «Ромашка»'], 4);
        $order->save();
        Api::posTransaction([
            'transaction_id' => 'T-1', 'terminal' => '7', 'sum' => 19.99, 'means' => 'cash', 'store_id' => 3,
            'occurred_at' => '2026-11-21T12:00:00+03:00', 'fiscalized_by' => 'cloud',
            'customer' => ['email' => 'a@b.ru'],
            'items' => [['product_id' => 5, 'name' => 'Хлеб', 'price' => 19.99, 'quantity' => 1, 'vat_rate' => 0.1]],
        ]);
        Api::posTransaction([
            'transaction_id' => 'T-2', 'type' => 'refund', 'original_transaction_id' => 'T-1', 'terminal' => '7',
            'store_id' => 3, 'occurred_at' => '2026-11-21T13:00:00+03:00', 'fiscalized_by' => 'cloud',
            'items' => [['id' => '0', 'product_id' => 5, 'name' => 'Хлеб', 'price' => '19.99', 'quantity' => '1', 'vat_rate' => '0.1']],
        ]);
    }

    private function checks(): void
    {
        Settings::set('way', 'cashbox');
        Shop::register();
        $order = Shop::paid();
        $this->print(Shop::check($order, 'fullprepayment', payment: true));
        $this->print(Shop::check($order, 'sell', payment: false));
        $this->print(Shop::check($order, 'sellreturn', payment: true));
        $order = $this->shoes(Shop::BUYER, 4);
        $order->getBasket()[0]->setField('MARKING', "0104606203090000215Qbag!abcdefg\x1d93Zjqw");
        $order->save();
        $this->print(Shop::check($order, 'sell', payment: true, sum: '500'));
        $order = Shop::paid();
        $this->print(Shop::check($order, 'advancepayment', payment: true));
        $order = Shop::kettles();
        $order->save();
        $this->print(Shop::check($order, 'credit', payment: false));
        $this->print(Shop::check($order, 'creditpayment', payment: true));
    }

    private function shoes(array $buyer, int $system): Order
    {
        $mark = "0104606203090000215Qbag!abcdefg\x1d93Zjqw";
        $order = Order::create('s1', $buyer, 500.0);
        $shoes = $order->buy(['NAME' => 'Ботинки', 'PRICE' => '500', 'QUANTITY' => 1]);
        $order->ship(2)->pack($shoes, 1, [['MARKING_CODE' => $mark, 'STORE_ID' => 7]]);
        $order->pay($system, 500.0, true);

        return $order;
    }

    private function print(int $check): void
    {
        $this->same(true, CheckManager::print($check)->isSuccess());
    }

    /** Without what differs from day to day. */
    private function stable(string $text): string
    {
        return (string)preg_replace(
            ['/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00/', '/\b(unpaid-\d+)-\d{10}\b/', '/(:\d+):\d{10}"/'],
            ['2026-11-21T12:00:00+03:00', '$1-1763715600', '$1:1763715600"'],
            $text
        );
    }
}
