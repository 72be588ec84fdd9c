<?php

declare(strict_types=1);

namespace Fiscal\Relay;

/** Bitrix does not load the module that orders belong to: it was removed, or its trial has run out. */
final class SaleAway extends \RuntimeException
{
    public function __construct()
    {
        parent::__construct('the module sale cannot be loaded');
    }
}
