<?php

declare(strict_types=1);

namespace Fiscal\Tests;

require_once __DIR__ . '/admin.php';

/** A person at Bitrix's admin pages: opens a page, sends its form, reads what it says. */
final class AdminDesk
{
    public static bool $isOurSession = true;
    /** @var list<string> */
    public static array $messages = [];
    /** Stands for both of Bitrix's globals. */
    public readonly object $application;

    public function __construct(string $right = 'W', bool $isAdmin = true)
    {
        $this->application = new class ($right) {
            public ?string $thrown = null;

            public function __construct(private readonly string $right)
            {
            }

            public function GetCurPage(): string
            {
                return '/bitrix/admin/settings.php';
            }

            public function GetGroupRight(string $module): string
            {
                return $this->right;
            }

            public function SetTitle(?string $title): void
            {
                echo '<title>', $title, '</title>';
            }

            public function AuthForm(?string $message): never
            {
                throw new Failure("closed: $message");
            }

            public function ThrowException(?string $message): void
            {
                $this->thrown = (string)$message;
            }

            public function IncludeAdminFile(?string $title, string $file): void
            {
                require $file;
            }
        };
        $GLOBALS['APPLICATION'] = $this->application;
        $GLOBALS['USER'] = new class ($isAdmin) {
            public function __construct(private readonly bool $isAdmin)
            {
            }

            public function IsAdmin(): bool
            {
                return $this->isAdmin;
            }
        };
    }

    /** Bitrix's globals are gone, as outside of its pages. */
    public static function leave(): void
    {
        unset($GLOBALS['APPLICATION'], $GLOBALS['USER']);
    }

    /**
     * @param array<string, string>|null $form null: the page is only looked at
     * @return string what the page shows
     */
    public function open(string $file, ?array $form = null): string
    {
        self::$messages = [];
        $_POST = $form ?? [];
        $_SERVER['REQUEST_METHOD'] = $form === null ? 'GET' : 'POST';
        ob_start();
        try {
            require $file;
        } finally {
            $page = (string)ob_get_clean();
            $_POST = [];
        }

        return $page;
    }

    /** @param callable(): mixed $work */
    public function shown(callable $work): string
    {
        ob_start();
        try {
            $work();
        } finally {
            $page = (string)ob_get_clean();
        }

        return $page;
    }
}
