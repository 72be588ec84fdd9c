<?php

declare(strict_types=1);

namespace Fiscal\Relay\Text;

/**
 * Amounts as decimal text, rounded half away from zero by digits, never by binary arithmetic.
 *
 * Bitrix keeps prices as decimals of four places and hands them out as floats: a float below 10^10 has those places
 * exactly once it is written with ten and rounded back. Text stays text, also in the form with an exponent.
 */
final class Decimal
{
    /** Roubles and kopecks: always two places. */
    public static function money(mixed $value): string
    {
        return self::round(self::text($value), 2);
    }

    /** Roubles per unit: two to four places. */
    public static function price(mixed $value): string
    {
        return self::trim(self::round(self::text($value), 4), 2);
    }

    /** Two to eight places: as Bitrix computes inside. */
    public static function exact(mixed $value): string
    {
        return self::trim(self::round(self::text($value), 8), 2);
    }

    /**
     * As the shop has it, up to six places: what the ledger of stock keeps. A receipt can say three of them; that a
     * fourth one is too many is for the worker to say, with the line's name, rather than for us to round away.
     */
    public static function quantity(mixed $value): string
    {
        return self::trim(self::round(self::text($value), 6), 0);
    }

    /**
     * A number that somebody else states and that must not be changed: nothing is rounded.
     *
     * @param string $field named in the error
     * @param int $most decimals allowed
     * @param int $least decimals written even where they are zero
     * @throws \InvalidArgumentException unless it is a decimal number with at most so many decimals
     */
    public static function stated(mixed $value, string $field, int $most, int $least = 0): string
    {
        try {
            $text = self::text($value === null || $value === '' ? NAN : $value);
        } catch (\InvalidArgumentException) {
            throw new \InvalidArgumentException("$field: a decimal number is needed, with a point before its decimals");
        }
        // Binary noise of a float is below the tenth decimal, which is as far as text() writes one.
        $rounded = self::round($text, $most);
        if (self::trim($rounded, 0) !== self::trim(self::round($text, max($most, 20)), 0)) {
            throw new \InvalidArgumentException("$field: at most $most decimals are allowed");
        }

        return self::trim($rounded, $least);
    }

    /** A rate as Bitrix keeps it, e.g. 0.22; null says "without VAT" and is not the same as 0. */
    public static function rate(mixed $value): ?string
    {
        return $value === null || $value === '' ? null : self::trim(self::round(self::text($value), 4), 0);
    }

    public static function kopecks(mixed $value): int
    {
        return (int)str_replace('.', '', self::money($value));
    }

    public static function fromKopecks(int $kopecks): string
    {
        $digits = str_pad((string)abs($kopecks), 3, '0', STR_PAD_LEFT);

        return ($kopecks < 0 ? '-' : '') . substr($digits, 0, -2) . '.' . substr($digits, -2);
    }

    /** @throws \InvalidArgumentException for anything that is not a number */
    private static function text(mixed $value): string
    {
        if ($value === null || $value === '') {
            return '0';
        }
        if (is_int($value)) {
            return (string)$value;
        }
        if (is_float($value) && is_finite($value)) {
            return sprintf('%.10F', $value);
        }
        if (is_string($value)) {
            $text = trim($value);
            if (preg_match('/^[+-]?(\d+(\.\d*)?|\.\d+)$/', $text)) {
                return ltrim($text, '+');
            }
            // Beyond 300 digits nobody means it.
            $hasExponent = preg_match('/^([+-]?)(\d*)(?:\.(\d*))?[eE]([+-]?\d{1,3})$/', $text, $part);
            if ($hasExponent && abs((int)$part[4]) <= 300) {
                return self::shifted($part[1], $part[2], $part[3], (int)$part[4]);
            }
        }
        throw new \InvalidArgumentException('not a decimal number');
    }

    /** @throws \InvalidArgumentException without a digit */
    private static function shifted(string $sign, string $whole, string $fraction, int $exponent): string
    {
        if ($whole . $fraction === '') {
            throw new \InvalidArgumentException('not a decimal number');
        }
        $digits = str_repeat('0', max(0, -$exponent)) . $whole . $fraction . str_repeat('0', max(0, $exponent));
        $point = max(0, -$exponent) + strlen($whole) + $exponent;

        return ($sign === '-' ? '-' : '') . substr($digits, 0, $point) . '.' . substr($digits, $point);
    }

    private static function round(string $text, int $places): string
    {
        $negative = str_starts_with($text, '-');
        [$whole, $fraction] = explode('.', ltrim($text, '-') . '.') + ['', ''];
        $up = ($fraction[$places] ?? '0') >= '5';
        $digits = ($whole === '' ? '0' : $whole) . str_pad(substr($fraction, 0, $places), $places, '0');
        if ($up) {
            $digits = self::increment($digits);
        }
        $digits = str_pad(ltrim($digits, '0'), $places + 1, '0', STR_PAD_LEFT);
        $sign = $negative && trim($digits, '0') !== '' ? '-' : '';

        return $sign . ($places === 0 ? $digits : substr($digits, 0, -$places) . '.' . substr($digits, -$places));
    }

    private static function increment(string $digits): string
    {
        for ($place = strlen($digits) - 1; $place >= 0; $place--) {
            if ($digits[$place] !== '9') {
                $digits[$place] = (string)((int)$digits[$place] + 1);

                return $digits;
            }
            $digits[$place] = '0';
        }

        return '1' . $digits;
    }

    private static function trim(string $text, int $least): string
    {
        [$whole, $fraction] = explode('.', $text . '.') + ['', ''];
        $fraction = str_pad(rtrim($fraction, '0'), $least, '0');

        return $fraction === '' ? $whole : $whole . '.' . $fraction;
    }
}
