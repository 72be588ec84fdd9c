<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox\Errors;

class Error extends \Bitrix\Main\Error
{
    public const TYPE = 'E';
}
