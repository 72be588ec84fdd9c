<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Sale\Order;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Sweep\Sweep;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class SweepSuite extends Suite
{
    public function testFindsWhatHandlersDidNotSee(string $kind): void
    {
        $order = $this->unseen(function (): Order {
            $order = Shop::paid();
            Shop::shipment($order)->setDeducted(true);
            $order->save();

            return $order;
        });
        $this->same(2, Shop::sweep());
        $this->same(0, Shop::sweep());
        Shop::relay();
        $this->quiet();
        $this->same(['order.paid', 'order.shipped'], Site::kinds($kind));
        $this->unseen(function () use ($order): Order {
            Shop::shipment($order)->setDeducted(false);
            Shop::payment($order)->setReturn('P');
            $order->cancel();
            $order->save();

            return $order;
        });
        $this->same(3, Shop::sweep());
        $this->same(0, Shop::sweep());
        Shop::relay();
        $kinds = Site::kinds($kind);
        sort($kinds);
        $this->same(
            ['order.cancelled', 'order.paid', 'order.shipped', 'payment.refunded', 'shipment.undone'],
            $kinds
        );
    }

    public function testCountsWhateverAHandlerWrote(string $kind): void
    {
        Shop::paid();
        Application::getConnection()->queryExecute("UPDATE fiscal_relay_outbox SET EVENT_KEY = 'an older form'");
        $this->same(0, Shop::sweep());
    }

    public function testLooksNoFurtherBackThanTheSwitchOn(string $kind): void
    {
        $this->unseen(static function (): Order {
            $order = Shop::paid();
            Shop::shipment($order)->setDeducted(true);
            $order->save();

            return $order;
        });
        Settings::set('switched_on_at', (string)(time() + 5));
        $this->same(0, Shop::sweep());
    }

    public function testPaidBySql(string $kind): void
    {
        $order = Shop::kettles();
        $order->save();
        $old = $this->sql(time() - 1800);
        $connection = Application::getConnection();
        $connection->queryExecute("UPDATE b_sale_order SET DATE_UPDATE = {$this->sql(time() - 9 * 86400)}");
        $connection->queryExecute("UPDATE b_sale_order_payment SET PAID = 'Y', DATE_PAID = $old");
        $this->same(1, Shop::sweep());
        // Without a date it is placed by its number: made after the switch-on.
        $other = Shop::kettles();
        $other->save();
        $connection->queryExecute("UPDATE b_sale_order SET DATE_UPDATE = {$this->sql(time() - 9 * 86400)}");
        $id = Shop::payment($other)->getId();
        $connection->queryExecute("UPDATE b_sale_order_payment SET PAID = 'Y' WHERE ID = $id");
        Settings::set('first_payment_id', (string)$id);
        $this->same(0, Shop::sweep());
        Settings::set('first_payment_id', (string)($id - 1));
        $this->same(1, Shop::sweep() + Shop::sweep());
        $this->true($order->getId() > 0);
    }

    public function testWalksThroughEverythingInPieces(string $kind): void
    {
        Settings::set('sweep_chunk', '10');
        Settings::set('switched_on_at', (string)(time() - 90 * 86400));
        $this->unseen(static function (): Order {
            for ($i = 0; $i < 35; $i++) {
                $order = Shop::paid();
            }

            return $order;
        });
        // Long ago, so that only the walk comes by.
        $long = $this->sql(time() - 60 * 86400);
        Application::getConnection()->queryExecute("UPDATE b_sale_order SET DATE_UPDATE = $long");
        Application::getConnection()->queryExecute("UPDATE b_sale_order_payment SET DATE_PAID = $long");
        $found = 0;
        for ($run = 0; $run < 5; $run++) {
            $found += Shop::sweep();
        }
        $this->same(35, $found);
    }

    public function testLeavesOrdersAloneThatAreBeingSaved(string $kind): void
    {
        Settings::set('sweep_grace_seconds', '300');
        $this->unseen(Shop::paid(...));
        $this->same(0, Shop::sweep());
        $this->same(1, (new Sweep(time() + 301))->run());
    }

    public function testAnUnreadableOrderHidesNoOther(string $kind): void
    {
        $broken = $this->unseen(Shop::paid(...));
        $this->unseen(Shop::paid(...));
        Application::getConnection()->queryExecute(
            "UPDATE b_sale_order SET LID = 's1', ACCOUNT_NUMBER = 'x' WHERE ID = {$broken->getId()}"
        );
        Application::getConnection()->queryExecute(
            "UPDATE b_sale_basket SET NAME = NULL, QUANTITY = 1e30 WHERE ORDER_ID = {$broken->getId()}"
        );
        $this->true(Shop::sweep() >= 1, 'the other is found');
    }

    private function unseen(callable $work): Order
    {
        Settings::set('enabled', 'N');
        $order = $work();
        Settings::set('enabled', 'Y');

        return $order;
    }

    private function sql(int $seconds): string
    {
        return "'" . date('Y-m-d H:i:s', $seconds) . "'";
    }
}
