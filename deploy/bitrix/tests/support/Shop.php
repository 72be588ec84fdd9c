<?php

declare(strict_types=1);

namespace Fiscal\Tests;

use Bitrix\Main\Application;
use Bitrix\Sale\Order;
use Fiscal\Relay\Relay\Relay;
use Fiscal\Relay\Relay\Targets;
use Fiscal\Relay\Sweep\Sweep;

/** Orders as the tests need them. */
final class Shop
{
    public const BUYER = ['EMAIL' => 'ivanov@example.ru', 'PHONE' => '+79161234567', 'FIO' => 'Иванов'];

    /** Two kettles at 590.00 and delivery for 300.00; not paid, not shipped. */
    public static function kettles(int $system = 3, int $delivery = 2): Order
    {
        $order = Order::create('s1', self::BUYER, 1480.0);
        $item = $order->buy(['NAME' => 'Чайник', 'PRICE' => '590.0000', 'QUANTITY' => 2]);
        $order->ship($delivery, 300.0, 'Доставка')->pack($item, 2);
        $order->pay($system, 1480.0);

        return $order;
    }

    public static function paid(int $system = 3): Order
    {
        $order = self::kettles($system);
        self::payment($order)->setPaid(true);
        $order->save();

        return $order;
    }

    public static function payment(Order $order): object
    {
        foreach ($order->getPaymentCollection() as $payment) {
            return $payment;
        }
        throw new Failure('no payment');
    }

    public static function shipment(Order $order): object
    {
        foreach ($order->getShipmentCollection() as $shipment) {
            return $shipment;
        }
        throw new Failure('no shipment');
    }

    public static function relay(): int
    {
        // A process that was killed holds its lock until the database has noticed.
        $connection = Application::getConnection();
        $deadline = microtime(true) + 20;
        while (!$connection->lock('fiscal_relay_relay', 0)) {
            if (microtime(true) > $deadline) {
                throw new Failure('the lock of a dead process is never released');
            }
            usleep(20000);
        }
        $connection->unlock('fiscal_relay_relay');

        return (new Relay(Targets::current()))->run();
    }

    public static function sweep(): int
    {
        return (new Sweep())->run();
    }
}
