<?php

declare(strict_types=1);

namespace Bitrix\Main;

/** As on a site: classes of a module are there once somebody in this process has asked for it. Only main's always are. */
class Loader
{
    private const MODULE = __DIR__ . '/../../../../local/modules/fiscal.relay/include.php';
    private const STUBS = __DIR__ . '/../';

    /** @var array<string, true> */
    private static array $loaded = ['main' => true];

    /** FISCAL_TEST_WITHOUT names a module that this site has not. */
    public static function includeModule(string $name): bool
    {
        if (isset(self::$loaded[$name])) {
            return true;
        }
        if ($name === getenv('FISCAL_TEST_WITHOUT') || !in_array($name, ['sale', 'rest', 'fiscal.relay'], true)) {
            return false;
        }
        self::$loaded[$name] = true;
        if ($name === 'fiscal.relay') {
            require_once self::MODULE;
        } else {
            self::registerNamespace('Bitrix\\' . ucfirst($name), self::STUBS . ucfirst($name));
        }
        if ($name === 'rest') {
            require_once self::STUBS . 'Rest/CRestUtil.php';
        }

        return true;
    }

    public static function registerNamespace(string $namespace, string $path): void
    {
        spl_autoload_register(static function (string $class) use ($namespace, $path): void {
            if (str_starts_with($class, $namespace . '\\')) {
                $file = $path . '/' . str_replace('\\', '/', substr($class, strlen($namespace) + 1)) . '.php';
                if (is_file($file)) {
                    require_once $file;
                }
            }
        });
    }
}
