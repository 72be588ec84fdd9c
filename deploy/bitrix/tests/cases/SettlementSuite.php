<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Sale\Order;
use Bitrix\Sale\Payment;
use Fiscal\Relay\Options\Settings;
use Fiscal\Tests\JsonSchema;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/** What a payment settles, by the options, its place in the order, and what was handed over before. */
final class SettlementSuite extends Suite
{
    public function testMoneyAfterTheGoodsPaysACredit(string $kind): void
    {
        $order = Shop::kettles();
        Shop::shipment($order)->setDeducted(true);
        $order->save();
        Shop::payment($order)->setPaid(true);
        $order->save();
        Shop::relay();
        $this->same(['order.shipped', 'order.paid'], Site::kinds($kind));
        $this->same('credit_payment', Site::arrived($kind)[1]['payload']['settlement']);
    }

    public function testMoneyAtTheDoorHoldsTheShipmentUntilItIsPaid(string $kind): void
    {
        Settings::set('settlements', "4 * full_payment\n3 9 advance");
        $order = Shop::kettles(4);
        Shop::shipment($order)->setDeducted(true);
        $order->save();
        $this->same(0, Shop::sweep());
        Shop::relay();
        $this->same([], Site::kinds($kind));
        Shop::payment($order)->setPaid(true);
        $order->save();
        Shop::relay();
        $this->same(['order.paid', 'order.shipped'], Site::kinds($kind));
        $payload = Site::arrived($kind)[0]['payload'];
        $this->same(['full_payment', 'cash'], [$payload['settlement'], $payload['payment']['means']]);
    }

    public function testAPartOnlineAndTheRestAtTheDoorPaysTheCredit(string $kind): void
    {
        Settings::set('settlements', '4 * full_payment');
        [$order, $online, $door] = $this->inTwoParts(3, 4);
        $online->setPaid(true);
        $order->save();
        Shop::shipment($order)->setDeducted(true);
        $order->save();
        $door->setPaid(true);
        $order->save();
        // Given back, the debt is there again.
        $door->setReturn('P');
        $order->save();
        $door->setPaid(true);
        $order->save();
        $this->same(
            ['prepayment', 'order.shipped', 'credit_payment', 'payment.refunded', 'credit_payment'],
            $this->settlements($kind)
        );
        foreach (Site::arrived($kind) as $event) {
            $this->same([], JsonSchema::eventFaults($event), $event['kind']);
        }
    }

    public function testAPartOnlineAfterTheGoodsLeftForTheDoor(string $kind): void
    {
        Settings::set('settlements', '4 * full_payment');
        $order = Shop::kettles(4);
        $door = Shop::payment($order);
        Shop::shipment($order)->setDeducted(true);
        $order->save();
        $online = $order->pay(3, 480.0);
        $door->setField('SUM', 1000.0);
        $order->save();
        $online->setPaid(true);
        $order->save();
        $door->setPaid(true);
        $order->save();
        $this->same(['prepayment', 'order.shipped', 'credit_payment'], $this->settlements($kind));
    }

    public function testPartsPaidInOneSaveComeBeforeTheGoods(string $kind): void
    {
        Settings::set('settlements', '4 * full_payment');
        foreach ([4, 3] as $system) {
            [$order, $first, $second] = $this->inTwoParts($system, 4);
            $first->setPaid(true);
            $second->setPaid(true);
            Shop::shipment($order)->setDeducted(true);
            $order->save();
        }
        $this->same(
            ['prepayment', 'prepayment', 'order.shipped', 'prepayment', 'prepayment', 'order.shipped'],
            $this->settlements($kind)
        );
    }

    /** What was taken back with the goods is no debt: paid again, it is paid in full again. */
    public function testPaidAgainAtTheDoor(string $kind): void
    {
        Settings::set('settlements', '4 * full_payment');
        $order = Shop::kettles(4);
        Shop::shipment($order)->setDeducted(true);
        $payment = Shop::payment($order);
        foreach ([1, 2] as $time) {
            $payment->setPaid(true);
            $order->save();
            $payment->setReturn('P');
            $order->save();
        }
        $this->same(
            ['full_payment', 'order.shipped', 'payment.refunded', 'full_payment', 'payment.refunded'],
            $this->settlements($kind)
        );
    }

    public function testSettlementByPaySystemAndDelivery(string $kind): void
    {
        Settings::set('settlements', "3 9 advance\n3 * full_payment");
        foreach ([9 => 'advance', 2 => 'full_payment'] as $delivery => $expected) {
            $order = Shop::kettles(3, $delivery);
            Shop::payment($order)->setPaid(true);
            $order->save();
            Shop::relay();
            $events = Site::arrived($kind);
            $this->same($expected, end($events)['payload']['settlement']);
        }
    }

    public function testPartsOfAnOrder(string $kind): void
    {
        $order = Order::create('s1', Shop::BUYER, 1000.0);
        $one = $order->buy(['NAME' => 'А', 'PRICE' => '400', 'QUANTITY' => 1]);
        $order->buy(['NAME' => 'Б', 'PRICE' => '600', 'QUANTITY' => 1]);
        $order->pay(3, 400.0, true)->payFor($one, 1);
        $order->pay(3, 600.0);
        $order->save();
        Shop::relay();
        $payload = Site::arrived($kind)[0]['payload'];
        $this->same('full_prepayment', $payload['settlement']);
        $this->same(['А'], array_column($payload['items'], 'name'));

        $whole = Order::create('s1', Shop::BUYER, 1000.0);
        $whole->buy(['NAME' => 'В', 'PRICE' => '1000', 'QUANTITY' => 1]);
        $whole->pay(3, 300.0, true);
        $whole->save();
        Shop::relay();
        $this->same('prepayment', Site::arrived($kind)[1]['payload']['settlement']);
    }

    /** @return array{0: Order, 1: Payment, 2: Payment} an order of 1000, to be paid in halves by these systems */
    private function inTwoParts(int $one, int $other): array
    {
        $order = Order::create('s1', Shop::BUYER, 1000.0);
        $item = $order->buy(['NAME' => 'А', 'PRICE' => '1000', 'QUANTITY' => 1]);
        $order->ship(2)->pack($item, 1);
        $payments = [$order->pay($one, 500.0), $order->pay($other, 500.0)];
        $order->save();

        return [$order, ...$payments];
    }

    /** @return list<string> settlements of payments, and kinds of what is none, as they arrived */
    private function settlements(string $kind): array
    {
        Shop::relay();
        $this->quiet();

        return array_map(
            static fn (array $event) => $event['payload']['settlement'] ?? $event['kind'],
            Site::arrived($kind)
        );
    }
}
