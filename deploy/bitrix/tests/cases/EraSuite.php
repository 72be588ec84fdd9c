<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Bitrix\Sale\Cashbox\Internals\CashboxCheckTable;
use Bitrix\Sale\Order;
use Fiscal\Relay\Cashbox\CheckSweep;
use Fiscal\Relay\Options\Era;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Status\Report;
use Fiscal\Relay\Store\State;
use Fiscal\Relay\Sweep\Sweep;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/** Which facts are ours: since when, by which way in, by whose clock; and how the sweep walks through them. */
final class EraSuite extends Suite
{
    public function testWaysByMoment(): void
    {
        $era = new Era('2026-11-21 12:00:00', 'cashbox', [
            ['2026-11-22 00:00:00', 'events'], ['2026-11-23 00:00:00', 'cashbox'], ['2026-11-24 00:00:00', 'events'],
        ]);
        foreach (
            [
                '2026-11-21 11:59:59' => [false, false], '2026-11-21 12:00:00' => [true, false],
                '2026-11-21 23:59:59.999' => [true, false], '2026-11-22 00:00:00' => [false, true],
                '2026-11-23 00:00:00' => [true, false], '2026-11-24 00:00:00' => [false, true],
            ] as $moment => $expected
        ) {
            $this->same($expected, [$era->takesEvents($moment), $era->takesChecks($moment)], $moment);
        }
        $this->same([true, false], [$era->mayHoldEvents('2026-11-30 23:00:00'), $era->mayHoldEvents('2026-12-01 01:00:00')]);
        $none = new Era('2026-11-21 12:00:00', 'cashbox');
        $this->same('2026-11-25 00:00:00 cashbox', $none->changed('cashbox', '2026-11-25 00:00:00'));
        $this->same(20, count(explode(',', array_reduce(
            range(10, 40),
            static fn (string $text, int $day) => (new Era('2026-01-01 00:00:00', 'events', array_map(
                static fn (string $one) => [substr($one, 0, 19), substr($one, 20)],
                $text === '' ? [] : explode(',', $text)
            )))->changed('events', "2026-11-$day 00:00:00"),
            ''
        ))));
    }

    public function testTheLastMinutesBeforeTheWayChangesAreStillSweptUp(string $kind): void
    {
        $this->unseen(Shop::paid(...));
        $this->later(60);
        Settings::set('way', 'cashbox');
        $this->later(60);
        // From now on Bitrix decides.
        Shop::paid();
        $this->same(1, Shop::sweep());
        $this->same(0, Shop::sweep());
        $this->later(60);
        Settings::set('way', 'events');
        $this->same(0, Shop::sweep(), 'what its checks are for');
        Shop::paid();
        Shop::relay();
        $this->same(['order.paid', 'order.paid'], Site::kinds($kind));
    }

    public function testChecksBegunBeforeTheWayChangedAreBroughtToTheirEnd(string $kind): void
    {
        Option::set('fiscal.relay', 'way', 'cashbox');
        Shop::register();
        $order = Shop::paid();
        $checks = [Shop::check($order, 'sell', payment: true), Shop::check($order, 'sell', payment: true)];
        $begun = static fn (int $check, int $ago) => CashboxCheckTable::update($check, [
            'STATUS' => 'P', 'EXTERNAL_UUID' => '', 'DATE_PRINT_START' => date('Y-m-d H:i:s', time() - $ago),
        ]);
        $begun($checks[0], 120);
        Option::set('fiscal.relay', 'way_changes', date('Y-m-d H:i:s', time() - 60) . ' cashbox');
        Option::set('fiscal.relay', 'way', 'events');
        $begun($checks[1], 30);
        $this->same([1, 0], [CheckSweep::run(), CheckSweep::run()]);
        Shop::relay();
        $this->same(["check:shop.example.ru:$checks[0]"], array_column(Site::arrived($kind), 'event_key'));
    }

    /** Moments of the shop have no zone: what was paid before the switch-on must not come after it by another clock. */
    public function testAnotherTimeZoneMovesNoPaymentAcrossTheSwitchOn(string $kind): void
    {
        $this->unseen(Shop::paid(...));
        $this->later(60);
        Settings::set('switched_on_at', (string)time());
        Settings::set('timezone', date_default_timezone_get());
        $zone = date_default_timezone_get();
        try {
            foreach (['Asia/Kamchatka', 'Europe/London'] as $other) {
                date_default_timezone_set($other);
                // A day later: by then the shop's orders look settled by either clock.
                $this->same(0, (new Sweep(time() + 86400))->run(), $other);
                $report = Report::make();
                $this->same([false, $zone, $other], [$report['healthy'], $report['timezone_expected'], $report['timezone']]);
            }
        } finally {
            date_default_timezone_set($zone);
        }
        $this->same(true, Report::make()['healthy']);
        $this->unseen(Shop::paid(...));
        $this->same(1, Shop::sweep());
    }

