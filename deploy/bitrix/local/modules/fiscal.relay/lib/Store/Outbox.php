<?php

declare(strict_types=1);

namespace Fiscal\Relay\Store;

use Bitrix\Main\Application;
use Bitrix\Main\DB\Connection;
use Bitrix\Main\DB\SqlException;
use Fiscal\Relay\FaultName;
use Fiscal\Relay\Module;
use Fiscal\Relay\Options\Settings;

/**
 * The module's own outbox, in the shop's database: what happened, and what of it the relay has handed over.
 *
 * Rows of an entity are numbered; two writers who see the same change write the same number, and the unique index lets
 * one of them through. Reading first and inserting then is deliberate: INSERT … SELECT would lock the gap it reads on
 * MySQL, and two buyers paying at once would deadlock.
 */
final class Outbox
{
    public const TABLE = 'fiscal_relay_outbox';

    public const SOURCE_EVENT = 'event';
    public const SOURCE_CALL = 'call';
    public const SOURCE_SWEEP = 'sweep';
    private const TRIES = 3;
    /** MySQL's code of a deadlock, whose victim loses its whole transaction. */
    private const DEADLOCK = '1213';
    /** Below this no server refuses a statement: the least max_allowed_packet in use is 1 MiB. */
    private const SURELY_FITS = 900_000;

    /**
     * Writes a fact down, unless it is known.
     *
     * @return bool whether it is news
     * @throws TooLarge
     * @throws TransactionLost the shop's transaction is gone, and with it what was to be recorded
     * @throws \Bitrix\Main\DB\SqlException
     */
    public static function record(Fact $fact, string $source): bool
    {
        $connection = Application::getConnection();

        return Savepoint::around($connection, static function () use ($connection, $fact, $source): bool {
            // A rival that took the number may have told another change than ours, which is news then.
            for ($try = 1; $try <= self::TRIES; $try++) {
                try {
                    if ($fact->entity === null) {
                        return self::write($connection, $fact, null, $source);
                    }
                    $last = self::last($connection, $fact->entity, (int)$fact->entityId);
                    if ($last !== null && $last['state'] === $fact->state) {
                        return false;
                    }
                    if (self::write($connection, $fact, ($last['seq'] ?? 0) + 1, $source)) {
                        return true;
                    }
                } catch (SqlException $fault) {
                    if (FaultName::databaseCode($fault) !== self::DEADLOCK) {
                        throw $fault;
                    }
                    // Either the statement alone was lost, or a transaction of the shop's around it.
                    $isThere = Truth::confirms($fact);
                    if ($isThere === false) {
                        throw new TransactionLost();
                    }
                    // Where nothing tells, what belonged to a lost transaction would be written past it.
                    if ($isThere === null || $try === self::TRIES) {
                        throw $fault;
                    }
                }
            }

            return false;
        });
    }

    /** Whether this key has been recorded, and the digest of what was recorded under it. */
    public static function digest(string $shop, string $key): ?string
    {
        $connection = Application::getConnection();
        $helper = $connection->getSqlHelper();
        $row = $connection->query(
            'SELECT DIGEST AS DIGEST FROM ' . self::TABLE . " WHERE SHOP = '" . $helper->forSql($shop)
            . "' AND EVENT_KEY = '" . $helper->forSql($key) . "'"
        )->fetch();

        return $row ? trim((string)$row['DIGEST']) : null;
    }

    /**
     * The present states of entities as recorded.
     *
     * @param list<int> $ids
     * @return array<int, array{state: string, created: int}>
     */
    public static function states(string $entity, array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $connection = Application::getConnection();
        $rows = $connection->query(
            'SELECT ENTITY_ID AS ENTITY_ID, SEQ AS SEQ, STATE AS STATE, CREATED_AT AS CREATED_AT FROM ' . self::TABLE
            . " WHERE ENTITY = '" . $connection->getSqlHelper()->forSql($entity) . "'"
            . ' AND ENTITY_ID IN (' . implode(',', array_map('intval', $ids)) . ') ORDER BY ENTITY_ID, SEQ'
        );
        $states = [];
        while ($row = $rows->fetch()) {
            $states[(int)$row['ENTITY_ID']] = [
                'state' => (string)$row['STATE'],
                'created' => (int)$row['CREATED_AT'],
            ];
        }

        return $states;
    }

