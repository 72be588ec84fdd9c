<?php

declare(strict_types=1);

namespace Fiscal\Relay\Cashbox;

use Bitrix\Main\Application;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\Targets;
use Fiscal\Relay\Store\Outbox;

/** What the worker stored of checks, in the words of Bitrix's registers. */
final class CheckResults
{
    /**
     * @param list<int> $checks
     * @return array<int, array<string, mixed>> by check; one that is not finished is missing
     * @throws \Fiscal\Relay\Relay\TargetAway
     */
    public static function of(array $checks): array
    {
        $byShop = [];
        foreach (self::shops($checks) as $key => $shop) {
            $byShop[$shop][] = $key;
        }
        $numbers = array_combine(array_map(CheckSnapshot::key(...), $checks), $checks);
        $results = [];
        $target = Targets::current();
        foreach ($byShop as $shop => $keys) {
            foreach ($target->results((string)$shop, $keys) as $row) {
                $check = $numbers[$row['event_key']] ?? null;
                $answer = $check === null ? null : self::answer($check, $row);
                if ($answer !== null) {
                    $results[$check] = $answer;
                }
            }
        }

        return $results;
    }

    /** @param array<string, ?string> $row */
    private static function answer(int $check, array $row): ?array
    {
        $uuid = ['UUID' => CheckSnapshot::uuid($check)];
        if ($row['state'] === 'fiscalised') {
            return $uuid + [
                'STATUS' => 'DONE',
                'FN_NUMBER' => $row['fn'],
                'FISCAL_DOC_NUMBER' => $row['fd'],
                'FISCAL_DOC_ATTR' => $row['fpd'],
                'PRINT_END_TIME' => (int)($row['closed_at'] ?? time()),
            ];
        }

        return $row['state'] !== 'refused' ? null : $uuid + [
            'STATUS' => 'ERROR',
            'ERROR' => (string)($row['reason'] ?? ''),
        ];
    }

    /** @return array<string, string> the shop of each key that was handed over */
    private static function shops(array $checks): array
    {
        if ($checks === []) {
            return [];
        }
        $connection = Application::getConnection();
        $helper = $connection->getSqlHelper();
        $keys = array_map(static fn (int $id) => "'" . $helper->forSql(CheckSnapshot::key($id)) . "'", $checks);
        $shops = [];
        foreach (self::known() as $shop) {
            $rows = $connection->query(
                'SELECT EVENT_KEY AS EVENT_KEY FROM ' . Outbox::TABLE . " WHERE SHOP = '" . $helper->forSql($shop)
                . "' AND EVENT_KEY IN (" . implode(',', $keys) . ')'
            );
            while ($row = $rows->fetch()) {
                $shops[(string)$row['EVENT_KEY']] = $shop;
            }
        }

        return $shops;
    }

    /** @return list<string> codes of all shops of this portal */
    private static function known(): array
    {
        $shops = [Settings::shop()];
        $sites = Application::getConnection()->query('SELECT LID AS LID FROM b_lang');
        while ($row = $sites->fetch()) {
            $shops[] = Settings::shop((string)$row['LID']);
        }

        return array_values(array_unique($shops));
    }
}
