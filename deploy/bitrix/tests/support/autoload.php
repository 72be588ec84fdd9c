<?php

declare(strict_types=1);

date_default_timezone_set('Europe/Moscow');
$_SERVER['DOCUMENT_ROOT'] ??= dirname(__DIR__, 2);
defined('LANGUAGE_ID') || define('LANGUAGE_ID', 'ru');

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'Bitrix\\') && !str_starts_with($class, 'Bitrix\\Main\\')) {
        // Comes with its module.
        return;
    }
    $places = [
        'Fiscal\\Tests\\Cases\\' => __DIR__ . '/../cases/',
        'Fiscal\\Tests\\' => __DIR__ . '/',
        '' => __DIR__ . '/../stubs/',
    ];
    foreach ($places as $prefix => $directory) {
        if ($prefix === '' || str_starts_with($class, $prefix)) {
            $file = $directory . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
            if (is_file($file)) {
                require_once $file;

                return;
            }
        }
    }
});

if (!function_exists('CopyDirFiles')) {
    function CopyDirFiles(string $from, string $to, bool $rewrite = true, bool $recursive = false): bool
    {
        is_dir($to) || mkdir($to, 0777, true);
        foreach (glob("$from/*.php") ?: [] as $file) {
            copy($file, $to . '/' . basename($file));
        }

        return true;
    }

    function DeleteDirFiles(string $from, string $to): bool
    {
        foreach (glob("$from/*.php") ?: [] as $file) {
            @unlink($to . '/' . basename($file));
        }

        return true;
    }
}