    /**
     * Rows in their order, without their payloads.
     *
     * @return list<array{ID: mixed, SUBJECT: mixed, ENTITY: mixed}>
     */
    public static function after(int $id, int $most): array
    {
        return Application::getConnection()->query(
            'SELECT ID AS ID, SUBJECT AS SUBJECT, ENTITY AS ENTITY FROM ' . self::TABLE
            . " WHERE ID > $id ORDER BY ID LIMIT $most"
        )->fetchAll();
    }

    /** Columns and values of a row, ready for a statement. */
    public static function row(Connection $connection, Fact $fact, ?int $sequence, string $source, bool $sent): array
    {
        $helper = $connection->getSqlHelper();
        $text = static fn (?string $value): string => $value === null ? 'NULL' : "'" . $helper->forSql($value) . "'";
        $now = time();

        return [
            'SHOP' => $text($fact->shop),
            'KIND' => $text($fact->kind),
            'EVENT_KEY' => $text($fact->key($sequence)),
            'SUBJECT' => $text($fact->subject),
            'PAYLOAD' => $text($fact->payload),
            'OCCURRED_AT' => $text(date(DATE_ATOM, $fact->occurredAt)),
            'ENTITY' => $text($fact->entity),
            'ENTITY_ID' => $fact->entityId === null ? 'NULL' : (string)$fact->entityId,
            'SEQ' => $sequence === null ? 'NULL' : (string)$sequence,
            'STATE' => $text($fact->state),
            'SOURCE' => $text($source),
            'DIGEST' => $text(hash('sha256', $fact->payload)),
            'CREATED_AT' => (string)$now,
            'SENT_AT' => $sent ? (string)$now : 'NULL',
        ];
    }

    private static function write(Connection $connection, Fact $fact, ?int $sequence, string $source): bool
    {
        if (Settings::writesDirectly() && $fact->kind !== '' && !self::hasWaiting($connection, $fact)) {
            try {
                return DirectInsert::both($connection, $fact, $sequence, $source);
            } catch (\Throwable $fault) {
                // The relay will bring it over: better late than not at all.
                Module::report($fault);
            }
        }

        return self::insert($connection, $fact, $sequence, $source, $fact->kind === '');
    }

    /** What goes straight there must not overtake an earlier event of the same order. */
    private static function hasWaiting(Connection $connection, Fact $fact): bool
    {
        if ($fact->subject === '') {
            return false;
        }
        $helper = $connection->getSqlHelper();

        return (bool)$connection->query(
            'SELECT ID AS ID FROM ' . self::TABLE . " WHERE SHOP = '" . $helper->forSql($fact->shop)
            . "' AND SUBJECT = '" . $helper->forSql($fact->subject) . "' AND SENT_AT IS NULL LIMIT 1"
        )->fetch();
    }

    private static function insert(
        Connection $connection,
        Fact $fact,
        ?int $sequence,
        string $source,
        bool $sent,
    ): bool {
        $row = self::row($connection, $fact, $sequence, $source, $sent);
        $into = self::TABLE . ' (' . implode(', ', array_keys($row)) . ') VALUES (' . implode(', ', $row) . ')';
        $isPostgres = $connection->getType() === 'pgsql';
        $statement = $isPostgres ? "INSERT INTO $into ON CONFLICT DO NOTHING" : "INSERT IGNORE INTO $into";
        if (!$isPostgres && strlen($statement) > self::SURELY_FITS) {
            $most = (int)($connection->query('SELECT @@max_allowed_packet AS N')->fetch()['N'] ?? 0);
            if (strlen($statement) + 1024 > $most) {
                throw new TooLarge(strlen($fact->payload), $most);
            }
        }
        $connection->queryExecute($statement);

        return $connection->getAffectedRowsCount() > 0;
    }

    /** @return array{seq: int, state: string}|null */
    private static function last(Connection $connection, string $entity, int $id): ?array
    {
        $row = $connection->query(
            'SELECT SEQ AS SEQ, STATE AS STATE FROM ' . self::TABLE
            . " WHERE ENTITY = '" . $connection->getSqlHelper()->forSql($entity) . "' AND ENTITY_ID = $id"
            . ' ORDER BY SEQ DESC LIMIT 1'
        )->fetch();

        return $row ? ['seq' => (int)$row['SEQ'], 'state' => (string)$row['STATE']] : null;
    }
}
