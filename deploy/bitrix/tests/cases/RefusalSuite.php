<?php

declare(strict_types=1);

namespace Fiscal\Tests\Cases;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\Refusal;
use Fiscal\Relay\Relay\Relay;
use Fiscal\Relay\Relay\Resend;
use Fiscal\Relay\Relay\Retention;
use Fiscal\Relay\Relay\TargetAway;
use Fiscal\Relay\Relay\TooMuch;
use Fiscal\Relay\Status\Report;
use Fiscal\Relay\Store\Fact;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Tests\ScriptedTarget;
use Fiscal\Tests\Shop;
use Fiscal\Tests\Site;
use Fiscal\Tests\Suite;

/** What PostgreSQL refuses, and that it holds up nobody else. */
final class RefusalSuite extends Suite
{
    public function testCodesOfPostgres(): void
    {
        foreach (
            [
                // Values, constraints, limits, a trigger's objection: the rows.
                '22P02' => Refusal::Data, '22P05' => Refusal::Data, '22001' => Refusal::Data, '22021' => Refusal::Data,
                '23514' => Refusal::Data, '23502' => Refusal::Data, '21000' => Refusal::Data, '44000' => Refusal::Data,
                '54000' => Refusal::Data, '54001' => Refusal::Data, '54023' => Refusal::Data, 'P0001' => Refusal::Data,
                // Less may pass.
                '57014' => Refusal::TooMuch, '53200' => Refusal::TooMuch,
                // Its own state.
                '08006' => Refusal::Away, '57P01' => Refusal::Away, '57P03' => Refusal::Away, '53100' => Refusal::Away,
                '53300' => Refusal::Away, '25006' => Refusal::Away, '40001' => Refusal::Away, '40P01' => Refusal::Away,
                '55P03' => Refusal::Away, '28P01' => Refusal::Away, '42501' => Refusal::Away, '42P01' => Refusal::Away,
                '42883' => Refusal::Away, '3F000' => Refusal::Away, 'XX000' => Refusal::Away, '' => Refusal::Away,
            ] as $code => $expected
        ) {
            $this->same($expected->name, Refusal::of((string)$code)->name, (string)$code);
            $reason = Refusal::reason((string)$code, 'some_constraint');
            $this->true(str_starts_with($reason, "$code ") && strlen($reason) < 120, $reason);
        }
    }

    public function testAPayloadOfMoreThan16MiBIsSetAsideByName(): void
    {
        foreach (['mysql', 'direct'] as $kind) {
            Site::fresh($kind);
            $this->largeAmongOthers($kind);
        }
    }

    private function largeAmongOthers(string $kind): void
    {
        Settings::set('batch_size', '2');
        $this->recordWaiting(5);
        Settings::set('target', $kind === 'direct' ? 'direct' : 'postgres');
        // Here 360 kB, and there above what fiscal.outbox takes: it writes each number out with three hundred zeros.
        $payload = '{"v":1,"n":[' . substr(str_repeat('1e300,', 60000), 0, -1) . ']}';
        Application::getConnection()->queryExecute(
            "UPDATE fiscal_relay_outbox SET PAYLOAD = '$payload' WHERE EVENT_KEY = 'pos:2'"
        );
        $this->same(4, Shop::relay());
        $this->same(['pos:1', 'pos:3', 'pos:4', 'pos:5'], array_column(Site::arrived($kind), 'event_key'));
        $report = Report::make();
        $this->same([1, 1, false], [$report['waiting'], $report['set_aside'], $report['healthy']]);
        $this->same(
            [['shop' => 'main', 'event_key' => 'pos:2', 'reason' => '23514 the payload is larger than 16 MiB', 'attempts' => 1]],
            $report['refused']
        );
        $this->same(0, Shop::relay(), 'not again at once');
        // Mended by a person, and sent again without waiting for its turn.
        Application::getConnection()->queryExecute(
            "UPDATE fiscal_relay_outbox SET PAYLOAD = '{\"v\":1}' WHERE EVENT_KEY = 'pos:2'"
        );
        $this->same([1, 1], [Resend::refused(), Shop::relay()]);
        $this->same(true, Report::make()['healthy']);
    }

    public function testARowThatStopsPostgresHoldsUpNobody(string $kind): void
    {
        $this->recordWaiting(9);
        Settings::set('target', $kind === 'direct' ? 'direct' : 'postgres');
        // Too deep, or so slow that the time limit strikes.
        $this->objection($kind, ['pos:3' => '54001', 'pos:6' => '57014']);
        try {
            foreach ([1, 2] as $try) {
                $fault = $this->throws(TargetAway::class, Shop::relay(...));
                $this->true(str_starts_with($fault->getMessage(), '57014 '), $fault->getMessage());
                $this->same(false, Report::make()['healthy'], 'it is shown at once');
            }
            $this->same(['pos:1', 'pos:2', 'pos:4', 'pos:5'], array_column(Site::arrived($kind), 'event_key'));
            $this->same(3, Shop::relay(), 'the third time it is set aside');
        } finally {
            pg_query(Site::superuser($kind), 'DROP FUNCTION object CASCADE');
        }
        $report = Report::make();
        $this->same(['pos:3', 'pos:6'], array_column($report['refused'], 'event_key'));
        $this->same([null, 2], [$report['relay_error'], $report['set_aside']]);
        $this->same(['54001', '57014'], array_map(
            static fn (array $row) => substr($row['reason'], 0, 5),
            $report['refused']
        ));
        Resend::refused();
        $this->same(2, Shop::relay());
    }

