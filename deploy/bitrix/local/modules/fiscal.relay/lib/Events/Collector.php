<?php

declare(strict_types=1);

namespace Fiscal\Relay\Events;

use Bitrix\Sale\Order;

/**
 * What changed in the orders that this request is saving.
 *
 * A payment's event comes before the payment's own lines are stored, and a shipment's before its goods: a snapshot is
 * whole only when the order is saved. What a crash takes with it in between, the sweep finds.
 */
final class Collector
{
    /** @var ?\WeakMap<Order, array<string, object>> */
    private static ?\WeakMap $changes = null;

    public static function note(Order $order, string $name, object $entity): void
    {
        self::$changes ??= new \WeakMap();
        $noted = self::$changes[$order] ?? [];
        $noted[$name . spl_object_id($entity)] = $entity;
        self::$changes[$order] = $noted;
    }

    /** @return list<object> what was noted of this order; from then on nothing is */
    public static function take(Order $order): array
    {
        $noted = self::$changes[$order] ?? [];
        unset(self::$changes[$order]);

        return array_values($noted);
    }
}
