<?php

declare(strict_types=1);

namespace Fiscal\Relay\Rest;

use Bitrix\Main\Application;
use Bitrix\Sale\Internals\OrderPropsTable;
use Bitrix\Sale\Internals\OrderPropsValueTable;
use Bitrix\Sale\Internals\OrderTable;
use Fiscal\Relay\Module;

/**
 * Values of an order's properties, each written by itself and past the order: saving the order would raise its events
 * and write whatever else somebody holds in memory.
 */
final class OrderProperties
{
    private const LOCK = 'fiscal_relay_order_';
    private const LOCK_SECONDS = 10;

    /**
     * Sets all of these values or, after a fault of the database, none.
     *
     * @param array<string, string> $values by code
     * @return array{id: int, values?: array<string, string>, missing?: list<string>, unfit?: list<string>, error?: string}
     */
    public static function set(int $orderId, array $values): array
    {
        try {
            Module::loadSale();
            $order = OrderTable::getList([
                'select' => ['ID', 'PERSON_TYPE_ID'],
                'filter' => ['=ID' => $orderId],
            ])->fetch();
            if (!$order) {
                return ['id' => $orderId, 'error' => 'ORDER_NOT_FOUND'];
            }
            $codes = array_map('strval', array_keys($values));
            $properties = self::properties((int)$order['PERSON_TYPE_ID'], $codes);
            $unfit = array_keys(array_filter($properties, static fn (array $one) => !self::isPlainText($one)));
            $properties = array_diff_key($properties, array_flip($unfit));
            self::write($orderId, $properties, $values);
            $stored = self::read($orderId, $properties);

            return [
                'id' => $orderId,
                // In the order of the call, whatever order the database has them in.
                'values' => array_intersect_key(array_replace(array_fill_keys($codes, ''), $stored), $stored),
                'missing' => array_values(array_diff($codes, array_keys($properties), $unfit)),
                'unfit' => $unfit,
            ];
        } catch (\Throwable $fault) {
            Module::report($fault);

            return ['id' => $orderId, 'error' => 'WRITE_FAILED'];
        }
    }

    /** @return array<string, array<string, mixed>> by code; of several with one code the oldest */
    private static function properties(int $personType, array $codes): array
    {
        $found = OrderPropsTable::getList([
            'select' => ['ID', 'NAME', 'CODE', 'XML_ID', 'TYPE', 'MULTIPLE'],
            'filter' => ['=PERSON_TYPE_ID' => $personType, '=CODE' => $codes, '=ENTITY_TYPE' => 'ORDER'],
            'order' => ['ID' => 'ASC'],
        ]);
        $properties = [];
        while ($property = $found->fetch()) {
            $properties[(string)$property['CODE']] ??= $property;
        }

        return $properties;
    }

    /** Others keep their values in forms of their own, which a text would damage. */
    private static function isPlainText(array $property): bool
    {
        return ($property['TYPE'] ?? 'STRING') === 'STRING' && ($property['MULTIPLE'] ?? 'N') !== 'Y';
    }

    /** One writer of an order at a time, and all of its values or none: signs of two receipts never mix. */
    private static function write(int $orderId, array $properties, array $values): void
    {
        $connection = Application::getConnection();
        if (!$connection->lock(self::LOCK . $orderId, self::LOCK_SECONDS)) {
            throw new \RuntimeException("order $orderId is being written by others");
        }
        try {
            $connection->startTransaction();
            try {
                foreach ($properties as $code => $property) {
                    self::writeOne($orderId, $property, $values[$code]);
                }
                $connection->commitTransaction();
            } catch (\Throwable $fault) {
                $connection->rollbackTransaction();
                throw $fault;
            }
        } finally {
            $connection->unlock(self::LOCK . $orderId);
        }
    }

    private static function writeOne(int $orderId, array $property, string $value): void
    {
        $row = OrderPropsValueTable::getList([
            'select' => ['ID', 'VALUE'],
            'filter' => ['=ORDER_ID' => $orderId, '=ORDER_PROPS_ID' => (int)$property['ID']],
        ])->fetch();
        if ($row) {
            if ((string)$row['VALUE'] !== $value) {
                OrderPropsValueTable::update((int)$row['ID'], ['VALUE' => $value]);
            }

            return;
        }
        OrderPropsValueTable::add([
            'ORDER_ID' => $orderId,
            'ENTITY_ID' => $orderId,
            'ENTITY_TYPE' => 'ORDER',
            'ORDER_PROPS_ID' => (int)$property['ID'],
            'NAME' => (string)$property['NAME'],
            'CODE' => (string)$property['CODE'],
            'XML_ID' => (string)($property['XML_ID'] ?? ''),
            'VALUE' => $value,
        ]);
    }

    /** @return array<string, string> */
    private static function read(int $orderId, array $properties): array
    {
        $codes = array_column($properties, 'CODE', 'ID');
        $values = [];
        if ($codes !== []) {
            $rows = OrderPropsValueTable::getList([
                'select' => ['ORDER_PROPS_ID', 'VALUE'],
                'filter' => ['=ORDER_ID' => $orderId, '=ORDER_PROPS_ID' => array_keys($codes)],
            ]);
            while ($row = $rows->fetch()) {
                $values[(string)$codes[(int)$row['ORDER_PROPS_ID']]] = (string)$row['VALUE'];
            }
        }

        return $values;
    }
}
