<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Main\DB\SqlQueryException;
use Bitrix\Sale\Order;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Store\TransactionLost;
use Fiscal\Tests\Crash;
use Fiscal\Tests\Log;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/** Data and databases at their worst, in the buyer's request. */
final class HardshipSuite extends Suite
{
    /** What PostgreSQL's log and ours may quote of a row is the buyer's name and address. */
    public function testTheLogHoldsNothingOfTheBuyer(string $kind): void
    {
        Settings::set('target', $kind === 'direct' ? 'direct' : 'postgres');
        $connection = Application::getConnection();
        if ($connection->getType() === 'pgsql') {
            // Its DETAIL shows the whole row.
            $connection->queryExecute("ALTER TABLE fiscal_relay_outbox ADD CHECK (source = 'nobody')");
        } else {
            $connection->queryExecute('DROP TABLE fiscal_relay_outbox');
        }
        $order = Shop::paid();
        $this->same('Y', trim((string)Site::value('SELECT PAID AS P FROM b_sale_order_payment WHERE ID = '
            . Shop::payment($order)->getId())));
        $log = Log::all();
        $this->true(preg_match('/SqlQueryException (1146|23514) at \w+\.php:\d+/', $log) === 1, "class and code: $log");
        foreach (['ivanov', '79161234567', 'INSERT', 'VALUES', 'Failing row'] as $word) {
            $this->true(!str_contains($log, $word), "$word: $log");
        }
    }

    public function testTextsNoDatabaseLikesArriveAsFarAsTheyAreTexts(string $kind): void
    {
        $names = [
            "Чай\xffник" => "Чай\u{FFFD}ник", "Чай\0\0ник" => 'Чайник', "\u{1FAD6} и \u{1F468}\u{200D}\u{1F373}" => null,
            'C:\\u0000\\temp "x" \'y\'' => null, "line\nfeed\u{2028}" => null,
        ];
        $order = Order::create('s1', ['EMAIL' => "a\0b@example.ru"], 500.0);
        foreach (array_keys($names) as $name) {
            $order->buy(['NAME' => 'x', 'PRICE' => '100', 'QUANTITY' => 1])->setField('NAME', $name);
        }
        $order->pay(3, 500.0);
        // The shop's own tables refuse such texts: they are in memory only.
        foreach ($order->getBasket() as $place => $item) {
            $item->setField('NAME', "n$place");
        }
        $order->save();
        foreach (array_keys($names) as $place => $name) {
            $order->getBasket()[$place]->setField('NAME', (string)$name);
        }
        $payment = Shop::payment($order);
        $payment->setPaid(true);
        \Fiscal\Relay\Facts\Recorder::payment($order, $payment, 'event');
        Shop::relay();
        $this->quiet();
        $arrived = array_column(Site::arrived($kind)[0]['payload']['items'], 'name');
        $this->same(array_map(
            static fn (string $name, ?string $expected) => $expected ?? $name,
            array_map('strval', array_keys($names)),
            $names
        ), $arrived);
        $this->same('ab@example.ru', Site::arrived($kind)[0]['payload']['customer']['email']);
    }

    public function testTenThousandLinesArrive(string $kind): void
    {
        $order = Shop::kettles();
        $order->save();
        for ($i = 0; $i < 10000; $i++) {
            $order->buy(['ID' => 1000000 + $i, 'NAME' => "Чай «Байховый» № $i", 'PRICE' => '0.01', 'QUANTITY' => 1]);
        }
        $payment = Shop::payment($order);
        $payment->setPaid(true);
        \Fiscal\Relay\Facts\Recorder::payment($order, $payment, 'event');
        Shop::relay();
        $this->quiet();
        $this->same(10001, count(Site::arrived($kind)[0]['payload']['items']));
    }

