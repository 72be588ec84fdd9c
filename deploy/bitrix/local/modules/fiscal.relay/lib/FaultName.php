<?php

declare(strict_types=1);

namespace Fiscal\Relay;

use Bitrix\Main\DB\SqlException;

/**
 * What may be told of a fault: its class, where it was thrown, and the database's code. Messages of databases quote
 * values and whole rows, and Bitrix's exceptions carry their statement: with us both hold data of buyers.
 */
final class FaultName
{
    public static function of(\Throwable $fault): string
    {
        $code = self::databaseCode($fault);
        // Ours are made of fixed words and numbers.
        $words = str_starts_with($fault::class, __NAMESPACE__ . '\\') ? ': ' . $fault->getMessage() : '';
        $place = basename($fault->getFile()) . ':' . $fault->getLine();

        return $fault::class . ($code === '' ? '' : " $code") . " at $place$words";
    }

    /** SQLSTATE of PostgreSQL, or MySQL's number of the error; empty for everything else. */
    public static function databaseCode(\Throwable $fault): string
    {
        if (!$fault instanceof SqlException) {
            return '';
        }
        // Only where the connection itself has put it, never in what follows; "ERROR" is in the server's language.
        $isNamed = preg_match('/^Pgsql query error: [^:\n]{1,20}:\s+([0-9A-Z]{5}):/', $fault->getMessage(), $part)
            || preg_match('/^Mysql query error: \((\d{3,5})\)/', $fault->getMessage(), $part);

        return $isNamed ? $part[1] : '';
    }
}
