<?php

declare(strict_types=1);

namespace Fiscal\Relay\Setup;

use Bitrix\Main\Application;
use Bitrix\Main\Localization\Loc;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Options\SettlementTable;

Loc::loadMessages(__FILE__);

/** The fields of the options page. What is wrong is said, and nothing of the form is stored then. */
final class OptionsForm
{
    private const UNPAID = ['payment.cancelled', 'payment.refunded', 'ignore'];

    /** @return array<string, array{label: string, type: string, value: string, values: list<string>}> */
    public static function fields(): array
    {
        $fields = [];
        foreach (self::types() as $name => $type) {
            $values = is_array($type) ? $type : [];
            $fields[$name] = [
                'label' => self::label($name),
                'type' => is_array($type) ? 'select' : ($type === 'numbers' || $type === 'number' ? 'text' : $type),
                // A password is never shown again: an empty field keeps the present one.
                'value' => $type === 'password' ? '' : Settings::get($name),
                'values' => $values,
            ];
        }

        return $fields;
    }

    /**
     * @param array<string, mixed> $form
     * @param bool $overrule although another register prints for the same pay systems
     * @return list<string> what is wrong
     */
    public static function save(array $form, bool $overrule = false): array
    {
        $values = [];
        $faults = [];
        foreach (self::types() as $name => $type) {
            $value = trim((string)($form[$name] ?? ''));
            if ($type === 'password' && $value === '') {
                continue;
            }
            if (!self::isValid($name, $type, $value)) {
                $faults[] = Loc::getMessage('FISCAL_RELAY_OPTION_WRONG', ['#OPTION#' => self::label($name)]);
            }
            $values[$name] = $value;
        }

        return $faults === [] ? Change::store($values, $overrule) : $faults;
    }

    private static function label(string $name): string
    {
        $label = str_starts_with($name, 'shop_')
            ? Loc::getMessage('FISCAL_RELAY_OPTION_SHOP_SITE', ['#SITE#' => substr($name, 5)])
            : Loc::getMessage('FISCAL_RELAY_OPTION_' . strtoupper($name));

        return $label ?: $name;
    }

    /** @return array<string, string|list<string>> */
    private static function types(): array
    {
        $types = [
            'way' => [Settings::WAY_EVENTS, Settings::WAY_CASHBOX],
            'target' => [Settings::TARGET_POSTGRES, Settings::TARGET_DIRECT],
            'database_url' => 'password',
            'database_url_file' => 'text',
            'shop' => 'text',
        ];
        $sites = Application::getConnection()->query('SELECT LID AS LID FROM b_lang ORDER BY LID');
        while ($site = $sites->fetch()) {
            $types['shop_' . $site['LID']] = 'text';
        }

        return $types + [
            'pay_systems' => 'numbers',
            'settlement_default' => SettlementTable::ALL,
            'settlements' => 'lines',
            'stores' => 'numbers',
            'default_store' => 'number',
            'unpaid_plain' => self::UNPAID,
            'unpaid_inner' => self::UNPAID,
            'inner_as_bonus' => ['N', 'Y'],
            'property_inn' => 'text',
            'property_company' => 'text',
            'property_codes' => 'text',
            'batch_size' => 'number',
            'sweep_window_hours' => 'number',
            'sweep_grace_seconds' => 'number',
            'sweep_chunk' => 'number',
            'keep_days' => 'number',
        ];
    }

    /** @return ?string what is allowed, where this value is not; null: it is, or the option is none of the form's */
    public static function fault(string $name, string $value): ?string
    {
        if ($name === 'timezone') {
            return in_array($value, timezone_identifiers_list(), true) ? null : 'a time zone, e.g. Europe/Moscow';
        }
        $type = str_starts_with($name, 'shop_') ? 'text' : (self::types()[$name] ?? null);
        if ($type === null || self::isValid($name, $type, $value)) {
            return null;
        }

        return match (true) {
            is_array($type) => implode(', ', $type),
            str_starts_with($name, 'shop') => 'letters of A to Z, digits, and . _ -',
            $type === 'number' => 'a whole number',
            $type === 'numbers' => 'whole numbers with commas between them',
            $name === 'settlements' => 'lines of pay system, delivery and one of '
                . implode(', ', SettlementTable::ALL),
            default => 'up to 2000 characters',
        };
    }

    private static function isValid(string $name, string|array $type, string $value): bool
    {
        if (str_starts_with($name, 'shop')) {
            return preg_match('/^[A-Za-z0-9._-]{1,100}$/', $value) === 1 || ($value === '' && $name !== 'shop');
        }

        return match (true) {
            is_array($type) => in_array($value, $type, true),
            $type === 'number' => $value === '' || ctype_digit($value),
            $type === 'numbers' => preg_match('/^(\d+(\s*,\s*\d+)*)?$/', $value) === 1,
            $name === 'settlements' => SettlementTable::parse($value)[1] === [],
            default => mb_strlen($value) <= 2000,
        };
    }
}
