<?php

declare(strict_types=1);

namespace Fiscal\Relay\Rest;

use Bitrix\Rest\RestException;
use Fiscal\Relay\Options\Settings;

/**
 * REST method fiscal.relay.order.properties.set, in a scope of its own.
 *
 * Bitrix's sale.propertyvalue.modify deletes every value that is not in the call, so setting one takes a reading, a
 * writing and a reading again, and loses what somebody else wrote in between. Here a value is set by its code, in one
 * step, and nothing else is touched.
 */
final class Service
{
    public const SCOPE = 'fiscal.relay';
    public const METHOD = 'fiscal.relay.order.properties.set';
    private const MOST_ORDERS = 200;
    private const LONGEST_VALUE = 500;

    /** rest:OnRestServiceBuildDescription */
    public static function onBuildDescription(): array
    {
        return [self::SCOPE => [self::METHOD => [self::class, 'setProperties']]];
    }

    /**
     * orders: [{id, properties: {CODE: value}}]. Answers {orders: [{id, values, missing, unfit}]} in the order of the
     * call, with the values as they are now, read back; one that could not be written has error instead. Nothing is
     * written when anything in the call is wrong.
     *
     * @throws RestException
     */
    public static function setProperties(array $query, mixed $start = 0, mixed $server = null): array
    {
        self::checkRights();
        $query = array_change_key_case($query, CASE_LOWER);
        $orders = $query['orders'] ?? null;
        if (!is_array($orders) || $orders === [] || count($orders) > self::MOST_ORDERS) {
            throw self::wrong('orders', 'a list of 1 to ' . self::MOST_ORDERS);
        }
        $allowed = Settings::list('property_codes');
        $writes = [];
        foreach (array_values($orders) as $place => $order) {
            $writes[] = self::write($order, "orders[$place]", $allowed);
        }

        return ['orders' => array_map(static fn (array $write) => OrderProperties::set(...$write), $writes)];
    }

    /** @return array{0: int, 1: array<string, string>} */
    private static function write(mixed $order, string $at, array $allowed): array
    {
        $order = is_array($order) ? array_change_key_case($order, CASE_LOWER) : [];
        $id = $order['id'] ?? null;
        $id = is_bool($id) ? false : filter_var($id, FILTER_VALIDATE_INT, ['options' => ['min_range' => 1]]);
        if ($id === false) {
            throw self::wrong("$at.id", 'a whole number above 0');
        }
        $values = $order['properties'] ?? null;
        if (!is_array($values) || $values === []) {
            throw self::wrong("$at.properties", 'an object with at least one code');
        }
        foreach ($values as $code => $value) {
            if (!in_array((string)$code, $allowed, true)) {
                throw new RestException(
                    "$at.properties: codes that may be set are " . implode(', ', $allowed),
                    'ERROR_PROPERTY_NOT_ALLOWED'
                );
            }
            if (!is_scalar($value) || is_bool($value) || mb_strlen((string)$value) > self::LONGEST_VALUE) {
                throw self::wrong("$at.properties.$code", 'a text of up to ' . self::LONGEST_VALUE . ' characters');
            }
        }

        return [$id, array_map('strval', $values)];
    }

    private static function wrong(string $field, string $allowed): RestException
    {
        return new RestException("$field: $allowed", 'ERROR_ARGUMENT');
    }

    private static function checkRights(): void
    {
        global $APPLICATION;
        $mayWrite = \CRestUtil::isAdmin()
            || (is_object($APPLICATION) && (string)$APPLICATION->GetGroupRight('sale') >= 'W');
        if (!$mayWrite) {
            throw new RestException('the right to change orders is needed', 'ACCESS_DENIED');
        }
    }
}