    public function testWalksThroughOldOrdersThatWereCancelledShippedAndPaid(string $kind): void
    {
        Settings::set('sweep_chunk', '10');
        Settings::set('switched_on_at', (string)(time() - 90 * 86400));
        $this->unseen(static function (): Order {
            for ($i = 0; $i < 12; $i++) {
                $order = Shop::paid();
                Shop::shipment($order)->setDeducted(true);
                $order->cancel();
                $order->save();
            }

            return $order;
        });
        $this->later(60 * 86400);
        $found = [];
        for ($run = 0; $run < 4; $run++) {
            $found[] = Shop::sweep();
        }
        $this->same(36, array_sum($found));
        $this->same(30, $found[0], 'a page of orders');
        $this->quiet();
    }

    public function testAWalkRemembersItsPlaceAndBeginsAnewAtTheSwitchOn(string $kind): void
    {
        Settings::set('sweep_chunk', '10');
        $before = $this->unseen(static function (): Order {
            for ($i = 0; $i < 25; $i++) {
                $order = Shop::kettles();
                $order->save();
            }

            return $order;
        });
        $this->later(86400);
        $switchedOn = time() - 3600;
        Settings::set('switched_on_at', (string)$switchedOn);
        Settings::set('first_payment_id', (string)Shop::payment($before)->getId());
        Settings::set('first_shipment_id', (string)Shop::shipment($before)->getId());
        $ids = $payments = $shipments = [];
        for ($i = 0; $i < 12; $i++) {
            $order = Shop::paid();
            $ids[] = $order->getId();
            $payments[] = Shop::payment($order)->getId();
            $shipments[] = Shop::shipment($order)->getId();
        }
        $cursor = static fn (string $name): string => (string)State::get($name);
        Shop::sweep();
        $this->true(str_ends_with($cursor('sweep_orders'), "|$ids[9]"), $cursor('sweep_orders'));
        $this->true(str_ends_with($cursor('sweep_paid'), "|$payments[9]"), $cursor('sweep_paid'));
        $this->same((string)$payments[9], $cursor('sweep_payment'));
        $this->same((string)$shipments[9], $cursor('sweep_shipment'));
        Shop::sweep();
        $this->true(str_ends_with($cursor('sweep_orders'), "|$ids[11]"), $cursor('sweep_orders'));
        Shop::sweep();
        $this->same(['', '', ''], array_map($cursor, ['sweep_orders', 'sweep_payment', 'sweep_recorded']));
        $connection = Application::getConnection();
        $connection->statements = [];
        Shop::sweep();
        $since = date('Y-m-d H:i:s', $switchedOn);
        foreach (['o.DATE_UPDATE >= ', 'p.DATE_PAID >= '] as $part) {
            foreach (preg_grep("/$part/", $connection->statements) as $statement) {
                preg_match("/$part'([^']+)'/", $statement, $moment);
                $this->true($moment[1] >= $since, $statement);
            }
        }
        $floors = ['p' => Settings::firstPaymentId(), 'd' => Settings::firstShipmentId()];
        foreach (preg_grep('/WHERE [pd]\.ID > /', $connection->statements) as $statement) {
            preg_match('/WHERE ([pd])\.ID > (\d+)/', $statement, $id);
            $this->true((int)$id[2] >= $floors[$id[1]], $statement);
        }
    }

    /** Past Bitrix an order keeps its date, here one from before the switch-on: what we have recorded of it leads to it. */
    public function testWhatChangesPastBitrixOnRecordedOrdersIsSeen(string $kind): void
    {
        $order = Shop::kettles();
        $order->save();
        $this->later(86400);
        Settings::set('switched_on_at', (string)(time() - 3600));
        Settings::set('first_payment_id', (string)Shop::payment($order)->getId());
        Settings::set('first_shipment_id', (string)Shop::shipment($order)->getId());
        $connection = Application::getConnection();
        $now = date('Y-m-d H:i:s');
        $connection->queryExecute("UPDATE b_sale_order_payment SET PAID = 'Y', DATE_PAID = '$now'");
        $this->same(1, Shop::sweep());
        $connection->queryExecute("UPDATE b_sale_order_delivery SET DEDUCTED = 'Y', DATE_DEDUCTED = '$now'");
        $this->same(1, Shop::sweep() + Shop::sweep());
        $connection->queryExecute("UPDATE b_sale_order_payment SET PAID = 'N', IS_RETURN = 'P'");
        $connection->queryExecute("UPDATE b_sale_order_delivery SET DEDUCTED = 'N'");
        $this->same(2, Shop::sweep() + Shop::sweep() + Shop::sweep());
        Shop::relay();
        $kinds = Site::kinds($kind);
        sort($kinds);
        $this->same(['order.paid', 'order.shipped', 'payment.refunded', 'shipment.undone'], $kinds);
    }

