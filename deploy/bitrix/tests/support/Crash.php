<?php

declare(strict_types=1);

namespace Fiscal\Tests;

/** Ends the process as kill -9 does, before or after its n-th write to the shop's database. */
final class Crash
{
    private static int $writes = 0;
    public static string $at = '';
    /** What somebody else does just before our next write. */
    public static ?\Closure $rival = null;
    /** The table of that write; empty: any. */
    public static string $rivalOf = '';

    public static function before(string $sql): void
    {
        if (self::$rival !== null && str_contains($sql, self::$rivalOf)) {
            $rival = self::$rival;
            self::$rival = null;
            self::$rivalOf = '';
            $rival();
        }
        self::$writes++;
        self::perhaps('before');
    }

    public static function after(string $sql): void
    {
        self::perhaps('after');
    }

    public static function writes(): int
    {
        return self::$writes;
    }

    private static function perhaps(string $when): void
    {
        if (self::$at === $when . ':' . self::$writes) {
            posix_kill(posix_getpid(), SIGKILL);
        }
    }
}
