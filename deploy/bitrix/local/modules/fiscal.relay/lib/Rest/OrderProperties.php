<?php

declare(strict_types=1);

namespace Fiscal\Relay\Rest;

use Bitrix\Sale\Internals\OrderPropsTable;
use Bitrix\Sale\Internals\OrderPropsValueTable;
use Bitrix\Sale\Internals\OrderTable;

/**
 * Values of an order's properties, each written by itself and past the order: saving the order would raise its events
 * and write whatever else somebody holds in memory.
 */
final class OrderProperties
{
    /**
     * @param array<string, string> $values by code
     * @return array{id: int, values?: array<string, string>, missing?: list<string>, error?: string}
     */
    public static function set(int $orderId, array $values): array
    {
        $order = OrderTable::getList([
            'select' => ['ID', 'PERSON_TYPE_ID'],
            'filter' => ['=ID' => $orderId],
        ])->fetch();
        if (!$order) {
            return ['id' => $orderId, 'error' => 'ORDER_NOT_FOUND'];
        }
        $properties = [];
        $found = OrderPropsTable::getList([
            'select' => ['ID', 'NAME', 'CODE', 'XML_ID'],
            'filter' => ['=PERSON_TYPE_ID' => (int)$order['PERSON_TYPE_ID'], '=CODE' => array_keys($values)],
        ]);
        while ($property = $found->fetch()) {
            $properties[(string)$property['CODE']] ??= $property;
        }
        foreach ($properties as $code => $property) {
            self::write($orderId, $property, $values[$code]);
        }

        return [
            'id' => $orderId,
            'values' => self::read($orderId, $properties),
            'missing' => array_values(array_diff(array_map('strval', array_keys($values)), array_keys($properties))),
        ];
    }

    private static function write(int $orderId, array $property, string $value): void
    {
        for ($try = 0; $try < 2; $try++) {
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
            try {
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

                return;
            } catch (\Bitrix\Main\DB\SqlException $fault) {
                // Somebody made the row just now: the second look finds it.
                if ($try > 0) {
                    throw $fault;
                }
            }
        }
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
