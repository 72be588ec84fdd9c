<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\Backlog;
use Fiscal\Relay\Relay\Relay;
use Fiscal\Relay\Relay\Resend;
use Fiscal\Relay\Relay\RowsRefused;
use Fiscal\Relay\Status\Report;
use Fiscal\Relay\Store\Fact;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Tests\ScriptedTarget;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/** Receipts of one order build on each other: none of its events overtakes an earlier one that has not gone out. */
final class OrderSuite extends Suite
{
    public function testARefusedRowHoldsItsOwnOrderAlone(string $kind): void
    {
        Site::throughTheRelay($kind);
        $this->record('a1', 'order:1');
        $this->record('b1', 'order:2');
        $this->record('a2', 'order:1');
        $this->record('other', 'order:1', 'second');
        $this->record('none1', '');
        $this->record('none2', '');
        $this->record('b2', 'order:2');
        $refused = ['a1', 'none1'];
        $target = $this->refusing($refused);
        $this->same(4, (new Relay($target))->run(), 'in the batch that refuses it');
        $this->record('a3', 'order:1');
        $this->record('b3', 'order:2');
        $this->same(1, (new Relay($target))->run(), 'and in later ones');
        $this->same(['b1', 'other', 'none2', 'b2', 'b3'], $target->sent);
        $report = Report::make();
        $this->same([4, 2, 2], [$report['waiting'], $report['set_aside'], $report['held']]);
        $refused = [];
        $this->same([2, 4], [Resend::refused(), (new Relay($target))->run()]);
        $this->same(['a1', 'a2', 'none1', 'a3'], array_slice($target->sent, 5));
        $this->same([0, 0], [Report::make()['waiting'], Report::make()['held']]);
    }

    public function testWhatCannotBeLoadedHoldsItsOrderToo(): void
    {
        Site::fresh('mysql');
        $this->record('a1', 'order:1');
        $this->record('a2', 'order:1');
        $this->record('b1', 'order:2');
        $large = json_encode(['v' => 1, 'text' => str_repeat('x', 6 << 20)]);
        Application::getConnection()->queryExecute(
            "UPDATE fiscal_relay_outbox SET PAYLOAD = '$large' WHERE EVENT_KEY = 'a1'"
        );
        unset($large);
        $limit = (string)ini_get('memory_limit');
        ini_set('memory_limit', (string)(memory_get_usage() + (32 << 20)));
        try {
            $this->same(1, Shop::relay());
        } finally {
            ini_set('memory_limit', $limit);
        }
        $this->same(['b1'], array_column(Site::arrived('mysql'), 'event_key'));
    }

    public function testAPersonMayLetTheRestPass(string $kind): void
    {
        Site::throughTheRelay($kind);
        $this->record('a1', 'order:1');
        $this->record('a2', 'order:1');
        $this->record('a1', 'order:1', 'second');
        $this->same(false, Backlog::discard('main', 'a1'), 'not set aside');
        $refused = ['a1'];
        $target = $this->refusing($refused);
        (new Relay($target))->run();
        $this->same([[], false], [$target->sent, Backlog::discard('main', 'a2')]);
        $this->same(true, Backlog::discard('main', 'a1'));
        $this->same([1, ['a2']], [(new Relay($target))->run(), $target->sent]);
        $report = Report::make();
        $this->same([1, [['second', 'a1']]], [$report['waiting'], array_map(
            static fn (array $row) => [$row['shop'], $row['event_key']],
            $report['refused']
        )]);
        $this->same(1, Resend::since(time() - 60)['rows'], 'what was given up is not sent again');
    }

    public function testNothingGoesStraightPastWhatWaits(): void
    {
        Site::fresh('direct');
        pg_query(Site::superuser('direct'), 'REVOKE fiscal_writer FROM bitrix');
        try {
            $order = Shop::paid();
        } finally {
            pg_query(Site::superuser('direct'), 'GRANT fiscal_writer TO bitrix');
        }
        Shop::shipment($order)->setDeducted(true);
        $order->save();
        $this->same([], Site::kinds('direct'), 'the goods wait for the money');
        Shop::paid();
        $this->same(['order.paid'], Site::kinds('direct'), 'another order goes straight there');
        $this->same(2, Shop::relay());
        $this->same(['order.paid', 'order.paid', 'order.shipped'], Site::kinds('direct'));
        Shop::shipment($order)->setDeducted(false);
        $order->save();
        $this->same('shipment.undone', Site::kinds('direct')[3] ?? '', 'straight again');
    }

    public function testTheLookBehindUsesAnIndex(string $kind): void
    {
        Site::throughTheRelay($kind);
        for ($i = 1; $i <= 30; $i++) {
            $this->record("k$i", "order:$i");
        }
        $connection = Application::getConnection();
        if ($connection->getType() === 'pgsql') {
            $connection->queryExecute('SET enable_seqscan = off');
        }
        $connection->statements = [];
        $this->same(30, count(Backlog::next(500)));
        $plan = (string)json_encode($connection->query('EXPLAIN ' . $connection->statements[0])->fetchAll());
        $used = $connection->getType() === 'pgsql' ? 'ix_fiscal_relay_subject' : '"key":"IX_FISCAL_RELAY_SUBJECT"';
        $this->true(str_contains($plan, $used), $plan);
    }

    /** @param list<string> $keys that it refuses, whoever is beside them */
    private function refusing(array &$keys): ScriptedTarget
    {
        return new ScriptedTarget(static function (array $rows) use (&$keys): ?\Throwable {
            foreach ($rows as $row) {
                if (in_array($row->eventKey, $keys, true)) {
                    return new RowsRefused('22P02 refused');
                }
            }

            return null;
        });
    }

    private function record(string $key, string $subject, string $shop = 'main'): void
    {
        Outbox::record(
            Fact::named($shop, 'pos.transaction', $key, $subject, ['v' => 1], time()),
            Outbox::SOURCE_CALL
        );
    }
}
