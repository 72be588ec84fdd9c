<?php

declare(strict_types=1);

namespace Bitrix\Sale\Cashbox\Errors;

class Warning extends Error
{
    public const TYPE = 'W';
}
