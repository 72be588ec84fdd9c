<?php

declare(strict_types=1);

namespace Fiscal\Relay\Cashbox;

use Bitrix\Sale\Cashbox\CheckManager;
use Bitrix\Sale\Cashbox\Internals\CashboxCheckTable;
use Bitrix\Sale\Cashbox\Manager;
use Fiscal\Relay\FaultName;
use Fiscal\Relay\Module;
use Fiscal\Relay\Options\Era;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\TargetAway;
use Fiscal\Relay\Setup\Registers;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Store\State;
use Fiscal\Relay\Text\Moment;

/**
 * Looks after checks that Bitrix believes to be printing: hands over those that a crash cut off, gives them their
 * number, and brings back what the worker stored. Bitrix's own agent asks for five of them in two minutes. Those that
 * failed are asked after for a while too: a person may have mended them at the worker's.
 */
final class CheckSweep
{
    public const ERROR = 'checks_error';
    private const CHUNK = 200;
    private const FAILED_SECONDS = 30 * 86400;

    /**
     * @return int how many checks changed
     * @throws \Fiscal\Relay\SaleAway
     * @throws TargetAway
     */
    public static function run(): int
    {
        // Also after the way has changed: what was begun before is brought to its end.
        if (!Settings::isOn()) {
            return 0;
        }
        Module::loadSale();
        $checks = array_column(self::open(), null, 'ID');
        $changed = 0;
        foreach ($checks as $row) {
            try {
                $changed += (int)self::handOver($row);
            } catch (\Throwable $fault) {
                Module::report($fault);
            }
        }
        foreach (self::results(array_map('intval', array_keys($checks))) as $id => $answer) {
            // That it failed is known already.
            if ($checks[$id]['STATUS'] === 'P' || $answer['STATUS'] === 'DONE') {
                $changed += (int)RelayCashbox::applyCheckResult($answer)->isSuccess();
            }
        }

        return $changed;
    }

    /**
     * @param list<int> $checks
     * @return array<int, array<string, mixed>>
     */
    private static function results(array $checks): array
    {
        $error = '';
        try {
            return CheckResults::of($checks);
        } catch (\Throwable $fault) {
            $error = $fault instanceof TargetAway ? $fault->getMessage() : FaultName::of($fault);
            throw $fault;
        } finally {
            if ($error !== (State::get(self::ERROR) ?? '')) {
                State::set(self::ERROR, $error);
            }
        }
    }

    private static function handOver(array $row): bool
    {
        $id = (int)$row['ID'];
        // A number is stored after we have answered: with one, the row is there.
        if ($row['STATUS'] !== 'P' || (string)$row['EXTERNAL_UUID'] !== '') {
            return false;
        }
        $grace = Settings::number('sweep_grace_seconds', 0, 86400);
        $begun = Moment::seconds($row['DATE_PRINT_START']) ?? Moment::seconds($row['DATE_CREATE']) ?? 0;
        if (!Era::current()->takesChecks(Era::local($begun)) || $begun > time() - $grace) {
            return false;
        }
        $check = CheckManager::getObjectById($id);
        $cashbox = Manager::getObjectById((int)$row['CASHBOX_ID']);
        if ($check === null || $cashbox === null) {
            return false;
        }
        Outbox::record(CheckSnapshot::fact($check, $cashbox), Outbox::SOURCE_SWEEP);

        return CashboxCheckTable::update($id, ['EXTERNAL_UUID' => CheckSnapshot::uuid($id)])->isSuccess();
    }

    /** @return list<array<string, mixed>> checks that print, and those that failed not long ago */
    private static function open(): array
    {
        $registers = Registers::ids();
        if ($registers === []) {
            return [];
        }
        // The table has no end, and those before may hang for long: each run goes on where the last one stopped.
        $after = (int)State::get('check_cursor');
        $rows = CashboxCheckTable::getList([
            'select' => ['ID', 'STATUS', 'EXTERNAL_UUID', 'CASHBOX_ID', 'DATE_CREATE', 'DATE_PRINT_START'],
            'filter' => ['=CASHBOX_ID' => $registers, '=STATUS' => ['P', 'E'], '>ID' => $after],
            'order' => ['ID' => 'ASC'],
            'limit' => self::CHUNK,
        ])->fetchAll();
        State::set('check_cursor', count($rows) < self::CHUNK ? '0' : (string)end($rows)['ID']);

        return array_values(array_filter($rows, static fn (array $row) => $row['STATUS'] === 'P'
            || (Moment::seconds($row['DATE_CREATE']) ?? 0) > time() - self::FAILED_SECONDS));
    }
}