    public function testNoStatementOfASweepReadsAWholeTable(string $kind): void
    {
        $order = Shop::paid();
        $this->unseen(Shop::paid(...));
        Shop::shipment($order)->setDeducted(true);
        $order->save();
        $connection = Application::getConnection();
        $isPostgres = $connection->getType() === 'pgsql';
        $isPostgres && $connection->queryExecute('SET enable_seqscan = off');
        $connection->statements = [];
        Shop::sweep();
        $tables = 'b_sale_order|b_sale_order_payment|b_sale_order_delivery|fiscal_relay_outbox';
        $seen = 0;
        foreach (preg_grep("/^SELECT .* FROM ($tables)\\b/s", $connection->statements) as $statement) {
            // From a place in an index, in its order, so many; or rows that are named.
            $isPage = preg_match('/ WHERE (o\.DATE_UPDATE|p\.DATE_PAID) >= \'.* ORDER BY \1, [op]\.ID LIMIT \d+$/', $statement)
                || preg_match('/ WHERE ((?:[pd]\.)?ID) > \d+ .*ORDER BY \1 LIMIT \d+$/', $statement);
            $isNamed = preg_match('/ WHERE (.* AND )?([opd]\.)?(ID|ORDER_ID|ENTITY_ID) (IN \(|= )\d/', $statement)
                || str_contains($statement, " AND SUBJECT = 'order:");
            $this->true($isPage || $isNamed, $statement);
            $plan = $connection->query("EXPLAIN $statement")->fetchAll();
            $this->true(!($isPostgres ? $this->readsAll($plan) : $this->mustReadAll($plan)), $statement . json_encode($plan));
            $seen++;
        }
        $this->true($seen >= 10, "$seen statements");
    }

    /** PostgreSQL, with scans of tables forbidden: an index that is read from end to end has no condition. */
    private function readsAll(array $plan): bool
    {
        $text = implode("\n", array_map(static fn (array $row) => (string)reset($row), $plan));
        $scans = preg_match_all('/\bIndex (?:Only )?Scan\b/', $text);

        return str_contains($text, 'Seq Scan') || $scans !== preg_match_all('/\bIndex Cond:/', $text);
    }

    /** MySQL may prefer to read a tiny table whole; it must not have to. */
    private function mustReadAll(array $plan): bool
    {
        foreach ($plan as $row) {
            $row = array_change_key_case($row, CASE_LOWER);
            if (in_array($row['type'] ?? '', ['ALL', 'index'], true) && ($row['possible_keys'] ?? null) === null) {
                return true;
            }
        }

        return false;
    }

    private function unseen(callable $work): Order
    {
        Settings::set('enabled', 'N');
        $order = $work();
        Settings::set('enabled', 'Y');

        return $order;
    }

    /** Time passes: everything that was, was so much earlier. */
    private function later(int $seconds): void
    {
        $connection = Application::getConnection();
        $back = static fn (string $column) => $connection->getType() === 'pgsql'
            ? "$column = $column - interval '$seconds seconds'"
            : "$column = $column - INTERVAL $seconds SECOND";
        foreach (
            [
                'b_sale_order' => ['DATE_UPDATE', 'DATE_CANCELED'], 'b_sale_order_payment' => ['DATE_PAID'],
                'b_sale_order_delivery' => ['DATE_DEDUCTED'],
            ] as $table => $columns
        ) {
            $connection->queryExecute("UPDATE $table SET " . implode(', ', array_map($back, $columns)));
        }
        $connection->queryExecute("UPDATE fiscal_relay_outbox SET CREATED_AT = CREATED_AT - $seconds");
        $changes = Settings::list('way_changes');
        Option::set('fiscal.relay', 'way_changes', implode(',', array_map(
            static fn (string $one) => date('Y-m-d H:i:s', strtotime(substr($one, 0, 19)) - $seconds) . substr($one, 19),
            $changes
        )));
    }
}
