<?php

declare(strict_types=1);

namespace Fiscal\Relay\Status;

use Bitrix\Main\Application;
use Fiscal\Relay\Cashbox\CheckSweep;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Relay\Backlog;
use Fiscal\Relay\Setup\Events;
use Fiscal\Relay\Setup\RivalRegisters;
use Fiscal\Relay\Setup\Tables;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Store\State;

/** What the state page and the command show: whether everything gets through, and if not, since when and why. */
final class Report
{
    private const LATE_SECONDS = 600;
    /** An agent or cron that has not come by for so long does not come any more. */
    private const IDLE_SECONDS = 7200;
    private const SWEEP_ERROR_SECONDS = 86400;
    private const REFUSED_SHOWN = 20;

    /** @return array<string, mixed> without personal data and secrets */
    public static function make(): array
    {
        if (!Tables::exist()) {
            return ['on' => Settings::isOn(), 'healthy' => false, 'tables' => false];
        }
        $state = State::all();
        $connection = Application::getConnection();
        $waiting = $connection->query(
            'SELECT COUNT(*) AS N, MIN(CREATED_AT) AS OLDEST FROM ' . Outbox::TABLE . ' WHERE SENT_AT IS NULL'
        )->fetch();
        $refused = $connection->query(
            'SELECT SHOP AS SHOP, EVENT_KEY AS EVENT_KEY, ERROR AS ERROR, ATTEMPTS AS ATTEMPTS FROM ' . Outbox::TABLE
            . ' WHERE SENT_AT IS NULL AND ATTEMPTS > 0 ORDER BY ID LIMIT ' . self::REFUSED_SHOWN
        )->fetchAll();
        $setAside = count($refused) < self::REFUSED_SHOWN ? count($refused) : (int)$connection->query(
            'SELECT COUNT(*) AS N FROM ' . Outbox::TABLE . ' WHERE SENT_AT IS NULL AND ATTEMPTS > 0'
        )->fetch()['N'];
        $oldest = (int)($waiting['OLDEST'] ?? 0);
        $missing = Events::missing();
        $overruled = Settings::list('overruled_registers');
        $rivals = array_values(array_filter(
            RivalRegisters::find(),
            static fn (array $rival) => !in_array((string)$rival['id'], $overruled, true)
        ));
        $error = $state['relay_error']['value'] ?? '';
        $checksError = $state[CheckSweep::ERROR]['value'] ?? '';
        $zone = Settings::get('timezone');
        $zone = $zone === '' || $zone === date_default_timezone_get() ? null : $zone;
        $isLate = $oldest > 0 && time() - $oldest > self::LATE_SECONDS;

        return [
            'on' => Settings::isOn(),
            'healthy' => $error === '' && $checksError === '' && $zone === null && !$isLate && $refused === []
                && $missing === [] && $rivals === []
                && !self::isOffAgain() && !self::isIdle($state) && !self::failsToSweep($state),
            'tables' => true,
            'way' => Settings::get('way'),
            'target' => Settings::get('target'),
            'shop' => Settings::shop(),
            'switched_on_at' => Settings::switchedOnAt() ?: null,
            'waiting' => (int)$waiting['N'],
            'oldest_waiting_at' => $oldest ?: null,
            'set_aside' => $setAside,
            'held' => $refused === [] ? 0 : Backlog::held(),
            'refused' => array_map(static fn (array $row) => [
                'shop' => (string)$row['SHOP'],
                'event_key' => (string)$row['EVENT_KEY'],
                'reason' => (string)$row['ERROR'],
                'attempts' => (int)$row['ATTEMPTS'],
            ], $refused),
            'relay_at' => (int)($state['relay_at']['value'] ?? 0) ?: null,
            'relay_error' => $error === '' ? null : $error,
            'relay_error_at' => $error === '' ? null : $state['relay_error']['at'],
            'checks_error' => $checksError === '' ? null : $checksError,
            // Cron with another php.ini than the site would misread every moment of the shop.
            'timezone' => date_default_timezone_get(),
            'timezone_expected' => $zone,
            'sweep_at' => (int)($state['sweep_at']['value'] ?? 0) ?: null,
            'sweep_found' => $state['sweep_found']['value'] ?? null,
            'sweep_error' => $state['sweep_error']['value'] ?? null,
            'handlers_missing' => $missing,
            'rival_registers' => $rivals,
        ];
    }

    /** Off before the first switch-on is as it should be; afterwards payments pass unseen. */
    private static function isOffAgain(): bool
    {
        return !Settings::isOn() && Settings::switchedOnAt() > 0;
    }

    /** @param array<string, array{value: string, at: int}> $state */
    private static function isIdle(array $state): bool
    {
        $last = max(
            Settings::switchedOnAt(),
            (int)($state[Settings::takesEvents() ? 'sweep_at' : 'relay_at']['value'] ?? 0)
        );

        return Settings::isOn() && time() - $last > self::IDLE_SECONDS;
    }

    /** An order that cannot be read may hide a payment; recent ones are tried on every run. */
    private static function failsToSweep(array $state): bool
    {
        return time() - ($state['sweep_error']['at'] ?? 0) < self::SWEEP_ERROR_SECONDS;
    }
}
