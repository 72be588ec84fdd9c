<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Bitrix\Sale\Cashbox\CheckManager;
use Bitrix\Sale\Cashbox\Internals\CashboxCheckTable;
use Bitrix\Sale\Order;
use Fiscal\Relay\Api;
use Fiscal\Relay\NotRecorded;
use Fiscal\Relay\Store\TransactionLost;
use Fiscal\Tests\Rival;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/** Deadlocks that MariaDB itself finds while a check, or a fact of the shop's code, is written down. */
final class DeadlockSuite extends Suite
{
    public function testOfACheckAloneCostsNothing(): void
    {
        $order = $this->orderAtTheRegister();
        $check = Shop::check($order, 'sell', payment: true);
        $rival = Rival::ofOurStatement($this->key($check));
        $this->same(true, CheckManager::print($check)->isSuccess());
        $rival->finish();
        $this->quiet();
        Shop::relay();
        $this->same([$this->key($check)], array_column(Site::arrived('mysql'), 'event_key'));
    }

    /** InnoDB rolls back all of the victim's transaction: kept quiet, the shop would commit the rest of its save. */
    public function testOfACheckThatCostTheShopItsTransactionIsTold(): void
    {
        $order = $this->orderAtTheRegister();
        $connection = Application::getConnection();
        $connection->startTransaction();
        Shop::payment($order)->setPaid(true);
        $order->save();
        $check = Shop::check($order, 'sell', payment: true);
        $rival = Rival::ofOurTransaction($this->key($check), $order->getId());
        $this->throws(TransactionLost::class, static fn () => CheckManager::print($check));
        $connection->rollbackTransaction();
        $rival->finish();
        $this->same([0, 0], [$this->count('fiscal_relay_outbox'), $this->count('b_sale_cashbox_check')]);

        $again = Order::load($order->getId());
        $connection->startTransaction();
        Shop::payment($again)->setPaid(true);
        $again->save();
        $check = Shop::check($again, 'sell', payment: true);
        $this->same(true, CheckManager::print($check)->isSuccess());
        $connection->commitTransaction();
        Shop::relay();
        $this->same([$this->key($check)], array_column(Site::arrived('mysql'), 'event_key'));
    }

    public function testOfACheckThatIsOlderThanTheLostTransactionIsToldToo(): void
    {
        $order = $this->orderAtTheRegister();
        $check = Shop::check($order, 'sell', payment: true);
        CashboxCheckTable::update($check, ['STATUS' => 'E']);
        $connection = Application::getConnection();
        $connection->startTransaction();
        Shop::payment($order)->setPaid(true);
        $order->save();
        $rival = Rival::ofOurTransaction($this->key($check), $order->getId());
        $this->throws(TransactionLost::class, static fn () => CheckManager::print($check));
        $connection->rollbackTransaction();
        $rival->finish();
        $this->same('E', Site::value("SELECT STATUS AS S FROM b_sale_cashbox_check WHERE ID = $check"));
        $this->same(0, $this->count('fiscal_relay_outbox'));
    }

    /** Nothing of the shop's tells whether its transaction lives, so what belongs to it is not written past it. */
    public function testOfAFactOfTheShopsCodeIsTold(): void
    {
        Site::fresh('mysql');
        $order = Shop::kettles();
        $order->save();
        $payment = Shop::payment($order)->getId();
        $connection = Application::getConnection();
        $connection->startTransaction();
        $order->save();
        $rival = Rival::ofOurTransaction("refund:$payment:R-1", $order->getId());
        $fault = $this->throws(NotRecorded::class, static fn () => Api::refund($payment, 'R-1', '10'));
        $connection->rollbackTransaction();
        $rival->finish();
        $this->true(str_contains($fault->getMessage(), ' 1213 '), $fault->getMessage());
        $this->same(0, $this->count('fiscal_relay_outbox'));
    }

    private function orderAtTheRegister(): Order
    {
        Site::fresh('mysql');
        // From the beginning, not from now on.
        Option::set('fiscal.relay', 'way', 'cashbox');
        Shop::register();
        $order = Shop::kettles();
        $order->save();

        return $order;
    }

    private function key(int $check): string
    {
        return "check:shop.example.ru:$check";
    }

    private function count(string $table): int
    {
        return (int)Site::value("SELECT COUNT(*) AS N FROM $table");
    }
}
