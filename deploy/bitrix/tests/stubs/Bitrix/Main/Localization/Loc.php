<?php

declare(strict_types=1);

namespace Bitrix\Main\Localization;

/** Messages lie in <module>/lang/<language>/ under the path of the file that asks for them. */
class Loc
{
    /** @var array<string, string> */
    private static array $messages = [];

    public static function loadMessages(string $file): void
    {
        $module = strpos($file, '/fiscal.relay/');
        if ($module === false) {
            return;
        }
        $root = substr($file, 0, $module) . '/fiscal.relay';
        $messages = $root . '/lang/' . (getenv('FISCAL_TEST_LANGUAGE') ?: 'ru') . substr($file, strlen($root));
        if (!is_file($messages)) {
            throw new \LogicException("no messages for $file");
        }
        $MESS = [];
        include $messages;
        self::$messages = $MESS + self::$messages;
    }

    public static function getMessage(string $code, array $replace = []): ?string
    {
        return isset(self::$messages[$code]) ? strtr(self::$messages[$code], $replace) : null;
    }
}
