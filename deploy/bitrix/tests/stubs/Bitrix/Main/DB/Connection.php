<?php

declare(strict_types=1);

namespace Bitrix\Main\DB;

use Fiscal\Tests\Crash;

/** What the module uses of Bitrix's connection, over the real drivers. */
abstract class Connection
{
    private int $level = 0;
    protected int $affected = 0;
    /** @var list<string> */
    public array $statements = [];

    public static function fromEnvironment(): self
    {
        $address = (string)getenv('FISCAL_TEST_SHOP');

        return str_starts_with($address, 'mysql:')
            ? new MysqliConnection(substr($address, 6))
            : new PgsqlConnection(substr($address, 6));
    }

    abstract public function getType(): string;

    abstract public function getResource(): mixed;

    abstract public function escape(string $value): string;

    /** @return list<array<string, mixed>> */
    abstract protected function perform(string $sql): array;

    abstract public function lock(string $name, int $timeout = 0): bool;

    abstract public function unlock(string $name): bool;

    abstract public function isTableExists(string $name): bool;

    public function query(string $sql): Result
    {
        $this->statements[] = $sql;
        $writes = preg_match('/^\s*(INSERT|UPDATE|DELETE|WITH|COMMIT)/i', $sql) === 1;
        if ($writes) {
            Crash::before($sql);
        }
        $rows = $this->perform($sql);
        if ($writes) {
            Crash::after($sql);
        }

        return new Result($rows);
    }

    public function queryExecute(string $sql): void
    {
        $this->query($sql);
    }

    public function getAffectedRowsCount(): int
    {
        return $this->affected;
    }

    public function getSqlHelper(): SqlHelper
    {
        return new SqlHelper($this);
    }

    public function startTransaction(): void
    {
        $this->queryExecute($this->level === 0 ? 'START TRANSACTION' : "SAVEPOINT TRANS$this->level");
        $this->level++;
    }

    public function commitTransaction(): void
    {
        if (--$this->level === 0) {
            $this->queryExecute('COMMIT');
        }
    }

    public function rollbackTransaction(): void
    {
        if (--$this->level === 0) {
            $this->queryExecute('ROLLBACK');

            return;
        }
        $this->queryExecute("ROLLBACK TO SAVEPOINT TRANS$this->level");
        throw new SqlException('Nested rollbacks are unsupported.');
    }
}
