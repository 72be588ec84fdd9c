<?php

declare(strict_types=1);

namespace Fiscal\Relay\Sweep;

use Bitrix\Main\Application;
use Fiscal\Relay\Facts\OrderFacts;
use Fiscal\Relay\Facts\PaymentFacts;
use Fiscal\Relay\Facts\ShipmentFacts;
use Fiscal\Relay\Options\Era;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Options\ShipmentPolicy;
use Fiscal\Relay\Store\Outbox;

/**
 * Compares rows of the shop with what was recorded of them, and names what is missing.
 *
 * It asks by id whether the present state has a row, and never makes a key: what a handler wrote, whatever its key,
 * counts. What happened before the switch-on, or while Bitrix itself decided on receipts, is none of our business.
 */
final class Candidates
{
    public function __construct(private readonly Era $era)
    {
    }

    /**
     * @param list<array<string, mixed>> $rows of b_sale_order_payment, see ShopRows
     * @return array<int, list<int>> payments by order
     */
    public function payments(array $rows): array
    {
        $rows = array_filter($rows, static fn (array $row) => Settings::isOurPaySystem((int)$row['PAY_SYSTEM_ID']));
        $known = Outbox::states(PaymentFacts::ENTITY, self::ids($rows));
        $missing = [];
        foreach ($rows as $row) {
            $id = (int)$row['ID'];
            $state = $known[$id] ?? null;
            $isMissing = $row['PAID'] === 'Y'
                ? ($state['state'] ?? '') !== PaymentFacts::PAID
                    && $this->isOurs($row, 'PAID_AT', $id > Settings::firstPaymentId())
                : $state !== null && $state['state'] === PaymentFacts::PAID && $this->isUndone($row, $state);
            if ($isMissing) {
                $missing[(int)$row['ORDER_ID']][] = $id;
            }
        }

        return $missing;
    }

    /**
     * @param list<array<string, mixed>> $rows of b_sale_order_delivery, see ShopRows
     * @return array<int, list<int>> shipments by order
     */
    public function shipments(array $rows): array
    {
        $known = Outbox::states(ShipmentFacts::ENTITY, self::ids($rows));
        $missing = [];
        foreach ($rows as $row) {
            $id = (int)$row['ID'];
            $state = $known[$id] ?? null;
            $isMissing = $row['DEDUCTED'] === 'Y'
                ? ($state['state'] ?? '') !== ShipmentFacts::DEDUCTED
                    && $this->isOurs($row, 'DEDUCTED_AT', $id > Settings::firstShipmentId())
                : $state !== null && $state['state'] === ShipmentFacts::DEDUCTED && $this->isUndone($row, $state);
            if ($isMissing) {
                $missing[(int)$row['ORDER_ID']][$id] = [
                    'delivery' => (int)$row['DELIVERY_ID'],
                    'back' => $row['DEDUCTED'] !== 'Y',
                ];
            }
        }

        return $this->due($missing);
    }

    /**
     * @param list<array<string, mixed>> $rows of b_sale_order
     * @return list<int> orders
     */
    public function cancellations(array $rows): array
    {
        $known = Outbox::states(OrderFacts::ENTITY, self::ids($rows));
        $missing = [];
        foreach ($rows as $row) {
            $state = $known[(int)$row['ID']]['state'] ?? '';
            $isMissing = $row['CANCELED'] === 'Y'
                ? $state !== OrderFacts::CANCELLED && $this->isOurs($row, 'CANCELED_AT', false)
                : $state === OrderFacts::CANCELLED;
            if ($isMissing) {
                $missing[] = (int)$row['ID'];
            }
        }

        return $missing;
    }

    /** @param bool $isNew made after the switch-on: what has no date is placed by its number */
    private function isOurs(array $row, string $column, bool $isNew): bool
    {
        return isset($row[$column])
            ? $this->era->takesEvents($row[$column])
            : $isNew && $this->era->takesEvents(max($this->era->since(), $row['UPDATED_AT']));
    }

    /** An undo has no date of its own: it came after what it undoes, and not after the order was last saved. */
    private function isUndone(array $row, array $state): bool
    {
        return $this->era->takesEvents(max($row['UPDATED_AT'], Era::local($state['created'])));
    }

    /** Leaves out shipments that wait for the money at the door, so that they are not loaded again and again. */
    private function due(array $missing): array
    {
        if ($missing === []) {
            return [];
        }
        $rows = Application::getConnection()->query(
            'SELECT ORDER_ID AS ORDER_ID, PAY_SYSTEM_ID AS PAY_SYSTEM_ID, PAID AS PAID FROM b_sale_order_payment'
            . ' WHERE ORDER_ID IN (' . implode(',', array_keys($missing)) . ')'
        );
        $payments = [];
        while ($row = $rows->fetch()) {
            $payments[(int)$row['ORDER_ID']][] = [
                'paySystem' => (int)$row['PAY_SYSTEM_ID'],
                'paid' => $row['PAID'] === 'Y',
            ];
        }
        $due = [];
        foreach ($missing as $order => $shipments) {
            foreach ($shipments as $id => $shipment) {
                if ($shipment['back'] || ShipmentPolicy::isDue($payments[$order] ?? [], $shipment['delivery'])) {
                    $due[$order][] = $id;
                }
            }
        }

        return $due;
    }

    /** @return list<int> */
    private static function ids(array $rows): array
    {
        return array_values(array_map(static fn (array $row) => (int)$row['ID'], $rows));
    }
}
