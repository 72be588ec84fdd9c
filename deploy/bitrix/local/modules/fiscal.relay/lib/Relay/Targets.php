<?php

declare(strict_types=1);

namespace Fiscal\Relay\Relay;

use Fiscal\Relay\Options\Settings;

final class Targets
{
    public static function current(): Target
    {
        return Settings::writesDirectly() ? new DirectTarget() : self::postgres();
    }

    public static function postgres(): PostgresTarget
    {
        return new PostgresTarget(self::url());
    }

    /** A file beats the option, so that the password need not lie in the shop's database. */
    private static function url(): string
    {
        $file = Settings::get('database_url_file');
        if ($file !== '' && is_file($file) && is_readable($file)) {
            return trim((string)file_get_contents($file));
        }

        return Settings::get('database_url');
    }
}
