<?php

declare(strict_types=1);

namespace Fiscal\Relay\Options;

/**
 * Whether a deducted shipment is a hand-over to be reported now.
 *
 * Where money is taken at the door (full payment), the goods leave the store before they change hands: such a shipment
 * is reported when it is paid, or else it would look like a hand-over on credit.
 */
final class ShipmentPolicy
{
    /** @param list<array{paySystem: int, paid: bool}> $payments of the order, inner account left out */
    public static function isDue(array $payments, ?int $delivery): bool
    {
        $table = SettlementTable::current();
        $ours = array_filter($payments, static fn (array $payment) => Settings::isOurPaySystem($payment['paySystem']));
        $due = $ours !== [];
        foreach ($ours as $payment) {
            if ($table->settlement($payment['paySystem'], $delivery) !== SettlementTable::FULL_PAYMENT) {
                return true;
            }
            $due = $due && $payment['paid'];
        }

        return $due;
    }
}
