<?php

declare(strict_types=1);

// As much of Bitrix's admin section as the module's pages use.

use Fiscal\Tests\AdminDesk;

function check_bitrix_sessid(): bool
{
    return AdminDesk::$isOurSession;
}

function bitrix_sessid_post(): string
{
    return '<input type="hidden" name="sessid" value="1">';
}

function htmlspecialcharsbx(?string $text): string
{
    return htmlspecialchars((string)$text, ENT_COMPAT, 'UTF-8');
}

class CAdminMessage
{
    public static function ShowMessage(string|array|null $message): void
    {
        AdminDesk::$messages[] = is_array($message) ? "$message[TYPE] $message[MESSAGE]" : (string)$message;
    }
}

class CAdminTabControl
{
    public function __construct(string $name, private readonly array $tabs)
    {
    }

    public function Begin(): void
    {
        echo '<div id="', $this->tabs[0]['DIV'], '">';
    }

    public function BeginNextTab(): void
    {
        echo '<table>';
    }

    public function Buttons(): void
    {
        echo '</table>';
    }

    public function End(): void
    {
        echo '</div>';
    }
}
