<?php

declare(strict_types=1);

namespace Bitrix\Main;

use Bitrix\Main\DB\Connection;

class Application
{
    private static ?self $instance = null;
    private static ?Connection $connection = null;
    /** @var list<\Throwable> */
    public static array $log = [];

    public static function getInstance(): self
    {
        return self::$instance ??= new self();
    }

    public static function getConnection(): Connection
    {
        return self::$connection ??= Connection::fromEnvironment();
    }

    public static function setConnection(?Connection $connection): void
    {
        self::$connection = $connection;
    }

    public static function getDocumentRoot(): string
    {
        return (string)$_SERVER['DOCUMENT_ROOT'];
    }

    public function getExceptionHandler(): object
    {
        return new class {
            public function writeToLog(\Throwable $fault): void
            {
                Application::$log[] = $fault;
                if (getenv('FISCAL_TEST_VERBOSE')) {
                    fwrite(STDERR, "logged: $fault\n");
                }
            }
        };
    }

    public function addBackgroundJob(callable $job): void
    {
        $job();
    }
}