    public function testABatchThatIsTooMuchIsHalvedAndGrowsAgain(string $kind): void
    {
        Settings::set('batch_size', '40');
        $this->recordWaiting(60);
        $isSlow = true;
        $target = new ScriptedTarget(static function (array $rows) use (&$isSlow): ?\Throwable {
            return $isSlow && count($rows) > 6 ? new TooMuch('57014 slow') : null;
        });
        // A run ends in between; the next one goes on with what has proved possible.
        $this->same(0, (new Relay($target))->run(-1));
        $this->same('57014 slow', Report::make()['relay_error']);
        $this->same([40], $target->batches);
        $this->same(0, (new Relay($target))->run(-1));
        $this->same(0, (new Relay($target))->run(-1));
        $this->same(5, (new Relay($target))->run(-1));
        $this->same(null, Report::make()['relay_error']);
        $isSlow = false;
        $this->same(55, (new Relay($target))->run());
        $this->same([40, 20, 10, 5, 10, 20, 25], $target->batches);
    }

    public function testABatchFitsIntoMemory(string $kind): void
    {
        $this->recordWaiting(5);
        $large = json_encode(['v' => 1, 'text' => str_repeat('x', 3 << 20)]);
        Application::getConnection()->queryExecute(
            "UPDATE fiscal_relay_outbox SET PAYLOAD = '$large' WHERE EVENT_KEY IN ('pos:2', 'pos:3')"
        );
        $target = new ScriptedTarget(static fn (array $rows): ?\Throwable => null);
        $this->same(5, (new Relay($target))->run());
        $this->same([2, 3], $target->batches);
    }

    public function testARowThatPhpCannotHoldIsSetAsideUnread(): void
    {
        Site::fresh('mysql');
        $this->recordWaiting(3);
        $large = json_encode(['v' => 1, 'text' => str_repeat('x', 6 << 20)]);
        Application::getConnection()->queryExecute(
            "UPDATE fiscal_relay_outbox SET PAYLOAD = '$large' WHERE EVENT_KEY = 'pos:2'"
        );
        unset($large);
        $limit = (string)ini_get('memory_limit');
        ini_set('memory_limit', (string)(memory_get_usage() + (32 << 20)));
        try {
            $this->same(2, Shop::relay());
        } finally {
            ini_set('memory_limit', $limit);
        }
        $this->true(str_contains(Report::make()['refused'][0]['reason'], 'memory_limit'), 'the reason');
        Resend::refused();
        $this->same(1, Shop::relay());
    }

    public function testARowThatWaitsKeepsNobodysPayload(string $kind): void
    {
        $this->recordWaiting(4);
        Application::getConnection()->queryExecute(
            'UPDATE fiscal_relay_outbox SET SENT_AT = ' . (time() - 40 * 86400) . " WHERE EVENT_KEY <> 'pos:2'"
        );
        $this->same([3, 0], [Retention::run(), Retention::run()]);
        $this->same('pos:2', Site::value("SELECT EVENT_KEY AS K FROM fiscal_relay_outbox WHERE PAYLOAD <> ''"));
        Application::getConnection()->queryExecute(
            'UPDATE fiscal_relay_outbox SET SENT_AT = ' . (time() - 31 * 86400) . " WHERE EVENT_KEY = 'pos:2'"
        );
        $this->same(1, Retention::run());
    }

    /** @param array<string, string> $codes SQLSTATE by event key */
    private function objection(string $kind, array $codes): void
    {
        $cases = '';
        foreach ($codes as $key => $code) {
            $cases .= " IF NEW.event_key = '$key' THEN RAISE EXCEPTION 'secret of the buyer' USING ERRCODE = '$code'; END IF;";
        }
        pg_query(
            Site::superuser($kind),
            "CREATE FUNCTION object() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN $cases RETURN NEW; END\$\$;"
            . ' CREATE TRIGGER object BEFORE INSERT ON fiscal.outbox FOR EACH ROW EXECUTE FUNCTION object()'
        ) || $this->true(false, 'no trigger');
    }

    private function recordWaiting(int $count): void
    {
        Settings::set('target', 'postgres');
        for ($i = 1; $i <= $count; $i++) {
            $this->record("pos:$i");
        }
    }

    private function record(string $key): void
    {
        Outbox::record(
            Fact::named('main', 'pos.transaction', $key, $key, ['v' => 1, 'name' => 'Чай'], time()),
            Outbox::SOURCE_CALL
        );
    }
}
