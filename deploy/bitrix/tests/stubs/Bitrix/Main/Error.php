<?php

declare(strict_types=1);

namespace Bitrix\Main;

class Error
{
    public function __construct(private readonly ?string $message, private readonly mixed $code = 0)
    {
    }

    public function getMessage(): string
    {
        return (string)$this->message;
    }
}
