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
        'check' => ['b_sale_cashbox_check', 'STATUS'],
    ];
    /** Bitrix writes this before it asks the register to print. */
    private const PRINTING = 'P';

    /** @return ?bool null: no row of the shop's would tell */
    public static function confirms(Fact $fact): ?bool
    {
        [$name, $id, $state] = $fact->checkId === null
            ? [$fact->entity, $fact->entityId, $fact->state]
            : ['check', $fact->checkId, self::PRINTING];
        if ($name === null) {
            return null;
        }
        [$table, $column] = self::STATES[$name];
        $row = Application::getConnection()
            ->query("SELECT $column AS STATE FROM $table WHERE ID = " . (int)$id)->fetch();

        return $row && trim((string)$row['STATE']) === $state;
    }
}