    public function testAnEventThatTheShopsDatabaseCannotTakeBreaksNothing(): void
    {
        Site::fresh('mysql');
        Application::getConnection()->queryExecute('SET GLOBAL max_allowed_packet = 1048576');
        try {
            // A connection keeps the limit that it began with.
            Site::use('mysql');
            $order = Shop::kettles();
            $order->save();
            $order->getPropertyCollection();
            foreach (range(1, 4000) as $i) {
                $order->buy(['ID' => 1000000 + $i, 'NAME' => str_repeat('Ч', 50), 'PRICE' => '0.01', 'QUANTITY' => 1]);
            }
            Shop::payment($order)->setPaid(true);
            Shop::payment($order)->save($order->getId());
            \Fiscal\Relay\Events\Handlers::onOrderSaved(new \Bitrix\Main\Event('sale', 'x', ['ENTITY' => $order]));
            $this->true(str_contains(Log::all(), 'max_allowed_packet'), Log::all());
            $this->same('Y', trim((string)Site::value('SELECT PAID AS P FROM b_sale_order_payment WHERE ID = '
                . Shop::payment($order)->getId())), 'the connection lives');
        } finally {
            Application::getConnection()->queryExecute('SET GLOBAL max_allowed_packet = DEFAULT');
            Site::use('mysql');
        }
        // The sweep looks at what is stored, which fits.
        $this->same(1, Shop::sweep());
    }

    public function testADeadlockOfOurStatementAloneCostsNothing(): void
    {
        Site::fresh('mysql');
        $order = Shop::kettles();
        $order->save();
        Shop::payment($order)->setPaid(true);
        $this->deadlock();
        $order->save();
        $this->quiet();
        Shop::relay();
        $this->same(['order.paid'], Site::kinds('mysql'));
    }

    /** InnoDB rolls back all of the victim's transaction: kept quiet, the shop would commit the rest of its save. */
    public function testADeadlockThatCostTheShopItsTransactionIsTold(): void
    {
        Site::fresh('mysql');
        $order = Shop::kettles();
        $order->save();
        $connection = Application::getConnection();
        $connection->startTransaction();
        Shop::payment($order)->setPaid(true);
        $this->deadlock();
        $this->throws(TransactionLost::class, $order->save(...));
        $connection->rollbackTransaction();
        $this->same('N', trim((string)Site::value('SELECT PAID AS P FROM b_sale_order_payment WHERE ID = '
            . Shop::payment($order)->getId())));
        $this->same(0, (int)Site::value('SELECT COUNT(*) AS N FROM fiscal_relay_outbox'), 'no event of what is not');
        $again = Order::load($order->getId());
        Shop::payment($again)->setPaid(true);
        $again->save();
        Shop::relay();
        $this->same(['order.paid'], Site::kinds('mysql'));
    }

    public function testARelayThatMeetsADeadlockGoesOn(): void
    {
        Site::fresh('mysql');
        Shop::paid();
        foreach ([1213, 1205] as $code) {
            Application::getConnection()->queryExecute('UPDATE fiscal_relay_outbox SET SENT_AT = NULL');
            Crash::$rivalOf = 'UPDATE fiscal_relay_outbox SET SENT_AT';
            Crash::$rival = static fn () => throw new SqlQueryException("Mysql query error: ($code) try again");
            $this->same(1, Shop::relay());
        }
        $this->same(0, (int)Site::value('SELECT COUNT(*) AS N FROM fiscal_relay_outbox WHERE SENT_AT IS NULL'));
        $this->same(['order.paid'], Site::kinds('mysql'));
    }

    /** As MySQL does it: the transaction is rolled back, and the statement fails. */
    private function deadlock(): void
    {
        Crash::$rivalOf = 'fiscal_relay_outbox';
        Crash::$rival = static function (): void {
            Application::getConnection()->getResource()->query('ROLLBACK');
            throw new SqlQueryException(
                'Mysql query error: (1213) Deadlock found when trying to get lock; try restarting transaction'
            );
        };
    }
}
