<?php

declare(strict_types=1);

namespace Fiscal\Relay\Setup;

use Bitrix\Main\Application;
use Bitrix\Main\Localization\Loc;
use Bitrix\Sale\Internals\OrderPropsGroupTable;
use Bitrix\Sale\Internals\OrderPropsTable;
use Bitrix\Sale\Internals\PersonTypeTable;
use Fiscal\Relay\Module;
use Fiscal\Relay\Options\Settings;

Loc::loadMessages(__FILE__);

/** Order properties that show the fiscal result: one of each code for each person type, hidden from the buyer. */
final class Properties
{
    /**
     * @return int how many were made; those that exist stay as they are
     * @throws \Fiscal\Relay\SaleAway
     */
    public static function create(): int
    {
        Module::loadSale();
        $made = 0;
        $personTypes = PersonTypeTable::getList(['select' => ['ID'], 'filter' => ['=ENTITY_REGISTRY_TYPE' => 'ORDER']]);
        while ($personType = $personTypes->fetch()) {
            $person = (int)$personType['ID'];
            $group = null;
            foreach (Settings::list('property_codes') as $place => $code) {
                if (self::exists($person, $code)) {
                    continue;
                }
                $group ??= self::group($person, (string)Loc::getMessage('FISCAL_RELAY_PROPERTY_GROUP'));
                OrderPropsTable::add([
                    'PERSON_TYPE_ID' => $person,
                    'NAME' => $code,
                    'TYPE' => 'STRING',
                    'REQUIRED' => 'N',
                    'DEFAULT_VALUE' => '',
                    'SORT' => 1000 + $place,
                    'USER_PROPS' => 'N',
                    'IS_LOCATION' => 'N',
                    'PROPS_GROUP_ID' => $group,
                    'CODE' => $code,
                    'ACTIVE' => 'Y',
                    'UTIL' => 'Y',
                    'MULTIPLE' => 'N',
                    'XML_ID' => Module::ID . '.' . strtolower($code) . '.' . $person,
                    'ENTITY_REGISTRY_TYPE' => 'ORDER',
                    'ENTITY_TYPE' => 'ORDER',
                ]);
                $made++;
            }
        }

        return $made;
    }

    /** Removes the properties that this module made, with their values in orders, and its groups where nothing is left. */
    public static function remove(): void
    {
        $groups = OrderPropsGroupTable::getList(['select' => ['ID'], 'filter' => ['=CODE' => Module::ID]])->fetchAll();
        $rows = OrderPropsTable::getList([
            'select' => ['ID', 'XML_ID'],
            'filter' => ['=CODE' => Settings::list('property_codes')],
        ]);
        foreach ($rows->fetchAll() as $row) {
            if (str_starts_with((string)$row['XML_ID'], Module::ID . '.')) {
                // The property's own table knows nothing of values.
                Application::getConnection()->queryExecute(
                    'DELETE FROM b_sale_order_props_value WHERE ORDER_PROPS_ID = ' . (int)$row['ID']
                );
                OrderPropsTable::delete((int)$row['ID']);
            }
        }
        foreach ($groups as $group) {
            $isUsed = OrderPropsTable::getList([
                'select' => ['ID'], 'filter' => ['=PROPS_GROUP_ID' => (int)$group['ID']], 'limit' => 1,
            ])->fetch();
            if (!$isUsed) {
                OrderPropsGroupTable::delete((int)$group['ID']);
            }
        }
    }

    private static function exists(int $person, string $code): bool
    {
        return (bool)OrderPropsTable::getList([
            'select' => ['ID'],
            'filter' => ['=PERSON_TYPE_ID' => $person, '=CODE' => $code],
            'limit' => 1,
        ])->fetch();
    }

    private static function group(int $person, string $name): int
    {
        $row = OrderPropsGroupTable::getList([
            'select' => ['ID'],
            'filter' => ['=PERSON_TYPE_ID' => $person, '=CODE' => Module::ID],
            'limit' => 1,
        ])->fetch();
        if ($row) {
            return (int)$row['ID'];
        }

        return (int)OrderPropsGroupTable::add([
            'PERSON_TYPE_ID' => $person, 'NAME' => $name, 'SORT' => 1000, 'CODE' => Module::ID,
        ])->getId();
    }
}
