<?php

declare(strict_types=1);

namespace Fiscal\Relay\Options;

use Bitrix\Main\Config\Option;
use Fiscal\Relay\Module;

/** The module's options, typed. Reading one costs nothing: Bitrix keeps a module's options in memory. */
final class Settings
{
    public const WAY_EVENTS = 'events';
    public const WAY_CASHBOX = 'cashbox';
    public const TARGET_POSTGRES = 'postgres';
    public const TARGET_DIRECT = 'direct';
    /** Options that the module keeps for itself: no form and no command sets them. */
    public const OWN = [
        'enabled', 'switched_on_at', 'switched_on_local', 'first_payment_id', 'first_shipment_id', 'way_changes',
        'overruled_registers',
    ];

    public static function isOn(): bool
    {
        return self::get('enabled') === 'Y' && self::switchedOnAt() > 0;
    }

    /** Whether events of orders are recorded; otherwise a cash register of ours prints what Bitrix decides. */
    public static function takesEvents(): bool
    {
        return self::isOn() && self::get('way') === self::WAY_EVENTS;
    }

    /** Whether our cash register prints: Bitrix decides on receipts. */
    public static function takesChecks(): bool
    {
        return self::isOn() && self::get('way') === self::WAY_CASHBOX;
    }

    public static function writesDirectly(): bool
    {
        return self::get('target') === self::TARGET_DIRECT;
    }

    /** Seconds since 1970. Nothing older than this is our business. */
    public static function switchedOnAt(): int
    {
        return (int)self::get('switched_on_at');
    }

    /** Payments above this number came after the switch-on, whatever date they bear. */
    public static function firstPaymentId(): int
    {
        return (int)self::get('first_payment_id');
    }

    /** The same of shipments. */
    public static function firstShipmentId(): int
    {
        return (int)self::get('first_shipment_id');
    }

    /** The shop's code at the relay; a site of the portal may have its own. */
    public static function shop(?string $site = null): string
    {
        $own = $site === null || $site === '' ? '' : trim((string)Option::get(Module::ID, 'shop_' . $site, ''));

        return $own !== '' ? $own : self::get('shop');
    }

    /** Fixed at the switch-on: a renamed domain must not change the keys of checks. */
    public static function portal(): string
    {
        return self::get('portal');
    }

    public static function isOurPaySystem(int $id): bool
    {
        $ours = self::list('pay_systems');

        return $ours === [] || in_array((string)$id, $ours, true);
    }

    /** Whether movements of this store are reported; an empty list means all. */
    public static function isOurStore(int $id): bool
    {
        $ours = self::list('stores');

        return $ours === [] || in_array((string)$id, $ours, true);
    }

    public static function number(string $name, int $least, int $most): int
    {
        return max($least, min($most, (int)self::get($name)));
    }

    public static function flag(string $name): bool
    {
        return self::get($name) === 'Y';
    }

    /** @return list<string> */
    public static function list(string $name): array
    {
        return self::split(self::get($name));
    }

    /** @return list<string> */
    public static function split(string $value): array
    {
        return array_values(array_filter(array_map('trim', explode(',', $value)), 'strlen'));
    }

    public static function get(string $name): string
    {
        return trim((string)Option::get(Module::ID, $name, self::defaults()[$name] ?? ''));
    }

    /**
     * A new way in holds from now on: what happened before goes on by the former one. The moment of the switch-on is
     * kept by the shop's own clock too.
     */
    public static function set(string $name, string $value): void
    {
        $now = Era::local(time());
        if ($name === 'way' && self::isOn() && $value !== self::get('way')) {
            Option::set(Module::ID, 'way_changes', Era::current()->changed(self::get('way'), $now));
        }
        if ($name === 'switched_on_at') {
            Option::set(Module::ID, 'switched_on_local', Era::local((int)$value));
            Option::set(Module::ID, 'way_changes', '');
        }
        Option::set(Module::ID, $name, $value);
    }

    /** @return array<string, string> */
    public static function defaults(): array
    {
        static $defaults = null;
        if ($defaults === null) {
            require dirname(__DIR__, 2) . '/default_option.php';
            /** @var array<string, string> $fiscal_relay_default_option */
            $defaults = $fiscal_relay_default_option;
        }

        return $defaults;
    }
}
