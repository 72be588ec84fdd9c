<?php

declare(strict_types=1);

namespace Fiscal\Tests;

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
        return (new Relay(Targets::current()))->run();
    }

    public static function sweep(): int
    {
        return (new Sweep())->run();
    }
}
