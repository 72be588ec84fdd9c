<?php

declare(strict_types=1);

namespace Fiscal\Relay;

use Bitrix\Main\Application;
use Bitrix\Main\Loader;

final class Module
{
    public const ID = 'fiscal.relay';

    /** Where the module lies, seen from the document root: Bitrix loads classes and pages by such paths. */
    public static function path(): string
    {
        $directory = str_replace('\\', '/', dirname(__DIR__));
        $root = rtrim(str_replace('\\', '/', (string)Application::getDocumentRoot()), '/');

        return str_starts_with($directory, $root . '/')
            ? substr($directory, strlen($root))
            : '/local/modules/' . self::ID;
    }

    /**
     * Classes of orders, checks and their tables, for whoever touches them on a way in of ours. Bitrix loads an agent's
     * own module or that of a method of REST, and no other; only in events of `sale` is it surely there. Saying it
     * again costs nothing.
     *
     * @throws SaleAway
     */
    public static function loadSale(): void
    {
        if (!Loader::includeModule('sale')) {
            throw new SaleAway();
        }
    }

    /**
     * Tells the administrator's log, and never the caller: whoever reports a fault must not become one. The fault
     * itself stays out of it, with its message, its statement and its causes: they hold data of buyers.
     */
    public static function report(\Throwable $fault): void
    {
        try {
            Application::getInstance()->getExceptionHandler()->writeToLog(
                new \RuntimeException(self::ID . ': ' . FaultName::of($fault))
            );
        } catch (\Throwable) {
            error_log(self::ID . ': ' . FaultName::of($fault));
        }
    }
}
