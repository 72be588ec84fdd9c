<?php

declare(strict_types=1);

namespace Fiscal\Tests;

use Bitrix\Main\Application;
use Bitrix\Main\DB\SqlQueryException;

/** What Bitrix's exception handler writes of a fault: messages, causes, and statements. */
final class Log
{
    public static function text(\Throwable $fault): string
    {
        $text = '';
        for ($one = $fault; $one !== null; $one = $one->getPrevious()) {
            $text .= get_class($one) . ' ' . $one->getMessage() . "\n";
            $text .= $one instanceof SqlQueryException ? $one->getQuery() . "\n" : '';
        }

        return $text;
    }

    public static function all(): string
    {
        return implode('', array_map(self::text(...), Application::$log));
    }
}
