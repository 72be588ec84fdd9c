<?php

declare(strict_types=1);

namespace Fiscal\Relay\Text;

/**
 * JSON as both databases keep it: pure ASCII, so that no charset of a table or connection can cut or change it, and
 * without U+0000, which jsonb cannot hold.
 */
final class Json
{
    /** @throws \JsonException where nothing can be written: deeper than 512 levels, or a number that is none */
    public static function encode(array $value): string
    {
        $json = json_encode($value, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR);
        if (!str_contains($json, '\u0000')) {
            return $json;
        }

        // A backslash of the text itself is doubled, so an even number of them may stand before the escape.
        $clean = preg_replace('/(?<!\\\\)((?:\\\\\\\\)*+)(?:\\\\u0000)+/', '$1', $json);

        return $clean ?? throw new \JsonException(preg_last_error_msg());
    }
}
