<?php

declare(strict_types=1);

namespace Fiscal\Relay\Sweep;

use Bitrix\Main\Application;
use Fiscal\Relay\Facts\OrderFacts;
use Fiscal\Relay\Facts\PaymentFacts;
use Fiscal\Relay\Facts\ShipmentFacts;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Options\ShipmentPolicy;
use Fiscal\Relay\Store\Outbox;
use Fiscal\Relay\Text\Moment;

/**
 * Compares rows of the shop with what was recorded of them, and names what is missing.
 *
 * It asks by id whether the present state has a row, and never makes a key: what a handler wrote, whatever its key,
 * counts. What happened before the switch-on is none of our business.
 */
final class Candidates
{
    private readonly int $since;

    public function __construct()
    {
        $this->since = Settings::switchedOnAt();
    }

    /**
     * @param list<array<string, mixed>> $rows of b_sale_order_payment, with the order's DATE_UPDATE
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
                ? ($state['state'] ?? '') !== PaymentFacts::PAID && $this->isAfter($row['DATE_PAID'], $id)
                : $state !== null && $state['state'] === PaymentFacts::PAID && $this->isUndone($row, $state);
            if ($isMissing) {
                $missing[(int)$row['ORDER_ID']][] = $id;
            }
        }

        return $missing;
    }

    /**
     * @param list<array<string, mixed>> $rows of b_sale_order_delivery, with the order's DATE_UPDATE
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
                ? ($state['state'] ?? '') !== ShipmentFacts::DEDUCTED && $this->isAfter($row['DATE_DEDUCTED'], null)
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
                ? $state !== OrderFacts::CANCELLED && $this->isAfter($row['DATE_CANCELED'], null)
                : $state === OrderFacts::CANCELLED;
            if ($isMissing) {
                $missing[] = (int)$row['ID'];
            }
        }

        return $missing;
    }

    private function isAfter(mixed $moment, ?int $payment): bool
    {
        $seconds = Moment::seconds($moment);

        return $seconds === null
            ? $payment !== null && $payment > Settings::firstPaymentId()
            : $seconds >= $this->since;
    }

    /** Taken back after the switch-on: an undo has no date of its own. */
    private function isUndone(array $row, array $state): bool
    {
        return $state['created'] >= $this->since || (Moment::seconds($row['DATE_UPDATE']) ?? 0) >= $this->since;
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
