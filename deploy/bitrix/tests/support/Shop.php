<?php

declare(strict_types=1);

namespace Fiscal\Tests;

use Bitrix\Main\Application;
use Bitrix\Sale\Cashbox\Internals\CashboxCheckTable;
use Bitrix\Sale\Cashbox\Internals\CashboxTable;
use Bitrix\Sale\Order;
use Fiscal\Relay\Cashbox\RelayCashbox;
use Fiscal\Relay\Relay\Relay;
use Fiscal\Relay\Relay\Targets;
use Fiscal\Relay\Sweep\Sweep;

/** Orders as the tests need them. */
final class Shop
{
    public const BUYER = ['EMAIL' => 'ivanov@example.ru', 'PHONE' => '+79161234567', 'FIO' => 'Иванов'];

    /** Two kettles at 590.00 and delivery for 300.00; not paid, not shipped. */
    public static function kettles(int $system = 3, int $delivery = 2, array $buyer = self::BUYER): Order
    {
        $order = Order::create('s1', array_filter($buyer), 1480.0);
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

    /** A cash register of ours, number 1. */
    public static function register(): void
    {
        if (CashboxTable::getList([])->fetch() === false) {
            Application::getConnection()->queryExecute(
                "INSERT INTO b_sale_cashbox (ID, NAME, HANDLER, ACTIVE, EMAIL, NUMBER_KKM) VALUES (1, 'R', '"
                . Application::getConnection()->getSqlHelper()->forSql('\\' . RelayCashbox::class)
                . "', 'Y', 'a@b.ru', '')"
            );
        }
    }

    /** A check as Bitrix makes it, not printed yet: of the payment's money, or of goods that were paid before. */
    public static function check(Order $order, string $type, bool $payment, string $sum = '1480'): int
    {
        return (int)CashboxCheckTable::add([
            'CASHBOX_ID' => 1, 'ORDER_ID' => $order->getId(), 'STATUS' => 'N', 'TYPE' => $type, 'SUM' => $sum,
            'PAYMENT_ID' => $payment ? self::payment($order)->getId() : null,
            'SHIPMENT_ID' => self::shipment($order)->getId(),
            'DATE_CREATE' => date('Y-m-d H:i:s'), 'EXTERNAL_UUID' => '',
        ])->getId();
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
