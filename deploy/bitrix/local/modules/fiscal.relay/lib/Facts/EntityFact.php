<?php

declare(strict_types=1);

namespace Fiscal\Relay\Facts;

use Bitrix\Sale\Order;
use Fiscal\Relay\Snapshot\OrderSnapshot;
use Fiscal\Relay\Store\Fact;

/** A change of something that belongs to an order: written for the order's shop, in the order's lane. */
final class EntityFact
{
    /**
     * @param string $name payment, shipment or order
     * @param object $entity what it names: has getId()
     * @param string $kind of fiscal.outbox; empty: nobody is told, only the state is remembered
     * @param string $change stands in the key, e.g. "paid"
     * @param string $state of the entity from now on
     * @param int $at seconds since 1970
     */
    public static function of(
        Order $order,
        string $name,
        object $entity,
        string $kind,
        string $change,
        string $state,
        array $payload,
        int $at,
    ): Fact {
        return Fact::ofEntity(
            OrderSnapshot::shop($order),
            $kind,
            $name,
            (int)$entity->getId(),
            $change,
            $state,
            OrderSnapshot::subject((int)$order->getId()),
            $payload,
            $at
        );
    }
}
