<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Fiscal\Relay\Api;
use Fiscal\Tests\JsonSchema;
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
        Shop::payment($order)->setReturn('P');
        $order->save();
        Shop::relay();
        $events = Site::arrived($kind);
        $this->same(
            ['order.paid', 'payment.refunded', 'payment.refunded', 'payment.refunded'],
            array_column($events, 'kind')
        );
        $refunds = array_column(array_column(array_slice($events, 1), 'payload'), 'refund');
        $this->same(['590.00', '10.10', null], array_map(static fn (array $refund) => $refund['sum'] ?? null, $refunds));
        $this->same([['id' => (string)$line, 'quantity' => '1']], $events[1]['payload']['items']);
        $this->same(3, count(array_unique(array_column($refunds, 'id'))));
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
}
