<?php

declare(strict_types=1);

class CRestUtil
{
    public static bool $admin = true;

    public static function isAdmin(): bool
    {
        return self::$admin;
    }
}
