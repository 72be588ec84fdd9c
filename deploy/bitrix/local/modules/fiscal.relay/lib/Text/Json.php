<?php

declare(strict_types=1);

namespace Fiscal\Relay\Text;

/**
 * JSON as both databases keep it: pure ASCII, so that no charset of a table or connection can cut or change it, and
 * without U+0000, which jsonb cannot hold.
 */
final class Json
{
    public static function encode(array $value): string
    {
        $clean = $value;
        array_walk_recursive($clean, static function (mixed &$leaf): void {
            if (is_string($leaf)) {
                $leaf = str_replace("\0", '', $leaf);
            }
        });

        return json_encode($clean, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR);
    }
}
