<?php

declare(strict_types=1);

namespace Fiscal\Relay\Store;

use Bitrix\Main\Application;

/** Whether the shop's own row says what a fact says. One look-up by primary key. */
final class Truth
{
    private const STATES = [
        'payment' => ['b_sale_order_payment', 'PAID'],
        'shipment' => ['b_sale_order_delivery', 'DEDUCTED'],
        'order' => ['b_sale_order', 'CANCELED'],
    ];

    public static function confirms(Fact $fact): bool
    {
        [$table, $column] = self::STATES[$fact->entity] ?? [null, null];
        if ($table === null) {
            return false;
        }
        $row = Application::getConnection()
            ->query("SELECT $column AS STATE FROM $table WHERE ID = " . (int)$fact->entityId)->fetch();

        return $row && trim((string)$row['STATE']) === $fact->state;
    }
}
