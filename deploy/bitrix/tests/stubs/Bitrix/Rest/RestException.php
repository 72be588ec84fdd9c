<?php

declare(strict_types=1);

namespace Bitrix\Rest;

class RestException extends \Exception
{
    public function __construct(string $message, private readonly string $errorCode = '')
    {
        parent::__construct($message);
    }

    public function getErrorCode(): string
    {
        return $this->errorCode;
    }
}
