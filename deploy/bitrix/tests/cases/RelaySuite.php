<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Fiscal\Relay\Agent;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\PostgresTarget;
use Fiscal\Relay\Relay\Resend;
use Fiscal\Relay\Relay\Retention;
use Fiscal\Relay\Relay\TargetAway;
use Fiscal\Relay\Status\Report;
use Fiscal\Relay\Store\Fact;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

final class RelaySuite extends Suite
{
    public function testBatchesInOrderEachOnce(string $kind): void
    {
        Site::throughTheRelay($kind);
        Settings::set('batch_size', '7');
        for ($i = 1; $i <= 50; $i++) {
            $this->record("pos:$i");
        }
        $this->same(50, Shop::relay());
        $this->same(0, Shop::relay());
        $this->same(array_map(static fn (int $i) => "pos:$i", range(1, 50)), array_column(Site::arrived($kind), 'event_key'));
        $jobs = pg_fetch_result(pg_query(Site::superuser($kind), 'SELECT count(*) FROM fiscal.job'), 0, 0);
        $this->same('50', $jobs, 'a job each');
    }

    public function testARefusedRowHarmsNobodyElse(string $kind): void
    {
        Site::throughTheRelay($kind);
        for ($i = 1; $i <= 20; $i++) {
            $this->record("pos:$i");
        }
        $connection = Application::getConnection();
        // What PostgreSQL will not have: no JSON, U+0000, a moment that is none.
        foreach ([3 => "PAYLOAD = '{'", 9 => "PAYLOAD = '{\"a\":\"" . '\\\\u0000' . "\"}'", 15 => "OCCURRED_AT = 'soon'"] as $i => $set) {
            $set = $connection->getType() === 'pgsql' ? str_replace('\\\\', '\\', $set) : $set;
            $connection->queryExecute("UPDATE fiscal_relay_outbox SET $set WHERE EVENT_KEY = 'pos:$i'");
        }
        $this->same(17, Shop::relay());
        $report = Report::make();
        $this->same([3, false], [$report['waiting'], $report['healthy']]);
        $this->same(['pos:3', 'pos:9', 'pos:15'], array_column($report['refused'], 'event_key'));
        $this->same(0, Shop::relay(), 'not again at once');
        $this->same('2', (string)Site::value("SELECT COUNT(*) AS N FROM fiscal_relay_outbox WHERE RETRY_AT > "
            . (time() + 30) . " AND EVENT_KEY IN ('pos:3', 'pos:9')"));
    }

    public function testPostgresAwayForLong(string $kind): void
    {
        Site::throughTheRelay($kind);
        Settings::set('database_url', 'host=/nonexistent dbname=relay password=secret-of-ours');
        for ($i = 1; $i <= 300; $i++) {
            $this->record("pos:$i");
        }
        $fault = $this->throws(TargetAway::class, Shop::relay(...));
        $report = Report::make();
        $this->same([300, false], [$report['waiting'], $report['healthy']]);
        $this->true(
            !str_contains($fault->getMessage() . json_encode($report), 'secret-of-ours'),
            'no secret is shown'
        );
        $this->true(str_ends_with(Agent::relay(), '::relay();'), 'the agent lives on');
        Settings::set('database_url', Site::relayUrl($kind));
        $this->same(300, Shop::relay());
        $this->same(true, Report::make()['healthy']);
        $this->same(300, count(array_unique(array_column(Site::arrived($kind), 'event_key'))));
    }

    public function testDirectModeFallsBackAndCatchesUp(): void
    {
        Site::fresh('direct');
        pg_query(Site::superuser('direct'), 'REVOKE fiscal_writer FROM bitrix');
        try {
            $order = Shop::paid();
            $this->same('Y', trim((string)Site::value('SELECT PAID AS PAID FROM b_sale_order_payment WHERE ID = '
                . Shop::payment($order)->getId())));
            $this->throws(TargetAway::class, Shop::relay(...));
        } finally {
            pg_query(Site::superuser('direct'), 'GRANT fiscal_writer TO bitrix');
        }
        $this->same([], Site::kinds('direct'));
        $this->same(1, Shop::relay());
        Shop::paid();
        $this->same(0, Shop::relay(), 'straight there');
        $this->same(['order.paid', 'order.paid'], Site::kinds('direct'));
    }

    public function testSinceSendsAgainWhatARestoreLost(string $kind): void
    {
        Site::throughTheRelay($kind);
        $restoredTo = time() - 1000;
        for ($i = 1; $i <= 30; $i++) {
            $this->record("pos:$i");
        }
        Shop::relay();
        Application::getConnection()->queryExecute(
            'UPDATE fiscal_relay_outbox SET SENT_AT = ' . ($restoredTo - 5000) . ' WHERE ID <= (SELECT * FROM'
            . " (SELECT ID FROM fiscal_relay_outbox WHERE EVENT_KEY = 'pos:10') AS x)"
        );
        $super = Site::superuser($kind);
        $before = array_column(Site::arrived($kind), 'event_key');
        pg_query($super, 'CREATE TEMP TABLE kept AS SELECT * FROM fiscal.outbox ORDER BY id LIMIT 20');
        pg_query($super, 'TRUNCATE fiscal.outbox, fiscal.job CASCADE');
        pg_query($super, 'INSERT INTO fiscal.outbox (shop, kind, event_key, subject, payload, occurred_at)'
            . ' SELECT shop, kind, event_key, subject, payload, occurred_at FROM kept ORDER BY id');
        pg_query($super, 'DROP TABLE kept');
        $this->same(['rows' => 20, 'emptied' => 0], Resend::since($restoredTo));
        $this->same(20, Shop::relay());
        $this->same($before, array_column(Site::arrived($kind), 'event_key'));
    }

