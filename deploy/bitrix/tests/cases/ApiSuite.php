<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Rest\RestException;
use Bitrix\Sale\Internals\OrderPropsValueTable;
use Fiscal\Relay\Api;
use Fiscal\Relay\Rest\Service;
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

    public function testRestSetsPropertiesAndTouchesNothingElse(string $kind): void
    {
        $order = Shop::kettles();
        $order->save();
        $id = $order->getId();
        OrderPropsValueTable::add([
            'ORDER_ID' => $id, 'ENTITY_ID' => $id, 'ENTITY_TYPE' => 'ORDER', 'ORDER_PROPS_ID' => 99999, 'CODE' => 'CITY',
            'NAME' => 'Город', 'VALUE' => 'Тула', 'XML_ID' => '',
        ]);
        $values = ['CLOUDKASSIR_FN' => '9282', 'CLOUDKASSIR_FD' => '7', 'CLOUDKASSIR_FPD' => '12'];
        $calls = Service::onBuildDescription()[Service::SCOPE][Service::METHOD];
        for ($i = 0; $i < 2; $i++) {
            $answer = $calls(['orders' => [['id' => $id, 'properties' => $values], ['id' => $id + 1000, 'properties' => $values]]]);
            $got = $answer['orders'][0]['values'];
            ksort($got);
            ksort($values);
            $this->same($values, $got);
            $this->same([], $answer['orders'][0]['missing']);
            $this->same('ORDER_NOT_FOUND', $answer['orders'][1]['error']);
        }
        $calls(['ORDERS' => [['ID' => $id, 'PROPERTIES' => ['CLOUDKASSIR_FD' => '8']]]]);
        $this->same('8', Site::value("SELECT VALUE AS V FROM b_sale_order_props_value WHERE CODE = 'CLOUDKASSIR_FD'"));
        $this->same('Тула', Site::value("SELECT VALUE AS V FROM b_sale_order_props_value WHERE CODE = 'CITY'"));
        $this->same(4, (int)Site::value('SELECT COUNT(*) AS N FROM b_sale_order_props_value'));
        $this->same('ERROR_PROPERTY_NOT_ALLOWED', $this->throws(RestException::class, static fn () => $calls(
            ['orders' => [['id' => $id, 'properties' => ['CITY' => 'Омск']]]]
        ))->getErrorCode());
        \CRestUtil::$admin = false;
        try {
            $this->throws(RestException::class, static fn () => $calls(
                ['orders' => [['id' => $id, 'properties' => $values]]]
            ));
        } finally {
            \CRestUtil::$admin = true;
        }
    }
}
