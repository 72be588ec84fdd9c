<?php

declare(strict_types=1);

namespace Fiscal\Relay\Setup;

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Bitrix\Main\Localization\Loc;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Options\SettlementTable;
use Fiscal\Relay\Relay\TargetAway;
use Fiscal\Relay\Relay\Targets;

Loc::loadMessages(__FILE__);

/**
 * The moment from which the shop's payments are ours. Shown and confirmed by a person: whatever was paid before it has
 * its receipt from elsewhere, or needs a correction.
 */
final class SwitchOn
{
    /** @return list<string> what is in the way, in plain words; empty: it can be switched on */
    public static function obstacles(bool $overrule = false): array
    {
        $obstacles = [];
        if (!preg_match('/^[A-Za-z0-9._-]{1,100}$/', Settings::shop())) {
            $obstacles[] = Loc::getMessage('FISCAL_RELAY_OBSTACLE_SHOP');
        }
        foreach (SettlementTable::parse(Settings::get('settlements'))[1] as $line) {
            $obstacles[] = Loc::getMessage('FISCAL_RELAY_OBSTACLE_SETTLEMENT', ['#LINE#' => $line]);
        }
        if (!Tables::exist()) {
            $obstacles[] = Loc::getMessage('FISCAL_RELAY_OBSTACLE_TABLES');
        }
        foreach (Events::missing() as $event) {
            $obstacles[] = Loc::getMessage('FISCAL_RELAY_OBSTACLE_EVENT', ['#EVENT#' => $event]);
        }
        $target = self::targetFault();
        if ($target !== null) {
            $obstacles[] = Loc::getMessage('FISCAL_RELAY_OBSTACLE_TARGET', ['#REASON#' => $target]);
        }
        if (!$overrule) {
            foreach (RivalRegisters::find() as $rival) {
                $obstacles[] = self::objection($rival);
            }
        }

        return $obstacles;
    }

    /** @param array{id: int, name: string, paySystems: list<string>} $rival */
    public static function objection(array $rival): string
    {
        return (string)Loc::getMessage('FISCAL_RELAY_OBSTACLE_REGISTER', [
            '#NAME#' => $rival['name'],
            '#ID#' => (string)$rival['id'],
            '#PAY_SYSTEMS#' => implode(', ', $rival['paySystems']),
        ]);
    }

    /**
     * The moment that a person is asked to confirm, in seconds since 1970. After a pause it is now: what was paid in
     * between has its receipt from elsewhere.
     */
    public static function proposed(): int
    {
        return Settings::isOn() ? Settings::switchedOnAt() : time();
    }

    /**
     * @param int $since seconds since 1970, confirmed by a person
     * @param bool $overrule print although another register prints for the same pay systems
     * @return list<string> what is in the way; empty: it is on
     */
    public static function on(int $since, bool $overrule = false): array
    {
        if ($since <= 0 || $since > time() + 60) {
            return [Loc::getMessage('FISCAL_RELAY_OBSTACLE_MOMENT')];
        }
        $obstacles = self::obstacles($overrule);
        if ($obstacles !== []) {
            return $obstacles;
        }
        if (Settings::get('portal') === '') {
            Settings::set('portal', self::host());
        }
        // Those without a date can be placed by their number only, and only if the moment is now.
        $tables = ['first_payment_id' => 'b_sale_order_payment', 'first_shipment_id' => 'b_sale_order_delivery'];
        foreach ($tables as $name => $table) {
            $row = Application::getConnection()->query("SELECT MAX(ID) AS N FROM $table")->fetch();
            Settings::set($name, (string)(int)($row['N'] ?? 0));
        }
        Settings::set('timezone', date_default_timezone_get());
        // Remembered, so that the state page does not warn of what a person decided, and does of what came later.
        Settings::set('overruled_registers', implode(',', array_column(RivalRegisters::find(), 'id')));
        Settings::set('switched_on_at', (string)$since);
        Settings::set('enabled', 'Y');

        return [];
    }

    public static function off(): void
    {
        Settings::set('enabled', 'N');
    }

    private static function targetFault(): ?string
    {
        try {
            if (Settings::writesDirectly()) {
                return self::directFault();
            }
            Targets::postgres()->check();

            return null;
        } catch (TargetAway $fault) {
            return $fault->getMessage();
        }
    }

    private static function directFault(): ?string
    {
        $connection = Application::getConnection();
        if ($connection->getType() !== 'pgsql') {
            return Loc::getMessage('FISCAL_RELAY_OBSTACLE_NOT_POSTGRES');
        }
        $row = $connection->query("SELECT to_regclass('fiscal.outbox') IS NOT NULL"
            . " AND has_any_column_privilege('fiscal.outbox', 'INSERT') AS ALLOWED")->fetch();

        return in_array($row['ALLOWED'] ?? null, ['t', true, 1, '1'], true)
            ? null
            : Loc::getMessage('FISCAL_RELAY_OBSTACLE_DIRECT');
    }

    private static function host(): string
    {
        $name = (string)Option::get('main', 'server_name', '');

        return mb_substr($name !== '' ? $name : (string)($_SERVER['HTTP_HOST'] ?? gethostname()), 0, 200);
    }
}