    public function testRetentionEmptiesWhatWasHandedOverAndKeepsTheState(string $kind): void
    {
        $order = Shop::paid();
        Shop::relay();
        $this->same(0, Retention::run());
        $connection = Application::getConnection();
        $connection->queryExecute('UPDATE fiscal_relay_outbox SET SENT_AT = ' . (time() - 40 * 86400));
        $this->same(1, Retention::run());
        $this->same('', (string)Site::value('SELECT PAYLOAD AS PAYLOAD FROM fiscal_relay_outbox'));
        $this->same(0, Shop::sweep(), 'the payment is still known');
        $this->same(1, Resend::since(time() - 41 * 86400)['emptied']);
        $this->same(0, Shop::relay());
        $this->same(1, count(Site::arrived($kind)));
        $this->true($order->isPaid());
    }

    public function testTheLoginMayOnlyWriteEvents(): void
    {
        Site::fresh('mysql');
        (new PostgresTarget(Site::relayUrl('mysql')))->check();
        $writer = pg_connect(Site::relayUrl('mysql'), PGSQL_CONNECT_FORCE_NEW);
        $this->same(false, @pg_query($writer, 'SELECT payload FROM fiscal.outbox'));
        $this->same(false, @pg_query($writer, 'SELECT * FROM fiscal.receipt'));
        $nobody = getenv('FISCAL_TEST_PGSQL') . ' user=postgres dbname=postgres';
        $this->throws(TargetAway::class, static fn () => (new PostgresTarget($nobody))->check());
    }

    public function testKilledWhilePostgresHoldsTheBatch(string $kind): void
    {
        Site::throughTheRelay($kind);
        for ($i = 1; $i <= 40; $i++) {
            $this->record("pos:$i");
        }
        $super = pg_connect(
            str_replace('user=shop_writer', 'user=postgres', Site::relayUrl($kind)),
            PGSQL_CONNECT_FORCE_NEW
        );
        pg_query($super, 'BEGIN; LOCK TABLE fiscal.outbox IN EXCLUSIVE MODE');
        $started = Site::start(__DIR__ . '/../support/relay.php');
        // Over another connection: inside a transaction the activity of others is frozen.
        $waits = static fn (): bool => pg_fetch_result(pg_query(
            Site::superuser($kind),
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fiscal.relay' AND wait_event_type = 'Lock'"
        ), 0, 0) === '1';
        $deadline = microtime(true) + 30;
        while (!$waits()) {
            $this->true(microtime(true) < $deadline, 'the relay waits for the table');
            usleep(20000);
        }
        proc_terminate($started[0], SIGKILL);
        Site::finish($started);
        pg_query($super, 'COMMIT');
        pg_close($super);
        Shop::relay();
        $keys = array_column(Site::arrived($kind), 'event_key');
        $this->same(40, count($keys));
        $this->same(40, count(array_unique($keys)));
    }

    public function testKilledAgainAndAgain(string $kind): void
    {
        Site::throughTheRelay($kind);
        Settings::set('batch_size', '3');
        for ($i = 1; $i <= 60; $i++) {
            $this->record("pos:$i");
        }
        // Each run dies at another of its writes: before a batch is marked, after it, before its note of success.
        for ($write = 1; $write <= 12; $write++) {
            foreach (['before', 'after'] as $when) {
                Site::run(__DIR__ . '/../support/relay.php', ["$when:$write"]);
            }
        }
        Shop::relay();
        $keys = array_column(Site::arrived($kind), 'event_key');
        $this->same(array_map(static fn (int $i) => "pos:$i", range(1, 60)), $keys);
    }

    public function testPostgresCrashesUnderTheRelay(): void
    {
        Site::fresh('mysql');
        for ($i = 1; $i <= 10; $i++) {
            $this->record("pos:$i");
        }
        $target = new PostgresTarget(Site::relayUrl('mysql'));
        $target->check();
        $GLOBALS['servers']->killPostgres();
        $relay = new \Fiscal\Relay\Relay\Relay($target);
        $this->throws(TargetAway::class, static fn () => $relay->run());
        $this->throws(TargetAway::class, static fn () => $relay->run());
        $this->same(10, Report::make()['waiting']);
        $GLOBALS['servers']->startPostgres();
        Site::reconnect();
        $this->same(10, $relay->run());
        $this->same(10, count(Site::arrived('mysql')));
    }

    private function record(string $key): void
    {
        Outbox::record(
            Fact::named('main', 'pos.transaction', $key, $key, ['v' => 1, 'name' => 'Чай'], time()),
            Outbox::SOURCE_CALL
        );
    }
}
