<?php

declare(strict_types=1);

namespace Bitrix\Main\DB;

/** Carries the whole statement, which Bitrix's log writes down. */
class SqlQueryException extends SqlException
{
    public function __construct(string $message = '', private readonly string $query = '')
    {
        parent::__construct($message);
    }

    public function getQuery(): string
    {
        return $this->query;
    }
}
