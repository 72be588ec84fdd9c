<?php

declare(strict_types=1);

namespace Fiscal\Relay\Text;

/** Moments of Bitrix, which have no zone in the database and mean the server's, as ISO 8601 with an offset. */
final class Moment
{
    public static function iso(mixed $value): ?string
    {
        $seconds = self::seconds($value);

        return $seconds === null ? null : date(DATE_ATOM, $seconds);
    }

    /** Seconds since 1970; null for nothing. */
    public static function seconds(mixed $value): ?int
    {
        if ($value instanceof \Bitrix\Main\Type\Date || $value instanceof \DateTimeInterface) {
            return $value->getTimestamp();
        }
        if (is_int($value)) {
            return $value;
        }
        $seconds = is_string($value) && $value !== '' ? strtotime($value) : false;

        return $seconds === false ? null : $seconds;
    }
}
