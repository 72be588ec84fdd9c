<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Fiscal\Relay\Api;
use Fiscal\Relay\NotRecorded;
use Fiscal\Tests\JsonSchema;
use Fiscal\Tests\Log;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class ApiSuite extends Suite
{
    public function testPartialRefunds(string $kind): void
    {
        $order = Shop::paid();
        $payment = Shop::payment($order)->getId();
        $line = $order->getBasket()[0]->getId();
        $this->same(true, Api::refund($payment, 'R-1', '590', [$line => 1]));
        $this->same(false, Api::refund($payment, 'R-1', '590', [$line => 1]));
        $this->same(true, Api::refund($payment, 'R-2', 10.1, [], 'cash', new \DateTimeImmutable('2026-11-21T12:00:00+03:00')));
        $this->same(true, Api::refund($payment, 'R-3', '1', [$line => '0.1'], goodsComeBack: false));
        Shop::payment($order)->setReturn('P');
        $order->save();
        Shop::relay();
        $events = Site::arrived($kind);
        $this->same(
            ['order.paid', 'payment.refunded', 'payment.refunded', 'payment.refunded', 'payment.refunded'],
            array_column($events, 'kind')
        );
        $this->same(
            [null, null, 'none', null],
            array_map(static fn (array $event) => $event['payload']['stock_effect'] ?? null, array_slice($events, 1))
        );
        $refunds = array_column(array_column(array_slice($events, 1), 'payload'), 'refund');
        $this->same(['590.00', '10.10', '1.00', null], array_map(static fn (array $refund) => $refund['sum'] ?? null, $refunds));
        $this->same([['id' => (string)$line, 'quantity' => '1']], $events[1]['payload']['items']);
        $this->same(4, count(array_unique(array_column($refunds, 'id'))));
        $schema = dirname(__DIR__, 4) . '/Sources/Relay/Schemas/payment.refunded.json';
        foreach (array_slice($events, 1) as $event) {
            $this->same([], JsonSchema::faults($schema, json_encode($event['payload'])));
            $this->same('order:' . $order->getId(), $event['subject']);
        }
        foreach (
            [
                static fn () => Api::refund($payment, '', 1), static fn () => Api::refund($payment, 'x', 0),
                static fn () => Api::refund(0, 'x', 1), static fn () => Api::refund($payment, 'x', 1, [], 'gold'),
            ] as $wrong
        ) {
            $this->throws(\InvalidArgumentException::class, $wrong);
        }
    }

    public function testPointOfSale(string $kind): void
    {
        $sale = [
            'transaction_id' => 'T-1', 'terminal' => '7', 'sum' => 19.99, 'means' => 'cash', 'store_id' => 3,
            'occurred_at' => '2026-11-21T12:00:00+03:00', 'fiscalized_by' => 'cloud',
            'items' => [['product_id' => 5, 'name' => 'Хлеб', 'price' => 19.99, 'quantity' => 1, 'vat_rate' => 0.1]],
        ];
        $this->same([true, false], [Api::posTransaction($sale), Api::posTransaction($sale)]);
        Api::posTransaction(['transaction_id' => 'T-2', 'type' => 'refund', 'original_transaction_id' => 'T-1']);
        Api::posTransaction(['transaction_id' => 'T-3', 'order' => ['id' => 12]] + $sale);
        Shop::relay();
        $events = Site::arrived($kind);
        $this->same(['pos:T-1', 'pos:T-1', 'order:12'], array_column($events, 'subject'));
        $this->same(['pos:T-1', 'pos:T-2', 'pos:T-3'], array_column($events, 'event_key'));
        $payload = $events[0]['payload'];
        $this->same(['19.99', '19.99', '1', '0.1', '0'], [
            $payload['sum'], $payload['items'][0]['price'], $payload['items'][0]['quantity'],
            $payload['items'][0]['vat_rate'], $payload['items'][0]['id'],
        ]);
        $this->throws(\InvalidArgumentException::class, static fn () => Api::posTransaction(['sum' => 1]));
    }

    public function testQuantitiesAreSaidAsTheyAre(string $kind): void
    {
        $till = ['transaction_id' => 'T-1', 'store_id' => 3, 'fiscalized_by' => 'terminal', 'items' => [
            ['product_id' => 5, 'name' => 'Сыр', 'price' => '700', 'quantity' => '0.123456'],
            ['product_id' => 6, 'name' => 'Чай', 'price' => 19.5, 'quantity' => 0.1 + 0.2],
            ['product_id' => 7, 'name' => 'Соль', 'price' => '1e1', 'quantity' => '12345678901234.000001'],
        ], 'order_discount' => 1.5, 'delivery' => ['price' => 300, 'vat_rate' => 0.22]];
        Api::posTransaction($till);
        Shop::relay();
        $payload = Site::arrived($kind)[0]['payload'];
        $this->same(['0.123456', '0.3', '12345678901234.000001'], array_column($payload['items'], 'quantity'));
        $this->same(['700.00', '19.50', '10.00'], array_column($payload['items'], 'price'));
        $this->same(['1.50', '300.00'], [$payload['order_discount'], $payload['delivery']['price']]);
        $order = Shop::paid();
        $payment = Shop::payment($order)->getId();
        $item = static fn (mixed $value, string $field) => static fn () => Api::posTransaction(
            ['transaction_id' => 'T-9', 'fiscalized_by' => 'cloud', 'items' => [
                ['name' => 'Чай', 'price' => '1', 'quantity' => '1'],
                [$field => $value] + ['name' => 'Чай', 'price' => '1', 'quantity' => '1'],
            ]]
        );
        $with = static fn (string $field, mixed $value) => static fn () => Api::posTransaction(
            [$field => $value] + ['transaction_id' => 'T-9']
        );
        foreach (
            [
                ['items[1].quantity: at most 3 decimals', $item('0.1234', 'quantity')],
                ['items[1].quantity: a decimal number', $item('1,5', 'quantity')],
                ['items[1].quantity: a decimal number', $item([], 'quantity')],
                ['items[1].price: at most 4 decimals', $item(1 / 3, 'price')],
                ['items[1].vat_rate: a decimal number', $item('20%', 'vat_rate')],
                ['items[0].quantity: at most 6 decimals', $with('items', [['quantity' => '0.1234567']])],
                ['items: an array', $with('items', 'x')], ['items[0]: an array', $with('items', ['x'])],
                ['sum: at most 2 decimals', $with('sum', '19.999')], ['bonus: a decimal number', $with('bonus', 'x')],
                ['delivery.price: at most 4', $with('delivery', ['price' => '0.00001'])],
                ['transaction_id: a text', $with('transaction_id', ['x'])], ['type: sale', $with('type', 'x')],
                ['transaction_id: at most 190', $with('transaction_id', str_repeat('9', 191))],
                ['means: cash', $with('means', 'gold')], ['occurred_at: a moment', $with('occurred_at', 'soon')],
                ['items[7]: at most 3 decimals', static fn () => Api::refund($payment, 'R', '1', [7 => '0.0001'])],
                ['sum: at most 2 decimals', static fn () => Api::refund($payment, 'R', '1.001')],
            ] as [$message, $wrong]
        ) {
            $said = $this->throws(\InvalidArgumentException::class, $wrong)->getMessage();
            $this->true(str_starts_with($said, $message), "$message: $said");
        }
    }

    /** MySQL cuts what its character set cannot hold: two transactions would become one, and the second be lost. */
    public function testNumbersThatADatabaseWouldCutAreRefused(string $kind): void
    {
        foreach (["T-\u{1F9FE}1", "T-\xff1", "T-\x011"] as $id) {
            $this->throws(\InvalidArgumentException::class, static fn () => Api::posTransaction(['transaction_id' => $id]));
        }
        $this->same(true, Api::posTransaction(['transaction_id' => 'ЧЕК-№1']));
        $this->same(true, Api::posTransaction(['transaction_id' => 'ЧЕК-№2']));
    }

    public function testWhatCannotBeWrittenIsToldWithoutTheBuyersData(string $kind): void
    {
        $order = Shop::paid();
        Application::getConnection()->queryExecute('DROP TABLE fiscal_relay_outbox');
        $payment = Shop::payment($order)->getId();
        foreach (
            [
                static fn () => Api::refund($payment, 'R-1', '590'),
                static fn () => Api::posTransaction(['transaction_id' => 'T-1', 'customer' => ['email' => 'ivanov@example.ru']]),
            ] as $call
        ) {
            $fault = $this->throws(NotRecorded::class, $call);
            $this->true(preg_match('/SqlQueryException (1146|42P01) /', $fault->getMessage()) === 1, $fault->getMessage());
            $this->true(!str_contains(Log::text($fault), 'ivanov') && !str_contains(Log::text($fault), 'INSERT'), 'no data');
        }
    }
}
