<?php

declare(strict_types=1);

namespace Bitrix\Main;

class Loader
{
    public static function includeModule(string $name): bool
    {
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
