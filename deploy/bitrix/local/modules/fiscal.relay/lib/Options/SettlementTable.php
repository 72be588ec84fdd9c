<?php

declare(strict_types=1);

namespace Fiscal\Relay\Options;

/**
 * What kind of settlement a payment is, by pay system and delivery service.
 *
 * One rule a line: pay system, delivery, settlement, e.g. "3 * full_payment". A star stands for any. The most exact
 * rule counts: both named, the pay system named, the delivery named, neither.
 */
final class SettlementTable
{
    /** Goods are handed over with the money: nothing is left to close. */
    public const FULL_PAYMENT = 'full_payment';
    /** Money first: the shipment closes it. */
    public const FULL_PREPAYMENT = 'full_prepayment';
    /** Money for goods that nobody has chosen yet. */
    public const ADVANCE = 'advance';

    public const ALL = [self::FULL_PAYMENT, self::FULL_PREPAYMENT, self::ADVANCE];

    /** @param array<string, string> $rules "pay system/delivery" => settlement */
    private function __construct(private readonly array $rules, private readonly string $default)
    {
    }

    public static function current(): self
    {
        [$rules] = self::parse(Settings::get('settlements'));
        $default = Settings::get('settlement_default');

        return new self($rules, in_array($default, self::ALL, true) ? $default : self::FULL_PREPAYMENT);
    }

    /** @return array{0: array<string, string>, 1: list<string>} the rules, and the lines that are none */
    public static function parse(string $text): array
    {
        $rules = [];
        $faults = [];
        foreach (preg_split('/\R/', $text) ?: [] as $line) {
            $line = trim($line);
            if ($line === '' || $line[0] === '#') {
                continue;
            }
            if (preg_match('/^(\d+|\*)\s+(\d+|\*)\s+(\S+)$/', $line, $part) && in_array($part[3], self::ALL, true)) {
                $rules[$part[1] . '/' . $part[2]] = $part[3];
            } else {
                $faults[] = $line;
            }
        }

        return [$rules, $faults];
    }

    public function settlement(int $paySystem, ?int $delivery): string
    {
        $delivery = $delivery ?? '*';
        foreach (["$paySystem/$delivery", "$paySystem/*", "*/$delivery", '*/*'] as $rule) {
            if (isset($this->rules[$rule])) {
                return $this->rules[$rule];
            }
        }

        return $this->default;
    }
}
