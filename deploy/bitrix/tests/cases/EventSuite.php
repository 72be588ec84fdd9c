<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Sale\Order;
use Bitrix\Sale\Payment;
use Fiscal\Relay\Events\Handlers;
use Fiscal\Relay\Facts\PaymentFacts;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Tests\Crash;
use Fiscal\Tests\JsonSchema;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class EventSuite extends Suite
{
    public function testPaidSnapshot(string $kind): void
    {
        $order = Shop::paid();
        Shop::relay();
        $this->quiet();
        [$event] = Site::arrived($kind);
        $payment = Shop::payment($order);
        $this->same('main', $event['shop']);
        $this->same('order.paid', $event['kind']);
        $this->same('order:' . $order->getId(), $event['subject']);
        $this->true(str_starts_with($event['event_key'], "payment:{$payment->getId()}:paid:1:"), $event['event_key']);
        $payload = $event['payload'];
        $paidAt = $payload['payment']['paid_at'];
        $this->same($payment->getField('DATE_PAID')->format(DATE_ATOM), $paidAt);
        unset($payload['payment']['paid_at']);
        $this->same($this->sorted([
            'v' => 1,
            'order' => ['id' => $order->getId(), 'number' => $order->getId() . '/A', 'currency' => 'RUB'],
            'payment' => ['id' => $payment->getId(), 'sum' => '1480.00', 'means' => 'electronic'],
            'settlement' => 'full_prepayment',
            'customer' => ['email' => 'ivanov@example.ru', 'phone' => '+79161234567'],
            'items' => [[
                'id' => (string)$order->getBasket()[0]->getId(), 'product_id' => 501, 'name' => 'Чайник',
                'price' => '590.00', 'quantity' => '2', 'vat_rate' => '0.22', 'vat_included' => true,
                'measure_code' => 796, 'object' => 'commodity', 'marks' => [],
            ]],
            'delivery' => ['name' => 'Доставка', 'price' => '300.00', 'vat_rate' => '0.22'],
        ]), $this->sorted($payload));
        $this->valid($event);
    }

    public function testBothDirectionsAndAgain(string $kind): void
    {
        $order = Shop::paid();
        $payment = Shop::payment($order);
        $payment->setReturn('P');
        $order->save();
        $payment->setPaid(true);
        $order->save();
        $payment->setReturn('N');
        $order->save();
        Shop::relay();
        $this->quiet();
        $this->same(
            ['order.paid', 'payment.refunded', 'order.paid', 'payment.cancelled'],
            Site::kinds($kind)
        );
        $refund = Site::arrived($kind)[1];
        $this->same($payment->getId(), $refund['payload']['payment']['id']);
        $this->true(!isset($refund['payload']['refund']['sum']) && !isset($refund['payload']['items']), 'all that is left');
        array_map($this->valid(...), Site::arrived($kind));
    }

    public function testHandlersCalledTwiceOrOutOfPlaceSayItOnce(string $kind): void
    {
        $order = Shop::paid();
        $payment = Shop::payment($order);
        for ($i = 0; $i < 3; $i++) {
            Handlers::onPaymentSaved($this->event(['ENTITY' => $payment, 'VALUES' => ['PAID' => 'N']]));
            Handlers::onOrderSaved($this->event(['ENTITY' => $order]));
            Handlers::onOrderPaid($this->event(['ENTITY' => $order]));
        }
        // Somebody edits the comment of a paid payment.
        Handlers::onPaymentSaved($this->event(['ENTITY' => $payment, 'VALUES' => ['COMMENTS' => '']]));
        Handlers::onOrderSaved($this->event(['ENTITY' => $order]));
        Shop::relay();
        $this->same(['order.paid'], Site::kinds($kind));
    }

    public function testTwoCallbacksAtOnceSayItOnce(string $kind): void
    {
        $order = Shop::kettles();
        $order->save();
        $first = Order::load($order->getId());
        $second = Order::load($order->getId());
        foreach ([$first, $second] as $copy) {
            Shop::payment($copy)->setPaid(true);
            $copy->save();
        }
        Shop::relay();
        $this->same(['order.paid'], Site::kinds($kind));
    }

    public function testARivalThatTellsAnotherChangeHidesNone(string $kind): void
    {
        $order = Shop::kettles();
        $order->save();
        $payment = Shop::payment($order);
        $payment->setPaid(true);
        $paid = PaymentFacts::paid($order, $payment);
        // Somebody has marked it as paid and records it while we, who have un-marked it since, record that.
        $payment->setReturn('P');
        Crash::$rival = static fn () => Outbox::record($paid, Outbox::SOURCE_EVENT);
        $this->same(true, Outbox::record(PaymentFacts::unpaid($order, $payment), Outbox::SOURCE_EVENT));
        Shop::relay();
        $this->quiet();
        $this->same(['order.paid', 'payment.refunded'], Site::kinds($kind));
    }

    public function testShippedWithMarksAndUndone(string $kind): void
    {
        $mark = "0104606203090000215Qbag!\x1d93Zjqw";
        $order = Order::create('s1', Shop::BUYER, 1000.0);
        $shoes = $order->buy(['NAME' => 'Ботинки', 'PRICE' => '500', 'QUANTITY' => 2, 'VAT_RATE' => null]);
        $shipment = $order->ship(2);
        $shipment->pack($shoes, 2, [['MARKING_CODE' => $mark, 'STORE_ID' => 7], ['MARKING_CODE' => 'B', 'STORE_ID' => 7]]);
        $order->pay(3, 1000.0, true);
        $order->save();
        $shipment->setDeducted(true);
        $order->save();
        $shipment->setDeducted(false);
        $order->save();
        $shipment->setDeducted(true);
        $order->save();
        Shop::relay();
        $this->quiet();
        $this->same(['order.paid', 'order.shipped', 'shipment.undone', 'order.shipped'], Site::kinds($kind));
        $shipped = Site::arrived($kind)[1];
        $this->same([$mark, 'B'], $shipped['payload']['items'][0]['marks']);
        $this->same(7, $shipped['payload']['items'][0]['store_id']);
        $this->same(null, $shipped['payload']['items'][0]['vat_rate']);
        $this->same($shipment->getId(), $shipped['payload']['shipment']['id']);
        array_map($this->valid(...), Site::arrived($kind));
    }

    public function testPaidAndShippedInOneSaveComeInThisOrder(string $kind): void
    {
        $order = Shop::kettles();
        Shop::shipment($order)->setDeducted(true);
        Shop::payment($order)->setPaid(true);
        $order->save();
        Shop::relay();
        $this->same(['order.paid', 'order.shipped'], Site::kinds($kind));
        $this->same('full_prepayment', Site::arrived($kind)[0]['payload']['settlement']);
    }

    public function testNetPricesSetsServicesAndCompanies(string $kind): void
    {
        $order = Order::create('s2', ['INN' => '7712345671', 'COMPANY' => 'ООО «Ромашка»'], 366.0);
        $set = $order->buy(['NAME' => 'Набор', 'PRICE' => '100', 'QUANTITY' => 3, 'VAT_INCLUDED' => 'N']);
        $order->save();
        $order->buy(['NAME' => 'Часть', 'PRICE' => '0', 'QUANTITY' => 3, 'SET_PARENT_ID' => $set->getId()]);
        $order->buy(['NAME' => "Сборка \u{1F527}", 'PRICE' => '0.01', 'QUANTITY' => 1.5, 'TYPE' => 2, 'VAT_RATE' => '0']);
        Settings::set('shop_s2', 'second');
        $order->pay(3, 366.0, true);
        $order->save();
        Shop::relay();
        [$event] = Site::arrived($kind);
        $this->same('second', $event['shop']);
        $items = $event['payload']['items'];
        $this->same(2, count($items));
        $this->same(['122.00', '3', '0.22'], [$items[0]['price'], $items[0]['quantity'], $items[0]['vat_rate']]);
        $this->same(['service', '1.5', '0'], [$items[1]['object'], $items[1]['quantity'], $items[1]['vat_rate']]);
        $this->same("Сборка \u{1F527}", $items[1]['name']);
        $this->same('7712345671', $event['payload']['customer']['inn']);
        $this->valid($event);
    }

    public function testOtherPaySystemsAndInnerAccount(string $kind): void
    {
        Settings::set('pay_systems', '1,3');
        Settings::set('inner_as_bonus', 'Y');
        Shop::paid(9);
        $order = Order::create('s1', Shop::BUYER, 1000.0);
        $order->buy(['NAME' => 'А', 'PRICE' => '1000', 'QUANTITY' => 1]);
        $order->pay(Payment::INNER, 100.0, true);
        $order->pay(3, 900.0, true);
        $order->save();
        Shop::relay();
        $this->quiet();
        [$event] = Site::arrived($kind);
        $this->same(1, count(Site::arrived($kind)));
        $this->same(['100.00', 'full_prepayment'], [$event['payload']['bonus'], $event['payload']['settlement']]);
    }

    public function testCancelledAndRestored(string $kind): void
    {
        $order = Shop::paid();
        foreach ([true, false, true] as $cancel) {
            $order->cancel($cancel);
            $order->save();
        }
        Shop::relay();
        $this->same(['order.paid', 'order.cancelled', 'order.cancelled'], Site::kinds($kind));
    }

    public function testSwitchedOffNothingIsRecorded(string $kind): void
    {
        Settings::set('enabled', 'N');
        Shop::paid();
        $this->same(0, (int)Site::value('SELECT COUNT(*) AS N FROM fiscal_relay_outbox'));
    }

    public function testABrokenModuleBreaksNoSave(string $kind): void
    {
        Application::getConnection()->queryExecute('DROP TABLE fiscal_relay_outbox');
        $order = Shop::paid();
        $this->same('Y', trim((string)Site::value('SELECT PAID AS PAID FROM b_sale_order_payment WHERE ID = '
            . Shop::payment($order)->getId())));
        $this->true(Application::$log !== [], 'the fault was logged');
    }

    public function testABrokenModuleSpoilsNoTransactionOfTheShop(string $kind): void
    {
        $connection = Application::getConnection();
        // MySQL ends a transaction at DROP TABLE, so it comes first.
        $connection->queryExecute('DROP TABLE fiscal_relay_outbox');
        $connection->startTransaction();
        $order = Shop::paid();
        $connection->commitTransaction();
        $this->same('Y', trim((string)Site::value('SELECT PAID AS PAID FROM b_sale_order_payment WHERE ID = '
            . Shop::payment($order)->getId())));
    }

    public function testARolledBackPaymentLeavesNoEvent(string $kind): void
    {
        $connection = Application::getConnection();
        $connection->startTransaction();
        Shop::paid();
        $connection->rollbackTransaction();
        Shop::relay();
        $this->same([], Site::kinds($kind));
    }

    public function testAHandlerIsShortAndScansNothing(string $kind): void
    {
        $order = Shop::kettles();
        $order->save();
        Shop::payment($order)->setPaid(true);
        $connection = Application::getConnection();
        $connection->statements = [];
        $order->save();
        $own = array_values(array_filter(
            $connection->statements,
            static fn (string $sql) => str_contains($sql, 'fiscal_relay_outbox')
        ));
        $writes = array_filter($own, static fn (string $sql) => !str_starts_with($sql, 'SELECT'));
        $this->same(1, count($writes), 'one INSERT');
        foreach ($own as $sql) {
            if (str_starts_with($sql, 'SELECT')) {
                if ($connection->getType() === 'pgsql') {
                    $connection->queryExecute('SET enable_seqscan = off');
                }
                $plan = json_encode($connection->query("EXPLAIN $sql")->fetchAll());
                $this->true(!str_contains($plan, 'Seq Scan') && !str_contains($plan, '"type":"ALL"'), $plan);
            }
        }
    }

    public function testBuyersAtOnceDoNotDeadlock(string $kind): void
    {
        $buyers = array_map(
            static fn () => Site::start(__DIR__ . '/../support/buyers.php'),
            range(1, 4)
        );
        foreach ($buyers as $buyer) {
            $this->same([0, '', ''], Site::finish($buyer));
        }
        $this->same(60, (int)Site::value('SELECT COUNT(*) AS N FROM fiscal_relay_outbox'));
    }

    private function valid(array $event): void
    {
        $this->same([], JsonSchema::eventFaults($event), $event['kind']);
    }

    private function event(array $parameters): \Bitrix\Main\Event
    {
        return new \Bitrix\Main\Event('sale', 'test', $parameters);
    }

    private function sorted(array $value): array
    {
        array_walk($value, function (mixed &$inner): void {
            $inner = is_array($inner) ? $this->sorted($inner) : $inner;
        });
        ksort($value);

        return $value;
    }
}
