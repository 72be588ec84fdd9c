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

    /** rest:OnRestServiceBuildDescription */
    public static function onBuildDescription(): array
    {
        return [self::SCOPE => [self::METHOD => [self::class, 'setProperties']]];
    }

    /**
     * orders: [{id, properties: {CODE: value}}]. Answers {orders: [{id, values, missing}]} with the values as they are
     * now, read back, and the codes that the order's person type does not have; an unknown order has error
     * ORDER_NOT_FOUND.
     *
     * @throws RestException
     */
    public static function setProperties(array $query, mixed $start = 0, mixed $server = null): array
    {
        self::checkRights();
        $query = array_change_key_case($query, CASE_LOWER);
        $orders = $query['orders'] ?? null;
        if (!is_array($orders) || $orders === [] || count($orders) > self::MOST_ORDERS) {
            throw new RestException('orders: a list of 1 to ' . self::MOST_ORDERS, 'ERROR_ARGUMENT');
        }
        $allowed = Settings::list('property_codes');
        $answers = [];
        foreach (array_values($orders) as $order) {
            $order = is_array($order) ? array_change_key_case($order, CASE_LOWER) : [];
            $id = filter_var($order['id'] ?? null, FILTER_VALIDATE_INT);
            $values = $order['properties'] ?? null;
            if ($id === false || !is_array($values) || $values === []) {
                throw new RestException('orders: each needs an id and properties', 'ERROR_ARGUMENT');
            }
            foreach ($values as $code => $value) {
                if (!in_array((string)$code, $allowed, true)) {
                    throw new RestException('not one of the fiscal properties', 'ERROR_PROPERTY_NOT_ALLOWED');
                }
                if (!is_scalar($value) || mb_strlen((string)$value) > 500) {
                    throw new RestException('properties: text of up to 500 characters', 'ERROR_ARGUMENT');
                }
            }
            $answers[] = OrderProperties::set($id, array_map('strval', $values));
        }

        return ['orders' => $answers];
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
